"""The ledger's accounts and entries."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import aliased
from sqlmodel import col

from core.work import Read, Work
from payments.money import Money
from payments.states import AccountKind
from payments.tables import Account, Entry


@dataclass(frozen=True, slots=True)
class Side:
    """One side of an entry: an account of any currency, `payee_id` null where the account is not a payee's."""

    kind: AccountKind
    payee_id: int | None = None


@dataclass(frozen=True, slots=True)
class Posting:
    """An entry to be: `amount` moves from `credit` to `debit`."""

    kind: str
    key: str
    debit: Side
    credit: Side
    amount: Money
    payment_id: int | None = None


async def keep_postings(work: Work, postings: Sequence[Posting]) -> None:
    """Each key once, whoever else posts it. Rows are written in one order, so that writers do not wait in a ring."""
    if not postings:
        return
    accounts = await _accounts(work, {(side, p.amount.currency) for p in postings for side in (p.debit, p.credit)})
    rows = [
        {
            "kind": p.kind,
            "key": p.key,
            "payment_id": p.payment_id,
            "debit_id": accounts[p.debit, p.amount.currency],
            "credit_id": accounts[p.credit, p.amount.currency],
            "currency": p.amount.currency,
            "amount_minor": p.amount.minor,
        }
        for p in sorted(postings, key=lambda p: p.key)
    ]
    await work.session.execute(insert(Entry).values(rows).on_conflict_do_nothing(index_elements=["key"]))


async def _accounts(work: Work, wanted: set[tuple[Side, str]]) -> Mapping[tuple[Side, str], int]:
    """The ids of the accounts, the missing ones opened."""
    found = await _known_accounts(work, wanted)
    missing = sorted(wanted - found.keys(), key=lambda each: (each[0].kind, each[0].payee_id or 0, each[1]))
    if not missing:
        return found
    rows = [{"kind": side.kind, "payee_id": side.payee_id, "currency": currency} for side, currency in missing]
    await work.session.execute(insert(Account).values(rows).on_conflict_do_nothing())
    return await _known_accounts(work, wanted)


async def _known_accounts(read: Read, wanted: set[tuple[Side, str]]) -> dict[tuple[Side, str], int]:
    query = sa.select(Account).where(
        col(Account.kind).in_({side.kind for side, _ in wanted}),
        col(Account.currency).in_({currency for _, currency in wanted}),
        sa.func.coalesce(col(Account.payee_id), 0).in_({side.payee_id or 0 for side, _ in wanted}),
    )
    rows = (await read.session.execute(query)).scalars()
    return {(Side(row.kind, row.payee_id), row.currency): row.id for row in rows if row.id is not None}


async def account_balances(read: Read) -> Mapping[tuple[Side, str], int]:
    """Debits less credits of every account that was ever used, in minor units."""
    moves = sa.union_all(
        sa.select(col(Entry.debit_id).label("account_id"), col(Entry.amount_minor).label("minor")),
        sa.select(col(Entry.credit_id), -col(Entry.amount_minor)),
    ).subquery()
    query = (
        sa.select(Account, sa.cast(sa.func.sum(moves.c.minor), sa.BigInteger))
        .join(moves, moves.c.account_id == col(Account.id))
        .group_by(col(Account.id))
    )
    rows = await read.session.execute(query)
    return {(Side(account.kind, account.payee_id), account.currency): minor for account, minor in rows}


@dataclass(frozen=True, slots=True)
class EntrySum:
    """All that a payment's entries of one kind moved for one payee (null: the platform)."""

    payment_id: int
    kind: str
    payee_id: int | None
    currency: str
    minor: int


async def entry_sums(read: Read) -> Sequence[EntrySum]:
    debit, credit = aliased(Account), aliased(Account)
    payee_id = sa.func.coalesce(debit.payee_id, credit.payee_id)
    query = (
        sa.select(
            col(Entry.payment_id),
            col(Entry.kind),
            payee_id,
            col(Entry.currency),
            sa.cast(sa.func.sum(col(Entry.amount_minor)), sa.BigInteger),
        )
        .join(debit, debit.id == col(Entry.debit_id))  # type: ignore[arg-type]
        .join(credit, credit.id == col(Entry.credit_id))  # type: ignore[arg-type]
        .where(col(Entry.payment_id).is_not(None))
        .group_by(col(Entry.payment_id), col(Entry.kind), payee_id, col(Entry.currency))
    )
    rows = await read.session.execute(query)
    return [EntrySum(row[0] or 0, *row[1:]) for row in rows]


async def broken_entry(read: Read) -> tuple[int, str] | None:
    """The number and the key of the first entry that is not as it was written."""
    unlike = sa.text("entry.digest is distinct from entry_digest(entry)")
    query = sa.select(col(Entry.id), col(Entry.key)).where(unlike).order_by(col(Entry.id)).limit(1)
    row = (await read.session.execute(query)).one_or_none()
    return None if row is None else (row[0] or 0, row[1])


async def moved_by(read: Read, source: str, side: Side, currency: str, *, kind: str) -> tuple[int, int]:
    """What one of Stripe's objects moved on an account, and how many of its entries are of a kind."""
    account = sa.select(col(Account.id)).where(
        col(Account.kind) == side.kind,
        col(Account.payee_id).is_not_distinct_from(side.payee_id),
        col(Account.currency) == currency,
    )
    own = account.scalar_subquery()
    signed = sa.case(
        (col(Entry.debit_id) == own, col(Entry.amount_minor)), (col(Entry.credit_id) == own, -col(Entry.amount_minor))
    )
    query = sa.select(
        sa.cast(sa.func.coalesce(sa.func.sum(signed), 0), sa.BigInteger),
        sa.func.count().filter(col(Entry.kind) == kind),
    ).where(col(Entry.key).startswith(f"{source}:", autoescape=True))
    minor, count = (await read.session.execute(query)).one()
    return minor, count


async def uncleared_payments(read: Read) -> Mapping[int, int]:
    """What is left on CLEARING of each payment, where anything is."""
    clearing = sa.select(col(Account.id)).where(col(Account.kind) == AccountKind.CLEARING).scalar_subquery()
    left = sa.cast(
        sa.func.sum(
            sa.case(
                (col(Entry.debit_id).in_(clearing), col(Entry.amount_minor)),
                (col(Entry.credit_id).in_(clearing), -col(Entry.amount_minor)),
                else_=0,
            )
        ),
        sa.BigInteger,
    )
    query = sa.select(col(Entry.payment_id), left).where(col(Entry.payment_id).is_not(None))
    rows = await read.session.execute(query.group_by(col(Entry.payment_id)).having(left != 0))
    return {payment_id: minor for payment_id, minor in rows if payment_id is not None}
