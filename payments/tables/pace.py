"""How fast we may ask Stripe."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field

from core.tables import Table


class Pace(Table, table=True):
    """One row for each budget of calls that all processes share: when its next call may be sent. Nothing is lost with
    it, so it is in no write-ahead log."""

    __table_args__ = ({"prefixes": ["UNLOGGED"]},)

    budget: str = Field(primary_key=True)
    next_at: datetime = Field(sa_type=sa.DateTime(timezone=True))
