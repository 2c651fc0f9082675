"""A payer's bank takes a charge back: Stripe takes the money from the platform until the bank has decided.

Every share is taken back at once, while it can be, and held: won, it is its payee's again; lost, it is gone.
"""

from dataclasses import dataclass

from core.work import OpenWork, Work
from payments import ledger, reversals, rules, store
from payments.facts import DisputeLost, DisputeOpened, DisputeWon
from payments.gateway import DisputeSeen, DisputeState, Gateway
from payments.money import Money
from payments.reversals import Cause
from payments.states import DisputeStatus, PaymentStatus
from payments.tables import Dispute, Payment

ENDS = {DisputeState.WON: DisputeStatus.WON, DisputeState.LOST: DisputeStatus.LOST}


@dataclass(frozen=True, slots=True)
class Disputed:
    """A payment, and one dispute of it as Stripe sees it."""

    payment_id: int
    seen: DisputeSeen


async def drive(open_work: OpenWork, gateway: Gateway, payment_id: int) -> None:
    """Follow the disputes of the payment. Safe to repeat and to run several at once.

    Raises Unknown when the service does not say what happened: drive it again.
    """
    async with open_work() as work:
        payment = await store.payment(work, payment_id)
        charge_id = payment.charge_id if payment is not None and payment.status in rules.PAID else None
    if charge_id is None:
        return
    for seen in await gateway.disputes_of(charge_id=charge_id):
        if seen.state is DisputeState.INQUIRY or seen.withdrawn.minor == 0:
            continue  # no money has moved
        disputed = Disputed(payment_id, seen)
        await reversals.settle(open_work, gateway, payment_id)  # what came before must be known first
        await _record_opening(open_work, disputed)
        await reversals.settle(open_work, gateway, payment_id)
        if seen.state is DisputeState.LOST or (seen.state is DisputeState.WON and seen.is_given_back):
            await _record_end(open_work, disputed)
            await reversals.settle(open_work, gateway, payment_id)


async def _record_opening(open_work: OpenWork, disputed: Disputed) -> None:
    seen = disputed.seen
    async with open_work() as work:
        payment = await _lock(work, disputed)
        dispute, is_new = await store.lock_dispute(
            work, payment_id=disputed.payment_id, stripe_id=seen.id, amount=seen.amount, reason=seen.reason
        )
        await _follow_fee(work, dispute, seen.fee)
        if not is_new or dispute.id is None:
            return
        taken = Money(dispute.amount_minor, dispute.currency)
        if payment.settled_currency is not None:
            taken, dispute.settled_minor = seen.withdrawn, seen.withdrawn.minor
        await ledger.post(work, [ledger.withdrawn_posting(dispute, taken)])
        cause = Cause(seen.id, dispute_id=dispute.id)
        dispute.excess_minor = dispute.amount_minor  # nothing of it is borne yet
        dispute.excess_minor = await reversals.plan(work, payment, cause, seen.amount)
        rules.settle(payment, PaymentStatus.DISPUTED)
        work.record(DisputeOpened(dispute_id=dispute.id, payment_id=disputed.payment_id, reference=payment.reference))


async def _record_end(open_work: OpenWork, disputed: Disputed) -> None:
    seen = disputed.seen
    async with open_work() as work:
        payment = await _lock(work, disputed)
        dispute, _ = await store.lock_dispute(
            work, payment_id=disputed.payment_id, stripe_id=seen.id, amount=seen.amount, reason=seen.reason
        )
        if dispute.status is not DisputeStatus.OPEN or dispute.id is None:
            return
        dispute.closed_at = work.now
        rules.move(dispute, ENDS[seen.state])
        if seen.state is DisputeState.WON:
            is_foreign = payment.settled_currency is not None
            back = seen.reinstated if is_foreign else Money(dispute.amount_minor, dispute.currency)
            await _win(work, payment, dispute, back=back)
        else:
            await _lose(work, payment, dispute)


async def _follow_fee(work: Work, dispute: Dispute, fee: Money) -> None:
    """Stripe takes one when a dispute is opened, another when it is answered, and gives back either if it is won."""
    if dispute.fee_minor == fee.minor:
        return
    dispute.fee_minor = fee.minor
    await ledger.true_up(
        work,
        dispute.stripe_id,
        ledger.DISPUTE_FEES,
        target=fee,
        payment_id=dispute.payment_id,
        kind="dispute_fee",
        other=ledger.STRIPE_BALANCE,
    )


async def _win(work: Work, payment: Payment, dispute: Dispute, *, back: Money) -> None:
    await ledger.post(work, [ledger.reinstated_posting(dispute, back)])
    await _even_out(work, payment, dispute)
    cause = Cause(dispute.stripe_id, dispute_id=dispute.id)
    await reversals.undo(work, payment, cause, excess=rules.settled(payment, dispute.excess_minor))
    rules.settle(payment, rules.payment_status(payment, is_disputed=await _is_disputed(work, payment)))
    work.record(DisputeWon(dispute_id=dispute.id or 0, payment_id=dispute.payment_id, reference=payment.reference))


async def _lose(work: Work, payment: Payment, dispute: Dispute) -> None:
    cause = Cause(dispute.stripe_id, dispute_id=dispute.id)
    rows = [row for row in await store.lock_reversals(work, dispute.payment_id) if cause.is_of(row)]
    await ledger.post(work, list(ledger.lost_postings(dispute, rows, rules.settled(payment, dispute.excess_minor))))
    await _even_out(work, payment, dispute)
    payment.refunded_minor += dispute.amount_minor - dispute.excess_minor
    rules.settle(payment, rules.payment_status(payment, is_disputed=await _is_disputed(work, payment)))
    work.record(
        DisputeLost(
            dispute_id=dispute.id or 0,
            payment_id=dispute.payment_id,
            reference=payment.reference,
            is_whole=payment.refunded_minor == payment.amount_minor,
        )
    )


async def _even_out(work: Work, payment: Payment, dispute: Dispute) -> None:
    """It has ended, and nothing is disputed any more: what is left of it, other rates have made."""
    if payment.settled_currency is not None:
        none = Money(0, payment.settled_currency)
        await ledger.true_up(work, dispute.stripe_id, ledger.DISPUTED, target=none, payment_id=payment.id)


async def _is_disputed(work: Work, payment: Payment) -> bool:
    """By another one still."""
    await work.session.flush()
    return any(each.status is DisputeStatus.OPEN for each in await store.disputes_of(work, payment.id or 0))


async def _lock(work: Work, disputed: Disputed) -> Payment:
    payment = await store.lock_payment(work, disputed.payment_id)
    if payment is None:
        raise ValueError(f"There is no payment {disputed.payment_id}.")
    return payment
