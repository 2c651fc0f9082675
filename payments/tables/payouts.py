"""Money on its way to payees' banks."""

from datetime import date

import sqlalchemy as sa
from sqlmodel import Field

from core.tables import (
    Currency,
    Id,
    Minor,
    Stamp,
    Table,
    listed,
    one_of,
    ref,
)
from payments.states import (
    PayoutStatus,
)


class Payout(Table, table=True):
    """Money on its way from a payee's Stripe balance, in that one of its accounts, to its bank. PAID may still become
    FAILED."""

    id: Id = None
    payee_id: int = ref("payee.id")
    account_id: str = Field(foreign_key="payee_account.id")
    stripe_id: str = Field(unique=True)
    currency: Currency
    amount_minor: Minor
    status: PayoutStatus = one_of(PayoutStatus, default=PayoutStatus.PENDING)
    arrives_on: date | None = Field(default=None, nullable=True)
    failure_message: str | None = Field(default=None, nullable=True)
    created_at: Stamp = None
    updated_at: Stamp = None
    __table_args__ = (listed("status", PayoutStatus), sa.Index(None, "payee_id", "id"))
