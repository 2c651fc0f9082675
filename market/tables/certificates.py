"""The keys that certificates are signed with."""

import sqlalchemy as sa
from sqlalchemy import text
from sqlmodel import Field

from core.tables import Id, MaybeMoment, Stamp, Table


class SigningKey(Table, table=True):
    """An Ed25519 key. `sealed` is its private part, encrypted with the deployment's secret; empty once it may sign no more.
    One key signs at a time. What a key signed before `retired_at` still holds, unless it was `revoked_at`: then somebody
    else may have it, and nothing that it signed is believed."""

    id: Id = None
    kid: str = Field(unique=True)
    public: bytes
    sealed: str
    created_at: Stamp = None
    retired_at: MaybeMoment = None
    revoked_at: MaybeMoment = None
    __table_args__ = (
        sa.Index(
            "signing_key_one_at_a_time",
            text("(retired_at is null)"),
            unique=True,
            postgresql_where=text("retired_at is null"),
        ),
        sa.CheckConstraint("length(public) = 32", name="public"),
        sa.CheckConstraint("revoked_at is null or retired_at is not null", name="revoked"),
    )
