"""Money back to its payer: asked for, made at Stripe, and borne by the shares of the payment.

The refund comes first and the reversals after it: were it the other way round, a refund that fails would leave the
payees without their money. As soon as Stripe has accepted it the shares are taken back, even while it waits: it may be
waiting for just that money on the platform's balance.
"""

from dataclasses import dataclass
from typing import Any

from core.errors import NotFound
from core.work import OpenWork, Work
from payments import reversals, rules, store
from payments.errors import Refused
from payments.facts import RefundAccepted, RefundFailed, RefundRequested
from payments.gateway import Gateway, RefundMade, RefundState
from payments.money import Money
from payments.reversals import Cause
from payments.states import PaymentStatus, RefundStatus
from payments.tables import Payment, Refund

BY_HAND = "Refunded by hand in the payment service's own pages."


async def request(work: Work, *, reference: int, amount: Money | None, reason: str) -> Payment:
    """Ask for `amount` of the payment to be refunded, or for all that is left.

    Raises NotFound, WrongState, InvalidInput.
    """
    payment = await store.lock_payment_of(work, reference)
    if payment is None or payment.id is None:
        raise NotFound("There is no such payment.")
    requested = await store.requested_minor(work, payment.id)
    amount = rules.check_refund(payment, amount, requested_minor=requested)
    refund = Refund(
        payment_id=payment.id,
        currency=amount.currency,
        amount_minor=amount.minor,
        reason=reason,
        created_at=work.now,
    )
    work.session.add(refund)
    await work.session.flush()
    work.record(RefundRequested(**_told(payment, refund)))
    return payment


async def take_over(open_work: OpenWork, gateway: Gateway, payment_id: int) -> None:
    """What somebody refunded by hand, in the payment service's own pages, becomes a refund of ours. Safe to repeat."""
    async with open_work() as work:
        payment = await store.payment(work, payment_id)
        charge_id = payment.charge_id if payment is not None else None
    if charge_id is None:
        return
    for made in await gateway.refunds_of(charge_id=charge_id):
        if made.refund_id is None:
            async with open_work() as work:
                await _adopt(work, payment_id, made)


async def _adopt(work: Work, payment_id: int, made: RefundMade) -> None:
    payment = await store.lock_payment(work, payment_id)
    if payment is None or await store.refund_named(work, made.id) is not None:
        return
    refund = Refund(
        payment_id=payment_id,
        currency=made.amount.currency,
        amount_minor=made.amount.minor,
        reason=BY_HAND,
        by_hand=True,
        stripe_id=made.id,
        created_at=work.now,
    )
    work.session.add(refund)
    await work.session.flush()
    work.record(RefundRequested(**_told(payment, refund)))


@dataclass(frozen=True, slots=True)
class Order:
    """A refund as it stood when it was last read."""

    refund_id: int
    payment_id: int
    amount: Money
    charge_id: str
    stripe_id: str | None
    is_stale: bool


async def drive(open_work: OpenWork, gateway: Gateway, refund_id: int) -> None:
    """Take the refund as far as it goes, and its reversals after it. Safe to repeat and to run several at once.

    A refusal is recorded, not raised. Raises Unknown when the service does not say what happened: drive it again.
    """
    order = await _read(open_work, refund_id)
    if order is None:
        return
    try:
        made = await _made(gateway, order)
    except Refused as refused:
        await _record_refusal(open_work, order, refused)
        return
    await reversals.settle(open_work, gateway, order.payment_id)  # what came before must be known before it is undone
    await _record(open_work, order, made)
    await reversals.settle(open_work, gateway, order.payment_id)


async def _read(open_work: OpenWork, refund_id: int) -> Order | None:
    """Null when it has failed: nothing is left to do."""
    async with open_work() as work:
        refund = await store.refund(work, refund_id)
        payment = await store.payment(work, refund.payment_id) if refund is not None else None
        if refund is None or payment is None or payment.charge_id is None:
            return None
        if refund.status is RefundStatus.FAILED and refund.stripe_id is None:
            return None
        return Order(
            refund_id=refund_id,
            payment_id=refund.payment_id,
            amount=Money(refund.amount_minor, refund.currency),
            charge_id=payment.charge_id,
            stripe_id=refund.stripe_id,
            is_stale=rules.is_stale(refund.created_at, work.now),
        )


