"""Who is here: parties, the people who act for them, and the keys of their programs."""

from typing import Annotated

import sqlalchemy as sa
from sqlalchemy import BigInteger, Text, text
from sqlalchemy.dialects import postgresql as pg
from sqlmodel import Field

from core.actor import Scope
from core.tables import (
    Id,
    MaybeMoment,
    Recorded,
    Stamp,
    Table,
    listed,
    one_of,
    ref,
)
from market.rights import Industry
from market.states import (
    PartyKind,
)


class Party(Table, table=True):
    """Someone with rights or money here: a model, an agency or a brand."""

    id: Id = None
    kind: PartyKind = one_of(PartyKind)
    handle: str = Field(unique=True)
    name: str
    country: str = Field(sa_type=sa.CHAR(2))
    industry: Industry | None = one_of(Industry, nullable=True, default=None)
    created_at: Recorded = None
    __table_args__ = (
        listed("kind", PartyKind),
        listed("industry", Industry),
        sa.CheckConstraint("(kind = 'BRAND') = (industry is not null)", name="brand_has_industry"),
        sa.CheckConstraint("handle ~ '^[a-z0-9]+(-[a-z0-9]+)*$' and length(handle) <= 60", name="handle"),
        sa.Index(
            "party_agency_words_idx",
            text("to_tsvector('simple', folded(name))"),
            postgresql_using="gin",
            postgresql_where=text("kind = 'AGENCY'"),
        ),
    )


class Person(Table, table=True):
    """Somebody who signs in. `email` is kept in lower case; `password_hash` is argon2id."""

    id: Id = None
    email: str = Field(unique=True)
    name: str
    password_hash: str | None = Field(default=None, nullable=True)
    is_operator: bool = Field(default=False, sa_column_kwargs={"server_default": text("false")})
    created_at: Stamp = None
    suspended_at: MaybeMoment = None
    __table_args__ = (sa.CheckConstraint("email = lower(email)", name="email"),)


class Member(Table, table=True):
    """A person who acts for a party, unless suspended. `number` stands for the pair in ids."""

    party_id: int = ref("party.id", primary_key=True)
    person_id: int = ref("person.id", primary_key=True)
    number: Annotated[
        int | None, Field(sa_type=BigInteger, nullable=False, unique=True, sa_column_args=[sa.Identity(always=True)])
    ] = None
    since: Stamp = None
    suspended_at: MaybeMoment = None
    __table_args__ = (sa.Index(None, "person_id"),)


class ApiKey(Table, table=True):
    """A program that acts for a party. Only the SHA-256 of its 256-bit secret is kept."""

    id: Id = None
    party_id: int | None = ref("party.id", nullable=True, default=None)
    person_id: int | None = ref("person.id", nullable=True, default=None)
    name: str
    prefix: str
    secret_hash: bytes = Field(unique=True)
    scopes: list[Scope] = Field(sa_type=pg.ARRAY(Text))
    created_at: Stamp = None
    expires_at: MaybeMoment = None
    last_used_at: MaybeMoment = None
    revoked_at: MaybeMoment = None
    __table_args__ = (
        sa.CheckConstraint("num_nonnulls(party_id, person_id) = 1", name="acts_for_one"),
        sa.Index(None, "party_id"),
    )
