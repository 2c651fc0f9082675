"""What made a payee's money more or less: the entries that its statements are made of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import col

from core.paging import Order, Slice, Window, sliced, windowed
from core.work import Read
from payments.money import Money
from payments.states import AccountKind
from payments.tables import Account, Dispute, Entry, Payout, Refund, Reversal, Share


class MovementKind(StrEnum):
    """By the kind of the entry. All other entries of a payee's accounts only carry its money from one to another."""

    EARNED = "share"
    REVERSED = "claim"
    RETURNED = "undone"
    PAID_OUT = "payout_paid"
    PAYOUT_RETURNED = "payout_failed"
    CHANGED = "changed"


ADDS = (MovementKind.EARNED, MovementKind.RETURNED)

ENTRIES = Order((col(Entry.id),))
DEBIT, CREDIT = aliased(Account), aliased(Account)
WHENCE = (AccountKind.PAYEE_BANK, AccountKind.EXCHANGE)
SIGNED = sa.case(
    (sa.or_(col(Entry.kind).in_(ADDS), col(CREDIT.kind).in_(WHENCE)), col(Entry.amount_minor)),
    else_=-col(Entry.amount_minor),
)
"""What comes from a bank, or of another currency, adds; what goes there does not: a payout of less than nothing is taken from
the bank."""
OWNER: sa.ColumnElement[int] = sa.func.coalesce(col(DEBIT.payee_id), col(CREDIT.payee_id))
MONTH = sa.cast(sa.func.date_trunc("month", sa.func.timezone("UTC", col(Entry.at))), sa.Date)


@dataclass(frozen=True, slots=True)
class Movement:
    """One entry: `amount` is negative where it made the payee's money less."""

    entry_id: int
    at: datetime
    kind: MovementKind
    amount: Money
    payee_id: int
    payment_id: int | None
    key: str


@dataclass(frozen=True, slots=True)
class MonthlySum:
    month: date
    currency: str
    kind: MovementKind
    minor: int


def select_movements(*selected: Any) -> sa.Select[Any]:
    """Of a payout that failed before it was paid nothing had been paid out."""
    came_back = sa.or_(
        col(Entry.kind) != MovementKind.PAYOUT_RETURNED,
        col(CREDIT.kind) == AccountKind.PAYEE_BANK,
        col(DEBIT.kind) == AccountKind.PAYEE_BANK,
    )
    return (
        sa.select(*selected)
        .select_from(Entry)
        .join(DEBIT, col(DEBIT.id) == col(Entry.debit_id))
        .join(CREDIT, col(CREDIT.id) == col(Entry.credit_id))
        .where(col(Entry.kind).in_(list(MovementKind)), came_back)
    )


def signed_sum() -> sa.ColumnElement[int]:
    return sa.cast(sa.func.sum(SIGNED), sa.BigInteger)


async def of_payee(read: Read, payee_id: int) -> sa.ColumnElement[bool]:
    """Its accounts are few, and are asked for first, so that the indexes of both sides serve."""
    query = sa.select(col(Account.id)).where(col(Account.payee_id) == payee_id)
    accounts = (await read.session.execute(query)).scalars().all()
    return sa.or_(col(Entry.debit_id).in_(accounts), col(Entry.credit_id).in_(accounts))


async def monthly_sums(read: Read, payee_id: int) -> Sequence[MonthlySum]:
    """By calendar month (UTC), currency and kind; oldest first."""
    query = select_movements(MONTH, col(Entry.currency), col(Entry.kind), signed_sum()).where(
        await of_payee(read, payee_id)
    )
    query = query.group_by(MONTH, col(Entry.currency), col(Entry.kind)).order_by(MONTH, col(Entry.currency))
    rows = await read.session.execute(query)
    return [MonthlySum(month, currency, MovementKind(kind), minor) for month, currency, kind, minor in rows]


async def movements(read: Read, payee_id: int, *, month: date, currency: str, window: Window) -> Slice[Movement]:
    """Oldest first."""
    query = select_movements(Entry, SIGNED, OWNER).where(await of_payee(read, payee_id), *_within(month, currency))
    return await _found(read, query, window)


