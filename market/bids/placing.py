"""Making a bid: on a listing, or as an offer of the brand's own."""

from datetime import datetime, timedelta

from core.actor import Scope
from core.errors import InvalidInput, NotAllowed
from core.work import Work
from market import availability, rules, store
from market.bids import standing
from market.errors import BidTooLow
from market.facts import BidPlaced
from market.rights import Rights
from market.states import BidStatus, ListingFormat
from market.store.rights import columns_of, rights_of
from market.tables import Bid, Listing, Twin
from payments import payers, regions
from payments.money import Money

MAXIMUM_OPEN_OFFERS = 20
"""Of one brand to one twin that wait for an answer."""


async def place(
    work: Work, *, brand_id: int | None, listing_id: int, amount: Money, maximum: Money | None, intended_use: str
) -> Bid:
    """Bid on a listing. On an OPEN one `maximum` bids on the brand's behalf, and raises its bid if it has one; on a
    SEALED one a new bid takes the place of the brand's last. Raises BidTooLow, RightsUnavailable, PaymentProblem."""
    rules.check_scope(work.actor, Scope.BID)
    brand = rules.acting_party(brand_id, work.actor.brand_ids, noun="brand")
    use = _intended_use(intended_use)
    listing, twin = await store.listings.lock(work, listing_id)
    rules.check_window(listing, work.now)
    cap = _check_amounts(listing, amount, maximum)
    await payers.check_can_pay(work, brand, until=listing.closes_at.date())
    await _check_payable(work, twin)
    await availability.require(work, twin, rights_of(listing))
    live, count = await store.bids.contending(work, listing_id, brand_id=brand)
    own = next((bid for bid in live if bid.brand_id == brand), None)
    _check_high_enough(listing, own, amount, cap, await _floor(work, twin))
    if own is None:
        own = await store.bids.keep(work, _bid_on(listing, twin, brand, cap, use, work.now))
        live.append(own)
        count += 1
    return await _settle(work, listing, live, own, count=count, cap=cap, use=use)


async def _settle(work: Work, listing: Listing, live: list[Bid], own: Bid, *, count: int, cap: Money, use: str) -> Bid:
    """The bid as it now is, and what it does to the listing. `live`: those that contend, of `count`."""
    was_met = listing.reserve_met
    own.intended_use, own.placed_at = use, work.now
    if listing.format is ListingFormat.OPEN:
        own.maximum_minor = cap.minor
    else:
        own.amount_minor = cap.minor
    standing.settle(listing, live, count=count)
    extended = _extend(listing, work.now)
    await work.session.flush()
    work.record(
        BidPlaced(
            bid_id=standing.number(own),
            brand_id=own.brand_id,
            listing_id=listing.id,
            sealed=listing.format is ListingFormat.SEALED,
            extended=extended,
            reserve_met=listing.reserve_met and not was_met,
        )
    )
    return own


def _extend(listing: Listing, now: datetime) -> bool:
    """A bid in the last seconds moves the close of an OPEN listing, so that there is time to answer it."""
    soft_close = now + timedelta(seconds=listing.soft_close_seconds)
    if listing.format is ListingFormat.SEALED or soft_close <= listing.closes_at:
        return False
    listing.closes_at = soft_close
    return True


def _check_amounts(listing: Listing, amount: Money, maximum: Money | None) -> Money:
    """The most that the brand will pay."""
    rules.check_currency(amount, listing.currency, path=["amount"])
    rules.check_amount(amount, path=["amount"])
    if maximum is None:
        return amount
    path = ["maximum"]
    if listing.format is ListingFormat.SEALED:
        raise InvalidInput("A sealed bid is one amount. Leave out the maximum.", path=path)
    rules.check_currency(maximum, listing.currency, path=path)
    rules.check_amount(maximum, path=path)
    if maximum < amount:
        raise InvalidInput(f"The maximum {maximum} is less than the bid of {amount}.", path=path)
    return maximum


