"""What reconciling needs of the ledger, and what it found."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import aliased
from sqlmodel import col

from core.work import Read, Work
from payments.money import Money
from payments.states import AccountKind
from payments.tables import Account, Entry, Reconciliation

SUSPENSE = "suspense:"
"""Entries of this kind name the processor's own word after it."""


async def platform_moves(read: Read) -> Mapping[tuple[str, str], int]:
    """What each of Stripe's objects moved on the platform's balance, by (its id, currency)."""
    accounts = sa.select(col(Account.id)).where(col(Account.kind) == AccountKind.STRIPE_BALANCE)
    source = sa.func.split_part(col(Entry.key), ":", 1)
    amount = sa.case((col(Entry.debit_id).in_(accounts), col(Entry.amount_minor)), else_=-col(Entry.amount_minor))
    total = sa.cast(sa.func.sum(amount), sa.BigInteger)
    touching = sa.or_(col(Entry.debit_id).in_(accounts), col(Entry.credit_id).in_(accounts))
    query = sa.select(source, col(Entry.currency), total).where(touching).group_by(source, col(Entry.currency))
    rows = await read.session.execute(query)
    return {(name, currency): minor for name, currency, minor in rows}


@dataclass(frozen=True, slots=True)
class Suspended:
    """A movement of the platform's balance that nobody can explain. Negative when it went out."""

    transaction: str
    category: str
    amount: Money


async def suspended(read: Read) -> Sequence[Suspended]:
    """Oldest first."""
    balance = sa.select(col(Account.id)).where(col(Account.kind) == AccountKind.STRIPE_BALANCE)
    explained = aliased(Entry)
    name = sa.func.split_part(col(Entry.key), ":", 1)
    query = sa.select(Entry, col(Entry.debit_id).in_(balance)).where(
        col(Entry.kind).startswith(SUSPENSE),
        ~sa.exists().where(col(explained.key) == sa.func.concat(name, ":explained")),
    )
    rows = await read.session.execute(query.order_by(col(Entry.id)))
    return [
        Suspended(
            transaction=entry.key.partition(":")[0],
            category=entry.kind.removeprefix(SUSPENSE),
            amount=Money(entry.amount_minor if came_in else -entry.amount_minor, entry.currency),
        )
        for entry, came_in in rows
    ]


async def keep_reconciliation(work: Work, *, differences: Sequence[str], remarks: Sequence[str]) -> None:
    row = {"differences": list(differences), "remarks": list(remarks), "at": work.now}
    await work.session.execute(insert(Reconciliation).values(row))


async def last_reconciliation(read: Read) -> Reconciliation | None:
    query = sa.select(Reconciliation).order_by(col(Reconciliation.id).desc()).limit(1)
    return (await read.session.execute(query)).scalar_one_or_none()


async def last_reconciled_at(read: Read) -> datetime | None:
    last = await last_reconciliation(read)
    return last.at if last is not None else None
