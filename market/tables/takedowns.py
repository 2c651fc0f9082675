"""What brands must take down, by when, and their proof that they have."""

import sqlalchemy as sa
from sqlalchemy import text
from sqlmodel import Field

from core.tables import Id, MaybeMoment, Moment, Stamp, Table, Texts, listed, one_of, ref
from market.states import TakedownReason


class Takedown(Table, table=True):
    """One order to take down what shows the twin under a licence. Over when it is confirmed (`done_at`) or `lifted_at`, because
    the licence goes on. `overdue_at` is when both sides were told that it is late."""

    id: Id = None
    licence_id: int = ref("licence.id")
    reason: TakedownReason = one_of(TakedownReason)
    opened_at: Stamp = None
    due_at: Moment
    overdue_at: MaybeMoment = None
    lifted_at: MaybeMoment = None
    done_at: MaybeMoment = None
    done_by: str | None = Field(default=None, nullable=True)
    note: str | None = Field(default=None, nullable=True)
    urls: Texts = []
    __table_args__ = (
        listed("reason", TakedownReason),
        sa.CheckConstraint("num_nonnulls(lifted_at, done_at) <= 1", name="over_once"),
        sa.CheckConstraint("(done_at is null) = (note is null)", name="proof"),
        sa.Index(
            "takedown_one_open",
            "licence_id",
            unique=True,
            postgresql_where=text("lifted_at is null and done_at is null"),
        ),
        sa.Index(None, "licence_id", "id"),
    )
