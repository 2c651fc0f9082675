"""Which rows a caller may find. What is outside does not exist for it.

A condition is written for an actor, or for the outline of one: then the statement it stands in is built once for all
callers of that outline, and `values` says who asks each time.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any, Protocol

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg
from sqlmodel import col

from core.actor import SYSTEM, Actor
from core.work import Read
from market.rules import is_system
from market.states import ContributionStatus, ListingFormat, MandateStatus, TwinStatus
from market.tables import Asset, Bid, Contribution, Licence, Listing, Mandate, Twin

Condition = sa.ColumnElement[bool]
Ids = Collection[int] | sa.BindParameter[Any]
Moment = datetime | sa.BindParameter[datetime]

NUMBERS = pg.ARRAY(sa.BigInteger)
BRANDS = sa.bindparam("asking_brands", type_=NUMBERS)
SELLERS = sa.bindparam("asking_sellers", type_=NUMBERS)
CONTRIBUTORS = sa.bindparam("asking_contributors", type_=NUMBERS)
AGENCIES = sa.bindparam("asking_agencies", type_=NUMBERS)
NOW = sa.bindparam("asking_now", type_=sa.DateTime(timezone=True))
TODAY = sa.bindparam("asking_today", type_=sa.Date())


class Asking(Protocol):
    """What a condition needs of a caller."""

    @property
    def caller(self) -> str: ...
    @property
    def is_anonymous(self) -> bool: ...
    @property
    def is_operator(self) -> bool: ...
    @property
    def brand_ids(self) -> Ids: ...
    @property
    def seller_ids(self) -> Ids: ...
    @property
    def agency_ids(self) -> Ids: ...
    @property
    def contributor_ids(self) -> Ids: ...


@dataclass(frozen=True, eq=False, slots=True)
class Outline:
    """A caller without its numbers: which kinds of parties it acts for, but not which. There is one of each."""

    caller: str
    is_anonymous: bool
    is_operator: bool
    has_brands: bool
    has_sellers: bool
    has_agencies: bool
    has_contributors: bool

    @property
    def brand_ids(self) -> Ids:
        return BRANDS if self.has_brands else ()

    @property
    def seller_ids(self) -> Ids:
        return SELLERS if self.has_sellers else ()

    @property
    def agency_ids(self) -> Ids:
        return AGENCIES if self.has_agencies else ()

    @property
    def contributor_ids(self) -> Ids:
        return CONTRIBUTORS if self.has_contributors else ()


def outline(actor: Actor) -> Outline:
    return _outline(
        SYSTEM.caller if is_system(actor) else "",
        actor.is_anonymous,
        actor.is_operator,
        bool(actor.brand_ids),
        bool(actor.model_ids or actor.represented_ids),
        bool(actor.agency_ids),
        bool(actor.contributor_ids),
    )


_outline = cache(Outline)


def values(read: Read, **more: Any) -> dict[str, Any]:
    """Who asks, and when, for a statement that was built for an outline."""
    actor = read.actor
    return {
        BRANDS.key: list(actor.brand_ids),
        SELLERS.key: list(actor.seller_ids),
        AGENCIES.key: list(actor.agency_ids),
        CONTRIBUTORS.key: list(actor.contributor_ids),
        NOW.key: read.now,
        TODAY.key: read.today,
        **more,
    }


def _among(column: Any, ids: Ids) -> Condition:
    if not _some(ids):
        return sa.false()
    condition: Condition = column == sa.any_(ids) if isinstance(ids, sa.BindParameter) else column.in_(ids)
    return condition


def _some(ids: Ids) -> bool:
    return isinstance(ids, sa.BindParameter) or bool(ids)


def twins(actor: Asking) -> Condition:
    """The market's twins; the seller's own in any state; and those in which the caller has a bid or a licence."""
    if actor.is_anonymous:
        return sa.false()
    if _sees_all(actor):
        return sa.true()
    conditions = [col(Twin.status) == TwinStatus.LISTED]
    if _some(actor.seller_ids):
        conditions.append(_among(col(Twin.model_id), actor.seller_ids))
    if _some(actor.brand_ids):
        bid = sa.select(1).where(col(Bid.twin_id) == col(Twin.id), _among(col(Bid.brand_id), actor.brand_ids))
        conditions.append(sa.exists(bid.correlate(Twin)))
    if _some(actor.brand_ids) or _some(actor.agency_ids):
        own = sa.or_(_among(col(Licence.brand_id), actor.brand_ids), _among(col(Licence.agency_id), actor.agency_ids))
        licence = sa.select(1).where(col(Licence.twin_id) == col(Twin.id), own)
        conditions.append(sa.exists(licence.correlate(Twin)))
    if _some(actor.contributor_ids):
        mine = _among(col(Contribution.party_id), actor.contributor_ids)
        crew = sa.select(1).where(col(Contribution.twin_id) == col(Twin.id), mine)
        conditions.append(sa.exists(crew.correlate(Twin)))
    return sa.or_(*conditions)


def listings(actor: Asking) -> Condition:
    """Those of the market's twins, the seller's own, and those on which the caller has bid."""
    if actor.is_anonymous:
        return sa.false()
    if _sees_all(actor):
        return sa.true()
    seen = sa.or_(col(Twin.status) == TwinStatus.LISTED, _among(col(Twin.model_id), actor.seller_ids))
    twin = sa.select(1).where(col(Twin.id) == col(Listing.twin_id), seen)
    conditions: list[Condition] = [sa.exists(twin.correlate(Listing))]
    if _some(actor.brand_ids):
        bid = sa.select(1).where(col(Bid.listing_id) == col(Listing.id), _among(col(Bid.brand_id), actor.brand_ids))
        conditions.append(sa.exists(bid.correlate(Listing)))
    return sa.or_(*conditions)


def bids(actor: Asking, now: Moment) -> Condition:
    """A brand's own; and the seller's, except sealed ones before the close, which nobody but the brand may see."""
    if actor.caller == SYSTEM.caller:
        return sa.true()
    if actor.is_anonymous:
        return sa.false()
    own = _among(col(Bid.brand_id), actor.brand_ids)
    sealed = sa.select(1).where(
        col(Listing.id) == col(Bid.listing_id),
        col(Listing.format) == ListingFormat.SEALED,
        col(Listing.closes_at) > now,
    )
    opened = sa.not_(sa.exists(sealed.correlate(Bid)))
    if actor.is_operator:
        return sa.or_(own, opened)
    if not _some(actor.seller_ids):
        return own
    twin = sa.select(1).where(col(Twin.id) == col(Bid.twin_id), _among(col(Twin.model_id), actor.seller_ids))
    return sa.or_(own, sa.and_(sa.exists(twin.correlate(Bid)), opened))


def licences(actor: Asking) -> Condition:
    """Those of the caller's own parties, and of the models that its agency represents."""
    if _sees_all(actor):
        return sa.true()
    return sa.or_(
        _among(col(Licence.brand_id), actor.brand_ids),
        _among(col(Licence.model_id), actor.seller_ids),
        _among(col(Licence.agency_id), actor.agency_ids),
    )


