"""Listings: offering rights for which brands compete, and taking the offer back."""

from collections.abc import Sequence
from datetime import datetime

from core.actor import Scope
from core.errors import InvalidInput, NotAllowed
from core.work import Work
from market import availability, rules, store
from market.facts import BidAnswered, ListingOpened, ListingWithdrawn
from market.rights import Rights
from market.states import BidStatus, ListingFormat, ListingStatus
from market.store.rights import columns_of, rights_of
from market.tables import Bid, Listing, Twin
from payments.money import Money

MAXIMUM_UNENDED = 50
"""Listings of one twin that nobody has awarded or withdrawn."""


async def create(
    work: Work,
    *,
    twin_id: int,
    rights: Rights,
    format: ListingFormat,
    starting: Money,
    reserve: Money | None,
    opens_at: datetime | None,
    closes_at: datetime,
    soft_close_seconds: int,
) -> Listing:
    """By the model, or by her agency where its mandate covers the rights. Raises RightsUnavailable."""
    rules.check_scope(work.actor, Scope.MANAGE)
    twin = await store.twins.lock(work, twin_id)
    await _check_seller(work, twin, rights)
    rules.check_rights(rights, work.today)
    opens = rules.check_opening(
        opens_at=opens_at,
        closes_at=closes_at,
        soft_close_seconds=soft_close_seconds,
        rights=rights,
        now=work.now,
    )
    await _check_prices(work, twin, starting, reserve)
    await availability.require(work, twin, rights)
    if len(await store.listings.hold_unended(work, twin_id)) >= MAXIMUM_UNENDED:
        raise NotAllowed(
            f"The twin has {MAXIMUM_UNENDED} listings that have not ended. Award or withdraw one first.",
            code="TOO_MANY_LISTINGS",
        )
    listing = Listing(
        twin_id=twin_id,
        format=format,
        currency=starting.currency,
        starting_minor=starting.minor,
        reserve_minor=reserve.minor if reserve is not None else None,
        opens_at=opens,
        closes_at=closes_at,
        soft_close_seconds=soft_close_seconds,
        reserve_met=reserve is None,
        created_at=work.now,
        **columns_of(rights),
    )
    await store.listings.keep(work, listing)
    work.record(ListingOpened(listing_id=_id(listing)))
    return listing


async def _check_prices(work: Work, twin: Twin, starting: Money, reserve: Money | None) -> None:
    """In the currency of the rate card, so that the floor means something."""
    card = (await store.twins.cards(work, [twin])).get(twin.id or 0)
    if card is not None:
        rules.check_currency(starting, card.currency, path=["startingPrice"])
    rules.check_amount(starting, path=["startingPrice"])
    if reserve is None:
        return
    rules.check_currency(reserve, starting.currency, path=["reserve"])
    rules.check_amount(reserve, path=["reserve"])
    if reserve < starting:
        raise InvalidInput(f"The reserve {reserve} is under the starting price {starting}.", path=["reserve"])


async def withdraw(work: Work, *, listing_id: int) -> Listing:
    """The seller's side takes the offer back. Its live bids are declined."""
    rules.check_scope(work.actor, Scope.MANAGE)
    listing, twin = await store.listings.lock(work, listing_id)
    await _check_seller(work, twin, rights_of(listing))
    await _end(work, listing, await store.bids.live_on(work, listing_id))
    return listing


async def withdraw_all(work: Work, twin: Twin, *, reason: str) -> None:
    """The locked twin leaves the market: its listings are withdrawn, and every bid that still binds is declined."""
    if twin.id is None:
        return
    for listing in await store.listings.hold_unended(work, twin.id):
        await _end(work, listing, ())
    for bid in await store.bids.unanswered_of_twin(work, twin.id):
        _decline(work, bid, reason)
    await work.session.flush()


async def withdraw_for_capture(work: Work, twin: Twin) -> None:
    """What was on offer of the locked twin was its version before: bids on listings are declined, offers stay."""
    for listing in await store.listings.hold_unended(work, twin.id or 0):
        await _end(work, listing, await store.bids.live_on(work, _id(listing)))


async def _end(work: Work, listing: Listing, live: Sequence[Bid]) -> None:
    rules.move(listing, ListingStatus.WITHDRAWN, work.now)
    for bid in live:
        _decline(work, bid, "The listing was withdrawn.")
    await work.session.flush()
    work.record(ListingWithdrawn(listing_id=_id(listing)))


def _decline(work: Work, bid: Bid, reason: str) -> None:
    rules.move(bid, BidStatus.DECLINED, work.now)
    bid.decline_reason, bid.decided_at = reason, work.now
    if bid.id is not None:
        work.record(BidAnswered(bid_id=bid.id))


async def _check_seller(work: Work, twin: Twin, rights: Rights) -> None:
    powers = await store.mandates.hold_powers(work, twin.model_id)
    rules.check_seller(work.actor, twin, rights, powers)


def _id(listing: Listing) -> int:
    if listing.id is None:
        raise ValueError("The listing is not kept yet.")
    return listing.id