async def _made(gateway: Gateway, order: Order) -> RefundMade:
    """What may have been made under a key that is now forgotten is looked up, not sent again."""
    if order.stripe_id is not None:
        return await gateway.find_refund(order.stripe_id)
    if order.is_stale:
        for made in await gateway.refunds_of(charge_id=order.charge_id):
            if made.refund_id == order.refund_id:
                return await gateway.find_refund(made.id)
    made = await gateway.create_refund(
        refund_id=order.refund_id,
        payment_id=order.payment_id,
        charge_id=order.charge_id,
        amount=order.amount,
        key=f"refund:{order.refund_id}",
    )
    # the same key repeats the first answer, however old: look at what has become of it
    return await gateway.find_refund(made.id)


async def _record(open_work: OpenWork, order: Order, made: RefundMade) -> None:
    if made.amount != order.amount:
        raise ValueError(f"Refund {made.id} is over {made.amount}, and {order.amount} was asked for.")
    async with open_work() as work:
        payment, refund = await _lock(work, order)
        was, now = refund.status, RefundStatus(made.state.value)
        cause = Cause(made.id, refund_id=order.refund_id)
        if was is now:
            await _settle(work, payment, refund, cause, made)
        if was is now or not rules.may_move(refund, now):
            return
        refund.stripe_id = made.id
        rules.move(refund, now)
        if made.state is not RefundState.FAILED:
            refund.accepted_at = refund.accepted_at or work.now
            if was is RefundStatus.REQUESTED:
                await _accept(work, payment, refund, cause)
            await _settle(work, payment, refund, cause, made)
            return
        refund.failure_code, refund.failure_message = made.failure_code, "The bank did not take the refund."
        if was is not RefundStatus.REQUESTED:
            payment.refunded_minor -= refund.amount_minor - refund.excess_minor
            await reversals.undo(work, payment, cause, excess=rules.settled(payment, refund.excess_minor))
            _restate(payment)
            await _settle(work, payment, refund, cause, made)
        else:  # it was made and failed before anybody looked: it went out and came back
            refund.accepted_at = work.now
            await _settle(work, payment, refund, cause, made)
        work.record(RefundFailed(**_told(payment, refund)))


async def _settle(work: Work, payment: Payment, refund: Refund, cause: Cause, made: RefundMade) -> None:
    """What it moved, of a payment that was settled in another currency."""
    if payment.settled_currency is not None and made.moved is not None:
        refund.settled_minor = made.moved.minor
        await reversals.even_out(work, payment, cause, made.moved.minor)


async def _accept(work: Work, payment: Payment, refund: Refund, cause: Cause) -> None:
    refund.excess_minor = await reversals.plan(work, payment, cause, Money(refund.amount_minor, refund.currency))
    payment.refunded_minor += refund.amount_minor - refund.excess_minor
    _restate(payment)
    is_whole = payment.refunded_minor == payment.amount_minor
    work.record(RefundAccepted(**_told(payment, refund), is_whole=is_whole))


def _restate(payment: Payment) -> None:
    """A dispute that was opened meanwhile keeps its say."""
    if payment.status is not PaymentStatus.DISPUTED:
        rules.settle(payment, rules.payment_status(payment))


async def _record_refusal(open_work: OpenWork, order: Order, refused: Refused) -> None:
    async with open_work() as work:
        payment, refund = await _lock(work, order)
        if refund.status is not RefundStatus.REQUESTED:
            return
        rules.move(refund, RefundStatus.FAILED)
        refund.failure_code, refund.failure_message = refused.code, refused.message
        work.record(RefundFailed(**_told(payment, refund)))


async def _lock(work: Work, order: Order) -> tuple[Payment, Refund]:
    payment = await store.lock_payment(work, order.payment_id)
    if payment is None:
        raise ValueError(f"There is no payment {order.payment_id}.")
    return payment, await store.lock_refund(work, order.refund_id)


def _told(payment: Payment, refund: Refund) -> dict[str, Any]:
    return {
        "refund_id": refund.id,
        "payment_id": payment.id,
        "reference": payment.reference,
        "amount_minor": refund.amount_minor,
        "currency": refund.currency,
    }
