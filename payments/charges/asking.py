"""Asking for a payment, and asking again."""

from collections.abc import Sequence
from datetime import datetime

from core.errors import NotFound
from core.store import keep, keep_all
from core.work import Work
from payments import rules, store
from payments.facts import PaymentRequested
from payments.money import Money
from payments.split import Portion
from payments.states import PaymentStatus
from payments.tables import Payment, Share


async def request(
    work: Work,
    *,
    reference: int,
    payer_id: int,
    amount: Money,
    portions: Sequence[Portion],
    description: str,
    due_at: datetime,
) -> Payment:
    """Ask for `amount`, once per `reference`, to be shared as `portions` say. Nothing is charged before the commit.

    Raises PaymentProblem when no single charge can be of `amount`. A payer without a payment method is asked all the
    same: the charge fails and can be tried again until `due_at`.
    """
    rules.check_chargeable(amount)
    rules.check_portions(amount, [portion.amount for portion in portions])
    payment = Payment(
        reference=reference,
        payer_id=payer_id,
        description=description,
        currency=amount.currency,
        amount_minor=amount.minor,
        payment_method_id=await store.method_of(work, payer_id),
        created_at=work.now,
        due_at=due_at,
    )
    payment_id = _id(await keep(work, payment))
    await keep_all(work, [_share(payment_id, position, portion) for position, portion in enumerate(portions)])
    work.record(PaymentRequested(payment_id=payment_id, reference=reference, due_at=due_at))
    return payment


def _share(payment_id: int, position: int, portion: Portion) -> Share:
    return Share(
        payment_id=payment_id,
        position=position,
        role=portion.role,
        payee_id=portion.payee_id,
        basis_points=portion.basis_points,
        currency=portion.amount.currency,
        amount_minor=portion.amount.minor,
    )


async def retry(work: Work, *, reference: int) -> Payment:
    """Try a failed payment again, with the payer's present method. Raises NotFound, WrongState or PaymentProblem."""
    payment = await store.lock_payment_of(work, reference)
    if payment is None:
        raise NotFound("There is no such payment.")
    rules.check_may_retry(payment, work.now)
    payer = await store.payer(work, payment.payer_id)
    rules.check_can_pay(payer, work.today)
    rules.move(payment, PaymentStatus.PROCESSING)
    payment.payment_method_id = payer.payment_method_id if payer else None
    payment.intent_attempt += 1  # the last attempt was refused for good: its key would only be refused again
    payment.confirm_attempt += 1
    payment.failure_code = payment.failure_message = None
    work.record(PaymentRequested(payment_id=_id(payment), reference=reference, due_at=payment.due_at))
    return payment


def _id(payment: Payment) -> int:
    if payment.id is None:
        raise ValueError("The payment is not kept yet.")
    return payment.id
