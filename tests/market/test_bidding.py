from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from market.bidding import Lead, Standing, increment, minimum_bid, outcome
from payments.money import Money

NOON = datetime(2027, 6, 1, 12, tzinfo=UTC)


def standings(*maxima: int) -> list[Standing]:
    """Bids in the order in which they came."""
    return [Standing(n, maximum, NOON + timedelta(seconds=n)) for n, maximum in enumerate(maxima, start=1)]


@pytest.mark.parametrize(
    ("current", "step"),
    [
        (Money(0, "EUR"), 1),
        (Money(1, "EUR"), 1),
        (Money(20, "EUR"), 1),
        (Money(21, "EUR"), 2),
        (Money(41, "EUR"), 5),
        (Money(101, "EUR"), 10),
        (Money(100_000, "EUR"), 5_000),
        (Money(101_000, "EUR"), 10_000),
        (Money(200_001, "EUR"), 20_000),
        (Money(400_001, "EUR"), 50_000),
        (Money(50, "JPY"), 5),
        (Money(10, "KWD"), 10),
        (Money(410, "KWD"), 50),
        (Money(1_010, "KWD"), 100),
        (Money(99_999_999, "EUR"), 5_000_000),
    ],
)
def test_increments_are_round_and_at_least_five_per_cent(current: Money, step: int) -> None:
    assert increment(current) == Money(step, current.currency)


