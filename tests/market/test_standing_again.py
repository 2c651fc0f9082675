"""When a winner never pays, whoever it had shut out stands again, and the seller hears who is next."""

from collections.abc import Sequence
from datetime import timedelta

import pytest

from core.actor import SYSTEM
from market import bids, licences, listings, twins
from market.bids import reviving
from market.errors import RightsUnavailable
from market.facts import LicenceLapsed, RightsFreed
from market.rights import Exclusivity, Medium
from market.states import BidStatus, LicenceStatus, ListingFormat
from market.tables import Bid, Licence, Listing
from server.database import Database
from tests import factories
from tests.factories import ListedTwin, number

TOTAL = Exclusivity.TOTAL


async def fresh(database: Database, bid: Bid) -> Bid:
    async with database.work(SYSTEM)() as work:
        found = await work.session.get(Bid, bid.id)
        assert found is not None
        return found


async def lapse(database: Database, licence: Licence) -> None:
    async with database.work(SYSTEM)() as work:
        await licences.lapse(work, licence_id=number(licence))
        assert [type(fact) for fact in work.facts] == [LicenceLapsed]


async def stand_again(database: Database, licence: Licence) -> tuple[bool, int]:
    """Whether more are left, and how often the seller is told."""
    async with database.work(SYSTEM)() as work:
        more = await bids.stand_again(work, licence_id=number(licence))
        return more, sum(isinstance(fact, RightsFreed) for fact in work.facts)


async def next_bids(database: Database, ada: ListedTwin, licence: Licence) -> Sequence[Bid]:
    async with database.read(ada.model.actor)() as read:
        found = await read.session.get(Licence, licence.id)
        assert found is not None
        return await bids.next_after(read, found)


async def test_the_highest_of_those_who_lost_is_next_and_can_be_accepted(database: Database) -> None:
    ada = await factories.listed_twin(database)
    winner, second, third = [await factories.brand(database, name) for name in ("Lumen", "Vero", "Kelp")]
    wanted = factories.rights(exclusivity=TOTAL)
    best = await factories.offer(database, winner, ada, wanted, 3000)
    low = await factories.offer(database, second, ada, wanted, 1000)
    high = await factories.offer(database, third, ada, wanted, 2000)
    licence = await factories.accept(database, best, ada)
    assert {(await fresh(database, each)).status for each in (low, high)} == {BidStatus.LOST}
    assert await next_bids(database, ada, licence) == ()
    await lapse(database, licence)
    assert await stand_again(database, licence) == (False, 1)
    assert [bid.id for bid in await next_bids(database, ada, licence)] == [high.id, low.id]
    assert (await fresh(database, high)).decided_at is None
    won = await factories.accept(database, high, ada)
    assert won.status is LicenceStatus.AWAITING_PAYMENT
    assert (await fresh(database, low)).status is BidStatus.LOST
    assert await next_bids(database, ada, licence) == []


async def test_nobody_stands_again_while_the_licence_may_still_be_paid_or_was(database: Database) -> None:
    ada, lumen, vero = await factories.listed_twin(database), *[await factories.brand(database, n) for n in "AB"]
    wanted = factories.rights(exclusivity=TOTAL)
    best = await factories.offer(database, lumen, ada, wanted, 3000)
    lost = await factories.offer(database, vero, ada, wanted, 1000)
    licence = await factories.accept(database, best, ada)
    assert await stand_again(database, licence) == (False, 0)
    async with database.work(SYSTEM)() as work:
        await licences.activate(work, licence_id=number(licence))
    assert await stand_again(database, licence) == (False, 0)
    assert (await fresh(database, lost)).status is BidStatus.LOST


async def test_what_another_holds_by_now_stays_lost_until_that_lapses_too(database: Database) -> None:
    ada = await factories.listed_twin(database)
    brands = [await factories.brand(database, name) for name in ("Lumen", "Vero", "Kelp")]
    sweden, both = [factories.rights(places=places, exclusivity=TOTAL) for places in (["SE"], ["SE", "DE"])]
    germany = factories.rights(places=["DE"], exclusivity=TOTAL)
    lost = await factories.offer(database, brands[1], ada, both, 1000)
    first = await factories.accept(database, await factories.offer(database, brands[0], ada, sweden, 3000), ada)
    second = await factories.accept(database, await factories.offer(database, brands[2], ada, germany, 3000), ada)
    await lapse(database, first)
    assert await stand_again(database, first) == (False, 1)
    assert (await fresh(database, lost)).status is BidStatus.LOST
    assert (await fresh(database, lost)).lost_to_id == second.id
    assert await next_bids(database, ada, first) == []
    await lapse(database, second)
    await stand_again(database, second)
    assert (await fresh(database, lost)).status is BidStatus.PENDING


async def test_an_offer_whose_time_is_over_does_not_stand_again(database: Database) -> None:
    ada, lumen, vero = await factories.listed_twin(database), *[await factories.brand(database, n) for n in "AB"]
    wanted = factories.rights(exclusivity=TOTAL)
    async with database.read(SYSTEM)() as read:
        soon = read.now + timedelta(hours=2)
    lost = await factories.offer(database, vero, ada, wanted, 1000, expires_at=soon)
    licence = await factories.accept(database, await factories.offer(database, lumen, ada, wanted, 3000), ada)
    await factories.move_clock(database, timedelta(hours=49))
    await lapse(database, licence)
    await stand_again(database, licence)
    assert (await fresh(database, lost)).status is BidStatus.LOST


