"""What payees owe, netted from their next shares: a transfer is smaller by it."""

from core.work import OpenWork, Work
from payments import ledger, rules, store
from payments.facts import ShareReversed
from payments.money import Money
from payments.shares import share_fact
from payments.states import ReversalStatus
from payments.tables import Reversal, Share


async def net(open_work: OpenWork, payment_id: int) -> None:
    """Net what the payees of the payment's unsent shares owe. Safe to repeat and to run twice at once."""
    async with open_work() as work:
        indebted = await store.payments_with_debts(work, payment_id)
    if not indebted:
        return
    locked = sorted({payment_id, *indebted})
    async with open_work() as work:
        payments = [await store.lock_payment(work, each) for each in locked]
        own = next((payment for payment in payments if payment is not None and payment.id == payment_id), None)
        if own is None or own.status not in rules.SENDABLE:
            return
        for share in await store.lock_shares(work, payment_id):
            if share.payee_id is not None and share.status in rules.UNSENT and not rules.is_under_way(share):
                debts = await store.lock_debts(work, payee_id=share.payee_id, currency=share.currency)
                for debt in debts:
                    if debt.payment_id in locked and rules.to_send(share):
                        await _net(work, share, debt)
                if debts and rules.to_send(share) == 0:
                    share.transferred_at = work.now  # all of it went into debts: there is nothing to send
                    rules.settle(share, rules.share_status(share))


async def _net(work: Work, share: Share, debt: Reversal) -> None:
    """Their payments are locked."""
    minor = min(rules.to_send(share), debt.amount_minor - debt.netted_minor)
    indebted = await store.lock_share(work, debt.share_id)
    share.netted_minor += minor
    debt.netted_minor += minor
    indebted.owed_minor -= minor
    indebted.reversed_minor += minor
    if debt.netted_minor == debt.amount_minor:
        rules.move(debt, ReversalStatus.NETTED)
    rules.settle(indebted, rules.share_status(indebted))
    amount = Money(minor, debt.currency)
    await ledger.post(work, [ledger.netted_posting(debt, share, amount)])
    payment = await store.payment(work, debt.payment_id)
    if payment is not None:
        work.record(share_fact(ShareReversed, payment, indebted, minor))