async def count_movements(read: Read, payee_id: int, month: date, currency: str) -> int:
    query = select_movements(sa.func.count()).where(await of_payee(read, payee_id), *_within(month, currency))
    return int((await read.session.execute(query)).scalar_one())


async def movements_beside(
    read: Read, payee_id: int, *, month: date, currency: str, own_role: str, other_role: str, window: Window
) -> Slice[Movement]:
    """Those of the shares in `other_role` of the payments of which the payee has the share in `own_role`."""
    query = select_movements(Entry, SIGNED, OWNER).where(
        *_beside(payee_id, own_role, other_role), *_within(month, currency)
    )
    return await _found(read, query, window)


async def count_movements_beside(
    read: Read, payee_id: int, *, month: date, currency: str, own_role: str, other_role: str
) -> int:
    beside = _beside(payee_id, own_role, other_role)
    query = select_movements(sa.func.count()).where(*beside, *_within(month, currency))
    return int((await read.session.execute(query)).scalar_one())


def _beside(payee_id: int, own_role: str, other_role: str) -> Sequence[Any]:
    own, other = aliased(Share), aliased(Share)
    both = sa.and_(col(own.payment_id) == col(other.payment_id), col(own.payment_id) == col(Entry.payment_id))
    theirs = sa.exists(
        sa.select(1)
        .select_from(own)
        .join(other, both)
        .where(col(own.payee_id) == payee_id, col(own.role) == own_role)
        .where(col(other.role) == other_role, col(other.payee_id) == OWNER)
        .correlate(Entry, DEBIT, CREDIT)
    )
    payments = sa.select(col(Share.payment_id)).where(col(Share.payee_id) == payee_id, col(Share.role) == own_role)
    return theirs, col(Entry.payment_id).in_(payments), payee_id != OWNER


def _within(month: date, currency: str) -> Sequence[sa.ColumnElement[bool]]:
    first = datetime.combine(month, time(), UTC)
    then = first.replace(year=first.year + first.month // 12, month=first.month % 12 + 1)
    return col(Entry.at) >= first, col(Entry.at) < then, col(Entry.currency) == currency


async def _found(read: Read, query: sa.Select[Any], window: Window) -> Slice[Movement]:
    found: Sequence[Any] = (await read.session.execute(windowed(query, ENTRIES, window))).all()
    page = sliced(found, window)  # which keeps the entry and its key
    told = {row[0].id: _movement(row) for row in found}
    return Slice(tuple(told[entry.id] for entry in page.rows), _keys(page), page.has_next, page.has_previous)


def _keys(page: Slice[Entry]) -> tuple[tuple[Any, ...], ...]:
    return tuple((entry.id,) for entry in page.rows)


def _movement(row: Any) -> Movement:
    entry, signed, owner = row[0], row[1], row[2]
    kind, amount = MovementKind(entry.kind), Money(signed, entry.currency)
    return Movement(entry.id, entry.at, kind, amount, owner, entry.payment_id, entry.key)


async def reasons(read: Read, reversal_ids: Sequence[int]) -> Mapping[int, tuple[int, str]]:
    """(the share's id, why) by the reversal's id: the refund's reason, or the bank's word for a dispute."""
    query = (
        sa.select(col(Reversal.id), col(Reversal.share_id), sa.func.coalesce(col(Refund.reason), col(Dispute.reason)))
        .outerjoin(Refund, col(Refund.id) == col(Reversal.refund_id))
        .outerjoin(Dispute, col(Dispute.id) == col(Reversal.dispute_id))
        .where(col(Reversal.id).in_(reversal_ids))
    )
    return {number: (share_id, why) for number, share_id, why in await read.session.execute(query) if number}


async def payouts_named(read: Read, stripe_ids: Sequence[str]) -> Mapping[str, int]:
    query = sa.select(col(Payout.stripe_id), col(Payout.id)).where(col(Payout.stripe_id).in_(stripe_ids))
    return {name: number for name, number in await read.session.execute(query) if number is not None}
