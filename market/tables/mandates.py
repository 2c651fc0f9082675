"""Agencies' powers to act for models."""

import sqlalchemy as sa
from sqlalchemy import text
from sqlalchemy.dialects.postgresql import ExcludeConstraint

from core.tables import (
    Days,
    Id,
    MaybeMoment,
    MaybeRecorded,
    Numbers,
    Recorded,
    Table,
    listed,
    one_of,
    ref,
)
from market.states import (
    MandateStatus,
)


class Mandate(Table, table=True):
    """An agency's dated power to act for a model. It never covers signing. `days` hold both ends. Since
    `decides_assets_since` it covers deciding assets too, until the model takes that back."""

    id: Id = None
    model_id: int = ref("party.id")
    agency_id: int = ref("party.id")
    status: MandateStatus = one_of(MandateStatus, default=MandateStatus.PROPOSED)
    commission_bps: int
    territories: Numbers
    days: Days
    decides_assets_since: MaybeMoment = None
    proposed_at: Recorded = None
    answered_at: MaybeRecorded = None
    ended_at: MaybeRecorded = None
    __table_args__ = (
        listed("status", MandateStatus),
        sa.CheckConstraint("commission_bps between 0 and 2000", name="commission"),
        sa.CheckConstraint("not isempty(days) and upper(days) <= lower(days) + interval '3 years 1 day'", name="days"),
        ExcludeConstraint(
            ("model_id", "="),
            ("territories", "&&"),
            ("days", "&&"),
            name="mandate_one_at_a_time",
            using="gist",
            where=text("status = 'ACTIVE'"),
        ),
        sa.Index(None, "agency_id", "status"),
        sa.Index(None, "model_id", "status"),
    )
