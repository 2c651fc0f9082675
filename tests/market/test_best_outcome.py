import asyncio
import time
from datetime import date, timedelta
from itertools import combinations, pairwise
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.outcomes import CONTRIVED, EVERYWHERE, LIKELY, crowd
from market import bids, territories
from market.bids.outcomes import MAXIMUM_BIDS
from market.bids.together import cliques, conflicts, heaviest, parts, undominated
from market.rights import Exclusivity, Industry, Medium, Rights
from market.states import BidStatus, ListingFormat, TwinStatus
from market.store.rights import columns_of
from market.tables import Bid
from payments.money import MAXIMUM_CHARGE_MINOR, Money
from server.database import Database
from tests import factories
from tests.factories import number

GENEROUS_SECONDS = 4
"""For what takes hundredths of a second of a machine's own time: a busy one is slower."""


@st.composite
def contests(draw: st.DrawFn) -> tuple[list[int], list[int]]:
    """The weights of a few bids, and which are against each other."""
    weight = st.integers(1, 50) | st.integers(MAXIMUM_CHARGE_MINOR - 3, MAXIMUM_CHARGE_MINOR)
    weights = draw(st.lists(weight, max_size=11))
    against = [0] * len(weights)
    for one, other in combinations(range(len(weights)), 2):
        if draw(st.booleans()):
            against[one] |= 1 << other
            against[other] |= 1 << one
    return weights, against


@settings(max_examples=150, deadline=None)
@given(contests())
def test_no_set_without_a_conflict_is_heavier(contest: tuple[list[int], list[int]]) -> None:
    weights, against = contest
    size = len(weights)
    independent = [
        chosen
        for count in range(size + 1)
        for chosen in combinations(range(size), count)
        if all(not against[one] >> other & 1 for one, other in combinations(chosen, 2))
    ]
    found = heaviest(weights, against).places
    assert tuple(found) in independent
    assert sum(weights[place] for place in found) == max(sum(weights[place] for place in each) for each in independent)


@settings(max_examples=100, deadline=None)
@given(contests())
def test_cliques_are_conflicts_and_leave_none_out(contest: tuple[list[int], list[int]]) -> None:
    _, against = contest
    pairs = {(one, other) for one, others in enumerate(against) for other in range(one) if others >> other & 1}
    members = [[place for place in range(len(against)) if clique >> place & 1] for clique in cliques(against)]
    assert {(one, other) for clique in members for one in clique for other in clique if other < one} == pairs


