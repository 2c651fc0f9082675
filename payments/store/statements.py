"""What payers paid in a year and to whom, and all rows for those who reconcile."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlmodel import col

from core.work import Read
from payments.money import Money
from payments.rules import PAID
from payments.states import ShareStatus
from payments.tables import Payment, Payout, Share


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
