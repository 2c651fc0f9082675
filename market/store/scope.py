"""Which rows a caller may find. What is outside does not exist for it."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import col

from core.actor import Actor
from market.rules import is_system
from market.states import ContributionStatus, ListingFormat, TwinStatus
from market.tables import Asset, Bid, Contribution, Licence, Listing, Mandate, Twin

Condition = sa.ColumnElement[bool]


def twins(actor: Actor) -> Condition:
    """The market's twins; the seller's own in any state; and those in which the caller has a bid or a licence."""
    if actor.is_anonymous:
        return sa.false()
    if _sees_all(actor):
        return sa.true()
    conditions = [col(Twin.status) == TwinStatus.LISTED]
    if actor.seller_ids:
        conditions.append(col(Twin.model_id).in_(actor.seller_ids))
    if actor.brand_ids:
        bid = sa.select(1).where(col(Bid.twin_id) == col(Twin.id), col(Bid.brand_id).in_(actor.brand_ids))
        conditions.append(sa.exists(bid.correlate(Twin)))
    if actor.brand_ids or actor.agency_ids:
        own = sa.or_(col(Licence.brand_id).in_(actor.brand_ids), col(Licence.agency_id).in_(actor.agency_ids))
        licence = sa.select(1).where(col(Licence.twin_id) == col(Twin.id), own)
        conditions.append(sa.exists(licence.correlate(Twin)))
    if actor.contributor_ids:
        crew = sa.select(1).where(
            col(Contribution.twin_id) == col(Twin.id), col(Contribution.party_id).in_(actor.contributor_ids)
        )
        conditions.append(sa.exists(crew.correlate(Twin)))
    return sa.or_(*conditions)


def listings(actor: Actor) -> Condition:
    """Those of the market's twins, the seller's own, and those on which the caller has bid."""
    if actor.is_anonymous:
        return sa.false()
    if _sees_all(actor):
        return sa.true()
    seen = sa.or_(col(Twin.status) == TwinStatus.LISTED, col(Twin.model_id).in_(actor.seller_ids))
    twin = sa.select(1).where(col(Twin.id) == col(Listing.twin_id), seen)
    conditions: list[Condition] = [sa.exists(twin.correlate(Listing))]
    if actor.brand_ids:
        bid = sa.select(1).where(col(Bid.listing_id) == col(Listing.id), col(Bid.brand_id).in_(actor.brand_ids))
        conditions.append(sa.exists(bid.correlate(Listing)))
    return sa.or_(*conditions)


def bids(actor: Actor, now: datetime) -> Condition:
    """A brand's own; and the seller's, except sealed ones before the close, which nobody but the brand may see."""
    if is_system(actor):
        return sa.true()
    if actor.is_anonymous:
        return sa.false()
    own = col(Bid.brand_id).in_(actor.brand_ids)
    sealed = sa.select(1).where(
        col(Listing.id) == col(Bid.listing_id),
        col(Listing.format) == ListingFormat.SEALED,
        col(Listing.closes_at) > now,
    )
    opened = sa.not_(sa.exists(sealed.correlate(Bid)))
    if actor.is_operator:
        return sa.or_(own, opened)
    if not actor.seller_ids:
        return own
    twin = sa.select(1).where(col(Twin.id) == col(Bid.twin_id), col(Twin.model_id).in_(actor.seller_ids))
    return sa.or_(own, sa.and_(sa.exists(twin.correlate(Bid)), opened))


def licences(actor: Actor) -> Condition:
    """Those of the caller's own parties, and of the models that its agency represents."""
    if _sees_all(actor):
        return sa.true()
    return sa.or_(
        col(Licence.brand_id).in_(actor.brand_ids),
        col(Licence.model_id).in_(actor.seller_ids),
        col(Licence.agency_id).in_(actor.agency_ids),
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
    return sa.or_(col(Mandate.model_id).in_(actor.model_ids), col(Mandate.agency_id).in_(actor.agency_ids))


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
        col(Contribution.model_id).in_(actor.seller_ids), col(Contribution.party_id).in_(actor.contributor_ids)
    )


def _sees_all(actor: Actor) -> bool:
    return actor.is_operator or is_system(actor)
