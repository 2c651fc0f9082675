"""Those who pay and those who are paid."""

from collections.abc import Mapping, Sequence

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col

from core.work import Read, Work
from payments.tables import Payee, Payer


async def payer(read: Read, payer_id: int) -> Payer | None:
    return await read.session.get(Payer, payer_id)


async def method_of(read: Read, payer_id: int) -> str | None:
    """The payment method on file."""
    method: str | None = (await read.session.execute(_METHOD, {"id": payer_id})).scalar_one_or_none()
    return method


_METHOD = sa.select(col(Payer.payment_method_id)).where(col(Payer.id) == sa.bindparam("id"))


async def ensure_payer(work: Work, payer_id: int) -> Payer:
    """The payer's row, made at the first call and locked until the work ends."""
    await work.session.execute(insert(Payer).values(id=payer_id, attempt=1).on_conflict_do_nothing())
    return await lock_payer(work, payer_id)


async def lock_payer(work: Work, payer_id: int) -> Payer:
    query = sa.select(Payer).where(col(Payer.id) == payer_id).with_for_update()
    return (await work.session.execute(query)).scalar_one()


async def payers_by_id(read: Read, ids: Sequence[int]) -> Mapping[int, Payer]:
    rows = (await read.session.execute(sa.select(Payer).where(col(Payer.id).in_(ids)))).scalars()
    return {row.id: row for row in rows}


async def payer_named(read: Read, *, names: Sequence[str]) -> int | None:
    """The payer whose customer, setup session or payment method bears one of Stripe's ids."""
    known = (Payer.customer_id, Payer.setup_session_id, Payer.payment_method_id)
    query = sa.select(col(Payer.id)).where(sa.or_(*(col(column).in_(names) for column in known)))
    return (await read.session.execute(query.limit(1))).scalar_one_or_none()


async def payee(read: Read, payee_id: int) -> Payee | None:
    return await read.session.get(Payee, payee_id)


async def ensure_payee(work: Work, payee_id: int) -> Payee:
    """The payee's row, made at the first call and locked until the work ends."""
    fresh = insert(Payee).values(id=payee_id, status="NOT_STARTED", requirements=[], attempt=1)
    await work.session.execute(fresh.on_conflict_do_nothing())
    return await lock_payee(work, payee_id)


async def lock_payee(work: Work, payee_id: int) -> Payee:
    query = sa.select(Payee).where(col(Payee.id) == payee_id).with_for_update()
    return (await work.session.execute(query)).scalar_one()


async def payees_by_id(read: Read, ids: Sequence[int]) -> Mapping[int, Payee]:
    rows = (await read.session.execute(sa.select(Payee).where(col(Payee.id).in_(ids)))).scalars()
    return {row.id: row for row in rows}


async def every_account(read: Read) -> Sequence[str]:
    """The ids of all payees' accounts."""
    query = sa.select(col(Payee.account_id)).where(col(Payee.account_id).is_not(None)).order_by(col(Payee.id))
    return [account_id for account_id in (await read.session.execute(query)).scalars() if account_id is not None]


async def payee_of_account(read: Read, account_id: str) -> int | None:
    query = sa.select(col(Payee.id)).where(col(Payee.account_id) == account_id)
    return (await read.session.execute(query)).scalar_one_or_none()
