"""Making a bid: on a listing, or as an offer of the brand's own."""

from datetime import datetime, timedelta

from core.actor import Scope
from core.errors import InvalidInput, NotAllowed
from core.work import Work
from market import availability, rules, store
from market.bidding import LATEST, Standing
from market.bids import standing
from market.consent import policy_obstacles
from market.errors import BidTooLow
from market.facts import BidPlaced
from market.rights import Rights
from market.states import BidStatus, ListingFormat, TwinStatus
from market.store.contests import Contender, Contest, Outcome
from market.store.rights import columns_of
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
    contest = await store.contests.hold(work, listing_id, brand_id=brand)
    rules.check_window(contest.listing, work.now)
    cap = _check_amounts(contest.listing, amount, maximum)
    payers.check_means(contest.payer, work.today, until=contest.listing.closes_at.date())
    regions.check_payable(*contest.model)
    await _check_free(work, contest)
    own = next((bid for bid in contest.live if bid.brand_id == brand), None)
    _check_high_enough(contest, own, amount, cap)
    outcome = _outcome(contest, own, cap, work.now)
    # recorded before it is written: the log is told in one go with it
    work.record(_placed(contest.listing, outcome, brand_id=brand))
    return await store.contests.settle(work, contest, outcome, brand_id=brand, intended_use=use)


async def _check_free(work: Work, contest: Contest) -> None:
    """What could be had instead is sought only where these rights cannot be. Raises RightsUnavailable."""
    consents = contest.policy is not None and not policy_obstacles(contest.policy, contest.rights)
    if contest.is_taken or not consents or contest.twin.status is not TwinStatus.LISTED:
        await availability.require(work, contest.twin, contest.rights)


def _outcome(contest: Contest, own: Contender | None, cap: Money, now: datetime) -> Outcome:
    """What the bid makes of the contest."""
    listing = contest.listing
    kept, count = (own.id, contest.count) if own is not None else (None, contest.count + 1)
    if listing.format is ListingFormat.SEALED:  # nothing of it may show before the close
        return Outcome(
            kept, cap.minor, None, standing.lead_of(listing), listing.reserve_met, count, listing.closes_at, {}
        )
    number = LATEST if kept is None else kept
    others = [bid for bid in contest.live if bid is not own]
    standings = [
        Standing(number, cap.minor, now),
        *(Standing(bid.id, bid.maximum_minor, bid.placed_at) for bid in others),
    ]
    lead = standing.lead_now(listing, standings)
    pays = standing.pays(standings, lead)
    return Outcome(
        own_id=kept,
        amount_minor=pays[number],
        maximum_minor=cap.minor,
        lead=lead,
        reserve_met=standing.is_met(listing, lead),
        count=count,
        closes_at=_close(listing, now),
        amounts={bid.id: pays[bid.id] for bid in others if bid.amount_minor != pays[bid.id]},
    )


def _placed(listing: Listing, outcome: Outcome, *, brand_id: int) -> BidPlaced:
    return BidPlaced(
        brand_id=brand_id,
        listing_id=listing.id,
        sealed=listing.format is ListingFormat.SEALED,
        extended=outcome.closes_at > listing.closes_at,
        reserve_met=outcome.reserve_met and not listing.reserve_met,
    )


def _close(listing: Listing, now: datetime) -> datetime:
    """A bid in the last seconds moves the close of an OPEN listing, so that there is time to answer it."""
    return max(listing.closes_at, now + timedelta(seconds=listing.soft_close_seconds))


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


def _check_high_enough(contest: Contest, own: Contender | None, amount: Money, cap: Money) -> None:
    """Whoever leads need only exceed its own maximum; everybody else must offer the listing's minimum."""
    listing, floor = contest.listing, contest.floor
    if own is not None and own.id == listing.leading_bid_id:
        minimum = standing.minimum_bid(listing, floor, leads_with_minor=own.maximum_minor)
        if cap < minimum:
            raise BidTooLow(f"You lead already. To raise your maximum, send at least {minimum}.", minimum=minimum)
        return
    minimum = standing.minimum_bid(listing, floor)
    if amount < minimum:
        raise BidTooLow(f"The bid must be at least {minimum}.", minimum=minimum, path=["amount"])


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
    work.record(BidPlaced(brand_id=brand, listing_id=None, sealed=False, extended=False, reserve_met=False))
    return bid


async def _check_payable(work: Work, twin: Twin) -> None:
    """What could never reach the model is not bid. Raises PaymentProblem."""
    regions.check_payable(*await store.parties.named(work, twin.model_id))


def _intended_use(text: str) -> str:
    return rules.check_text(text, path=["intendedUse"], least=10, most=2000)


async def _floor(work: Work, twin: Twin) -> Money | None:
    card = (await store.twins.cards(work, [twin])).get(twin.id or 0)
    return Money(card.floor_minor, card.currency) if card is not None else None
