"""What every table has in common, and those that belong to no trade: jobs, activity, audit, idempotent answers, the edge's."""

import re
from collections.abc import Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Any, ClassVar

import sqlalchemy as sa
from sqlalchemy import BigInteger, Text, text
from sqlalchemy.dialects import postgresql as pg
from sqlalchemy.dialects.postgresql.ranges import MultiRange, Range
from sqlalchemy.orm import declared_attr
from sqlmodel import Field, SQLModel

SQLModel.metadata.naming_convention = {
    "ix": "%(table_name)s_%(column_0_N_name)s_idx",
    "uq": "%(table_name)s_%(column_0_N_name)s_key",
    "ck": "%(table_name)s_%(constraint_name)s_check",
    "fk": "%(table_name)s_%(column_0_N_name)s_fkey",
    "pk": "%(table_name)s_pkey",
}

NOW = text("clock()")
"""The database's clock, which the tests can move: `alter database ... set twinmarket.clock_offset = '3 days'`."""

XID = text("pg_current_xact_id()::text::bigint")

Id = Annotated[int | None, Field(sa_type=BigInteger, primary_key=True, sa_column_args=[sa.Identity(always=True)])]
Minor = Annotated[int, Field(sa_type=BigInteger)]
MaybeMinor = Annotated[int | None, Field(sa_type=BigInteger, nullable=True)]
Currency = Annotated[str, Field(sa_type=sa.CHAR(3))]
MaybeCurrency = Annotated[str | None, Field(sa_type=sa.CHAR(3), nullable=True)]
Moment = Annotated[datetime, Field(sa_type=sa.DateTime(timezone=True))]
MaybeMoment = Annotated[datetime | None, Field(sa_type=sa.DateTime(timezone=True), nullable=True)]
Stamp = Annotated[
    datetime | None, Field(sa_type=sa.DateTime(timezone=True), nullable=False, sa_column_kwargs={"server_default": NOW})
]
FOR_THE_RECORD = {"for_the_record": True}
"""In the `info` of columns that works write and no question reads: they are there for whoever looks into the database, and plain
rows come without."""

_RECORD: dict[str, Any] = {"info": FOR_THE_RECORD}
Recorded = Annotated[
    datetime | None,
    Field(sa_type=sa.DateTime(timezone=True), nullable=False, sa_column_kwargs={"server_default": NOW, **_RECORD}),
]
MaybeRecorded = Annotated[
    datetime | None, Field(sa_type=sa.DateTime(timezone=True), nullable=True, sa_column_kwargs=_RECORD)
]
RecordedText = Annotated[str, Field(sa_column_kwargs=_RECORD)]

Numbers = Annotated[MultiRange[int], Field(sa_type=pg.INT4MULTIRANGE)]
Days = Annotated[Range[date], Field(sa_type=pg.DATERANGE)]
Texts = Annotated[list[str], Field(sa_type=pg.ARRAY(Text), sa_column_kwargs={"server_default": text("'{}'")})]
Json = Annotated[dict[str, Any], Field(sa_type=pg.JSONB, sa_column_kwargs={"server_default": text("'{}'")})]


def ref(target: str, *, nullable: bool = False, **options: Any) -> Any:
    """A 64-bit foreign key to `target`, such as `ref("twin.id")`."""
    return Field(sa_type=BigInteger, foreign_key=target, nullable=nullable, **options)


def one_of(values: type[StrEnum], *, nullable: bool = False, **options: Any) -> Any:
    """A text column that holds the enum's values. The table repeats the list as `listed(column, values)`."""
    kind = sa.Enum(values, native_enum=False, create_constraint=False, length=40, values_callable=_values)
    return Field(sa_type=kind, nullable=nullable, **options)


def listed(column: str, values: type[StrEnum]) -> sa.CheckConstraint:
    """The database's own copy of the list of values."""
    return sa.CheckConstraint(f"{column} in ({', '.join(repr(str(value)) for value in values)})", name=column)


