"""The ledger: accounts, and entries that never change."""

from typing import Annotated

import sqlalchemy as sa
from sqlalchemy import BigInteger
from sqlmodel import Field

from core.tables import (
    XID,
    Currency,
    Id,
    Minor,
    Stamp,
    Table,
    append_only,
    listed,
    one_of,
    ref,
)
from payments.states import AccountKind


class Account(Table, table=True):
    """A ledger account of one currency."""

    id: Id = None
    kind: AccountKind = one_of(AccountKind)
    payee_id: int | None = Field(default=None, sa_type=BigInteger, nullable=True)
    currency: Currency
    __table_args__ = (
        listed("kind", AccountKind),
        sa.UniqueConstraint("id", "currency"),
        sa.UniqueConstraint("kind", "payee_id", "currency", postgresql_nulls_not_distinct=True),
    )


class Entry(Table, table=True):
    """Money moves from the credited account to the debited one: it cannot fail to balance, and it never changes.
    `key` names the confirmed fact at Stripe (`ch_1:charge`), so that a fact is posted once."""

    id: Id = None
    tx: Annotated[int | None, Field(sa_type=BigInteger, nullable=False, sa_column_kwargs={"server_default": XID})] = (
        None
    )
    at: Stamp = None
    kind: str
    key: str = Field(unique=True)
    payment_id: int | None = ref("payment.id", nullable=True, default=None)
    debit_id: int = Field(sa_type=BigInteger)
    credit_id: int = Field(sa_type=BigInteger)
    currency: Currency
    amount_minor: Minor
    __table_args__ = (
        sa.ForeignKeyConstraint(["debit_id", "currency"], ["account.id", "account.currency"]),
        sa.ForeignKeyConstraint(["credit_id", "currency"], ["account.id", "account.currency"]),
        sa.CheckConstraint("amount_minor > 0", name="amount"),
        sa.CheckConstraint("debit_id <> credit_id", name="two_sides"),
        sa.Index(None, "debit_id", "tx", postgresql_include=["amount_minor"]),
        sa.Index(None, "credit_id", "tx", postgresql_include=["amount_minor"]),
        sa.Index(None, "payment_id"),
    )


append_only(Entry)
