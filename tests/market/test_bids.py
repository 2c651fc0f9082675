from datetime import timedelta
from decimal import Decimal

import pytest

from core.actor import SYSTEM
from core.errors import InvalidInput, NotAllowed, NotFound, WrongState
from core.paging import Window
from market import bids, store
from market.errors import BidTooLow, RightsUnavailable
from market.facts import BidPlaced
from market.rights import Exclusivity, Medium
from market.rules import listing_status
from market.states import BidStatus, ListingFormat, ListingStatus
from market.tables import Bid, Listing
from payments import store as money
from payments.errors import PaymentProblem
from payments.money import Money
from server.database import Database
from tests import factories
from tests.factories import euros, number

LAST_MINUTE = timedelta(seconds=60)
AFTER = timedelta(hours=2)


async def find_listing(database: Database, listing: Listing) -> Listing:
    async with database.read(SYSTEM)() as read:
        return await store.listings.find(read, number(listing))


async def find_bid(database: Database, bid: Bid) -> Bid:
    async with database.read(SYSTEM)() as read:
        return await store.bids.visible(read, number(bid))


# ------------------------------------------------------------------ OPEN


async def test_two_brands_bid_and_the_second_maximum_makes_the_price(database: Database) -> None:
    ada = await factories.listed_twin(database)
    lumen, tindra = await factories.brand(database), await factories.brand(database, "Tindra")
    listing = await factories.listing(database, ada, starting=euros(100), reserve=euros(400))

    first = await factories.bid(database, lumen, listing, 150, 500)
    now = await find_listing(database, listing)
    assert (now.current_minor, now.leading_bid_id, now.reserve_met, now.bid_count) == (400_00, first.id, True, 1)

    second = await factories.bid(database, tindra, listing, 420, 450)
    now = await find_listing(database, listing)
    assert (now.leading_bid_id, now.bid_count) == (first.id, 2)
    assert now.current_minor == 500_00  # 450 and an increment of 50, which is all that the leader allows
    assert (await find_bid(database, first)).amount_minor == 500_00
    assert (await find_bid(database, second)).amount_minor == 450_00

    async with database.work(tindra.actor)() as work:
        raised = await bids.place(
            work, brand_id=None, listing_id=number(listing), amount=euros(600), maximum=None, intended_use=factories.USE
        )
        placed = [fact for fact in work.facts if isinstance(fact, BidPlaced)]
    assert raised.id == second.id  # one row for a brand on a listing
    assert [(fact.sealed, fact.reserve_met, fact.extended) for fact in placed] == [(False, False, False)]
    now = await find_listing(database, listing)
    assert (now.leading_bid_id, now.bid_count, now.current_minor) == (second.id, 2, 550_00)


async def test_of_many_bids_the_two_highest_decide_and_all_are_counted(database: Database) -> None:
    ada = await factories.listed_twin(database)
    brands = [await factories.brand(database, f"Brand {place}") for place in range(6)]
    listing = await factories.listing(database, ada, starting=euros(100))
    maxima = {0: 9000, 1: 3000, 2: 500, 3: 5000, 4: 7000, 5: 8000}
    for place in (2, 1, 3, 4, 5, 0):  # each above the price that the ones before have made
        await factories.bid(database, brands[place], listing, maxima[place], maxima[place])
    now = await find_listing(database, listing)
    assert (now.bid_count, now.current_minor) == (6, 8_500_00)  # 8,000 and an increment of 500

    await factories.bid(database, brands[2], listing, 10_000, 20_000)  # the lowest of all, far from the three highest
    now = await find_listing(database, listing)
    assert (now.bid_count, now.current_minor) == (6, 9_500_00)
    async with database.work(SYSTEM)() as work:
        live = await store.bids.live_on(work, number(listing))
    paid = {bid.brand_id: bid.amount_minor for bid in live}
    assert {place: paid[brands[place].id] for place in range(6)} == {
        place: most * 100 for place, most in (maxima | {2: 9_500}).items()
    }
    assert next(bid for bid in live if bid.id == now.leading_bid_id).brand_id == brands[2].id


