"""What of a payee's money is still under way, and the names in what the money room was told."""

from collections.abc import Callable, Sequence

import sqlalchemy as sa
from sqlmodel import col

from core.work import Read, Work
from payments.rules import PAID
from payments.states import PaymentStatus, PayoutStatus, RefundStatus, ReversalStatus, ShareStatus
from payments.tables import Payee, PayeeAccount, Payment, Payout, Refund, Reversal, Share, StripeEvent


async def under_way(read: Read, payee_id: int, references: Sequence[int]) -> dict[str, int]:
    """How many of each are not settled: payments for `references`, and the payee's shares, debts, returns and payouts."""
    ours = col(Payment.reference).in_(references)
    moving = (PaymentStatus.PROCESSING, PaymentStatus.REQUIRES_ACTION, PaymentStatus.FAILED)
    theirs = col(Share.payee_id) == payee_id
    left = col(Share.amount_minor) - col(Share.reversed_minor) - col(Share.netted_minor) > 0
    waiting = col(Share.status).in_((ShareStatus.PENDING, ShareStatus.HELD))
    questions = {
        "payments that are not settled": sa.select(col(Payment.id)).where(
            ours,
            sa.or_(
                sa.and_(col(Payment.status).in_(moving), col(Payment.abandoned_at).is_(None)),
                col(Payment.status) == PaymentStatus.DISPUTED,
            ),
        ),
        "refunds on their way": sa.select(col(Refund.id))
        .join(Payment, col(Payment.id) == col(Refund.payment_id))
        .where(ours, col(Refund.status).in_((RefundStatus.REQUESTED, RefundStatus.PENDING))),
        "shares that wait to be sent to you": sa.select(col(Share.id))
        .join(Payment, col(Payment.id) == col(Share.payment_id))
        .where(theirs, waiting, left, col(Payment.status).in_(PAID)),
        "shares that you owe": sa.select(col(Share.id)).where(theirs, col(Share.owed_minor) > 0),
        "shares on their way back": sa.select(col(Reversal.id)).where(
            col(Reversal.payee_id) == payee_id,
            col(Reversal.status).in_((ReversalStatus.PENDING, ReversalStatus.RETURNING)),
        ),
        "payouts on their way to your bank": sa.select(col(Payout.id)).where(
            col(Payout.payee_id) == payee_id, col(Payout.status).in_((PayoutStatus.PENDING, PayoutStatus.IN_TRANSIT))
        ),
    }
    counts = {}
    for name, question in questions.items():
        counts[name] = (
            await read.session.execute(sa.select(sa.func.count()).select_from(question.subquery()))
        ).scalar_one()
    return counts


async def take_names_out(
    work: Work, payee_id: int, references: Sequence[int], *, redacted: Callable[[str], str], names: Sequence[str]
) -> None:
    """Descriptions and reasons without the names, and the processor's own words about the payee forgotten."""
    payments = await work.session.execute(sa.select(Payment).where(col(Payment.reference).in_(references)))
    for payment in payments.scalars():
        payment.description = redacted(payment.description)
    refunds = sa.select(Refund).join(Payment, col(Payment.id) == col(Refund.payment_id))
    for refund in (await work.session.execute(refunds.where(col(Payment.reference).in_(references)))).scalars():
        refund.reason = redacted(refund.reason)
    await work.session.flush()
    accounts = sa.select(col(PayeeAccount.id)).where(col(PayeeAccount.payee_id) == payee_id)
    named = [sa.cast(col(StripeEvent.body), sa.Text).icontains(name, autoescape=True) for name in names]
    about = sa.or_(col(StripeEvent.account_id).in_(accounts), col(StripeEvent.object_id).in_(accounts), *named)
    await work.session.execute(sa.update(StripeEvent).where(about).values(body={}))
    await work.session.execute(sa.update(Payee).where(col(Payee.id) == payee_id).values(requirements=[]))
