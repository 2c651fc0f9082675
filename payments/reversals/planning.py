"""What a refund or a dispute asks of each share and leaves to the platform, and what undoing it gives back.

Inside the caller's own work.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from core.work import Work
from payments import ledger, rules, store
from payments.errors import Unknown
from payments.money import CURRENCIES, Money
from payments.reversals.recording import withhold
from payments.split import split_refund
from payments.states import DisputeStatus, RefundStatus, ReversalStatus
from payments.tables import Dispute, Payment, Refund, Reversal, Share

RELIEVABLE = (RefundStatus.PENDING, RefundStatus.SUCCEEDED, DisputeStatus.OPEN)
"""Of a dispute that was lost the account is closed: what the platform bore then, it bears."""


@dataclass(frozen=True, slots=True)
class Cause:
    """A refund or a dispute, and Stripe's id of it."""

    stripe_id: str
    refund_id: int | None = None
    dispute_id: int | None = None

    def is_of(self, reversal: Reversal) -> bool:
        return (reversal.refund_id, reversal.dispute_id) == (self.refund_id, self.dispute_id)


async def plan(work: Work, payment: Payment, cause: Cause, amount: Money) -> int:
    """Every share bears its part of `amount`, in proportion to what is left of it. Its payment is locked.

    What is about to be given back, because another refund failed or a dispute was won, is kept instead. Returns what no
    share can bear, in the payment's currency: a bank may take more than earlier refunds have left. Raises Unknown while
    a return is under way.
    """
    excess_minor = amount.minor - await _bear(work, payment, cause, amount)
    excess = rules.settled(payment, excess_minor)
    posting = ledger.excess_posting(excess, cause=cause.stripe_id, holds=_holds(cause), payment_id=payment.id)
    await ledger.post(work, [posting])
    return excess_minor


async def _relieve(work: Work, payment: Payment) -> None:
    """Shares came back to their payees: they bear what the platform has borne for them. Its payment is locked."""
    await work.session.flush()
    refunds = await store.refunds_of(work, payment.id or 0)
    disputes = await store.disputes_of(work, payment.id or 0)
    causes: list[tuple[Refund | Dispute, Cause]] = [
        *((refund, Cause(refund.stripe_id or "", refund_id=refund.id)) for refund in refunds),
        *((dispute, Cause(dispute.stripe_id, dispute_id=dispute.id)) for dispute in disputes),
    ]
    for row, cause in causes:
        if row.excess_minor and row.status in RELIEVABLE:
            borne = await _bear(work, payment, cause, Money(row.excess_minor, row.currency))
            before = rules.settled(payment, row.excess_minor)
            row.excess_minor -= borne
            payment.refunded_minor += borne if cause.refund_id is not None else 0
            now = rules.settled(payment, row.excess_minor)
            key, relief = f"{cause.stripe_id}:relief:{row.excess_minor}", Money(before.minor - now.minor, now.currency)
            await ledger.post(
                work, [ledger.relief_posting(relief, key=key, holds=_holds(cause), payment_id=payment.id)]
            )
            if cause.refund_id is not None:
                await even_out(work, payment, cause, row.settled_minor)


async def _bear(work: Work, payment: Payment, cause: Cause, amount: Money) -> int:
    """How much of it the shares bear, in the payment's currency; what they give is in that of its settlement."""
    shares, reversals = (
        await store.lock_shares(work, payment.id or 0),
        await store.lock_reversals(work, payment.id or 0),
    )
    left = [_left(share, reversals) for share in shares]
    is_foreign = payment.settled_currency is not None
    whole = await _not_returned(work, payment) if is_foreign else sum(left)
    if (is_foreign or whole < amount.minor) and any(_is_under_way(each) for each in reversals):
        raise Unknown(f"Shares of payment {payment.id} are on their way back to their payees.", code="under_way")
    borne = min(whole, amount.minor)
    if borne == 0:
        return 0
    unit = CURRENCIES[rules.settled(payment).currency].unit
    given = sum(left) if borne == whole else sum(left) * borne // whole // unit * unit
    if given == 0:
        return borne
    for share, minor in zip(shares, split_refund(left, given, unit), strict=True):
        if minor:
            kept = await _keep(work, share, reversals, cause, minor)
            if minor > kept:
                await _take(work, payment, share, cause, minor - kept)
    return borne


async def _not_returned(work: Work, payment: Payment) -> int:
    """What is left of the payment in the currency in which it was made."""
    disputes = await store.disputes_of(work, payment.id or 0)
    held = sum(each.amount_minor - each.excess_minor for each in disputes if each.status is DisputeStatus.OPEN)
    return payment.amount_minor - payment.refunded_minor - held


