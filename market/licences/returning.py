"""The brand has its money back, or its bank asks for it: what becomes of the licence."""

from core.actor import Scope
from core.errors import InvalidInput, NotAllowed
from core.work import Work
from market import rules, store, takedowns
from market.facts import LicenceActivated, LicenceTerminated
from market.licences.running import pause, resume, tell
from market.states import LicenceStatus, TakedownReason, TwinStatus
from market.tables import Licence
from payments import refunds
from payments import store as payments
from payments.money import Money
from payments.rules import SENDABLE
from payments.states import PaymentStatus
from payments.tables import Payment

MAXIMUM_REASON = 500
RESUMABLE = [(LicenceStatus.SUSPENDED, twin) for twin in TwinStatus if twin is not TwinStatus.SUSPENDED]


async def refund(work: Work, *, licence_id: int, amount: Money | None, reason: str) -> Payment:
    """The operator refunds a licence or a part of it; all that is left when no amount is named, which ends it.

    Raises NotAllowed for anybody else, InvalidInput and WrongState.
    """
    rules.check_scope(work.actor, Scope.MANAGE)
    licence, _ = await store.licences.lock(work, licence_id)
    if not (work.actor.is_operator or rules.is_system(work.actor)):
        raise NotAllowed("Only the marketplace's operator can refund a licence.", code="ONLY_THE_OPERATOR")
    if not 1 <= len(reason.strip()) <= MAXIMUM_REASON:
        raise InvalidInput(f"Say in 1 to {MAXIMUM_REASON} characters why it is refunded.", path=["reason"])
    return await refunds.request(work, reference=licence.id or 0, amount=amount, reason=reason.strip())


async def follow_payment(work: Work, *, licence_id: int) -> Licence:
    """What became of the money becomes of the licence: all refunded, it is terminated and its rights are free; in
    dispute, it is suspended meanwhile. Safe to run at any time and twice."""
    licence, twin = await store.licences.lock(work, licence_id)
    payment = (await payments.payments_by_reference(work, [licence_id])).get(licence_id)
    status = payment.status if payment is not None else None
    if status in (PaymentStatus.REFUNDED, PaymentStatus.DISPUTED) and licence.status is LicenceStatus.AWAITING_PAYMENT:
        rules.move(licence, LicenceStatus.ACTIVE, work.now)  # it was paid, and nobody had told it yet
        licence.activated_at = work.now
        tell(work, LicenceActivated, licence)
    if status is PaymentStatus.REFUNDED and rules.may_move(licence, LicenceStatus.TERMINATED, work.now):
        rules.move(licence, LicenceStatus.TERMINATED, work.now)
        licence.ended_at = work.now
        tell(work, LicenceTerminated, licence)
        await takedowns.order(work, licence, TakedownReason.TERMINATED)
    elif status is PaymentStatus.DISPUTED and licence.status is LicenceStatus.ACTIVE:
        await pause(work, licence)
    elif status in SENDABLE and (licence.status, twin.status) in RESUMABLE:
        await resume(work, licence)
    await work.session.flush()
    return licence
