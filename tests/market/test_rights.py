from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from market.rights import Exclusivity, Industry, Medium, Rights

JUNE = (date(2027, 6, 1), date(2027, 6, 30))
JULY = (date(2027, 7, 1), date(2027, 7, 31))
MIDSUMMER = (date(2027, 6, 30), date(2027, 7, 1))


def rights(
    exclusivity: Exclusivity = Exclusivity.TOTAL,
    industry: Industry = Industry.SWIMWEAR,
    *,
    media: set[Medium] | None = None,
    territories: set[str] | None = None,
    days: tuple[date, date] = JUNE,
) -> Rights:
    chosen = frozenset(media or {Medium.SOCIAL_PAID})
    return Rights(chosen, frozenset(territories or {"SE", "NO"}), industry, *days, exclusivity)


NON, INDUSTRY, TOTAL = Exclusivity


@pytest.mark.parametrize(
    ("one", "other", "conflict"),
    [
        (rights(NON), rights(NON), False),
        (rights(NON), rights(TOTAL), True),
        (rights(NON), rights(TOTAL, Industry.FINANCE), True),
        (rights(NON), rights(INDUSTRY), True),
        (rights(NON), rights(INDUSTRY, Industry.FINANCE), False),
        (rights(INDUSTRY), rights(INDUSTRY), True),
        (rights(INDUSTRY), rights(INDUSTRY, Industry.FINANCE), False),
        (rights(INDUSTRY), rights(TOTAL, Industry.FINANCE), True),
        (rights(), rights(media={Medium.CINEMA}), False),
        (rights(), rights(media={Medium.CINEMA, Medium.SOCIAL_PAID}), True),
        (rights(), rights(territories={"DK"}), False),
        (rights(), rights(territories={"DK", "NO"}), True),
        (rights(), rights(days=JULY), False),
        (rights(), rights(days=MIDSUMMER), True),
        (rights(days=JULY), rights(days=MIDSUMMER), True),
    ],
)
def test_rights_conflict_exactly_when_they_meet_and_one_shuts_the_other_out(
    one: Rights, other: Rights, conflict: bool
) -> None:
    assert one.conflicts_with(other) is conflict
    assert other.conflicts_with(one) is conflict


@st.composite
def any_rights(draw: st.DrawFn) -> Rights:
    starts_on = date(2027, 1, 1) + timedelta(days=draw(st.integers(0, 10)))
    return Rights(
        frozenset(draw(st.sets(st.sampled_from(list(Medium)[:4]), min_size=1))),
        frozenset(draw(st.sets(st.sampled_from(["SE", "NO", "DK"]), min_size=1))),
        draw(st.sampled_from(list(Industry)[:2])),
        starts_on,
        starts_on + timedelta(days=draw(st.integers(0, 10))),
        draw(st.sampled_from(Exclusivity)),
    )


@given(any_rights(), any_rights())
def test_conflicts_are_symmetric_and_mean_a_shared_day_medium_and_country(one: Rights, other: Rights) -> None:
    def cells(of: Rights) -> set[tuple[Medium, str, date]]:
        days = [of.starts_on + timedelta(days=n) for n in range(of.days)]
        return {(medium, country, day) for medium in of.media for country in of.territories for day in days}

    levels = {one.exclusivity, other.exclusivity}
    exclusive = TOTAL in levels or (INDUSTRY in levels and one.industry == other.industry)
    assert one.conflicts_with(other) == other.conflicts_with(one) == (exclusive and bool(cells(one) & cells(other)))


def test_the_days_count_both_ends() -> None:
    assert rights(days=(date(2027, 6, 1), date(2027, 6, 1))).days == 1
    assert rights(days=JUNE).days == 30


def test_the_numbers_of_media_and_industries_are_permanent() -> None:
    assert [medium.number for medium in Medium] == list(range(1, 17))
    assert [Medium.of(medium.number) for medium in Medium] == list(Medium)
    assert (Medium.SOCIAL_ORGANIC.number, Medium.TELEVISION.number, Medium.INTERNAL.number) == (1, 8, 16)
    assert (Industry.APPAREL.number, Industry.OTHER.number) == (1, len(Industry))
