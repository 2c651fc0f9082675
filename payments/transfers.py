"""Sending each payee its share of a payment that succeeded, or holding it until it can be sent."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.work import OpenWork, Work
from payments import debts, ledger, payees, rules, store
from payments.errors import Refused, Unknown
from payments.facts import ShareHeld, ShareTransferred
from payments.gateway import Gateway
from payments.money import Money
from payments.shares import share_fact
from payments.states import PayeeStatus, ShareStatus
from payments.tables import Payee, Payment, Share


@dataclass(frozen=True, slots=True)
class Order:
    """One transfer to be made. The same `attempt` has the same `destination`, and so the same parameters at Stripe."""

    share_id: int
    payment_id: int
    payee_id: int
    amount: Money
    destination: str
    charge_id: str
    attempt: int

    @property
    def key(self) -> str:
        return f"share:{self.share_id}:transfer:{self.attempt}"


async def send(open_work: OpenWork, gateway: Gateway, payment_id: int) -> None:
    """Send every share of the payment that can be sent and hold the others. Safe to repeat and to run twice at once.

    What their payees owe is netted first. While the payment is in dispute, or after it was refunded, nothing new is
    sent, but what is under way is found out about. Raises Unknown, after it has tried every share, when the outcome of
    any is not known: run it again.
    """
    await debts.net(open_work, payment_id)
    async with open_work() as work:
        payment = await store.lock_payment(work, payment_id)
        if payment is None or payment.status not in rules.PAID:
            return
        orders = await _prepare(work, payment)
        is_stale = rules.is_stale(payment.succeeded_at, work.now)
    if not orders:
        return
    made = await _made_before(gateway, payment_id) if is_stale else {}
    unknown: list[Unknown] = []
    for order in orders:
        try:
            await _send_one(open_work, gateway, order, transfer_id=made.get(order.share_id))
        except Unknown as no_answer:
            unknown.append(no_answer)
    if unknown:
        raise unknown[0]


async def release(work: Work, payee_id: int) -> list[int]:
    """The payments that hold a share for a payee who can now receive: `send` each of them."""
    payee = await store.payee(work, payee_id)
    if payee is None or payee.status is not PayeeStatus.READY:
        return []
    return list(await store.payments_with_held_shares(work, payee_id))


async def _prepare(work: Work, payment: Payment) -> Sequence[Order]:
    """Hold what cannot be sent; fix the destination of what can, before anything is sent."""
    shares = [share for share in await store.lock_shares(work, payment.id or 0) if share.status in rules.UNSENT]
    known = await store.payees_by_id(work, [share.payee_id for share in shares if share.payee_id is not None])
    orders = []
    for share in shares:
        payee = known.get(share.payee_id or 0)
        if rules.is_under_way(share) and payee is not None:
            orders.append(_order(payment, share, payee))
        elif payment.status not in rules.SENDABLE or rules.to_send(share) == 0:
            continue
        elif reason := rules.reason_to_hold(payee):
            _hold(work, payment, share, reason)
        elif payee is not None:
            orders.append(_order(payment, share, payee))
    return orders


def _order(payment: Payment, share: Share, payee: Payee) -> Order:
    share.account_id = share.account_id or payee.account_id
    if share.id is None or share.account_id is None or payment.charge_id is None:
        raise ValueError(f"Share {share.id} of payment {payment.id} lacks an account or a charge.")
    return Order(
        share_id=share.id,
        payment_id=share.payment_id,
        payee_id=payee.id,
        amount=Money(rules.to_send(share), share.currency),
        destination=share.account_id,
        charge_id=payment.charge_id,
        attempt=share.attempt,
    )


async def _made_before(gateway: Gateway, payment_id: int) -> dict[int, str]:
    """What may have been made under a key that is now forgotten is looked up, not sent again."""
    made = await gateway.transfers_of(payment_id=payment_id)
    return {each.share_id: each.id for each in made if each.share_id is not None and each.reversal_id is None}


async def _send_one(open_work: OpenWork, gateway: Gateway, order: Order, *, transfer_id: str | None) -> None:
    try:
        if transfer_id is None:
            transfer = await gateway.create_transfer(
                share_id=order.share_id,
                payment_id=order.payment_id,
                amount=order.amount,
                destination=order.destination,
                charge_id=order.charge_id,
                key=order.key,
            )
            transfer_id = transfer.id
    except Refused as refused:
        async with open_work() as work:
            await _record_refusal(work, order, refused)
        await payees.refresh(open_work, gateway, order.payee_id)
        return
    async with open_work() as work:
        await _record_transfer(work, order, transfer_id)


async def _record_transfer(work: Work, order: Order, transfer_id: str) -> None:
    payment, share = await _lock(work, order)
    if share.status not in rules.UNSENT:
        return
    share.transfer_id, share.transferred_at, share.account_id = transfer_id, work.now, order.destination
    share.sent_minor, share.hold_reason = order.amount.minor, None
    rules.move(share, rules.share_status(share))
    await ledger.post(work, list(ledger.sending(share.payee_id, order.amount, transfer_id, share.payment_id)))
    work.record(share_fact(ShareTransferred, payment, share, order.amount.minor))


async def _record_refusal(work: Work, order: Order, refused: Refused) -> None:
    payment, share = await _lock(work, order)
    if share.status not in rules.UNSENT or share.attempt != order.attempt:
        return
    _hold(work, payment, share, refused.message)
    share.attempt += 1
    share.account_id = None  # the next attempt goes to the account of then


async def _lock(work: Work, order: Order) -> tuple[Payment, Share]:
    payment = await store.lock_payment(work, order.payment_id)
    if payment is None:
        raise ValueError(f"There is no payment {order.payment_id}.")
    return payment, await store.lock_share(work, order.share_id)


def _hold(work: Work, payment: Payment, share: Share, reason: str) -> None:
    share.hold_reason = reason
    if share.status is ShareStatus.HELD:
        return
    rules.move(share, ShareStatus.HELD)
    work.record(share_fact(ShareHeld, payment, share))
