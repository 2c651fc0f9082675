"""Changing or ending a bid: the seller counters or declines, the brand accepts the counter or withdraws."""

from core.actor import Scope
from core.errors import NotAllowed, WrongState
from core.work import Work
from market import rules, store
from market.bids import standing
from market.facts import BidAnswered
from market.rules import listing_status
from market.states import BidStatus, ListingFormat, ListingStatus, TwinStatus
from market.store.bids import LockedBid
from market.store.rights import rights_of
from market.tables import Bid
from payments import payers
from payments.money import Money


async def counter(work: Work, *, bid_id: int, amount: Money, message: str | None) -> Bid:
    """Ask another price of an offer. It is the brand's turn then."""
    rules.check_scope(work.actor, Scope.MANAGE)
    locked = await store.bids.lock(work, bid_id)
    bid, twin = locked.bid, locked.twin
    await _check_seller(work, locked)
    rules.check_may_counter(bid, work.now)
    if twin.status is not TwinStatus.LISTED:
        raise WrongState(f"The twin is {twin.status}: nothing of it is on offer.", state=twin.status)
    rules.check_currency(amount, bid.currency, path=["amount"])
    rules.check_amount(amount, path=["amount"])
    rules.move(bid, BidStatus.COUNTERED, work.now)
    bid.counter_minor = amount.minor
    bid.counter_message = rules.check_text(message, path=["message"], most=2000) if message else None
    return await _answered(work, bid)


async def accept_counter(work: Work, *, bid_id: int) -> Bid:
    """The brand offers what the seller asks, which may be accepted as long as its offer. Raises PaymentProblem."""
    rules.check_scope(work.actor, Scope.BID)
    bid = (await _lock_own(work, bid_id)).bid
    rules.move(bid, BidStatus.PENDING, work.now)
    await payers.check_can_pay(work, bid.brand_id, until=bid.expires_at.date() if bid.expires_at else None)
    if bid.counter_minor is None:
        raise ValueError("A countered bid has a counter-offer.")
    bid.amount_minor, bid.placed_at = bid.counter_minor, work.now
    bid.counter_minor = bid.counter_message = None
    return await _answered(work, bid)


async def withdraw(work: Work, *, bid_id: int) -> Bid:
    """The brand takes its bid back, unless it leads an OPEN listing."""
    rules.check_scope(work.actor, Scope.BID)
    locked = await _lock_own(work, bid_id)
    rules.check_may_withdraw(locked.bid, locked.listing)
    return await _end(work, locked, BidStatus.WITHDRAWN)


async def decline(work: Work, *, bid_id: int, reason: str | None) -> Bid:
    """The seller's side says no."""
    rules.check_scope(work.actor, Scope.MANAGE)
    locked = await store.bids.lock(work, bid_id)
    await _check_seller(work, locked)
    locked.bid.decline_reason = rules.check_text(reason, path=["reason"], most=2000) if reason else None
    return await _end(work, locked, BidStatus.DECLINED)


async def _end(work: Work, locked: LockedBid, status: BidStatus) -> Bid:
    """The bid is over; on a listing, the others stand differently now."""
    bid, listing = locked.bid, locked.listing
    rules.move(bid, status, work.now)
    bid.decided_at = work.now
    await work.session.flush()
    if listing is not None and listing.outcome is None:
        live = await store.bids.live_on(work, standing.number_of(listing))
        over = listing_status(listing, work.now) is ListingStatus.CLOSED
        if over and listing.format is ListingFormat.OPEN and listing.leading_bid_id != bid.id:
            listing.bid_count = len(live)  # after the close, a loser who leaves no longer makes it cheaper
        else:
            standing.settle(listing, live)
    return await _answered(work, bid)


async def _lock_own(work: Work, bid_id: int) -> LockedBid:
    locked = await store.bids.lock(work, bid_id)
    if locked.bid.brand_id not in work.actor.brand_ids:
        raise NotAllowed("Only the brand whose bid it is can do this.")
    return locked


async def _check_seller(work: Work, locked: LockedBid) -> None:
    powers = await store.mandates.hold_powers(work, locked.twin.model_id)
    rules.check_seller(work.actor, locked.twin, rights_of(locked.bid), powers)


async def _answered(work: Work, bid: Bid) -> Bid:
    await work.session.flush()
    work.record(BidAnswered(bid_id=standing.number(bid)))
    return bid