async def test_a_bid_under_the_minimum_is_told_the_minimum(database: Database) -> None:
    ada = await factories.listed_twin(database)
    lumen, tindra = await factories.brand(database), await factories.brand(database, "Tindra")
    listing = await factories.listing(database, ada, starting=euros(100))
    with pytest.raises(BidTooLow) as low:
        await factories.bid(database, lumen, listing, 99)
    assert low.value.minimum == euros(100)
    await factories.bid(database, lumen, listing, 100, 1000)
    with pytest.raises(BidTooLow) as low:
        await factories.bid(database, tindra, listing, 104)
    assert low.value.minimum == euros(105)


async def test_the_models_floor_counts_on_a_listing_too(database: Database) -> None:
    ada = await factories.listed_twin(database, rates={"floor": Decimal(300)})
    lumen = await factories.brand(database)
    listing = await factories.listing(database, ada, starting=euros(100))
    with pytest.raises(BidTooLow) as low:
        await factories.bid(database, lumen, listing, 200)
    assert low.value.minimum == euros(300)


async def test_raising_ones_own_maximum_raises_nothing_else(database: Database) -> None:
    ada, lumen = await factories.listed_twin(database), await factories.brand(database)
    listing = await factories.listing(database, ada, starting=euros(100))
    await factories.bid(database, lumen, listing, 100, 300)
    await factories.bid(database, lumen, listing, 100, 900)
    assert (await find_listing(database, listing)).current_minor == 100_00
    with pytest.raises(BidTooLow) as low:
        await factories.bid(database, lumen, listing, 500, 900)
    assert low.value.minimum == Money(900_01, "EUR")


async def test_nobody_pays_more_because_somebody_left(database: Database) -> None:
    """The leader stood at its maximum and raised it; a price made anew would be an increment above."""
    ada = await factories.listed_twin(database)
    lumen, tindra = await factories.brand(database), await factories.brand(database, "Tindra")
    vero = await factories.brand(database, "Vero")
    listing = await factories.listing(database, ada, starting=euros(100))
    third = await factories.bid(database, vero, listing, 500)
    await factories.bid(database, lumen, listing, 600, 980)
    await factories.bid(database, tindra, listing, 700, 1000)
    await factories.bid(database, tindra, listing, 700, 2000)
    assert (await find_listing(database, listing)).current_minor == 1000_00
    async with database.work(vero.actor)() as work:
        await bids.withdraw(work, bid_id=number(third))
    assert (await find_listing(database, listing)).current_minor == 1000_00


async def test_a_late_bid_moves_the_close(database: Database) -> None:
    ada, lumen = await factories.listed_twin(database), await factories.brand(database)
    listing = await factories.listing(database, ada, closes_in=LAST_MINUTE, soft_close_seconds=120)
    bid = await factories.bid(database, lumen, listing, 200)
    moved = await find_listing(database, listing)
    assert moved.closes_at == bid.placed_at + timedelta(seconds=120)


async def test_bids_are_taken_while_the_listing_is_open_and_not_after(database: Database) -> None:
    ada, lumen = await factories.listed_twin(database), await factories.brand(database)
    later = await factories.listing(database, ada, opens_in=timedelta(hours=1), closes_in=timedelta(hours=3))
    with pytest.raises(WrongState) as early:
        await factories.bid(database, lumen, later, 200)
    assert early.value.state == ListingStatus.SCHEDULED
    listing = await factories.listing(database, ada)
    await factories.move_clock(database, AFTER)
    with pytest.raises(WrongState) as late:
        await factories.bid(database, lumen, listing, 200)
    assert late.value.state == ListingStatus.CLOSED


