from dataclasses import replace
from datetime import date, timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.actor import SYSTEM
from market import availability, rules, store, territories
from market.availability import Ground, judge
from market.consent import PolicyView
from market.errors import Availability, ObstacleKind
from market.rights import Exclusivity, Industry, Medium, Rights
from market.states import TwinStatus
from server.database import Database
from tests import factories

TODAY = date(2030, 6, 1)
POLICY = PolicyView(
    version=1,
    media=frozenset(Medium) - {Medium.PACKAGING},
    forbidden_industries=frozenset({Industry.TOBACCO}),
    territories=territories.expand(["EUROPE"]),
    maximum_days=90,
    asset_approval_required=True,
    training_allowed=False,
)


def rights(**changes: Any) -> Rights:
    plain: dict[str, Any] = {
        "media": frozenset({Medium.EMAIL, Medium.CINEMA}),
        "territories": frozenset({"SE", "NO", "DE"}),
        "industry": Industry.APPAREL,
        "starts_on": date(2030, 7, 1),
        "ends_on": date(2030, 7, 30),
    }
    return Rights(**(plain | changes))


def on(*held: Rights, status: TwinStatus = TwinStatus.LISTED, policy: PolicyView | None = POLICY) -> Ground:
    return Ground(status, policy, held, TODAY)


TOTAL, INDUSTRY, SHARED = Exclusivity.TOTAL, Exclusivity.INDUSTRY, Exclusivity.NON_EXCLUSIVE


def test_what_is_free_and_consented_to_is_available() -> None:
    assert judge(on(rights()), rights()) == Availability()


@pytest.mark.parametrize("status", [status for status in TwinStatus if status is not TwinStatus.LISTED])
def test_what_is_not_listed_cannot_be_had_and_nothing_else_either(status: TwinStatus) -> None:
    found = judge(on(status=status), rights())
    assert [obstacle.kind for obstacle in found.obstacles] == [ObstacleKind.NOT_LISTED]
    assert found.alternatives == ()


def test_an_obstacle_tells_what_is_taken_and_until_when() -> None:
    held = rights(
        media=frozenset({Medium.EMAIL, Medium.TELEVISION}),
        territories=frozenset({"SE", "FI"}),
        starts_on=date(2030, 7, 20),
        ends_on=date(2030, 12, 31),
        exclusivity=TOTAL,
    )
    (obstacle,) = judge(on(held), rights()).obstacles
    assert obstacle.kind is ObstacleKind.EXCLUSIVELY_LICENSED
    assert (obstacle.media, obstacle.territories) == ({Medium.EMAIL}, {"SE"})
    assert (obstacle.starts_on, obstacle.ends_on) == (date(2030, 7, 20), date(2030, 7, 30))


def test_exclusivity_cannot_be_had_where_somebody_is() -> None:
    found = judge(on(rights(industry=Industry.BEAUTY)), rights(exclusivity=TOTAL))
    assert [obstacle.kind for obstacle in found.obstacles] == [ObstacleKind.ALREADY_LICENSED]
    assert rights(exclusivity=INDUSTRY) in found.alternatives


def test_two_licences_that_take_the_same_part_are_one_obstacle() -> None:
    assert len(judge(on(rights(), rights(), rights()), rights(exclusivity=TOTAL)).obstacles) == 1


def test_the_next_free_days_of_the_same_length() -> None:
    first = rights(exclusivity=TOTAL)
    second = replace(first, starts_on=date(2030, 8, 10), ends_on=date(2030, 8, 20))
    found = judge(on(first, second), rights()).alternatives
    assert replace(rights(), starts_on=date(2030, 8, 21), ends_on=date(2030, 9, 19)) in found
    assert replace(rights(), starts_on=date(2030, 6, 1), ends_on=date(2030, 6, 30)) in found