def _check_high_enough(listing: Listing, own: Bid | None, amount: Money, cap: Money, floor: Money | None) -> None:
    """Whoever leads need only exceed its own maximum; everybody else must offer the listing's minimum."""
    if own is not None and own.id == listing.leading_bid_id:
        minimum = standing.minimum_bid(listing, floor, leads_with_minor=own.maximum_minor)
        if cap < minimum:
            raise BidTooLow(f"You lead already. To raise your maximum, send at least {minimum}.", minimum=minimum)
        return
    minimum = standing.minimum_bid(listing, floor)
    if amount < minimum:
        raise BidTooLow(f"The bid must be at least {minimum}.", minimum=minimum, path=["amount"])


def _bid_on(listing: Listing, twin: Twin, brand: int, cap: Money, use: str, now: datetime) -> Bid:
    is_open = listing.format is ListingFormat.OPEN
    return Bid(
        twin_id=listing.twin_id,
        listing_id=listing.id,
        brand_id=brand,
        twin_version=twin.version,
        currency=listing.currency,
        amount_minor=cap.minor,
        maximum_minor=cap.minor if is_open else None,
        intended_use=use,
        status=BidStatus.PENDING,
        created_at=now,
        placed_at=now,
        **columns_of(rights_of(listing)),
    )


async def offer(
    work: Work,
    *,
    brand_id: int | None,
    twin_id: int,
    rights: Rights,
    amount: Money,
    intended_use: str,
    expires_at: datetime | None,
) -> Bid:
    """Offer for rights of the brand's own choosing. Raises BidTooLow, RightsUnavailable, PaymentProblem."""
    rules.check_scope(work.actor, Scope.BID)
    brand = rules.acting_party(brand_id, work.actor.brand_ids, noun="brand")
    use = _intended_use(intended_use)
    twin = await store.twins.lock(work, twin_id)
    rules.check_rights(rights, work.today)
    until = rules.check_expiry(expires_at, work.now)
    rules.check_amount(amount, path=["amount"])
    await payers.check_can_pay(work, brand, until=until.date())
    await _check_payable(work, twin)
    await availability.require(work, twin, rights)
    floor = await _floor(work, twin)
    if floor is not None:
        rules.check_currency(amount, floor.currency, path=["amount"])
        if amount < floor:
            raise BidTooLow(f"The model takes no offer under {floor}.", minimum=floor, path=["amount"])
    if await store.bids.open_offers(work, twin_id=twin_id, brand_id=brand) >= MAXIMUM_OPEN_OFFERS:
        raise NotAllowed(
            f"{MAXIMUM_OPEN_OFFERS} of your offers for this twin wait for an answer. Withdraw one first.",
            code="TOO_MANY_OFFERS",
        )
    bid = Bid(
        twin_id=twin_id,
        brand_id=brand,
        twin_version=twin.version,
        currency=amount.currency,
        amount_minor=amount.minor,
        intended_use=use,
        status=BidStatus.PENDING,
        created_at=work.now,
        placed_at=work.now,
        expires_at=until,
        **columns_of(rights),
    )
    await store.bids.keep(work, bid)
    work.record(
        BidPlaced(
            bid_id=standing.number(bid),
            brand_id=brand,
            listing_id=None,
            sealed=False,
            extended=False,
            reserve_met=False,
        )
    )
    return bid


async def _check_payable(work: Work, twin: Twin) -> None:
    """What could never reach the model is not bid. Raises PaymentProblem."""
    regions.check_payable(*await store.parties.named(work, twin.model_id))


def _intended_use(text: str) -> str:
    return rules.check_text(text, path=["intendedUse"], least=10, most=2000)


async def _floor(work: Work, twin: Twin) -> Money | None:
    card = (await store.twins.cards(work, [twin])).get(twin.id or 0)
    return Money(card.floor_minor, card.currency) if card is not None else None
