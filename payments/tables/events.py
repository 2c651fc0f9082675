"""The inbox of what Stripe says."""

from sqlmodel import Field

from core.tables import (
    Id,
    Json,
    MaybeMoment,
    Stamp,
    Table,
)


class StripeEvent(Table, table=True):
    """The inbox: every event that Stripe sent, once. Only a nudge: what happened is read from Stripe again."""

    id: Id = None
    stripe_id: str = Field(unique=True)
    type: str
    account_id: str | None = Field(default=None, nullable=True)
    object_id: str | None = Field(default=None, nullable=True)
    body: Json
    received_at: Stamp = None
    handled_at: MaybeMoment = None
