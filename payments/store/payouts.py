"""Payouts."""

from collections.abc import Collection, Mapping, Sequence

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col

from core.work import Read, Work
from payments.money import Money
from payments.states import PayoutStatus
from payments.tables import Payout


async def lock_payout(
    work: Work, *, payee_id: int, account_id: str, stripe_id: str, amount: Money
) -> tuple[Payout, bool]:
    """The payout's row, locked until the work ends, and whether it was made just now."""
    fresh = insert(Payout).values(
        payee_id=payee_id,
        account_id=account_id,
        stripe_id=stripe_id,
        currency=amount.currency,
        amount_minor=amount.minor,
        status=PayoutStatus.PENDING,
    )
    made = await work.session.execute(fresh.on_conflict_do_nothing().returning(col(Payout.id)))
    is_new = made.scalar_one_or_none() is not None
    query = sa.select(Payout).where(col(Payout.stripe_id) == stripe_id).with_for_update()
    return (await work.session.execute(query)).scalar_one(), is_new


async def payouts_by_id(read: Read, ids: Sequence[int]) -> Mapping[int, Payout]:
    rows = (await read.session.execute(sa.select(Payout).where(col(Payout.id).in_(ids)))).scalars()
    return {row.id: row for row in rows if row.id is not None}


async def payouts_of_payees(
    read: Read,
    payee_ids: Collection[int],
    *,
    limit: int,
    after: int | None = None,
    before: int | None = None,
    last: bool = False,
) -> Sequence[Payout]:
    """Newest first: up to `limit` payouts whose ids lie between `after` and `before`. `last` takes them from the far
    end, still newest first."""
    query = sa.select(Payout).where(col(Payout.payee_id).in_(payee_ids))
    if after is not None:
        query = query.where(col(Payout.id) < after)
    if before is not None:
        query = query.where(col(Payout.id) > before)
    order = col(Payout.id).asc() if last else col(Payout.id).desc()
    rows = (await read.session.execute(query.order_by(order).limit(limit))).scalars().all()
    return rows[::-1] if last else rows


async def count_payouts_of_payees(read: Read, payee_ids: Collection[int]) -> int:
    query = sa.select(sa.func.count()).select_from(Payout).where(col(Payout.payee_id).in_(payee_ids))
    return (await read.session.execute(query)).scalar_one()