def _values(members: type[StrEnum]) -> list[str]:
    return [member.value for member in members]


class Table(SQLModel):
    """A table is named after its class: `ApiKey` is kept in `api_key`."""

    model_config: ClassVar[Any] = {"arbitrary_types_allowed": True, "defer_build": True}

    @declared_attr.directive
    def __tablename__(cls) -> str:
        return re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__).lower()


def append_only(table: type[Table]) -> None:
    """The database itself refuses to change or remove a row of `table`. The migration repeats this."""
    name = table.__tablename__
    for when, each in (("update or delete", "row"), ("truncate", "statement")):
        trigger = f"create trigger {name}_append_only_{each} before {when} on {name} for each {each} execute function append_only()"
        sa.event.listen(table.__table__, "after_create", sa.DDL(trigger))  # type: ignore[attr-defined,no-untyped-call]


def redactable(table: type[Table], *, columns: Sequence[str], of: str) -> None:
    """Evidence that names a person: the database refuses to change or remove a row of `table`, except that `columns` are
    overwritten while that person is being erased. `of` is a query for whom it names, of the row `old`: their parties. The
    migration repeats this."""
    for command in redactable_commands(str(table.__tablename__), columns=columns, of=of):
        ddl = sa.DDL(command.replace("%", "%%"))  # type: ignore[no-untyped-call]
        sa.event.listen(table.__table__, "after_create", ddl)  # type: ignore[attr-defined]


def redactable_commands(name: str, *, columns: Sequence[str], of: str) -> tuple[str, ...]:
    but = "".join(f" - '{column}'" for column in columns)
    return (
        f"""create or replace function {name}_redactable() returns trigger language plpgsql as $$
  begin
    if tg_op = 'UPDATE' and to_jsonb(new){but} = to_jsonb(old){but}
        and exists (select from erasure where done_at is null and party_id in ({of})) then
      return new;
    end if;
    raise exception '% on % is forbidden: its rows are evidence', tg_op, tg_table_name using errcode = 'restrict_violation';
  end
$$""",
        f"create trigger {name}_append_only_row before update or delete on {name}"
        f" for each row execute function {name}_redactable()",
        f"create trigger {name}_append_only_statement before truncate on {name}"
        " for each statement execute function append_only()",
    )


class Job(Table, table=True):
    """Something to do after the commit. Taking a job pushes `due_at` out by the lease, so a crashed worker's job comes
    back by itself. `wanted` counts how often it was asked for: a job asked for again while it runs is run again."""

    id: Id = None
    kind: str
    key: str = Field(unique=True)
    body: Json = {}
    due_at: Stamp = None
    wanted: int = Field(default=1, sa_column_kwargs={"server_default": text("1")})
    attempts: int = Field(default=0, sa_column_kwargs={"server_default": text("0")})
    error: str | None = Field(default=None, nullable=True)
    __table_args__ = (sa.Index(None, "due_at"),)


class Activity(Table, table=True):
    """The append-only log that subscriptions read, in the order (tx, id). `topic` is `payout:7`, `listing:3`, `licence:9`;
    `audience` is null for all who may follow the topic, or the party ids that alone may see this row."""

    tx: Annotated[
        int | None,
        Field(sa_type=BigInteger, primary_key=True, sa_column_kwargs={"server_default": XID, "autoincrement": False}),
    ] = None
    id: Id = None
    topic: str
    kind: str
    at: Stamp = None
    body: Json = {}
    audience: list[int] | None = Field(default=None, sa_type=pg.ARRAY(BigInteger), nullable=True)
    __table_args__ = (sa.Index(None, "topic", "tx", "id"),)


class ActivityFloor(Table, table=True):
    """Up to where a topic of the log has been cleared away. A cursor below it may have missed something."""

    topic: str = Field(primary_key=True)
    tx: int = Field(sa_type=BigInteger)
    id: int = Field(sa_type=BigInteger)


