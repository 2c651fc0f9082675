"""Bids: binding offers, on a listing or straight to a twin."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import col

from core.errors import NotFound
from core.paging import Order, Slice, Window
from core.work import Read, Work
from market.rights import Rights
from market.states import BidStatus, ListingFormat, MandateStatus, PartyKind
from market.store import asking, conflicts, scope, twins
from market.tables import Bid, Listing, Mandate, Party, Twin

NEWEST = Order((col(Bid.id),), descending=True)

UNANSWERED = (BidStatus.PENDING, BidStatus.COUNTERED)
"""The states in which a bid still binds, unless it has expired."""


@dataclass(frozen=True, slots=True)
class LockedBid:
    bid: Bid
    twin: Twin
    listing: Listing | None


async def visible(read: Read, bid_id: int) -> Bid:
    """Raises NotFound."""
    bid = (await by_ids(read, [bid_id])).get(bid_id)
    if bid is None:
        raise _unknown()
    return bid


async def by_ids(read: Read, ids: Collection[int]) -> Mapping[int, Bid]:
    """Those that the caller may see."""
    query = sa.select(Bid).where(col(Bid.id).in_(ids), scope.bids(read.actor, read.now))
    return await asking.by_number(read, query)


async def lock(work: Work, bid_id: int) -> LockedBid:
    """The bid, its listing and its twin, held until the work ends. Raises NotFound."""
    seen = sa.and_(col(Bid.id) == bid_id, scope.bids(work.actor, work.now))
    twin = await twins.hold_of(work, sa.select(col(Bid.twin_id)).where(seen))
    query = sa.select(Bid, Listing, sa.func.clock()).outerjoin(Listing, col(Listing.id) == col(Bid.listing_id))
    held = query.where(seen).with_for_update(key_share=True, of=Bid).execution_options(populate_existing=True)
    found = (await work.session.execute(held)).one_or_none() if twin is not None else None
    if twin is None or found is None:
        raise _unknown()
    bid, listing, work.now = found
    return LockedBid(bid, twin, listing)


async def keep(work: Work, bid: Bid) -> Bid:
    work.session.add(bid)
    await work.session.flush()
    return bid


async def live_on(work: Work, listing_id: int) -> Sequence[Bid]:
    """The live bids on a listing whose twin is held."""
    query = sa.select(Bid).where(col(Bid.listing_id) == listing_id, col(Bid.status) == BidStatus.PENDING)
    return (await work.session.execute(query.order_by(col(Bid.id)))).scalars().all()


async def rivals(work: Work, bid: Bid, rights: Rights) -> Sequence[Bid]:
    """The twin's other live bids that cannot be held beside `rights`. Its twin is held."""
    query = sa.select(Bid).where(
        col(Bid.twin_id) == bid.twin_id,
        col(Bid.id) != bid.id,
        _unanswered(Bid, work.now),
        conflicts.with_rights(Bid, rights),
    )
    return (await work.session.execute(query.order_by(col(Bid.id)))).scalars().all()


async def unanswered_of_twin(read: Read, twin_id: int) -> Sequence[Bid]:
    """All that still bind, whoever asks."""
    query = sa.select(Bid).where(col(Bid.twin_id) == twin_id, _unanswered(Bid, read.now))
    return (await read.session.execute(query.order_by(col(Bid.id)))).scalars().all()


async def open_offers(read: Read, *, twin_id: int, brand_id: int) -> int:
    """How many offers of the brand to the twin wait for an answer."""
    query = sa.select(col(Bid.id)).where(
        col(Bid.twin_id) == twin_id,
        col(Bid.brand_id) == brand_id,
        col(Bid.listing_id).is_(None),
        _unanswered(Bid, read.now),
    )
    return await asking.count(read, query)


async def winnable(read: Read, twin_id: int, *, currency: str, limit: int) -> Sequence[Bid]:
    """The twin's pending bids in one currency that the caller may see and that can win, the highest first: on an OPEN
    listing that nobody has ended, only the bid that leads can."""
    lost = sa.select(1).where(
        col(Listing.id) == col(Bid.listing_id),
        col(Listing.format) == ListingFormat.OPEN,
        col(Listing.outcome).is_(None),
        col(Listing.leading_bid_id).is_distinct_from(col(Bid.id)),
    )
    query = sa.select(Bid).where(
        col(Bid.twin_id) == twin_id,
        col(Bid.currency) == currency,
        _is(BidStatus.PENDING, read.now),
        scope.bids(read.actor, read.now),
        sa.not_(sa.exists(lost.correlate(Bid))),
    )
    query = query.order_by(col(Bid.amount_minor).desc(), col(Bid.id)).limit(limit)
    return (await read.session.execute(query)).scalars().all()


