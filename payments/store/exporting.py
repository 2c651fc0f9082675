"""A payee's money, as plain values."""

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlmodel import col

from core.work import Read
from payments.tables import Payee, PayeeAccount, Payment, Payout, Share

PAYMENT = ("id", "reference", "description", "currency", "amount_minor", "refunded_minor", "status", "succeeded_at")


async def of_payee(read: Read, payee_id: int) -> Mapping[str, Sequence[Mapping[str, Any]]]:
    """Its accounts, shares, payouts, and of the payments what they were and what came of them: not how the payer paid."""
    paid = sa.select(col(Share.payment_id)).where(col(Share.payee_id) == payee_id)
    questions = {
        "payee": (sa.select(Payee).where(col(Payee.id) == payee_id), None),
        "payee_account": (sa.select(PayeeAccount).where(col(PayeeAccount.payee_id) == payee_id), None),
        "payment": (sa.select(Payment).where(col(Payment.id).in_(paid)).order_by(col(Payment.id)), PAYMENT),
        "share": (sa.select(Share).where(col(Share.payee_id) == payee_id).order_by(col(Share.id)), None),
        "payout": (sa.select(Payout).where(col(Payout.payee_id) == payee_id).order_by(col(Payout.id)), None),
    }
    found: dict[str, Sequence[Mapping[str, Any]]] = {}
    for name, (query, columns) in questions.items():
        rows = (await read.session.execute(query)).scalars()
        found[name] = [_plain(row, columns) for row in rows]
    return found


def _plain(row: Any, columns: Sequence[str] | None) -> dict[str, Any]:
    names = columns or [column.key for column in sa.inspect(type(row)).columns]
    return {name: getattr(row, name) for name in names}
