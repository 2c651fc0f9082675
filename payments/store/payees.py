"""Those who pay and those who are paid."""

from collections.abc import Mapping, Sequence

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col

from core.rows import Plain
from core.work import Read, Work
from payments.tables import Payee, PayeeAccount, Payer


async def payer(read: Read, payer_id: int) -> Payer | None:
    return await read.session.get(Payer, payer_id)


async def known_payer(read: Read, payer_id: int) -> Payer | None:
    """The same, only to be looked at."""
    found = await _PAYER.values(read, {"id": payer_id})
    return found[0][0] if found else None


async def method_of(read: Read, payer_id: int) -> str | None:
    """The payment method on file."""
    method: str | None = (await read.session.execute(_METHOD, {"id": payer_id})).scalar_one_or_none()
    return method


_PAYER = Plain(sa.select(Payer).where(col(Payer.id) == sa.bindparam("id")))
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


async def keep_account(work: Work, *, payee_id: int, account_id: str) -> None:
    """Once, whoever else keeps it."""
    fresh = insert(PayeeAccount).values(id=account_id, payee_id=payee_id)
    await work.session.execute(fresh.on_conflict_do_nothing())


async def close_account(work: Work, account_id: str) -> None:
    closed = sa.update(PayeeAccount).where(col(PayeeAccount.id) == account_id, col(PayeeAccount.closed_at).is_(None))
    await work.session.execute(closed.values(closed_at=work.now))


async def every_account(read: Read) -> Mapping[str, PayeeAccount]:
    """All that any payee has ever had, closed ones too, by Stripe's id."""
    query = sa.select(PayeeAccount).order_by(col(PayeeAccount.payee_id), col(PayeeAccount.opened_at))
    return {account.id: account for account in (await read.session.execute(query)).scalars()}


async def open_accounts(read: Read) -> Sequence[str]:
    query = sa.select(col(PayeeAccount.id)).where(col(PayeeAccount.closed_at).is_(None))
    return (await read.session.execute(query.order_by(col(PayeeAccount.payee_id)))).scalars().all()


async def payee_of_account(read: Read, account_id: str) -> int | None:
    """Of one that it has, or had."""
    query = sa.select(col(PayeeAccount.payee_id)).where(col(PayeeAccount.id) == account_id)
    return (await read.session.execute(query)).scalar_one_or_none()