async def conflicting(read: Read, ids: Collection[int]) -> Mapping[int, Sequence[Bid]]:
    """For each bid, the pending ones for the same twin that could not be accepted beside it, as the caller may see."""
    one = aliased(Bid)
    query = (
        sa.select(col(one.id), Bid)
        .join(one, sa.and_(col(one.twin_id) == col(Bid.twin_id), col(one.id) != col(Bid.id)))
        .where(col(one.id).in_(ids), conflicts.between(one, Bid))
        .where(_is(BidStatus.PENDING, read.now), scope.bids(read.actor, read.now))
        .order_by(col(Bid.id).desc())
    )
    found: dict[int, list[Bid]] = defaultdict(list)
    for number, bid in (await read.session.execute(query)).all():
        if number is not None:
            found[number].append(bid)
    return {bid_id: found.get(bid_id, []) for bid_id in ids}


def _unknown() -> NotFound:
    return NotFound("There is no such bid.", path=["bidId"])


# ------------------------------------------------------------------ pages


async def page_of_listing(read: Read, listing_id: int, window: Window) -> Slice[Bid]:
    """The bids on a listing that the caller may see, newest first."""
    return await asking.page(read, _of_listing(read, listing_id), NEWEST, window)


async def count_of_listing(read: Read, listing_id: int) -> int:
    return await asking.count(read, _of_listing(read, listing_id))


async def own_counts(read: Read, listing_ids: Collection[int]) -> Mapping[int, int]:
    """How many live bids on each listing the caller may see: a brand its own, the seller all, once that is allowed."""
    query = sa.select(col(Bid.listing_id), sa.func.count()).where(
        col(Bid.listing_id).in_(listing_ids),
        col(Bid.status).in_((BidStatus.PENDING, BidStatus.ACCEPTED)),
        scope.bids(read.actor, read.now),
    )
    rows = (await read.session.execute(query.group_by(col(Bid.listing_id)))).all()
    found = {listing_id: number for listing_id, number in rows if listing_id is not None}
    return {listing_id: found.get(listing_id, 0) for listing_id in listing_ids}


async def highest(read: Read, listing_ids: Collection[int]) -> Mapping[int, int]:
    """The highest amount among the live bids on each listing that the caller may see; none where there is none."""
    query = sa.select(col(Bid.listing_id), sa.func.max(col(Bid.amount_minor))).where(
        col(Bid.listing_id).in_(listing_ids),
        col(Bid.status).in_((BidStatus.PENDING, BidStatus.ACCEPTED)),
        scope.bids(read.actor, read.now),
    )
    rows = (await read.session.execute(query.group_by(col(Bid.listing_id)))).all()
    return {listing_id: amount for listing_id, amount in rows if listing_id is not None}


async def page_of_party(read: Read, party: Party, statuses: Collection[BidStatus] | None, window: Window) -> Slice[Bid]:
    """A brand's own bids; those for a model's twins; those for the twins of the models whom an agency represents."""
    return await asking.page(read, _of_party(read, party, statuses), NEWEST, window)


async def count_of_party(read: Read, party: Party, statuses: Collection[BidStatus] | None) -> int:
    return await asking.count(read, _of_party(read, party, statuses))


def _of_listing(read: Read, listing_id: int) -> sa.Select[Any]:
    return sa.select(Bid).where(col(Bid.listing_id) == listing_id, scope.bids(read.actor, read.now))


def _of_party(read: Read, party: Party, statuses: Collection[BidStatus] | None) -> sa.Select[Any]:
    match party.kind:
        case PartyKind.BRAND:
            theirs: sa.ColumnElement[bool] = col(Bid.brand_id) == party.id
        case PartyKind.MODEL:
            theirs = col(Bid.twin_id).in_(sa.select(col(Twin.id)).where(col(Twin.model_id) == party.id))
        case PartyKind.AGENCY:
            mandate = sa.select(col(Mandate.model_id)).where(
                col(Mandate.agency_id) == party.id,
                col(Mandate.status) == MandateStatus.ACTIVE,
                col(Mandate.days).contains(read.today),
            )
            theirs = col(Bid.twin_id).in_(sa.select(col(Twin.id)).where(col(Twin.model_id).in_(mandate)))
        case PartyKind.CONTRIBUTOR:
            theirs = sa.false()
    query = sa.select(Bid).where(theirs, scope.bids(read.actor, read.now))
    if statuses is not None:
        query = query.where(sa.or_(sa.false(), *(_is(status, read.now) for status in set(statuses))))
    return query


def _is(status: BidStatus, now: datetime) -> sa.ColumnElement[bool]:
    """`rules.bid_status` in SQL."""
    if status is BidStatus.EXPIRED:
        return sa.or_(col(Bid.status) == status, sa.and_(col(Bid.status).in_(UNANSWERED), col(Bid.expires_at) <= now))
    if status in UNANSWERED:
        return sa.and_(col(Bid.status) == status, _stands(Bid, now))
    return col(Bid.status) == status


def _unanswered(table: type[Bid], now: datetime) -> sa.ColumnElement[bool]:
    return sa.and_(col(table.status).in_(UNANSWERED), _stands(table, now))


def _stands(table: type[Bid], now: datetime) -> sa.ColumnElement[bool]:
    return sa.or_(col(table.expires_at).is_(None), col(table.expires_at) > now)