class Bucket(Table, table=True):
    """What a caller may still spend, kept as the moment at which its bucket would be full again. All are full if the server
    crashes: nothing else is lost with them, so they are not written to the database's own log."""

    caller: str = Field(primary_key=True)
    granted: float
    at: Moment
    full_at: Moment
    __table_args__: ClassVar[Any] = ({"prefixes": ["UNLOGGED"]},)


class Document(Table, table=True):
    """A GraphQL document that somebody has sent with its hash, so that the hash is enough from then on."""

    hash: str = Field(primary_key=True)
    text: str
    used_at: Stamp = None
    __table_args__ = (sa.Index(None, "used_at"),)


class Audit(Table, table=True):
    """Who did what of consent, money and access, written in the transaction that did it. Append-only. `body` is JSON and
    `actor` a pseudonym: nothing here has to be forgotten when a person is."""

    id: Id = None
    at: Moment
    kind: str
    actor: str
    body: str
    origin_digest: bytes | None = Field(default=None, nullable=True)


class AuditSeal(Table, table=True):
    """The chain: each seal is the SHA-256 of the one before and of one row. Made as the transaction commits, one
    transaction after the other, so that the numbers have no gap. Append-only."""

    number: int = Field(sa_type=BigInteger, primary_key=True, sa_column_kwargs={"autoincrement": False})
    audit_id: int = ref("audit.id", unique=True)
    digest: bytes


class AuditOrigin(Table, table=True):
    """From which address somebody acted, until that is forgotten. The row keeps only a salted digest of it."""

    audit_id: int = ref("audit.id", primary_key=True)
    address: str
    salt: bytes


class Answer(Table, table=True):
    """What an idempotency key was answered with: the row that the mutation made."""

    caller: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    operation: str
    digest: bytes
    result_id: int | None = Field(default=None, sa_type=BigInteger, nullable=True)
    at: Stamp = None


FOUNDATIONS = (
    "create extension if not exists btree_gist",
    # The one clock. Tests move it with `alter database ... set twinmarket.clock_offset = '3 days'`.
    """create or replace function clock() returns timestamptz language sql stable parallel safe as $$
         select clock_timestamp() + coalesce(nullif(current_setting('twinmarket.clock_offset', true), '')::interval, interval '0')
       $$""",
    """create or replace function append_only() returns trigger language plpgsql as $$
         begin
           raise exception '% on % is forbidden: its rows are evidence', tg_op, tg_table_name using errcode = 'restrict_violation';
         end
       $$""",
)
"""What must stand before the first table; one command each, for asyncpg takes one command per statement."""

SEALING = (
    """create or replace function audit_sealed() returns trigger language plpgsql as $$
         declare
           last audit_seal;
         begin
           perform pg_advisory_xact_lock(7406);
           select * into last from audit_seal order by number desc limit 1;
           insert into audit_seal (number, audit_id, digest) values (
             coalesce(last.number, 0) + 1, new.id, sha256(coalesce(last.digest, '') || convert_to(concat_ws(E'\\n',
               coalesce(last.number, 0) + 1, new.id, to_char(new.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'),
               new.kind, new.actor, coalesce(encode(new.origin_digest, 'hex'), ''), new.body), 'UTF8')));
           return null;
         end
       $$""",
    """create constraint trigger audit_sealed after insert on audit deferrable initially deferred
       for each row execute function audit_sealed()""",
)
"""Deferred: the lock is taken as the last thing before the commit, by the server itself, and no client can dawdle under it."""

for table in (Audit, AuditSeal):
    append_only(table)
for command in SEALING:
    sa.event.listen(AuditSeal.__table__, "after_create", sa.DDL(command.replace("%", "%%")))  # type: ignore[attr-defined,no-untyped-call]

for command in FOUNDATIONS:
    sa.event.listen(SQLModel.metadata, "before_create", sa.DDL(command.replace("%", "%%")))  # type: ignore[no-untyped-call]
