"""The model signs: rights are reserved, the brand is charged, rivals have lost."""

from datetime import timedelta

from core.actor import Scope
from core.errors import WrongState
from core.store import keep
from core.work import Work
from market import availability, bids, rules, store
from market.consent import policy_obstacles
from market.errors import Availability, ConsentDocument, ConsentOutdated, RightsUnavailable
from market.facts import LicenceAccepted, ListingAwarded
from market.licences.consenting import Deal, deals_of
from market.rules import listing_status
from market.states import BidStatus, LicenceStatus, ListingStatus, TwinStatus
from market.store.bids import LockedBid
from market.store.rights import columns_of, rights_of
from market.tables import Consent, Licence, Listing
from payments import charges, regions

PAYMENT_DEADLINE = timedelta(hours=48)


async def accept(work: Work, *, bid_id: int, consent_digest: str, signature: str) -> Licence:
    """Sign the consent document whose digest this is, and so grant what the bid asks for. Raises NotAllowed for
    anybody but the model herself, ConsentOutdated, RightsUnavailable."""
    rules.check_scope(work.actor, Scope.MANAGE)
    locked = await store.bids.lock(work, bid_id)
    rules.check_may_sign(work.actor, locked.twin)
    await _check_not_lost(work, locked)
    rules.check_may_accept(locked.bid, locked.listing, work.now)
    deal = await _deal(work, locked)
    signed = rules.check_signature(signature, deal.model_name)
    document = deal.document
    if consent_digest != document.digest:
        raise ConsentOutdated("The text to be signed is not the one that you read: read it again.", current=document)
    await _check_consent(work, deal)
    await _check_payable(work, deal)
    licence = await _grant(work, deal)
    await keep(work, _consent(work, licence, deal, document, signed))
    await store.contributions.freeze(work, _id(licence), deal.crew)
    await charges.request(
        work,
        reference=_id(licence),
        payer_id=licence.brand_id,
        amount=deal.price,
        portions=deal.portions,
        description=f"Licence {licence.number}: {deal.twin.name}",
        due_at=licence.payment_due_at,
    )
    await _conclude(work, locked, deal, _id(licence))
    work.record(
        LicenceAccepted(
            licence_id=_id(licence),
            brand_id=licence.brand_id,
            model_id=licence.model_id,
            agency_id=licence.agency_id,
        )
    )
    return licence


async def _check_not_lost(work: Work, locked: LockedBid) -> None:
    """A bid is LOST when what it asks for went elsewhere, perhaps this very instant: say what is taken, if it is still."""
    if locked.bid.status is BidStatus.LOST:
        found = await availability.check(work, locked.twin, rights_of(locked.bid))
        if not found.available:
            raise RightsUnavailable("The rights that this bid asks for have gone to another.", availability=found)


async def _deal(work: Work, locked: LockedBid) -> Deal:
    """All of it as it stands now, and no mandate can end meanwhile."""
    twin, bid = locked.twin, locked.bid
    powers = await store.mandates.hold_powers(work, twin.model_id)
    deals = await deals_of(work, [bid], {bid.twin_id: twin}, {twin.model_id: powers})
    deal = deals.get(bid.id or 0)
    if deal is None:
        raise WrongState("There is no consent policy: there is nothing to sign.", state=bid.status)
    if deal.rights.ends_on < work.today:
        raise WrongState("The days that the bid asks for are over.", state=bid.status)
    return deal


async def _check_payable(work: Work, deal: Deal) -> None:
    """Every part of the price can reach whose it is. Raises PaymentProblem."""
    payees = [portion.payee_id for portion in deal.portions if portion.payee_id is not None]
    for party in (await store.parties.by_ids(work, payees)).values():
        regions.check_payable(party.name, party.country)


async def _check_consent(work: Work, deal: Deal) -> None:
    """The twin is on the market, and the policy of now allows what she has read."""
    if deal.twin.status is not TwinStatus.LISTED or policy_obstacles(deal.policy, deal.rights):
        await availability.require(work, deal.twin, deal.rights)


async def _grant(work: Work, deal: Deal) -> Licence:
    power = deal.power
    wanted = Licence(
        bid_id=deal.bid.id or 0,
        twin_id=deal.bid.twin_id,
        twin_version=deal.bid.twin_version,
        brand_id=deal.bid.brand_id,
        model_id=deal.twin.model_id,
        agency_id=power.agency_id if power is not None else None,
        mandate_id=power.mandate_id if power is not None else None,
        currency=deal.price.currency,
        price_minor=deal.price.minor,
        policy_version=deal.policy.version,
        card_version=deal.twin.card_version,
        status=LicenceStatus.AWAITING_PAYMENT,
        created_at=work.now,
        payment_due_at=work.now + PAYMENT_DEADLINE,
        **columns_of(deal.rights),
    )
    licence = await store.licences.grant(work, wanted)
    if licence is None:
        found: Availability = await availability.check(work, deal.twin, deal.rights)
        raise RightsUnavailable("Somebody holds rights that stand against this bid.", availability=found)
    return licence


def _consent(work: Work, licence: Licence, deal: Deal, document: ConsentDocument, signature: str) -> Consent:
    return Consent(
        licence_id=_id(licence),
        text=document.text,
        digest=document.digest,
        policy_version=document.policy_version,
        person_id=work.actor.person_id,
        caller=work.actor.caller,
        signed_by=deal.model_name,
        signature=signature,
        signed_at=work.now,
    )


async def _conclude(work: Work, locked: LockedBid, deal: Deal, licence_id: int) -> None:
    """The bid has won; its listing is awarded; whoever cannot be accepted beside it has lost."""
    bid, listing = locked.bid, locked.listing
    rules.move(bid, BidStatus.ACCEPTED, work.now)
    bid.decided_at = work.now
    if listing is not None and listing_status(listing, work.now) is not ListingStatus.AWARDED:
        rules.move(listing, ListingStatus.AWARDED, work.now)
        listing.reserve_met = listing.reserve_minor is None or bid.amount_minor >= listing.reserve_minor
        work.record(ListingAwarded(listing_id=_id(listing)))
    rivals = await store.bids.rivals(work, bid, deal.rights)
    for rival in rivals:
        rules.move(rival, BidStatus.LOST, work.now)
        rival.decided_at, rival.lost_to_id = work.now, licence_id
    await work.session.flush()
    await bids.resettle(work, {each.listing_id for each in (*rivals, bid) if each.listing_id is not None})


def _id(row: Licence | Listing) -> int:
    if row.id is None:
        raise ValueError("The row is not kept yet.")
    return row.id