def test_fewer_days_territories_or_media() -> None:
    held = rights(
        media=frozenset({Medium.EMAIL}),
        territories=frozenset({"SE"}),
        starts_on=date(2030, 7, 28),
        ends_on=date(2030, 8, 20),
        exclusivity=INDUSTRY,
    )
    found = judge(on(held), rights()).alternatives
    earlier = rights(starts_on=date(2030, 6, 28), ends_on=date(2030, 7, 27))
    assert set(found[:2]) == {earlier, rights(ends_on=date(2030, 7, 27))}  # three days of thirty are the least to lose
    assert rights(territories=frozenset({"NO", "DE"})) in found
    assert rights(media=frozenset({Medium.CINEMA})) in found


def test_what_the_model_does_not_consent_to_is_left_out() -> None:
    asked = rights(
        media=frozenset({Medium.EMAIL, Medium.PACKAGING}),
        territories=frozenset({"SE", "US"}),
        ends_on=date(2030, 12, 31),
    )
    found = judge(on(), asked)
    assert {obstacle.kind for obstacle in found.obstacles} == {ObstacleKind.CONSENT}
    assert found.alternatives == (
        replace(asked, media=frozenset({Medium.EMAIL}), territories=frozenset({"SE"}), ends_on=date(2030, 9, 28)),
    )
    assert judge(on(), rights(industry=Industry.TOBACCO)).alternatives == ()


def test_what_clashes_with_two_gives_way_to_both() -> None:
    """One has posts in Sweden, another the cinemas of July's first week: what is left of each is found."""
    sweden = rights(media=frozenset({Medium.EMAIL}), territories=frozenset({"SE"}), exclusivity=TOTAL)
    cinemas = rights(media=frozenset({Medium.CINEMA}), ends_on=date(2030, 7, 7), exclusivity=TOTAL)
    found = judge(on(sweden, cinemas), rights()).alternatives
    assert rights(starts_on=date(2030, 7, 8), territories=frozenset({"NO", "DE"})) in found
    assert rights(media=frozenset({Medium.EMAIL}), territories=frozenset({"NO", "DE"})) in found


COUNTRIES, MEDIA = ["SE", "NO", "DE", "US"], [Medium.EMAIL, Medium.CINEMA, Medium.PACKAGING]


@st.composite
def some_rights(draw: st.DrawFn) -> Rights:
    start = TODAY + timedelta(days=draw(st.integers(0, 100)))
    return Rights(
        media=draw(st.frozensets(st.sampled_from(MEDIA), min_size=1)),
        territories=draw(st.frozensets(st.sampled_from(COUNTRIES), min_size=1)),
        industry=draw(st.sampled_from([Industry.APPAREL, Industry.BEAUTY, Industry.TOBACCO])),
        starts_on=start,
        ends_on=start + timedelta(days=draw(st.integers(0, 120))),
        exclusivity=draw(st.sampled_from(Exclusivity)),
    )


@st.composite
def policies(draw: st.DrawFn) -> PolicyView:
    return replace(
        POLICY,
        media=draw(st.frozensets(st.sampled_from(MEDIA), min_size=1)),
        territories=draw(st.frozensets(st.sampled_from(COUNTRIES), min_size=1)),
        maximum_days=draw(st.integers(1, 150)),
    )


@settings(max_examples=300, deadline=None)
@given(st.lists(some_rights(), max_size=10), policies(), some_rights())
def test_every_alternative_can_be_had(held: list[Rights], policy: PolicyView, asked: Rights) -> None:
    ground = on(*held, policy=policy)
    found = judge(ground, asked)
    assert found.available == ground.is_free(asked)
    assert not (found.available and found.alternatives)
    assert len(found.alternatives) <= 5
    assert len(set(found.alternatives)) == len(found.alternatives)
    for alternative in found.alternatives:
        assert alternative != asked
        assert judge(ground, alternative).available
        assert rules.check_rights(alternative, TODAY) == alternative
        assert alternative.media <= asked.media
        assert alternative.territories <= asked.territories
        assert alternative.days <= asked.days
        assert alternative.industry is asked.industry