def assets(actor: Actor) -> Condition:
    """Those of the licences that the caller may see."""
    if _sees_all(actor):
        return sa.true()
    licence = sa.select(1).where(col(Licence.id) == col(Asset.licence_id), licences(actor))
    return sa.exists(licence.correlate(Asset))


def mandates(actor: Actor) -> Condition:
    """Those of the caller's own parties."""
    if _sees_all(actor):
        return sa.true()
    return sa.or_(_among(col(Mandate.model_id), actor.model_ids), _among(col(Mandate.agency_id), actor.agency_ids))


def in_force(day: date | sa.BindParameter[date]) -> Condition:
    """Mandates that are, on that day."""
    days: Any = col(Mandate.days)
    return sa.and_(col(Mandate.status) == MandateStatus.ACTIVE, days.contains(day))


def contributions(actor: Actor) -> Condition:
    """Those of the seller's twins and the contributor's own in any state; of all others, who has accepted."""
    if actor.is_anonymous:
        return sa.false()
    return sa.or_(own_contributions(actor), col(Contribution.status) == ContributionStatus.ACCEPTED)


def own_contributions(actor: Actor) -> Condition:
    """Those in which the caller has a part."""
    if _sees_all(actor):
        return sa.true()
    return sa.or_(
        _among(col(Contribution.model_id), actor.seller_ids), _among(col(Contribution.party_id), actor.contributor_ids)
    )


def _sees_all(actor: Asking) -> bool:
    return actor.is_operator or actor.caller == SYSTEM.caller