async def even_out(work: Work, payment: Payment, cause: Cause, moved_minor: int | None) -> None:
    """A refund moved so much at the rate of its day, where that is known: not what was claimed at the rate of the charge."""
    if payment.settled_currency is not None and moved_minor is not None:
        moved = Money(moved_minor, payment.settled_currency)
        await ledger.true_up(work, cause.stripe_id, ledger.STRIPE_BALANCE, target=moved, payment_id=payment.id)


def _left(share: Share, reversals: Sequence[Reversal]) -> int:
    own = [reversal for reversal in reversals if reversal.share_id == share.id]
    asked = sum(each.amount_minor for each in own if each.status is ReversalStatus.PENDING)
    waiting = sum(each.return_minor for each in own if _is_waiting(each))
    return share.amount_minor - share.reversed_minor - share.owed_minor - asked + waiting


def _is_waiting(reversal: Reversal) -> bool:
    """To be given back, and nothing was sent yet."""
    return reversal.status is ReversalStatus.RETURNING and reversal.return_account_id is None


def _is_under_way(reversal: Reversal) -> bool:
    """On its way back to its payee, and not known to have arrived."""
    return reversal.status is ReversalStatus.RETURNING and reversal.return_account_id is not None


async def _keep(work: Work, share: Share, reversals: Sequence[Reversal], cause: Cause, minor: int) -> int:
    """How much of `minor` the payee was to have again, and now is not."""
    kept = 0
    for waiting in reversals:
        if waiting.share_id == share.id and _is_waiting(waiting) and kept < minor:
            part = min(waiting.return_minor, minor - kept)
            waiting.return_minor -= part
            kept += part
            if waiting.return_minor == 0:
                rules.move(waiting, ReversalStatus.RETURNED)
    if kept:
        row = await _row(work, share, cause, kept)
        rules.move(row, ReversalStatus.WITHHELD)
        await ledger.post(work, [ledger.withheld_posting(row)])
    return kept


async def _take(work: Work, payment: Payment, share: Share, cause: Cause, minor: int) -> None:
    row = await _row(work, share, cause, minor)
    if share.payee_id is None or (share.status in rules.UNSENT and not rules.is_under_way(share)):
        await withhold(work, payment, share, row)


async def _row(work: Work, share: Share, cause: Cause, minor: int) -> Reversal:
    row = Reversal(
        payment_id=share.payment_id,
        share_id=share.id or 0,
        refund_id=cause.refund_id,
        dispute_id=cause.dispute_id,
        payee_id=share.payee_id,
        currency=share.currency,
        amount_minor=minor,
        created_at=work.now,
    )
    work.session.add(row)
    await work.session.flush()
    await ledger.post(work, [ledger.claim_posting(share, row, cause=cause.stripe_id, holds=_holds(cause))])
    return row


async def undo(work: Work, payment: Payment, cause: Cause, *, excess: Money) -> None:
    """The refund failed, or the dispute was won: each share is its payee's again, and `excess` no loss. Its payment is
    locked.

    What the payee has lost is sent again by `settle`. Raises Unknown while a reversal is still under way: `settle`
    first.
    """
    shares = {share.id: share for share in await store.lock_shares(work, payment.id or 0)}
    rows = [row for row in await store.lock_reversals(work, payment.id or 0) if cause.is_of(row)]
    if any(row.status is ReversalStatus.PENDING for row in rows):
        raise Unknown(f"Shares of payment {payment.id} are being taken back.", code="under_way")
    for row in rows:
        share = shares[row.share_id]
        amount = Money(row.amount_minor, row.currency)
        key = f"{cause.stripe_id}:undone:{row.id}"
        await ledger.post(work, [ledger.undone_posting(share, amount, key=key, holds=_holds(cause))])
        await _undo(work, share, row)
    key = f"{cause.stripe_id}:relief"
    await ledger.post(work, [ledger.relief_posting(excess, key=key, holds=_holds(cause), payment_id=payment.id)])
    await _relieve(work, payment)


async def _undo(work: Work, share: Share, row: Reversal) -> None:
    lost = row.amount_minor
    if row.status is ReversalStatus.OWED:
        forgiven = row.amount_minor - row.netted_minor
        share.owed_minor -= forgiven
        lost = row.netted_minor
        await ledger.post(work, [ledger.forgiven_posting(row, Money(forgiven, row.currency))])
    elif share.payee_id is None or (share.transferred_at is None and not rules.is_under_way(share)):
        share.reversed_minor -= row.amount_minor  # the transfer that is still to come carries it
        lost = 0
    row.return_minor = lost
    rules.move(row, ReversalStatus.RETURNING if lost else ReversalStatus.RETURNED)
    rules.settle(share, rules.share_status(share))


def _holds(cause: Cause) -> bool:
    """What a dispute takes is held until it ends; what a refund takes is gone."""
    return cause.dispute_id is not None
