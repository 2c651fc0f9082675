"""What follows from what: the whole process on one page.

A fact is followed by jobs and by rows of the activity log, written in the transaction that recorded it. Read a line as
a sentence: "when a payment has succeeded, activate the licence and transfer the shares".
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import asdict
from typing import Any

from core.store import Wanted, append_all, append_audit, enqueue_all
from core.work import Fact, Told, Work
from market import facts as market
from payments import facts as payments
from server import store

Reaction = Callable[[Work, Any], AsyncIterator[Told | Wanted]]


def job(kind: str, *, of: str, due: Callable[[Work, int], Awaitable[Any]] | None = None, at: str = "") -> Reaction:
    """Ask for a job about the thing whose id the fact holds in `of`, for the moment that it holds in `at` if any. A
    payment's `reference` is a licence's id."""
    argument = "licence_id" if of == "reference" else of

    async def react(work: Work, fact: Fact) -> AsyncIterator[Told | Wanted]:
        number = getattr(fact, of)
        due_at = await due(work, number) if due else getattr(fact, at) if at else None
        yield Wanted(kind, str(number), {argument: number}, due_at)

    return react


def share(kind: str) -> Reaction:
    """Tell the payee; of a model's share, her agency too."""

    async def react(work: Work, fact: payments.ShareFact) -> AsyncIterator[Told | Wanted]:
        body = {
            "share_id": fact.share_id,
            "payment_id": fact.payment_id,
            "amount_minor": fact.amount_minor,
            "currency": fact.currency,
        }
        for party_id in await store.followers_of_share(work, licence_id=fact.reference, payee_id=fact.payee_id):
            yield Told(f"payout:{party_id}", kind, body)

    return react


def payout(kind: str) -> Reaction:
    """Tell the payee; of a model's payout, the agencies that act for her today too."""

    async def react(work: Work, fact: payments.PayoutFact) -> AsyncIterator[Told | Wanted]:
        body = {"payout_id": fact.payout_row_id, "amount_minor": fact.amount_minor, "currency": fact.currency}
        for party_id in (fact.payee_id, *await store.agencies_of(work, fact.payee_id)):
            yield Told(f"payout:{party_id}", kind, body)

    return react


def licence_of_payment(kind: str) -> Reaction:
    """Tell everyone whose licence it is of its money."""

    async def react(work: Work, fact: payments.RefundFact) -> AsyncIterator[Told | Wanted]:
        for party_id in await store.parties_of_licence(work, fact.reference):
            yield Told(f"licence:{party_id}", kind, {"licence_id": fact.reference})

    return react


def licence(kind: str) -> Reaction:
    """Tell everyone whose licence it is."""

    async def react(work: Work, fact: market.LicenceFact) -> AsyncIterator[Told | Wanted]:
        for party_id in filter(None, (fact.brand_id, fact.model_id, fact.agency_id)):
            yield Told(f"licence:{party_id}", kind, {"licence_id": fact.licence_id})

    return react


def asset(kind: str) -> Reaction:
    """Tell everyone whose licence it is of a picture made under it."""

    async def react(work: Work, fact: market.AssetFact) -> AsyncIterator[Told | Wanted]:
        body = {"licence_id": fact.licence_id, "asset_id": fact.asset_id}
        for party_id in filter(None, (fact.brand_id, fact.model_id, fact.agency_id)):
            yield Told(f"licence:{party_id}", kind, body)

    return react


def seller(kind: str) -> Reaction:
    """Tell the model and the agency of the licence, and not its brand."""

    async def react(work: Work, fact: market.LicenceFact) -> AsyncIterator[Told | Wanted]:
        for party_id in filter(None, (fact.model_id, fact.agency_id)):
            yield Told(f"licence:{party_id}", kind, {"licence_id": fact.licence_id})

    return react


def listing(kind: str) -> Reaction:
    async def react(work: Work, fact: market.ListingWithdrawn | market.ListingAwarded) -> AsyncIterator[Told | Wanted]:
        yield Told(f"listing:{fact.listing_id}", kind, {"listing_id": fact.listing_id})

    return react


async def bid_on_listing(work: Work, fact: market.BidPlaced) -> AsyncIterator[Told | Wanted]:
    """Of a sealed bid nobody learns but the brand itself; an offer is on no listing."""
    if fact.listing_id is None:
        return
    kinds = {"BID_PLACED": True, "EXTENDED": fact.extended, "RESERVE_MET": fact.reserve_met and not fact.sealed}
    audience = [fact.brand_id] if fact.sealed else None
    for kind in (kind for kind, happened in kinds.items() if happened):
        yield Told(f"listing:{fact.listing_id}", kind, {"listing_id": fact.listing_id}, audience)


