"""Who pays and who is paid."""

from datetime import date

from sqlalchemy import BigInteger
from sqlmodel import Field

from core.tables import (
    Stamp,
    Table,
    Texts,
    listed,
    one_of,
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
    """A party that is paid, and its account at Stripe. `id` is the party's. READY exactly when transfers are `active`."""

    id: int = Field(sa_type=BigInteger, primary_key=True, sa_column_kwargs={"autoincrement": False})
    account_id: str | None = Field(default=None, nullable=True, unique=True)
    status: PayeeStatus = one_of(PayeeStatus, default=PayeeStatus.NOT_STARTED)
    requirements: Texts = []
    attempt: int = 1
    updated_at: Stamp = None
    __table_args__ = (listed("status", PayeeStatus),)
