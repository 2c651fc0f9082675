"""Rights on offer."""

import sqlalchemy as sa
from sqlalchemy import BigInteger
from sqlmodel import Field

from core.tables import (
    Currency,
    Id,
    MaybeMinor,
    Minor,
    Moment,
    Recorded,
    listed,
    one_of,
    ref,
)
from market.rights import Exclusivity, Industry
from market.states import (
    ListingFormat,
    Outcome,
)
from market.tables.rights import SCOPED, RightsColumns


class Listing(RightsColumns, table=True):
    """Rights on offer. Its status is told by `opens_at`, `closes_at`, `outcome` and the clock (`market.rules.listing_status`)."""

    id: Id = None
    twin_id: int = ref("twin.id")
    format: ListingFormat = one_of(ListingFormat)
    currency: Currency
    starting_minor: Minor
    reserve_minor: MaybeMinor = None
    opens_at: Moment
    closes_at: Moment
    soft_close_seconds: int
    outcome: Outcome | None = one_of(Outcome, nullable=True, default=None)
    leading_bid_id: int | None = Field(default=None, sa_type=BigInteger, nullable=True)
    current_minor: MaybeMinor = None
    reserve_met: bool = False
    bid_count: int = 0
    created_at: Recorded = None
    __table_args__ = (
        listed("format", ListingFormat),
        listed("outcome", Outcome),
        listed("industry", Industry),
        listed("exclusivity", Exclusivity),
        sa.CheckConstraint(SCOPED, name="scope"),
        sa.CheckConstraint("starting_minor > 0 and reserve_minor >= starting_minor", name="prices"),
        sa.CheckConstraint("closes_at > opens_at", name="closes_after_opening"),
        sa.Index(None, "twin_id"),
        sa.Index(None, "closes_at"),
    )
