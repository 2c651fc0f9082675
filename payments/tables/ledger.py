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
    `key` names the confirmed fact at Stripe (`ch_1:charge`), so that a fact is posted once. `digest` is the database's
    own, of all the rest: a row that somebody changed in spite of the triggers no longer fits it."""

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
    digest: bytes | None = Field(default=None, nullable=False)
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

SEALING = (
    """create or replace function entry_digest(e entry) returns bytea language sql stable as $$
         select sha256(convert_to(concat_ws('|', e.id, e.tx, to_char(e.at at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS.US'),
           e.kind, e.key, coalesce(e.payment_id, 0), e.debit_id, e.credit_id, e.currency, e.amount_minor), 'UTF8'))
       $$""",
    """create or replace function seal_entry() returns trigger language plpgsql as $$
         begin
           new.digest := entry_digest(new);
           return new;
         end
       $$""",
    "create trigger entry_sealed before insert on entry for each row execute function seal_entry()",
)
"""The migration repeats this."""

for command in SEALING:
    sa.event.listen(Entry.__table__, "after_create", sa.DDL(command))  # type: ignore[attr-defined,no-untyped-call]