@settings(max_examples=200, deadline=None)
@given(st.lists(some_rights(), max_size=10), policies(), some_rights())
def test_something_is_found_wherever_a_part_is_free(held: list[Rights], policy: PolicyView, asked: Rights) -> None:
    """One medium in one country on the first or the last day: if even that can be had, there is an alternative."""
    ground = on(*held, policy=policy)
    levels = {Exclusivity.NON_EXCLUSIVE, asked.exclusivity}
    parts = [
        replace(
            asked,
            media=frozenset({medium}),
            territories=frozenset({place}),
            starts_on=day,
            ends_on=day,
            exclusivity=level,
        )
        for medium in asked.media
        for place in asked.territories
        for day in (asked.starts_on, asked.starts_on + timedelta(days=policy.maximum_days - 1))
        for level in levels
        if day <= asked.ends_on
    ]
    found = judge(ground, asked)
    if not found.available and any(ground.is_free(part) for part in parts):
        assert found.alternatives


@settings(max_examples=200, deadline=None)
@given(st.lists(some_rights(), min_size=1, max_size=6), some_rights())
def test_an_obstacle_tells_no_more_than_was_asked(held: list[Rights], asked: Rights) -> None:
    """What lies outside the asked rights could tell one deal from another; so could how many they are."""
    ground = on(*held)
    found = judge(ground, asked)
    for obstacle in found.obstacles:
        assert obstacle.media <= asked.media
        assert obstacle.territories <= asked.territories
        assert obstacle.starts_on is None or asked.starts_on <= obstacle.starts_on
        assert obstacle.ends_on is None or obstacle.ends_on <= asked.ends_on
    assert judge(replace(ground, held=(*held, *held)), asked) == found


async def test_many_twins_are_judged_at_once(database: Database) -> None:
    ada, ebba = await factories.listed_twin(database), await factories.listed_twin(database, name="Ebba")
    lumen = await factories.brand(database)
    wanted = factories.rights(exclusivity=TOTAL)
    await factories.licence(database, lumen, ada, wanted)
    async with database.read(lumen.actor)() as read:
        twins = await store.twins.by_ids(read, [ada.id, ebba.id])
        found = await availability.check_all(read, [twins[ada.id], twins[ebba.id]], wanted)
    assert [each.available for each in found] == [False, True]
    assert "Lumen" not in str(found)


async def test_the_database_agrees_with_python_about_every_conflict(database: Database) -> None:
    """The search, the conflicts between bids and the exclusion constraint speak of the same conflicts."""
    dice = Random(1)
    ada, lumen = await factories.listed_twin(database), await factories.brand(database)

    def some() -> Rights:
        return factories.rights(
            media=dice.sample([Medium.EMAIL, Medium.CINEMA], dice.randint(1, 2)),
            places=dice.sample(["SE", "DE"], dice.randint(1, 2)),
            industry=dice.choice([Industry.APPAREL, Industry.BEAUTY]),
            start=dice.randrange(10),
            days=dice.randint(1, 10),
            exclusivity=dice.choice(list(Exclusivity)),
        )

    offers = [await factories.offer(database, lumen, ada, some()) for _ in range(20)]
    async with database.read(SYSTEM)() as read:
        found = await store.bids.conflicting(read, [factories.number(offer) for offer in offers])
    for offer in offers:
        mine = store.rights.rights_of(offer)
        expected = {
            other.id for other in offers if other is not offer and mine.conflicts_with(store.rights.rights_of(other))
        }
        assert {other.id for other in found[factories.number(offer)]} == expected


async def test_what_is_held_is_read_as_it_was_granted(database: Database) -> None:
    ada, lumen = await factories.listed_twin(database), await factories.brand(database)
    wanted = [
        factories.rights(media=list(Medium), places=["WORLD"], start=1, days=1),
        factories.rights(
            media=[Medium.SOCIAL_ORGANIC, Medium.EMAIL, Medium.INTERNAL], places=["SE", "JP", "US"], days=40
        ),
        factories.rights(places=["DACH"], industry=Industry.BEAUTY, start=50, exclusivity=Exclusivity.INDUSTRY),
    ]
    granted = [await factories.licence(database, lumen, ada, each) for each in wanted]
    async with database.read(SYSTEM)() as read:
        held = await store.licences.live_rights(read, [ada.id], since=read.today)
    assert list(held[ada.id]) == wanted == [store.rights.rights_of(licence) for licence in granted]
