"""Who pays and who is paid."""

from datetime import date

import sqlalchemy as sa
from sqlalchemy import BigInteger
from sqlmodel import Field

from core.tables import (
    MaybeMoment,
    Stamp,
    Table,
    Texts,
    listed,
    one_of,
    ref,
)
from payments.states import (
    PayeeStatus,
)


class Payer(Table, table=True):
    """A party that pays, and the payment method that it saved at Stripe. `id` is the party's."""

    id: int = Field(sa_type=BigInteger, primary_key=True, sa_column_kwargs={"autoincrement": False})
    customer_id: str | None = Field(default=None, nullable=True, unique=True)
    setup_session_id: str | None = Field(default=None, nullable=True)
    payment_method_id: str | None = Field(default=None, nullable=True)
    payment_method_label: str | None = Field(default=None, nullable=True)
    payment_method_expires_on: date | None = Field(default=None, nullable=True)
    attempt: int = 1
    updated_at: Stamp = None


class Payee(Table, table=True):
    """A party that is paid, and its present account at Stripe. `id` is the party's. READY exactly when transfers are
    `active`."""

    id: int = Field(sa_type=BigInteger, primary_key=True, sa_column_kwargs={"autoincrement": False})
    account_id: str | None = Field(default=None, nullable=True, unique=True)
    status: PayeeStatus = one_of(PayeeStatus, default=PayeeStatus.NOT_STARTED)
    requirements: Texts = []
    attempt: int = 1
    updated_at: Stamp = None
    __table_args__ = (listed("status", PayeeStatus),)


class PayeeAccount(Table, table=True):
    """Every account at Stripe that a payee has ever had, by Stripe's id of it. `closed_at`: it can never be used again, and
    another may take its place; what it was sent and paid out stays its payee's."""

    id: str = Field(primary_key=True)
    payee_id: int = ref("payee.id")
    opened_at: Stamp = None
    closed_at: MaybeMoment = None
    __table_args__ = (sa.Index(None, "payee_id"),)
