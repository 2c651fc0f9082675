"""A payment as a driver reads it, and what drivers write down. Whoever writes looks again first: others drive too."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.work import OpenWork, Work
from payments import ledger, rules, store
from payments.errors import Declined, Refused, Unknown
from payments.facts import PaymentAbandoned, PaymentFailed, PaymentSucceeded, ShareEarned
from payments.gateway import Intent
from payments.money import Money
from payments.shares import share_fact
from payments.split import convert
from payments.states import PaymentStatus, ShareStatus
from payments.tables import Payer, Payment, Share

UNPAID = (PaymentStatus.PROCESSING, PaymentStatus.REQUIRES_ACTION, PaymentStatus.FAILED)


@dataclass(frozen=True, slots=True)
class Charge:
    """A payment as it stood when it was last read: what to send, and the attempts that number the keys."""

    payment_id: int
    status: PaymentStatus
    amount: Money
    description: str
    customer_id: str | None
    method_id: str | None
    intent_id: str | None
    intent_attempt: int
    confirm_attempt: int
    is_stale: bool


async def read_charge(open_work: OpenWork, payment_id: int) -> Charge | None:
    """Null when there is nothing left to drive."""
    async with open_work() as work:
        payment = await store.lock_payment(work, payment_id)
        if payment is None or payment.abandoned_at is not None or payment.status not in UNPAID:
            return None
        return charge_of(work, payment, await store.payer(work, payment.payer_id))


def charge_of(work: Work, payment: Payment, payer: Payer | None) -> Charge:
    return Charge(
        payment_id=payment.id or 0,
        status=payment.status,
        amount=Money(payment.amount_minor, payment.currency),
        description=payment.description,
        customer_id=payer.customer_id if payer else None,
        method_id=payment.payment_method_id,
        intent_id=payment.intent_id,
        intent_attempt=payment.intent_attempt,
        confirm_attempt=payment.confirm_attempt,
        is_stale=rules.is_stale(payment.created_at, work.now),
    )


async def keep_intent(open_work: OpenWork, charge: Charge, intent: Intent) -> bool:
    """Committed before the intent is confirmed. False when the payment was abandoned or taken further meanwhile:
    an intent that is never confirmed charges nobody."""
    if intent.amount != charge.amount:
        raise ValueError(f"Intent {intent.id} is over {intent.amount}; payment {charge.payment_id} is {charge.amount}.")
    async with open_work() as work:
        payment = await _lock(work, charge.payment_id)
        if payment.abandoned_at is not None or payment.status is not charge.status:
            return False
        if payment.intent_attempt != charge.intent_attempt:
            return False
        payment.intent_id = payment.intent_id or intent.id
        return payment.intent_id == intent.id


async def record_success(open_work: OpenWork, payment_id: int, intent: Intent) -> None:
    if intent.charge_id is None or intent.settlement is None:
        raise Unknown(f"Intent {intent.id} succeeded, and its charge is not shown yet.", code="no_charge_yet")
    async with open_work() as work:
        payment = await _lock(work, payment_id)
        if payment.status in rules.PAID:
            return
        if payment.abandoned_at is not None or intent.amount.minor != payment.amount_minor:
            raise ValueError(f"Intent {intent.id} took {intent.amount}, which payment {payment_id} does not expect.")
        if payment.status is not PaymentStatus.PROCESSING:
            rules.move(payment, PaymentStatus.PROCESSING)  # its owner authenticated it elsewhere
        rules.move(payment, PaymentStatus.SUCCEEDED)
        payment.intent_id, payment.charge_id, payment.succeeded_at = intent.id, intent.charge_id, work.now
        payment.failure_code = payment.failure_message = None
        shares = await store.lock_shares(work, payment_id)
        _exchange(payment, shares, intent.settlement.gross)
        fee = intent.settlement.fee
        await ledger.post(work, list(ledger.charge_postings(payment, shares, charge_id=intent.charge_id, fee=fee)))
        work.record(PaymentSucceeded(payment_id=payment_id, reference=payment.reference))
        for share in shares:
            _earn(work, payment, share)


def _exchange(payment: Payment, shares: Sequence[Share], gross: Money) -> None:
    """Settled in another currency, which is the only one in which transfers can name this charge: each share is that part
    of what came which it was of what was agreed."""
    if gross.currency == payment.currency:
        return
    payment.settled_currency, payment.settled_minor = gross.currency, gross.minor
    for share, minor in zip(shares, convert([share.amount_minor for share in shares], gross), strict=True):
        share.agreed_currency, share.agreed_minor = share.currency, share.amount_minor
        share.currency, share.amount_minor = gross.currency, minor


def _earn(work: Work, payment: Payment, share: Share) -> None:
    if share.payee_id is None or share.amount_minor == 0:
        rules.move(share, ShareStatus.TRANSFERRED)  # there is nothing to send
        share.transferred_at = work.now
    else:
        work.record(share_fact(ShareEarned, payment, share))


async def record_failure(open_work: OpenWork, charge: Charge, refused: Refused, intent: Intent | None = None) -> None:
    """Unless somebody took the payment further meanwhile: a refusal speaks of its own attempt alone."""
    async with open_work() as work:
        payment = await _lock(work, charge.payment_id)
        attempts = (payment.intent_attempt, payment.confirm_attempt)
        if attempts != (charge.intent_attempt, charge.confirm_attempt) or payment.abandoned_at is not None:
            return
        if payment.status is not PaymentStatus.PROCESSING or (intent is None and payment.intent_id is not None):
            return
        must_act = isinstance(refused, Declined) and refused.needs_authentication
        rules.move(payment, PaymentStatus.REQUIRES_ACTION if must_act else PaymentStatus.FAILED)
        payment.failure_code, payment.failure_message = refused.code, refused.message
        work.record(PaymentFailed(payment_id=charge.payment_id, reference=payment.reference))


async def record_word(open_work: OpenWork, charge: Charge, intent: Intent) -> None:
    """Why the last try failed, of a payment that waits for its payer."""
    if intent.failure_code is None:
        return
    async with open_work() as work:
        payment = await _lock(work, charge.payment_id)
        if payment.status is charge.status and payment.abandoned_at is None:
            payment.failure_code = intent.failure_code
            payment.failure_message = intent.failure_message or payment.failure_message


async def record_refusal_in_person(open_work: OpenWork, charge: Charge, refused: Refused) -> None:
    """The payer tried, and was refused: it still waits, for authentication or for another method."""
    async with open_work() as work:
        payment = await _lock(work, charge.payment_id)
        if payment.status is not charge.status or payment.abandoned_at is not None:
            return
        must_act = isinstance(refused, Declined) and refused.needs_authentication
        rules.move(payment, PaymentStatus.PROCESSING)
        rules.move(payment, PaymentStatus.REQUIRES_ACTION if must_act else PaymentStatus.FAILED)
        payment.failure_code, payment.failure_message = refused.code, refused.message


async def record_loss(open_work: OpenWork, charge: Charge, intent: Intent) -> None:
    """The intent was canceled and can never succeed: the next try makes a new one."""
    await record_failure(open_work, charge, Refused("The payment was canceled.", code="canceled"), intent)
    async with open_work() as work:
        payment = await _lock(work, charge.payment_id)
        if payment.intent_id == intent.id and payment.status is not PaymentStatus.PROCESSING:
            payment.intent_id = None


async def record_abandonment(open_work: OpenWork, charge: Charge) -> None:
    async with open_work() as work:
        payment = await _lock(work, charge.payment_id)
        if payment.abandoned_at is not None or payment.status in rules.PAID:
            return
        if payment.intent_id not in (None, charge.intent_id):
            raise Unknown(f"Payment {charge.payment_id} got an intent while it was given up.", code="under_way")
        payment.abandoned_at = work.now
        if payment.status is PaymentStatus.PROCESSING:
            rules.move(payment, PaymentStatus.FAILED)
        payment.failure_code = payment.failure_code or "deadline_passed"
        work.record(PaymentAbandoned(payment_id=charge.payment_id, reference=payment.reference))


async def _lock(work: Work, payment_id: int) -> Payment:
    payment = await store.lock_payment(work, payment_id)
    if payment is None:
        raise ValueError(f"There is no payment {payment_id}.")
    return payment