@given(st.integers(0, 10**10), st.sampled_from(["EUR", "JPY", "KWD"]))
def test_every_increment_is_a_one_two_or_five_and_no_larger_than_it_must_be(minor: int, currency: str) -> None:
    step = increment(Money(minor, currency)).minor
    assert step * 100 >= minor * 5
    assert str(step).rstrip("0") in ("1", "2", "5")
    assert step <= max(minor * 5 * 5 // 200 + 1, 10)  # rounding up to 1-2-5 multiplies by at most 2.5
    assert increment(Money(minor + 1, currency)).minor >= step


@pytest.mark.parametrize(
    ("maxima", "starting", "reserve", "lead"),
    [
        ([], 100_000, None, None),
        ([90_000], 100_000, None, None),
        ([150_000], 100_000, None, Lead(1, 100_000, True)),
        ([150_000], 100_000, 160_000, Lead(1, 100_000, False)),
        ([150_000], 100_000, 150_000, Lead(1, 150_000, True)),
        ([150_000], 100_000, 140_000, Lead(1, 140_000, True)),
        ([150_000, 120_000], 100_000, None, Lead(1, 130_000, True)),
        ([120_000, 150_000], 100_000, None, Lead(2, 130_000, True)),
        ([150_000, 150_000], 100_000, None, Lead(1, 150_000, True)),
        ([150_000, 149_000], 100_000, None, Lead(1, 150_000, True)),
        ([150_000, 120_000], 100_000, 140_000, Lead(1, 140_000, True)),
        ([150_000, 120_000], 100_000, 125_000, Lead(1, 130_000, True)),
        ([150_000, 120_000], 100_000, 200_000, Lead(1, 130_000, False)),
        ([110_000, 120_000, 150_000, 115_000], 100_000, None, Lead(3, 130_000, True)),
    ],
)
def test_the_highest_maximum_leads_at_the_price_that_the_second_makes(
    maxima: list[int], starting: int, reserve: int | None, lead: Lead | None
) -> None:
    assert outcome(standings(*maxima), starting, reserve, "EUR") == lead


def test_the_earlier_of_equal_maxima_leads_whatever_order_they_are_given_in() -> None:
    late, early = Standing(1, 500, NOON + timedelta(seconds=1)), Standing(2, 500, NOON)
    assert outcome([late, early], 100, None, "EUR") == outcome([early, late], 100, None, "EUR") == Lead(2, 500, True)


def test_raising_ones_own_maximum_does_not_raise_ones_own_price() -> None:
    """The leader stood at its maximum, for the second came close. Were the price made anew, it would be 110,000."""
    first = outcome(standings(100_000, 98_000), 50_000, None, "EUR")
    assert first == Lead(1, 100_000, True)
    raised = [Standing(1, 200_000, NOON + timedelta(minutes=1)), Standing(2, 98_000, NOON)]
    assert outcome(raised, 50_000, None, "EUR", before=first) == first
    assert outcome(raised, 50_000, 150_000, "EUR", before=first) == Lead(1, 150_000, True)
    assert outcome(raised[:1], 50_000, None, "EUR", before=first) == Lead(1, 50_000, True)
    challenged = [*raised, Standing(3, 105_000, NOON + timedelta(minutes=2))]
    assert outcome(challenged, 50_000, None, "EUR", before=first) == Lead(1, 115_000, True)


@pytest.mark.parametrize(
    ("lead", "own_maximum", "least"),
    [
        (None, None, 100_000),
        (Lead(1, 100_000, True), None, 105_000),
        (Lead(1, 101_000, True), None, 111_000),
        (Lead(1, 101_000, True), 150_000, 150_001),
    ],
)
def test_the_next_bid_has_a_least(lead: Lead | None, own_maximum: int | None, least: int) -> None:
    assert minimum_bid(lead, 100_000, "EUR", own_maximum_minor=own_maximum) == Money(least, "EUR")


def test_the_leader_raises_by_what_can_be_charged() -> None:
    assert minimum_bid(Lead(1, 1_000, True), 1_000, "KWD", own_maximum_minor=2_000) == Money(2_010, "KWD")


@dataclass
class Hall:
    """An auction as the people in the hall would hold it, one call at a time and from memory: the model of the test."""

    starting: int
    reserve: int | None
    leader: int | None = None
    price: int = 0
    maxima: dict[int, int] = field(default_factory=dict)

    def call(self, brand: int, maximum: int) -> None:
        leading = self.maxima.get(self.leader or 0, 0)
        self.maxima[brand] = maximum
        if self.leader is None:
            self.leader, self.price = brand, self.starting
        elif brand != self.leader:
            loser, winner = sorted((maximum, leading))
            self.price = min(winner, loser + increment(Money(loser, "EUR")).minor)
            self.leader = brand if maximum > leading else self.leader
        if self.reserve is not None and self.maxima[self.leader] >= self.reserve:
            self.price = max(self.price, self.reserve)


calls = st.lists(st.tuples(st.integers(1, 4), st.integers(0, 30_000)), max_size=25)


@settings(max_examples=300, deadline=None)
@given(calls, st.integers(1, 20_000), st.none() | st.integers(1, 60_000))
def test_any_row_of_bids_ends_as_in_a_hall(row: list[tuple[int, int]], starting: int, reserve: int | None) -> None:
    hall = Hall(starting, max(reserve, starting) if reserve is not None else None)
    held: dict[int, Standing] = {}
    lead: Lead | None = None
    for n, (brand, extra) in enumerate(row):
        leads = lead is not None and lead.bid_id == brand
        own = held[brand].maximum_minor if leads else None
        maximum = minimum_bid(lead, starting, "EUR", own_maximum_minor=own).minor + extra
        hall.call(brand, maximum)
        held[brand] = Standing(brand, maximum, NOON + timedelta(seconds=n))
        after = outcome(list(held.values()), starting, hall.reserve, "EUR", before=lead)
        assert after is not None
        assert (after.bid_id, after.price_minor) == (hall.leader, hall.price)
        assert starting <= after.price_minor <= held[after.bid_id].maximum_minor
        assert lead is None or after.price_minor >= lead.price_minor
        assert after.reserve_met is (hall.reserve is None or held[after.bid_id].maximum_minor >= hall.reserve)
        if leads and after.reserve_met == (lead is not None and lead.reserve_met):
            assert after == lead
        lead = after
