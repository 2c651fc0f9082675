"""Bids: binding offers, on a listing or straight to a twin."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import col

from core.errors import NotFound
from core.paging import Order, Slice, Window
from core.rows import Lookup
from core.work import Read, Work
from market.consent import PolicyView
from market.rights import Exclusivity, Rights
from market.states import LIVE, BidStatus, ListingFormat, MandateStatus, Outcome, PartyKind
from market.store import asking, conflicts, scope, twins
from market.store.rights import policy_of
from market.tables import Bid, ConsentPolicy, Licence, Listing, Mandate, Party, Twin

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
    return await asking.by_number(read, _seen(scope.outline(read.actor)), ids=list(ids))


@cache
def _seen(asker: scope.Outline) -> Lookup:
    return Lookup(sa.select(Bid).where(col(Bid.id) == asking.ANY, scope.bids(asker, scope.NOW)))


async def lock(work: Work, bid_id: int) -> LockedBid:
    """The bid, its listing and its twin, held until the work ends. Raises NotFound."""
    its_twin, itself = _locked(scope.outline(work.actor))
    twin = await twins.hold_of(work, its_twin, id=bid_id)
    found = (await asking.run(work, itself, id=bid_id)).one_or_none() if twin is not None else None
    if twin is None or found is None:
        raise _unknown()
    bid, listing, work.now = found
    return LockedBid(bid, twin, listing)


@cache
def _locked(asker: scope.Outline) -> tuple[Any, Any]:
    seen = sa.and_(col(Bid.id) == asking.ONE, scope.bids(asker, scope.NOW))
    query = sa.select(Bid, Listing, sa.func.clock()).outerjoin(Listing, col(Listing.id) == col(Bid.listing_id))
    held = query.where(seen).with_for_update(key_share=True, of=Bid).execution_options(populate_existing=True)
    return twins.holding(sa.select(col(Bid.twin_id)).where(seen)), held


@dataclass(frozen=True, slots=True)
class Terms:
    """What a consent to a bid says besides the bid: the policy in force and the names."""

    policy: PolicyView
    model_name: str
    brand_name: str


async def terms(read: Read, ids: Collection[int]) -> Mapping[int, Terms]:
    """By bid, of bids that were found before; none where the twin has no policy."""
    rows = (await asking.run(read, _terms(), ids=list(ids))).all()
    return {number: Terms(policy_of(policy), model, brand) for number, policy, model, brand in rows}


@cache
def _terms() -> Any:
    model, brand = aliased(Party), aliased(Party)
    in_force = sa.and_(
        col(ConsentPolicy.twin_id) == col(Twin.id), col(ConsentPolicy.version) == col(Twin.policy_version)
    )
    return (
        sa.select(col(Bid.id), ConsentPolicy, col(model.name), col(brand.name))
        .join(Twin, col(Twin.id) == col(Bid.twin_id))
        .join(ConsentPolicy, in_force)
        .join(model, col(model.id) == col(Twin.model_id))
        .join(brand, col(brand.id) == col(Bid.brand_id))
        .where(col(Bid.id) == asking.ANY)
    )


async def keep(work: Work, bid: Bid) -> Bid:
    work.session.add(bid)
    await work.session.flush()
    return bid


async def live_on(work: Work, listing_id: int) -> Sequence[Bid]:
    """The live bids on a listing whose twin is held."""
    found: Sequence[Bid] = (await work.session.execute(_live_on(), {"id": listing_id})).scalars().all()
    return found


@cache
def _live_on() -> sa.Select[Any]:
    query = sa.select(Bid).where(col(Bid.listing_id) == asking.ONE, col(Bid.status) == BidStatus.PENDING)
    return query.order_by(col(Bid.id))


async def rivals(work: Work, bid: Bid, rights: Rights) -> Sequence[Bid]:
    """The twin's other live bids that cannot be held beside `rights`. Its twin is held."""
    query = _rivals(rights.exclusivity)
    asked = {"id": bid.id, "twin_id": bid.twin_id, **conflicts.values(rights)}
    found: Sequence[Bid] = (await asking.run(work, query, **asked)).scalars().all()
    return found


@cache
def _rivals(exclusivity: Exclusivity) -> sa.Select[Any]:
    query = sa.select(Bid).where(
        col(Bid.twin_id) == sa.bindparam("twin_id", type_=sa.BigInteger()),
        col(Bid.id) != asking.ONE,
        _unanswered(Bid, scope.NOW),
        conflicts.with_asked(Bid, exclusivity),
    )
    return query.order_by(col(Bid.id))