async def test_the_leader_is_bound_and_a_loser_may_leave(database: Database) -> None:
    ada = await factories.listed_twin(database)
    lumen, tindra = await factories.brand(database), await factories.brand(database, "Tindra")
    listing = await factories.listing(database, ada, starting=euros(100))
    leader = await factories.bid(database, lumen, listing, 100, 1000)
    loser = await factories.bid(database, tindra, listing, 400)
    with pytest.raises(WrongState):
        async with database.work(lumen.actor)() as work:
            await bids.withdraw(work, bid_id=number(leader))
    async with database.work(tindra.actor)() as work:
        await bids.withdraw(work, bid_id=number(loser))
    now = await find_listing(database, listing)
    assert (now.bid_count, now.leading_bid_id, now.current_minor) == (1, leader.id, 100_00)


async def test_after_the_close_a_loser_who_leaves_makes_nothing_cheaper(database: Database) -> None:
    ada = await factories.listed_twin(database)
    lumen, tindra = await factories.brand(database), await factories.brand(database, "Tindra")
    listing = await factories.listing(database, ada, starting=euros(100))
    leader = await factories.bid(database, lumen, listing, 100, 1000)
    loser = await factories.bid(database, tindra, listing, 400)
    await factories.move_clock(database, AFTER)
    async with database.work(tindra.actor)() as work:
        await bids.withdraw(work, bid_id=number(loser))
    assert (await find_listing(database, listing)).current_minor == 420_00
    async with database.work(ada.model.actor)() as work:
        await bids.decline(work, bid_id=number(leader), reason="Not for this brand.")
    now = await find_listing(database, listing)
    assert (now.bid_count, now.leading_bid_id, now.current_minor) == (0, None, None)


async def test_declining_the_leader_lets_the_next_one_lead(database: Database) -> None:
    ada = await factories.listed_twin(database)
    lumen, tindra = await factories.brand(database), await factories.brand(database, "Tindra")
    listing = await factories.listing(database, ada, starting=euros(100))
    leader = await factories.bid(database, lumen, listing, 100, 1000)
    second = await factories.bid(database, tindra, listing, 400)
    async with database.work(ada.model.actor)() as work:
        await bids.decline(work, bid_id=number(leader), reason=None)
    now = await find_listing(database, listing)
    assert (now.leading_bid_id, now.current_minor, now.bid_count) == (second.id, 100_00, 1)


async def test_what_a_bid_must_be(database: Database) -> None:
    ada, lumen = await factories.listed_twin(database), await factories.brand(database)
    listing = await factories.listing(database, ada)
    with pytest.raises(InvalidInput, match="EUR") as wrong:
        await factories.bid(database, lumen, listing, Money(200_00, "USD"))
    assert wrong.value.path == ("amount", "currency")
    with pytest.raises(InvalidInput) as wrong:
        await factories.bid(database, lumen, listing, 200, 150)
    assert wrong.value.path == ("maximum",)
    with pytest.raises(InvalidInput) as wrong:
        async with database.work(lumen.actor)() as work:
            await bids.place(
                work, brand_id=None, listing_id=number(listing), amount=euros(200), maximum=None, intended_use="short"
            )
    assert wrong.value.path == ("intendedUse",)
    poor = await factories.brand(database, "Poor", can_pay=False)
    with pytest.raises(PaymentProblem):
        await factories.bid(database, poor, listing, 200)


async def test_a_policy_that_changed_stops_the_next_bid(database: Database) -> None:
    ada, lumen = await factories.listed_twin(database), await factories.brand(database)
    listing = await factories.listing(database, ada)
    await factories.set_policy(database, ada, media=[Medium.INTERNAL])
    with pytest.raises(RightsUnavailable):
        await factories.bid(database, lumen, listing, 200)


# ------------------------------------------------------------------ SEALED


