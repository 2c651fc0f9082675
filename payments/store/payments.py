"""Payments and their shares."""

from collections.abc import Mapping, Sequence

import sqlalchemy as sa
from sqlmodel import col

from core.store import refresh_clock
from core.work import Read, Work
from payments.rules import SENDABLE
from payments.states import ShareStatus
from payments.tables import Payment, Share


async def payment(read: Read, payment_id: int) -> Payment | None:
    return await read.session.get(Payment, payment_id)


async def lock_payment(work: Work, payment_id: int) -> Payment | None:
    """Held until the work ends. Lock a payment before its shares."""
    return await _lock(work, sa.select(Payment).where(col(Payment.id) == payment_id))


async def lock_payment_of(work: Work, reference: int) -> Payment | None:
    return await _lock(work, sa.select(Payment).where(col(Payment.reference) == reference))


async def _lock(work: Work, query: sa.Select[Payment]) -> Payment | None:
    found = (await work.session.execute(query.with_for_update())).scalar_one_or_none()
    await refresh_clock(work)
    return found


async def lock_share(work: Work, share_id: int) -> Share:
    query = sa.select(Share).where(col(Share.id) == share_id).with_for_update()
    return (await work.session.execute(query)).scalar_one()


async def lock_shares(work: Work, payment_id: int) -> Sequence[Share]:
    query = sa.select(Share).where(col(Share.payment_id) == payment_id).order_by(col(Share.position))
    return (await work.session.execute(query.with_for_update())).scalars().all()


async def payments_by_id(read: Read, ids: Sequence[int]) -> Mapping[int, Payment]:
    rows = (await read.session.execute(sa.select(Payment).where(col(Payment.id).in_(ids)))).scalars()
    return {row.id: row for row in rows if row.id is not None}


async def payments_by_reference(read: Read, references: Sequence[int]) -> Mapping[int, Payment]:
    rows = (await read.session.execute(sa.select(Payment).where(col(Payment.reference).in_(references)))).scalars()
    return {row.reference: row for row in rows}


async def payment_named(read: Read, *, intent_id: str | None, charge_id: str | None) -> int | None:
    """The payment that Stripe knows under either id."""
    named = [
        column == name
        for column, name in ((col(Payment.intent_id), intent_id), (col(Payment.charge_id), charge_id))
        if name is not None
    ]
    query = sa.select(col(Payment.id)).where(sa.or_(sa.false(), *named))
    return (await read.session.execute(query.limit(1))).scalar_one_or_none()


async def shares_of(read: Read, payment_ids: Sequence[int]) -> Mapping[int, Sequence[Share]]:
    """The shares of each payment, in the order in which they were agreed."""
    query = sa.select(Share).where(col(Share.payment_id).in_(payment_ids)).order_by(Share.payment_id, Share.position)  # type: ignore[arg-type]
    found: dict[int, list[Share]] = {payment_id: [] for payment_id in payment_ids}
    for share in (await read.session.execute(query)).scalars():
        found[share.payment_id].append(share)
    return found


async def shares_by_id(read: Read, ids: Sequence[int]) -> Mapping[int, Share]:
    rows = (await read.session.execute(sa.select(Share).where(col(Share.id).in_(ids)))).scalars()
    return {row.id: row for row in rows if row.id is not None}


async def shares_of_payee(
    read: Read, payee_id: int, *, limit: int, after: int | None = None, before: int | None = None, last: bool = False
) -> Sequence[Share]:
    """Newest first: up to `limit` shares whose ids lie between `after` and `before`. `last` takes them from the far
    end, still newest first."""
    query = sa.select(Share).where(col(Share.payee_id) == payee_id)
    if after is not None:
        query = query.where(col(Share.id) < after)
    if before is not None:
        query = query.where(col(Share.id) > before)
    order = col(Share.id).asc() if last else col(Share.id).desc()
    rows = (await read.session.execute(query.order_by(order).limit(limit))).scalars().all()
    return rows[::-1] if last else rows


async def warned_payments(read: Read) -> Sequence[Payment]:
    """Those of which a bank has warned, and that can still be refunded: the oldest warning first."""
    query = sa.select(Payment).where(col(Payment.fraud_warned_at).is_not(None), col(Payment.status).in_(SENDABLE))
    return (await read.session.execute(query.order_by(col(Payment.fraud_warned_at)))).scalars().all()


async def payments_with_held_shares(read: Read, payee_id: int) -> Sequence[int]:
    held = (col(Share.payee_id) == payee_id, col(Share.status) == ShareStatus.HELD)
    query = sa.select(col(Share.payment_id)).where(*held).distinct().order_by(col(Share.payment_id))
    return (await read.session.execute(query)).scalars().all()


async def count_shares_of_payee(read: Read, payee_id: int) -> int:
    query = sa.select(sa.func.count()).select_from(Share).where(col(Share.payee_id) == payee_id)
    return (await read.session.execute(query)).scalar_one()
