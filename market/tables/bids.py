"""Brands' binding offers."""

import sqlalchemy as sa
from sqlalchemy import BigInteger, text
from sqlmodel import Field

from core.tables import (
    Currency,
    Id,
    MaybeMinor,
    MaybeMoment,
    Minor,
    Moment,
    Stamp,
    listed,
    one_of,
    ref,
)
from market.rights import Exclusivity, Industry
from market.states import (
    BidStatus,
)
from market.tables.rights import SCOPED, RightsColumns


class Bid(RightsColumns, table=True):
    """A brand's binding offer. On a listing a brand has one live bid; on an OPEN one `maximum_minor` is its secret and
    `amount_minor` what it would pay now. `placed_at` is when its present maximum came: the earlier of equals leads.
    `twin_version` is the capture for which it was made; `lost_to_id` the licence that shut a LOST one out."""

    id: Id = None
    twin_id: int = ref("twin.id")
    listing_id: int | None = ref("listing.id", nullable=True, default=None)
    brand_id: int = ref("party.id")
    twin_version: int = Field(default=1, sa_column_kwargs={"server_default": text("1")})
    currency: Currency
    amount_minor: Minor
    maximum_minor: MaybeMinor = None
    counter_minor: MaybeMinor = None
    counter_message: str | None = Field(default=None, nullable=True)
    intended_use: str
    status: BidStatus = one_of(BidStatus, default=BidStatus.PENDING)
    decline_reason: str | None = Field(default=None, nullable=True)
    created_at: Stamp = None
    placed_at: Moment
    expires_at: MaybeMoment = None
    decided_at: MaybeMoment = None
    lost_to_id: int | None = Field(default=None, sa_type=BigInteger, nullable=True)
    __table_args__ = (
        listed("status", BidStatus),
        listed("industry", Industry),
        listed("exclusivity", Exclusivity),
        sa.CheckConstraint(SCOPED, name="scope"),
        sa.CheckConstraint("amount_minor > 0 and maximum_minor >= amount_minor and counter_minor > 0", name="amounts"),
        sa.Index(
            "bid_one_live_per_brand",
            "listing_id",
            "brand_id",
            unique=True,
            postgresql_where=text("listing_id is not null and status in ('PENDING', 'ACCEPTED')"),
        ),
        sa.Index(None, "twin_id", "status"),
        sa.Index(None, "brand_id", "id"),
        sa.Index("bid_listing_id_id_idx", "listing_id", "id", postgresql_where=text("listing_id is not null")),
        sa.Index("bid_lost_to_idx", "lost_to_id", postgresql_where=text("lost_to_id is not null")),
    )