async def test_a_new_sealed_bid_takes_the_place_of_the_last_and_nobody_sees_it(database: Database) -> None:
    ada = await factories.listed_twin(database)
    lumen, tindra = await factories.brand(database), await factories.brand(database, "Tindra")
    listing = await factories.listing(database, ada, format=ListingFormat.SEALED, starting=euros(100))
    first = await factories.bid(database, lumen, listing, 900)
    again = await factories.bid(database, lumen, listing, 700)
    await factories.bid(database, tindra, listing, 500)
    assert (again.id, again.amount_minor) == (first.id, 700_00)
    shown = await find_listing(database, listing)
    assert (shown.current_minor, shown.leading_bid_id, shown.reserve_met) == (None, None, True)
    for actor, seen in ((ada.model.actor, 0), (lumen.actor, 1), (tindra.actor, 1)):
        async with database.read(actor)() as read:
            assert await store.bids.count_of_listing(read, number(listing)) == seen
            assert (await store.bids.own_counts(read, [number(listing)])) == {number(listing): seen}
    with pytest.raises(NotFound):
        async with database.work(ada.model.actor)() as work:
            await bids.decline(work, bid_id=number(first), reason=None)
    await factories.move_clock(database, AFTER)
    async with database.read(ada.model.actor)() as read:
        page = await store.bids.page_of_listing(read, number(listing), Window(10))
    assert [bid.amount_minor for bid, _ in page.rows] == [500_00, 700_00]
    assert [brand.id for _, brand in page.rows] == [tindra.id, lumen.id]


async def test_a_sealed_bid_is_one_amount(database: Database) -> None:
    ada, lumen = await factories.listed_twin(database), await factories.brand(database)
    listing = await factories.listing(database, ada, format=ListingFormat.SEALED)
    with pytest.raises(InvalidInput):
        await factories.bid(database, lumen, listing, 200, 300)


# ------------------------------------------------------------------ offers


async def test_an_offer_is_countered_and_the_brand_agrees(database: Database) -> None:
    ada, lumen = await factories.listed_twin(database), await factories.brand(database)
    offer = await factories.offer(database, lumen, ada, amount=1000)
    async with database.work(ada.model.actor)() as work:
        countered = await bids.counter(work, bid_id=number(offer), amount=euros(1500), message="A little more.")
    assert (countered.status, countered.counter_minor) == (BidStatus.COUNTERED, 1500_00)
    async with database.work(lumen.actor)() as work:
        agreed = await bids.accept_counter(work, bid_id=number(offer))
    assert (agreed.status, agreed.amount_minor, agreed.counter_minor) == (BidStatus.PENDING, 1500_00, None)


async def test_a_counter_is_accepted_with_a_card_that_outlives_the_offer(database: Database) -> None:
    ada, lumen = await factories.listed_twin(database), await factories.brand(database)
    offer = await factories.offer(database, lumen, ada)
    last_day = (await find_bid(database, offer)).expires_at
    assert last_day is not None
    async with database.work(ada.model.actor)() as work:
        await bids.counter(work, bid_id=number(offer), amount=euros(1500), message=None)
    for days, refusal in ((-1, "PAYMENT_METHOD_EXPIRES"), (0, None)):
        async with database.work(SYSTEM)() as work:
            payer = await money.ensure_payer(work, lumen.id)
            payer.payment_method_expires_on = last_day.date() + timedelta(days=days)
        if refusal is None:
            async with database.work(lumen.actor)() as work:
                await bids.accept_counter(work, bid_id=number(offer))
            assert (await find_bid(database, offer)).status is BidStatus.PENDING
            continue
        with pytest.raises(PaymentProblem, match=f"the bid may be accepted until {last_day.date()}") as refused:
            async with database.work(lumen.actor)() as work:
                await bids.accept_counter(work, bid_id=number(offer))
        assert refused.value.code == refusal
        assert (await find_bid(database, offer)).status is BidStatus.COUNTERED


async def test_an_offer_expires_by_itself(database: Database) -> None:
    ada, lumen = await factories.listed_twin(database), await factories.brand(database)
    offer = await factories.offer(database, lumen, ada)
    await factories.move_clock(database, timedelta(days=8))
    with pytest.raises(WrongState) as refused:
        async with database.work(lumen.actor)() as work:
            await bids.withdraw(work, bid_id=number(offer))
    assert refused.value.state == BidStatus.EXPIRED
    async with database.read(lumen.actor)() as read:
        party = await store.parties.find(read, lumen.id)
        counts = [
            await store.bids.count_of_party(read, party, [status]) for status in (BidStatus.EXPIRED, BidStatus.PENDING)
        ]
    assert counts == [1, 0]