async def test_the_runner_up_of_an_auction_can_be_accepted_when_the_winner_never_pays(database: Database) -> None:
    ada, lumen, vero = await factories.listed_twin(database), *[await factories.brand(database, n) for n in "AB"]
    for format in ListingFormat:
        wanted = factories.rights(places=["JP" if format is ListingFormat.OPEN else "SE"], exclusivity=TOTAL)
        listing = await factories.listing(database, ada, wanted=wanted, format=format, closes_in=timedelta(hours=1))
        second = await factories.bid(database, vero, listing, 200)
        first = await factories.bid(database, lumen, listing, 500)
        await factories.move_clock(database, timedelta(hours=2 if format is ListingFormat.OPEN else 4))
        licence = await factories.accept(database, first, ada)
        await lapse(database, licence)
        await stand_again(database, licence)
        assert [bid.id for bid in await next_bids(database, ada, licence)] == [second.id]
        won = await factories.accept(database, second, ada)
        assert won.price_minor == 200_00


async def test_where_its_brand_bid_anew_the_lost_bid_does_not_come_back(database: Database) -> None:
    ada, lumen, vero = await factories.listed_twin(database), *[await factories.brand(database, n) for n in "AB"]
    wanted = factories.rights(exclusivity=TOTAL)
    listing = await factories.listing(database, ada, wanted=wanted)
    lost = await factories.bid(database, vero, listing, 200)
    licence = await factories.accept(database, await factories.offer(database, lumen, ada, wanted, 3000), ada)
    await lapse(database, licence)
    anew = await factories.bid(database, vero, listing, 300)
    await stand_again(database, licence)
    assert [(await fresh(database, each)).status for each in (lost, anew)] == [BidStatus.LOST, BidStatus.PENDING]
    async with database.work(ada.model.actor)() as work:
        await listings.withdraw(work, listing_id=number(listing))


async def test_on_a_listing_that_goes_on_it_competes_again(database: Database) -> None:
    ada, lumen, vero = await factories.listed_twin(database), *[await factories.brand(database, n) for n in "AB"]
    wanted = factories.rights(exclusivity=TOTAL)
    listing = await factories.listing(database, ada, wanted=wanted)
    lost = await factories.bid(database, vero, listing, 200)
    licence = await factories.accept(database, await factories.offer(database, lumen, ada, wanted, 3000), ada)
    await lapse(database, licence)
    await stand_again(database, licence)
    async with database.work(SYSTEM)() as work:
        now = await work.session.get(Listing, listing.id)
        assert now is not None
        assert (now.leading_bid_id, now.bid_count) == (lost.id, 1)
    assert await next_bids(database, ada, licence) == []  # the listing has yet to close


async def test_a_crowd_stands_again_some_at_a_time(database: Database) -> None:
    ada, lumen = await factories.listed_twin(database), await factories.brand(database)
    wanted = factories.rights(exclusivity=TOTAL)
    licence = await factories.accept(database, await factories.offer(database, lumen, ada, wanted, 3000), ada)
    crowd = reviving.MAXIMUM_AT_ONCE * 2 + 50
    async with database.work(SYSTEM)() as work:
        template = await work.session.get(Bid, licence.bid_id)
        assert template is not None
        given = {"id", "status", "amount_minor", "lost_to_id"}
        values = {name: getattr(template, name) for name in Bid.model_fields if name not in given}
        rows = [
            Bid(**values, status=BidStatus.LOST, amount_minor=100 + place, lost_to_id=licence.id)
            for place in range(crowd)
        ]
        work.session.add_all(rows)
    await lapse(database, licence)
    told = [await stand_again(database, licence) for _ in range(3)]
    assert told == [(True, 0), (True, 0), (False, 1)]
    best = await next_bids(database, ada, licence)
    assert [bid.amount_minor for bid in best] == list(range(100 + crowd - 1, 100 + crowd - 1 - len(best), -1))
    assert await stand_again(database, licence) == (False, 1)


async def test_after_a_new_capture_an_offer_stands_for_the_version_that_it_names(database: Database) -> None:
    """And under the policy of now: what that forbids is not next, and cannot be signed."""
    ada = await factories.listed_twin(database)
    winner, second, third = [await factories.brand(database, name) for name in ("Lumen", "Vero", "Kelp")]
    email = factories.rights(media=[Medium.EMAIL], exclusivity=TOTAL)
    both = factories.rights(media=[Medium.EMAIL, Medium.CINEMA], exclusivity=TOTAL)
    best = await factories.offer(database, winner, ada, both, 3000)
    allowed = await factories.offer(database, second, ada, email, 1000)
    forbidden = await factories.offer(database, third, ada, both, 2000)
    licence = await factories.accept(database, best, ada)
    async with database.work(ada.model.actor)() as work:
        kept = {"keep_policy": True, "keep_rates": True, "keep_contributors": False}
        assert (await twins.capture(work, twin_id=ada.id, **kept)).version == 2
    await factories.set_policy(database, ada, media=[Medium.EMAIL])
    await lapse(database, licence)
    assert await stand_again(database, licence) == (False, 1)
    assert [bid.id for bid in await next_bids(database, ada, licence)] == [allowed.id]
    with pytest.raises(RightsUnavailable):
        await factories.accept(database, forbidden, ada)
    won = await factories.accept(database, allowed, ada)
    assert (won.twin_version, won.policy_version) == (1, 2)