REACTIONS: dict[type[Fact], tuple[Reaction, ...]] = {
    # who is here: who looks finds them as they are
    market.AccountCreated: (),
    market.OperatorCreated: (),
    market.PasswordChanged: (),
    market.PasswordResetOffered: (),
    market.PasswordReset: (),
    market.SignedIn: (),
    market.SignInRefused: (),
    market.SessionEnded: (),
    market.PasskeyAdded: (),
    market.PasskeyRemoved: (),
    market.MemberAdded: (),
    market.MemberSuspended: (),
    market.MemberReinstated: (),
    market.MemberInvited: (),
    market.InvitationRevoked: (),
    market.ApiKeyCreated: (),
    market.ApiKeyRevoked: (),
    # mandates and twins: who looks finds them as they are
    market.MandateProposed: (),
    market.MandateAnswered: (),
    market.MandateDelegated: (),
    market.MandateEnded: (),
    market.TwinStatusSet: (),
    market.PolicySet: (),
    market.RatesSet: (),
    market.ContributionChanged: (),
    market.ModelErased: (job("uploads.erase", of="party_id"),),
    market.ContributorErased: (),
    # listings and bids
    market.ListingOpened: (
        job("listing.open", of="listing_id", due=store.listing_opens_at),
        job("listing.close", of="listing_id", due=store.listing_closes_at),
    ),
    market.ListingWithdrawn: (listing("WITHDRAWN"),),
    market.ListingAwarded: (listing("AWARDED"),),
    market.BidPlaced: (bid_on_listing,),
    market.BidAnswered: (),
    # licences
    market.LicenceAccepted: (licence("ACCEPTED"),),
    market.LicenceActivated: (licence("ACTIVATED"),),
    market.LicencePaymentFailed: (licence("PAYMENT_FAILED"),),
    market.LicenceLapsed: (licence("LAPSED"), job("bids.stand_again", of="licence_id")),
    market.RightsFreed: (seller("RIGHTS_FREED"),),
    market.LicenceSuspended: (licence("SUSPENDED"),),
    market.LicenceResumed: (licence("RESUMED"),),
    market.LicenceEnded: (licence("ENDED"),),
    market.LicenceTerminated: (licence("TERMINATED"),),
    # assets
    market.AssetSubmitted: (
        asset("ASSET_SUBMITTED"),
        job("asset.remind", of="asset_id", due=store.asset_reminded_at),
        job("asset.expire", of="asset_id", due=store.asset_decide_by),
    ),
    market.AssetDueSoon: (asset("ASSET_DUE_SOON"),),
    market.AssetDecided: (asset("ASSET_DECIDED"), job("asset.sign", of="asset_id")),
    market.TakedownOpened: (
        licence("TAKEDOWN_DUE"),
        job("takedown.overdue", of="takedown_id", due=store.takedown_due_at),
    ),
    market.TakedownDone: (licence("TAKEDOWN_DONE"),),
    market.TakedownOverdue: (licence("TAKEDOWN_OVERDUE"),),
    # money in
    payments.PaymentRequested: (
        job("payment.drive", of="payment_id"),
        job("payment.deadline", of="payment_id", at="due_at"),
    ),
    payments.PaymentSucceeded: (job("licence.activate", of="reference"), job("payment.transfer", of="payment_id")),
    payments.PaymentFailed: (job("licence.payment_failed", of="reference"),),
    payments.FraudWarned: (),  # for the operator alone: `twinmarket warnings`
    payments.PaymentAbandoned: (job("licence.lapse", of="reference"),),
    # shares out
    payments.ShareEarned: (share("SHARE_EARNED"),),
    payments.ShareHeld: (share("SHARE_HELD"),),
    payments.ShareTransferred: (share("SHARE_TRANSFERRED"),),
    # money that comes back
    payments.RefundRequested: (job("refund.drive", of="refund_id"),),
    payments.RefundAccepted: (licence_of_payment("REFUNDED"), job("licence.follow", of="reference")),
    payments.RefundFailed: (job("payment.transfer", of="payment_id"),),
    payments.DisputeOpened: (job("licence.follow", of="reference"),),
    payments.DisputeWon: (job("licence.follow", of="reference"), job("payment.transfer", of="payment_id")),
    payments.DisputeLost: (job("licence.follow", of="reference"),),
    payments.ShareReversed: (share("SHARE_REVERSED"),),
    payments.ShareOwed: (share("SHARE_OWED"),),
    payments.PayeeChanged: (job("payee.release", of="payee_id"),),
    payments.PayoutCreated: (payout("PAYOUT_CREATED"),),
    payments.PayoutPaid: (payout("PAYOUT_PAID"),),
    payments.PayoutFailed: (payout("PAYOUT_FAILED"),),
    payments.PayoutCanceled: (payout("PAYOUT_CANCELED"),),
    # what Stripe says
    payments.StripeEventReceived: (job("stripe.event", of="event_row_id"),),
}


UNAUDITED: frozenset[type[Fact]] = frozenset(
    {
        market.ListingOpened,
        market.ListingWithdrawn,
        market.ListingAwarded,
        market.BidPlaced,
        market.BidAnswered,
        market.LicencePaymentFailed,
        market.AssetDueSoon,
        payments.PayeeChanged,
        payments.StripeEventReceived,
    }
)
"""Neither consent nor money that moved nor access. Every other fact, a new one too, is a row of the audit log."""


async def react(work: Work) -> None:
    """Write, in the work's own transaction, the jobs, the activity and the audit that follow from its facts."""
    for fact in work.facts:
        if type(fact) not in UNAUDITED:
            await append_audit(work, kind=type(fact).__name__, body=asdict(fact))
    rows = [[row async for row in _what_follows(work, fact)] for fact in work.facts]
    await append_all(work, [row for each in rows[work.told :] for row in each if isinstance(row, Told)])
    await enqueue_all(work, [row for each in rows for row in each if isinstance(row, Wanted)])


async def told(work: Work, fact: Fact) -> list[Told]:
    """What the log tells of it, for who writes that along with something else."""
    return [row async for row in _what_follows(work, fact) if isinstance(row, Told)]


async def _what_follows(work: Work, fact: Fact) -> AsyncIterator[Told | Wanted]:
    for reaction in REACTIONS[type(fact)]:
        async for row in reaction(work, fact):
            yield row
