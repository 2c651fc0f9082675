"""Refunds, disputes and the reversals that they ask for."""

from collections.abc import Sequence
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col

from core.work import Read, Work
from payments.money import Money
from payments.states import DisputeStatus, RefundStatus, ReversalStatus, ShareStatus
from payments.tables import Dispute, Payment, Refund, Reversal, Share

UNANSWERED = (RefundStatus.REQUESTED,)
UNSETTLED = (ReversalStatus.PENDING, ReversalStatus.RETURNING)


async def refund(read: Read, refund_id: int) -> Refund | None:
    return await read.session.get(Refund, refund_id)


async def lock_refund(work: Work, refund_id: int) -> Refund:
    """Lock its payment first."""
    query = sa.select(Refund).where(col(Refund.id) == refund_id).with_for_update()
    return (await work.session.execute(query.execution_options(populate_existing=True))).scalar_one()


async def requested_minor(read: Read, payment_id: int) -> int:
    """What was asked for and is not yet answered."""
    total = sa.cast(sa.func.coalesce(sa.func.sum(col(Refund.amount_minor)), 0), sa.BigInteger)
    query = sa.select(total).where(col(Refund.payment_id) == payment_id, col(Refund.status).in_(UNANSWERED))
    return (await read.session.execute(query)).scalar_one()


async def refund_named(read: Read, stripe_id: str) -> int | None:
    query = sa.select(col(Refund.id)).where(col(Refund.stripe_id) == stripe_id)
    return (await read.session.execute(query)).scalar_one_or_none()


async def payment_returned(read: Read, *, names: Sequence[str]) -> int | None:
    """The payment to which one of Stripe's ids belongs: its charge's, refund's, dispute's, or a share's transfer's."""
    charged = sa.select(sa.cast(col(Payment.id), sa.BigInteger)).where(col(Payment.charge_id).in_(names))
    refunded = sa.select(col(Refund.payment_id)).where(col(Refund.stripe_id).in_(names))
    disputed = sa.select(col(Dispute.payment_id)).where(col(Dispute.stripe_id).in_(names))
    sent = sa.select(col(Share.payment_id)).where(col(Share.transfer_id).in_(names))
    found = (await read.session.execute(sa.union_all(charged, refunded, disputed, sent).limit(1))).scalars()
    return next((int(payment_id) for payment_id in found), None)


async def refunds_of(read: Read, payment_id: int) -> Sequence[Refund]:
    query = sa.select(Refund).where(col(Refund.payment_id) == payment_id).order_by(col(Refund.id))
    return (await read.session.execute(query)).scalars().all()


async def lock_dispute(
    work: Work, *, payment_id: int, stripe_id: str, amount: Money, reason: str
) -> tuple[Dispute, bool]:
    """The dispute's row, locked until the work ends, and whether it was made just now."""
    fresh = insert(Dispute).values(
        payment_id=payment_id,
        stripe_id=stripe_id,
        currency=amount.currency,
        amount_minor=amount.minor,
        reason=reason,
        fee_minor=0,
        status=DisputeStatus.OPEN,
    )
    made = await work.session.execute(fresh.on_conflict_do_nothing().returning(col(Dispute.id)))
    is_new = made.scalar_one_or_none() is not None
    query = sa.select(Dispute).where(col(Dispute.stripe_id) == stripe_id).with_for_update()
    return (await work.session.execute(query.execution_options(populate_existing=True))).scalar_one(), is_new


async def disputes_of(read: Read, payment_id: int) -> Sequence[Dispute]:
    query = sa.select(Dispute).where(col(Dispute.payment_id) == payment_id).order_by(col(Dispute.id))
    return (await read.session.execute(query)).scalars().all()


async def lock_reversals(work: Work, payment_id: int) -> Sequence[Reversal]:
    """Oldest first. Lock their payment first."""
    query = sa.select(Reversal).where(col(Reversal.payment_id) == payment_id).order_by(col(Reversal.id))
    held = query.with_for_update().execution_options(populate_existing=True)
    return (await work.session.execute(held)).scalars().all()