@pytest.mark.parametrize("exclusivities", [list(Exclusivity), [Exclusivity.TOTAL], [Exclusivity.INDUSTRY]])
@pytest.mark.parametrize("places", [EVERYWHERE, list(territories.COUNTRIES), ["DE", "SE", "JP"]])
def test_two_hundred_bids_are_weighed_soon(
    exclusivities: list[Exclusivity], places: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    amounts, wanted = crowd(1, MAXIMUM_BIDS, exclusivities, places)
    began = time.process_time()
    against = conflicts(wanted)
    found = heaviest(amounts, against)
    assert time.process_time() - began < GENEROUS_SECONDS
    assert found.is_proven
    assert found.places
    assert not any(against[one] >> other & 1 for one, other in combinations(found.places, 2))
    assert "not proven" not in caplog.text


@pytest.mark.parametrize("kind", LIKELY | {kind: make for kind, make in CONTRIVED.items() if kind.startswith("4")})
def test_bids_drawn_by_lot_are_weighed_too(kind: str) -> None:
    make = (LIKELY | CONTRIVED)[kind]
    for seed in range(3):
        amounts, wanted = make(seed, MAXIMUM_BIDS)
        began = time.process_time()
        found = heaviest(amounts, conflicts(wanted))
        assert time.process_time() - began < GENEROUS_SECONDS
        assert found.is_proven


@pytest.mark.parametrize("seed", range(6))
def test_where_the_best_is_known_it_is_found_among_two_hundred(seed: int) -> None:
    """Every country on every week has a price. Some bids ask for all of it between them, at its price: nothing can earn
    more. All others ask for parts that cut across theirs, and offer a little less than the price or just as much."""
    dice, countries, weeks = Random(seed), list(territories.COUNTRIES)[:24], 30
    price = {(place, week): dice.randrange(100, 10_000) for place in countries for week in range(weeks)}

    def ask(places: list[str], first: int, last: int) -> tuple[int, Rights]:
        start = date(2030, 1, 1) + timedelta(weeks=first)
        days = timedelta(weeks=last - first) - timedelta(days=1)
        rights = Rights(
            frozenset({Medium.EMAIL}), frozenset(places), Industry.APPAREL, start, start + days, Exclusivity.TOTAL
        )
        return sum(price[place, week] for place in places for week in range(first, last)), rights

    rest, asked = dice.sample(countries, len(countries)), []
    while rest:
        places, rest = rest[:3], rest[3:]
        cuts = sorted({0, weeks, *dice.sample(range(weeks), 6)})
        asked += [ask(places, first, last) for first, last in pairwise(cuts)]
    while len(asked) < MAXIMUM_BIDS:
        first = dice.randrange(weeks)
        worth, wanted = ask(dice.sample(countries, dice.randint(1, 6)), first, dice.randint(first + 1, weeks))
        asked.append((worth - dice.randrange(min(worth, 50)), wanted))
    dice.shuffle(asked)
    found = heaviest([worth for worth, _ in asked], conflicts([rights for _, rights in asked]))
    assert sum(asked[place][0] for place in found.places) == sum(price.values())


@settings(max_examples=100, deadline=None)
@given(contests())
def test_what_is_left_out_and_taken_apart_loses_nothing(contest: tuple[list[int], list[int]]) -> None:
    weights, against = contest
    left = undominated(weights, against)
    groups = parts(left, against)
    assert sorted(place for group in groups for place in group) == [
        place for place in range(len(weights)) if left >> place & 1
    ]
    for one, other in combinations(groups, 2):
        assert not any(against[mine] >> place & 1 for mine in one for place in other)


def test_what_nobody_could_prove_in_time_ends_with_the_best_found(caplog: pytest.LogCaptureFixture) -> None:
    dice = Random(1)
    size = MAXIMUM_BIDS
    against = [0] * size
    for one, other in combinations(range(size), 2):
        if dice.random() < 0.06:
            against[one] |= 1 << other
            against[other] |= 1 << one
    found = heaviest([100_000 + dice.randrange(9) for _ in range(size)], against)
    assert not found.is_proven
    assert len(found.places) > 30
    assert not any(against[one] >> other & 1 for one, other in combinations(found.places, 2))
    assert "not proven" in caplog.text


async def test_the_loop_goes_on_and_sellers_do_not_wait_for_each_other() -> None:
    amounts, wanted = crowd(2)
    rows = [
        Bid(id=place, amount_minor=amount, currency="EUR", **columns_of(rights))
        for place, (amount, rights) in enumerate(zip(amounts, wanted, strict=True), start=1)
    ]
    weighing = asyncio.gather(*(bids.best_outcome(rows) for _ in range(3)))
    turns = 0
    while not weighing.done():
        await asyncio.sleep(0)
        turns += 1
    first, second, third = await weighing
    assert [bid.id for bid in first.bids] == [bid.id for bid in second.bids] == [bid.id for bid in third.bids]
    assert turns > 10


# ------------------------------------------------------------------ which bids take part


async def test_only_what_could_be_accepted_takes_part(database: Database) -> None:
    """Not what the policy forbids by now, not what is held, not what trails on an OPEN listing."""
    ada = await factories.listed_twin(database)
    lumen, rival, third = [await factories.brand(database, name) for name in ("Lumen", "Rival", "Third")]
    listing = await factories.listing(
        database, ada, wanted=factories.rights(places=["JP"], exclusivity=Exclusivity.TOTAL)
    )
    trailing = await factories.bid(database, lumen, listing, 100, 300)
    leading = await factories.bid(database, rival, listing, 400, 900)
    forbidden = await factories.offer(database, third, ada, factories.rights(media=[Medium.PACKAGING]), 5000)
    held = await factories.offer(database, third, ada, factories.rights(places=["FR"], exclusivity=Exclusivity.TOTAL))
    await factories.licence(database, lumen, ada, factories.rights(places=["IT", "ES"]))
    taken = await factories.offer(database, third, ada, factories.rights(places=["US"], exclusivity=Exclusivity.TOTAL))
    await factories.accept(database, taken, ada)
    await factories.set_policy(database, ada, media=[Medium.SOCIAL_PAID])
    async with database.read(ada.model.actor)() as read:
        found = await bids.that_can_win(read, listing)
    assert {bid.id for bid in found} == {leading.id, held.id}
    assert {trailing.id, forbidden.id, taken.id}.isdisjoint(bid.id for bid in found)
    await factories.set_status(database, ada, TwinStatus.PAUSED)
    async with database.read(ada.model.actor)() as read:
        assert await bids.that_can_win(read, listing) == []


async def test_sealed_bids_take_part_once_the_seller_sees_them(database: Database) -> None:
    ada, lumen = await factories.listed_twin(database), await factories.brand(database)
    listing = await factories.listing(database, ada, format=ListingFormat.SEALED)
    placed = await factories.bid(database, lumen, listing, 300)
    async with database.read(ada.model.actor)() as read:
        assert await bids.that_can_win(read, listing) == []
    await factories.move_clock(database, timedelta(hours=2))
    async with database.read(ada.model.actor)() as read:
        assert [bid.id for bid in await bids.that_can_win(read, listing)] == [placed.id]


async def test_what_is_accepted_together_can_be_accepted_together(database: Database) -> None:
    ada = await factories.listed_twin(database)
    brands = [await factories.brand(database, f"Brand {place}") for place in range(4)]
    dice = Random(7)
    for brand in brands:
        for _ in range(3):
            wanted = factories.rights(
                places=dice.sample(["SE", "DE", "JP", "DACH"], 2),
                start=dice.randrange(1, 60),
                exclusivity=dice.choice(list(Exclusivity)),
            )
            await factories.offer(database, brand, ada, wanted, Money(dice.randrange(6000, 90_000), "EUR"))
    listing = await factories.listing(database, ada)
    async with database.read(ada.model.actor)() as read:
        best = (await bids.best_outcome(await bids.that_can_win(read, listing))).bids
    assert len(best) > 1
    for bid in best:
        await factories.accept(database, bid, ada)
    async with database.read(ada.model.actor)() as read:
        left = await bids.that_can_win(read, listing)
    assert all(bid.status is BidStatus.PENDING for bid in left)
    assert number(listing)