@dataclass(frozen=True, slots=True)
class LostBid:
    """A bid that a licence shut out; which licence would now; and whether its brand has another bid where it was."""

    bid: Bid
    listing: Listing | None
    shut_out_by: int | None
    is_replaced: bool


async def hold_lost_to(work: Work, licence_id: int, *, limit: int) -> Sequence[LostBid]:
    """Lock the highest of the bids that were lost to a licence, whose twin is held."""
    rows = await asking.run(work, _lost_to(), id=licence_id, limit=limit)
    return [LostBid(bid, listing, shut_out_by, is_replaced) for bid, listing, shut_out_by, is_replaced in rows]


@cache
def _lost_to() -> Any:
    other, licence = aliased(Bid), aliased(Licence)
    shut_out_by = sa.select(sa.func.min(col(licence.id))).where(
        col(licence.twin_id) == col(Bid.twin_id),
        col(licence.status).in_([status.value for status in LIVE]),
        conflicts.between(licence, Bid),
    )
    replaced = sa.select(1).where(
        col(other.listing_id) == col(Bid.listing_id),
        col(other.brand_id) == col(Bid.brand_id),
        col(other.status).in_([BidStatus.PENDING.value, BidStatus.COUNTERED.value, BidStatus.ACCEPTED.value]),
    )
    query = (
        sa.select(Bid, Listing, shut_out_by.correlate(Bid).scalar_subquery(), sa.exists(replaced.correlate(Bid)))
        .outerjoin(Listing, col(Listing.id) == col(Bid.listing_id))
        .where(col(Bid.lost_to_id) == asking.ONE, col(Bid.status) == BidStatus.LOST)
        .order_by(col(Bid.amount_minor).desc(), col(Bid.id))
        .limit(sa.bindparam("limit", type_=sa.Integer()))
    )
    return query.with_for_update(key_share=True, of=Bid).execution_options(populate_existing=True)


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
    lost = sa.and_(col(Listing.format) == ListingFormat.OPEN, col(Listing.leading_bid_id).is_distinct_from(col(Bid.id)))
    return await _highest_of_twin(read, twin_id, currency, limit, unless=lost)


async def acceptable(read: Read, twin_id: int, *, currency: str, limit: int) -> Sequence[Bid]:
    """The same, without those on a listing that has yet to close."""
    early = sa.or_(
        col(Listing.closes_at) > read.now,
        sa.and_(col(Listing.format) == ListingFormat.OPEN, col(Listing.leading_bid_id).is_distinct_from(col(Bid.id))),
    )
    return await _highest_of_twin(read, twin_id, currency, limit, unless=early)


async def _highest_of_twin(
    read: Read, twin_id: int, currency: str, limit: int, *, unless: sa.ColumnElement[bool]
) -> Sequence[Bid]:
    on = sa.select(1).where(col(Listing.id) == col(Bid.listing_id), col(Listing.outcome).is_(None), unless)
    withdrawn = sa.select(1).where(col(Listing.id) == col(Bid.listing_id), col(Listing.outcome) == Outcome.WITHDRAWN)
    query = sa.select(Bid).where(
        col(Bid.twin_id) == twin_id,
        col(Bid.currency) == currency,
        _is(BidStatus.PENDING, read.now),
        scope.bids(read.actor, read.now),
        sa.not_(sa.exists(on.correlate(Bid))),
        sa.not_(sa.exists(withdrawn.correlate(Bid))),
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


async def page_of_listing(read: Read, listing_id: int, window: Window) -> Slice[tuple[Bid, Party]]:
    """The bids on a listing that the caller may see, newest first, each with its brand."""
    return await asking.by_outline(read, _of_any_listing, NEWEST, window, plan=Lookup, together=2, id=listing_id)


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


def _of_any_listing(asker: scope.Outline) -> sa.Select[*tuple[Any, ...]]:
    brand = col(Party.id) == col(Bid.brand_id)
    return (
        sa.select(Bid, Party).join(Party, brand).where(col(Bid.listing_id) == asking.ONE, scope.bids(asker, scope.NOW))
    )


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


def _unanswered(table: type[Bid], now: scope.Moment) -> sa.ColumnElement[bool]:
    return sa.and_(col(table.status).in_(UNANSWERED), _stands(table, now))


def _stands(table: type[Bid], now: scope.Moment) -> sa.ColumnElement[bool]:
    return sa.or_(col(table.expires_at).is_(None), col(table.expires_at) > now)