async def payments_with_debts(read: Read, payment_id: int) -> Sequence[int]:
    """The payments under which the payees of this one's unsent shares owe something in the currency in which it was settled."""
    unsent = (ShareStatus.PENDING, ShareStatus.HELD)
    waiting = sa.select(col(Share.payee_id)).where(
        col(Share.payment_id) == payment_id, col(Share.status).in_(unsent), col(Share.account_id).is_(None)
    )
    settled_in = sa.func.coalesce(col(Payment.settled_currency), col(Payment.currency))
    currency = sa.select(settled_in).where(col(Payment.id) == payment_id).scalar_subquery()
    query = sa.select(col(Reversal.payment_id)).where(
        col(Reversal.status) == ReversalStatus.OWED,
        col(Reversal.payee_id).in_(waiting),
        col(Reversal.currency) == currency,
    )
    return (await read.session.execute(query.distinct().order_by(col(Reversal.payment_id)))).scalars().all()


async def lock_debts(work: Work, *, payee_id: int, currency: str) -> Sequence[Reversal]:
    """What a payee owes, the oldest first. Lock its payments first."""
    query = sa.select(Reversal).where(
        col(Reversal.payee_id) == payee_id,
        col(Reversal.currency) == currency,
        col(Reversal.status) == ReversalStatus.OWED,
    )
    held = query.order_by(col(Reversal.id)).with_for_update().execution_options(populate_existing=True)
    return (await work.session.execute(held)).scalars().all()


async def unsettled_refunds(read: Read, *, older_than: timedelta, limit: int = 100) -> Sequence[int]:
    """Refunds that wait for Stripe's answer, for `refunds.drive`."""
    query = sa.select(col(Refund.id)).where(
        col(Refund.status).in_((RefundStatus.REQUESTED, RefundStatus.PENDING)),
        col(Refund.created_at) < read.now - older_than,
    )
    return [
        found for found in (await read.session.execute(query.order_by(col(Refund.id)).limit(limit))).scalars() if found
    ]


async def open_disputes(read: Read, *, older_than: timedelta, limit: int = 100) -> Sequence[int]:
    """Payments whose dispute has not ended, for `disputes.drive`."""
    query = sa.select(col(Dispute.payment_id)).where(
        col(Dispute.status) == DisputeStatus.OPEN, col(Dispute.opened_at) < read.now - older_than
    )
    return (await read.session.execute(query.distinct().limit(limit))).scalars().all()


async def unsettled_returns(read: Read, *, older_than: timedelta, limit: int = 100) -> Sequence[int]:
    """Payments with a reversal that nobody has taken further, for `reversals.settle`."""
    query = sa.select(col(Reversal.payment_id)).where(
        col(Reversal.status).in_(UNSETTLED), col(Reversal.created_at) < read.now - older_than
    )
    return (
        (await read.session.execute(query.distinct().order_by(col(Reversal.payment_id)).limit(limit))).scalars().all()
    )


async def payments_with_returns(read: Read, payee_id: int) -> Sequence[int]:
    """Those under which the payee is to have something again."""
    query = sa.select(col(Reversal.payment_id)).where(
        col(Reversal.payee_id) == payee_id, col(Reversal.status) == ReversalStatus.RETURNING
    )
    return (await read.session.execute(query.distinct().order_by(col(Reversal.payment_id)))).scalars().all()


async def every_refund(read: Read) -> Sequence[Refund]:
    return (await read.session.execute(sa.select(Refund).order_by(col(Refund.id)))).scalars().all()


async def every_dispute(read: Read) -> Sequence[Dispute]:
    return (await read.session.execute(sa.select(Dispute).order_by(col(Dispute.id)))).scalars().all()


async def every_reversal(read: Read) -> Sequence[Reversal]:
    return (await read.session.execute(sa.select(Reversal).order_by(col(Reversal.id)))).scalars().all()
