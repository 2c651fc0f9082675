"""What payees have earned and received, and all rows for those who reconcile."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import sqlalchemy as sa
from sqlmodel import col

from core.work import Read
from payments.money import Money
from payments.rules import PAID
from payments.states import PayoutStatus, ShareStatus
from payments.tables import Payment, Payout, Share


@dataclass(frozen=True, slots=True)
class Balance:
    """A payee's money in one currency. `pending` is earned and not yet sent; `transferred` was sent to its balance at
    the payment service, less what was taken back; `paid_out` reached its bank; `owed` is what it must give back."""

    payee_id: int
    currency: str
    pending: Money
    transferred: Money
    paid_out: Money
    owed: Money


async def balances(read: Read, payee_ids: Sequence[int]) -> Sequence[Balance]:
    """One for each payee and currency that has seen money, in that order."""
    kept, status = col(Share.amount_minor) - col(Share.reversed_minor), col(Share.status)
    waiting = status.in_((ShareStatus.PENDING, ShareStatus.HELD))
    shares = (
        sa.select(
            col(Share.payee_id).label("payee_id"),
            col(Share.currency).label("currency"),
            sa.case((waiting, kept - col(Share.netted_minor)), else_=0).label("pending"),
            sa.case((waiting, col(Share.netted_minor)), else_=kept).label("transferred"),
            sa.literal(0).label("paid_out"),
            col(Share.owed_minor).label("owed"),
        )
        .join(Payment, col(Payment.id) == col(Share.payment_id))
        .where(col(Share.payee_id).in_(payee_ids), col(Payment.status).in_(PAID))
    )
    zero = sa.literal(0)
    payouts = sa.select(col(Payout.payee_id), col(Payout.currency), zero, zero, col(Payout.amount_minor), zero).where(
        col(Payout.payee_id).in_(payee_ids), col(Payout.status) == PayoutStatus.PAID
    )
    rows = sa.union_all(shares, payouts).subquery()
    sums = [
        sa.cast(sa.func.sum(rows.c[name]), sa.BigInteger) for name in ("pending", "transferred", "paid_out", "owed")
    ]
    query = sa.select(rows.c.payee_id, rows.c.currency, *sums).group_by(rows.c.payee_id, rows.c.currency)
    found = await read.session.execute(query.order_by(rows.c.payee_id, rows.c.currency))
    return [
        Balance(payee_id, currency, *(Money(minor, currency) for minor in minors))
        for payee_id, currency, *minors in found
    ]


@dataclass(frozen=True, slots=True)
class Earning:
    """What a payee earned of one `reference` in the calendar month (UTC) that begins on `month`."""

    month: date
    reference: int
    amount: Money


async def earnings(read: Read, payee_id: int, *, first: date, last: date) -> Sequence[Earning]:
    """By the day on which the payment succeeded, both days included; oldest first."""
    paid_at = sa.func.timezone("UTC", col(Payment.succeeded_at))
    month = sa.cast(sa.func.date_trunc("month", paid_at), sa.Date)
    earned = sa.cast(
        sa.func.sum(col(Share.amount_minor) - col(Share.reversed_minor) - col(Share.owed_minor)), sa.BigInteger
    )
    query = (
        sa.select(month, col(Payment.reference), col(Share.currency), earned)
        .join(Payment, col(Payment.id) == col(Share.payment_id))
        .where(col(Share.payee_id) == payee_id, col(Payment.status).in_(PAID))
        .where(paid_at >= first, paid_at < last + timedelta(days=1))
        .group_by(month, col(Payment.reference), col(Share.currency))
        .order_by(month, col(Payment.reference))
    )
    rows = await read.session.execute(query)
    return [Earning(month, reference, Money(minor, currency)) for month, reference, currency, minor in rows]


@dataclass(frozen=True, slots=True)
class CrewShare:
    """What one contributor has of one payment, after what went back; `sent` is what has left for its balance."""

    reference: int
    payee_id: int
    earned: Money
    sent: Money


async def paid_by(read: Read, payer_id: int, year: int) -> Sequence[tuple[int, Money]]:
    """What a payer paid in a calendar year (UTC), less refunds, by reference."""
    left = col(Payment.amount_minor) - col(Payment.refunded_minor)
    query = sa.select(col(Payment.reference), left, col(Payment.currency)).where(*_paid_in(payer_id, year))
    found = await read.session.execute(query.order_by(col(Payment.id)))
    return [(reference, Money(minor, currency)) for reference, minor, currency in found]


async def crew_shares(read: Read, payer_id: int, year: int) -> Sequence[CrewShare]:
    """The contributors' parts of those payments."""
    waiting = col(Share.status).in_((ShareStatus.PENDING, ShareStatus.HELD))
    earned = col(Share.amount_minor) - col(Share.reversed_minor) - col(Share.owed_minor)
    sent = sa.case((waiting, 0), else_=earned)
    query = (
        sa.select(col(Payment.reference), col(Share.payee_id), earned, sent, col(Share.currency))
        .join(Payment, col(Payment.id) == col(Share.payment_id))
        .where(*_paid_in(payer_id, year), col(Share.role) == "CONTRIBUTOR", col(Share.payee_id).is_not(None))
        .order_by(col(Share.id))
    )
    return [
        CrewShare(reference, payee_id, Money(earned_minor, currency), Money(sent_minor, currency))
        for reference, payee_id, earned_minor, sent_minor, currency in await read.session.execute(query)
    ]


def _paid_in(payer_id: int, year: int) -> tuple[sa.ColumnElement[bool], ...]:
    paid_at = sa.func.timezone("UTC", col(Payment.succeeded_at))
    return (
        col(Payment.payer_id) == payer_id,
        col(Payment.status).in_(PAID),
        paid_at >= date(year, 1, 1),
        paid_at < date(year + 1, 1, 1),
    )


async def every_payment(read: Read) -> Sequence[Payment]:
    return (await read.session.execute(sa.select(Payment).order_by(col(Payment.id)))).scalars().all()


async def every_share(read: Read) -> Sequence[Share]:
    return (await read.session.execute(sa.select(Share).order_by(col(Share.id)))).scalars().all()


async def every_payout(read: Read) -> Sequence[Payout]:
    return (await read.session.execute(sa.select(Payout).order_by(col(Payout.id)))).scalars().all()
