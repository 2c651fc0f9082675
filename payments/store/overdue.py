"""What somebody should have taken further by now: the sweeper's questions. Each answers with ids, oldest first."""

from collections.abc import Sequence
from datetime import timedelta

import sqlalchemy as sa
from sqlmodel import col

from core.work import Read
from payments.rules import SENDABLE
from payments.states import PayeeStatus, PaymentStatus, ShareStatus
from payments.tables import Payee, Payer, Payment, Share, StripeEvent


async def undriven_payments(read: Read, *, older_than: timedelta, limit: int = 100) -> Sequence[int]:
    """Payments that are still PROCESSING, for `charges.drive`."""
    query = sa.select(col(Payment.id)).where(
        col(Payment.status) == PaymentStatus.PROCESSING,
        col(Payment.abandoned_at).is_(None),
        col(Payment.created_at) < read.now - older_than,
    )
    found = (await read.session.execute(query.order_by(col(Payment.id)).limit(limit))).scalars()
    return [row_id for row_id in found if row_id is not None]


async def unsent_payments(read: Read, *, older_than: timedelta, limit: int = 100) -> Sequence[int]:
    """Payments that succeeded and have a share that nobody has tried to send, for `transfers.send`."""
    return await _with_shares(read, ShareStatus.PENDING, older_than, limit)


async def held_payments(read: Read, *, older_than: timedelta, limit: int = 100) -> Sequence[int]:
    """Payments that have a held share whose payee is READY, for `transfers.send`. Ask rarely: what was refused a minute
    ago is likely to be refused again."""
    return await _with_shares(read, ShareStatus.HELD, older_than, limit, col(Payee.status) == PayeeStatus.READY)


async def _with_shares(
    read: Read, status: ShareStatus, older_than: timedelta, limit: int, *conditions: sa.ColumnElement[bool]
) -> Sequence[int]:
    query = (
        sa.select(col(Share.payment_id))
        .join(Payment, col(Payment.id) == col(Share.payment_id))
        .outerjoin(Payee, col(Payee.id) == col(Share.payee_id))
        .where(col(Share.status) == status, col(Payment.status).in_(SENDABLE))
        .where(col(Payment.succeeded_at) < read.now - older_than, *conditions)
        .group_by(col(Share.payment_id))
        .order_by(col(Share.payment_id))
    )
    return (await read.session.execute(query.limit(limit))).scalars().all()


async def payees_awaited(read: Read, *, older_than: timedelta, limit: int = 100) -> Sequence[int]:
    """Payees who have begun and are not READY, last asked about longest ago, for `payees.refresh`."""
    query = sa.select(col(Payee.id)).where(
        col(Payee.status).in_((PayeeStatus.ONBOARDING, PayeeStatus.RESTRICTED)),
        col(Payee.account_id).is_not(None),
        col(Payee.updated_at) < read.now - older_than,
    )
    return (await read.session.execute(query.order_by(col(Payee.updated_at)).limit(limit))).scalars().all()


async def ready_payees(read: Read, *, older_than: timedelta, limit: int = 100) -> Sequence[int]:
    """Payees who are READY as far as we know, for `payees.refresh`: the event that says otherwise may be lost."""
    query = sa.select(col(Payee.id)).where(
        col(Payee.status) == PayeeStatus.READY, col(Payee.updated_at) < read.now - older_than
    )
    return (await read.session.execute(query.order_by(col(Payee.updated_at)).limit(limit))).scalars().all()


async def stale_payers(read: Read, *, older_than: timedelta, limit: int = 100) -> Sequence[int]:
    """Payers whose saved method was not looked at for long, for `payers.refresh`: it may be detached, or renewed."""
    query = sa.select(col(Payer.id)).where(
        col(Payer.customer_id).is_not(None), col(Payer.updated_at) < read.now - older_than
    )
    return (await read.session.execute(query.order_by(col(Payer.updated_at)).limit(limit))).scalars().all()


async def unhandled_events(read: Read, *, older_than: timedelta, limit: int = 100) -> Sequence[int]:
    query = sa.select(col(StripeEvent.id)).where(
        col(StripeEvent.handled_at).is_(None), col(StripeEvent.received_at) < read.now - older_than
    )
    found = (await read.session.execute(query.order_by(col(StripeEvent.id)).limit(limit))).scalars()
    return [row_id for row_id in found if row_id is not None]
