"""What became of a reversal. Its payment and its share are locked."""

from core.work import Work
from payments import ledger, rules
from payments.facts import ShareOwed, ShareReversed, ShareTransferred
from payments.money import Money
from payments.shares import share_fact
from payments.states import ReversalStatus
from payments.tables import Payment, Reversal, Share


async def withhold(work: Work, payment: Payment, share: Share, row: Reversal) -> None:
    """It was not sent yet, or is the platform's own: it is simply less."""
    rules.move(row, ReversalStatus.WITHHELD)
    share.reversed_minor += row.amount_minor
    rules.settle(share, rules.share_status(share))
    if share.payee_id is not None:
        await ledger.post(work, [ledger.withheld_posting(row)])
        work.record(share_fact(ShareReversed, payment, share, row.amount_minor))


async def reversed_by(work: Work, payment: Payment, share: Share, row: Reversal, *, reversal_id: str) -> None:
    rules.move(row, ReversalStatus.REVERSED)
    row.stripe_id = reversal_id
    share.reversed_minor += row.amount_minor
    share.pulled_minor += row.amount_minor
    rules.settle(share, rules.share_status(share))
    await ledger.post(work, list(ledger.reversal_postings(row, reversal_id=reversal_id)))
    work.record(share_fact(ShareReversed, payment, share, row.amount_minor))


async def owed(work: Work, payment: Payment, share: Share, row: Reversal) -> None:
    rules.move(row, ReversalStatus.OWED)
    share.owed_minor += row.amount_minor
    rules.settle(share, rules.share_status(share))
    work.record(share_fact(ShareOwed, payment, share, row.amount_minor))


async def returned(work: Work, payment: Payment, share: Share, row: Reversal, *, transfer_id: str) -> None:
    rules.move(row, ReversalStatus.RETURNED)
    row.return_id = transfer_id
    share.reversed_minor -= row.return_minor
    rules.settle(share, rules.share_status(share))
    amount = Money(row.return_minor, row.currency)
    await ledger.post(work, list(ledger.sending(row.payee_id, amount, transfer_id, row.payment_id, kind="return")))
    work.record(share_fact(ShareTransferred, payment, share, row.return_minor))