async def test_an_offer_under_the_floor_is_told_the_floor(database: Database) -> None:
    ada, lumen = await factories.listed_twin(database), await factories.brand(database)
    with pytest.raises(BidTooLow) as low:
        await factories.offer(database, lumen, ada, amount=49)
    assert low.value.minimum == euros(50)


async def test_bids_on_a_listing_are_not_countered(database: Database) -> None:
    ada, lumen = await factories.listed_twin(database), await factories.brand(database)
    bid = await factories.bid(database, lumen, await factories.listing(database, ada), 200)
    with pytest.raises(WrongState):
        async with database.work(ada.model.actor)() as work:
            await bids.counter(work, bid_id=number(bid), amount=euros(500), message=None)


async def test_an_agency_answers_where_its_mandate_reaches(database: Database) -> None:
    ada, lumen = await factories.listed_twin(database), await factories.brand(database)
    nordlys = await factories.agency(database)
    await factories.mandate(database, nordlys, ada.model, places=["NORDICS"])
    nordic = await factories.offer(database, lumen, ada, factories.rights(places=["SE"]))
    german = await factories.offer(database, lumen, ada, factories.rights(places=["SE", "DE"]))
    async with database.work(nordlys.actor)() as work:
        await bids.counter(work, bid_id=number(nordic), amount=euros(2000), message=None)
    with pytest.raises(NotAllowed) as outside:
        async with database.work(nordlys.actor)() as work:
            await bids.decline(work, bid_id=number(german), reason=None)
    assert outside.value.code == "OUTSIDE_MANDATE"


async def test_rivals_learn_nothing_of_each_other(database: Database) -> None:
    ada = await factories.listed_twin(database)
    lumen, tindra = await factories.brand(database), await factories.brand(database, "Tindra")
    offer = await factories.offer(database, lumen, ada)
    for verb in (bids.withdraw, bids.accept_counter):
        with pytest.raises(NotFound):
            async with database.work(tindra.actor)() as work:
                await verb(work, bid_id=number(offer))
    async with database.read(tindra.actor)() as read:
        assert await store.bids.by_ids(read, [number(offer)]) == {}
        party = await store.parties.find(read, lumen.id)
        assert (await store.bids.page_of_party(read, party, None, Window(10))).rows == ()


# ------------------------------------------------------------------ together


async def test_conflicts_and_the_best_outcome_are_for_the_seller(database: Database) -> None:
    ada = await factories.listed_twin(database)
    brands = [await factories.brand(database, f"Brand {place}") for place in range(3)]
    world = factories.rights(places=["WORLD"], exclusivity=Exclusivity.TOTAL)
    whole = await factories.offer(database, brands[0], ada, world, 1000)
    north = await factories.offer(database, brands[1], ada, factories.rights(places=["NORDICS"]), 600)
    south = await factories.offer(database, brands[2], ada, factories.rights(places=["ES"]), 500)
    listing = await factories.listing(database, ada)
    async with database.read(ada.model.actor)() as read:
        against = await store.bids.conflicting(read, [number(whole), number(north)])
        best = (await bids.best_outcome(await bids.that_can_win(read, listing))).bids
    assert {bid.id for bid in against[number(whole)]} == {north.id, south.id}
    assert [bid.id for bid in against[number(north)]] == [whole.id]
    assert {bid.id for bid in best} == {north.id, south.id}


async def test_withdrawing_a_listing_declines_its_bids(database: Database) -> None:
    ada, lumen = await factories.listed_twin(database), await factories.brand(database)
    listing = await factories.listing(database, ada)
    bid = await factories.bid(database, lumen, listing, 200)
    async with database.work(ada.model.actor)() as work:
        withdrawn = await factories.listings.withdraw(work, listing_id=number(listing))
        assert listing_status(withdrawn, work.now) is ListingStatus.WITHDRAWN
    assert (await find_bid(database, bid)).status is BidStatus.DECLINED
