"""Listings: rights on offer."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg
from sqlmodel import col

from core.errors import NotFound
from core.paging import Order, Slice, Window
from core.rows import Lookup, Plain
from core.work import Read, Work
from market.rights import Industry, Medium
from market.states import ListingFormat, ListingStatus
from market.store import asking, scope, status, twins
from market.store.rights import media_numbers
from market.tables import Listing, Twin

NEWEST = Order((col(Listing.id),), descending=True)


@dataclass(frozen=True, slots=True)
class ListingQuery:
    """Listings that match all of it. `media`: those that offer all of these."""

    twin_id: int | None = None
    statuses: Collection[ListingStatus] | None = None
    format: ListingFormat | None = None
    media: frozenset[Medium] = frozenset()
    industry: Industry | None = None


async def by_ids(read: Read, ids: Collection[int]) -> Mapping[int, Listing]:
    """Those that the caller may see."""
    return await asking.by_number(read, _seen(scope.outline(read.actor)), ids=list(ids))


@cache
def _seen(asker: scope.Outline) -> Lookup:
    return Lookup(sa.select(Listing).where(col(Listing.id) == asking.ANY, scope.listings(asker)))


async def with_twins(read: Read, ids: Collection[int]) -> Mapping[int, tuple[Listing, Twin]]:
    """The same, each with its twin: whoever sees a listing sees that too."""
    found = await _beside_twins(scope.outline(read.actor)).all(read, scope.values(read, ids=list(ids)))
    return {listing.id: (listing, twin) for listing, twin in found}


@cache
def _beside_twins(asker: scope.Outline) -> Lookup:
    beside = sa.select(Listing, Twin).join(Twin, col(Twin.id) == col(Listing.twin_id))
    return Lookup(beside.where(col(Listing.id) == asking.ANY, scope.listings(asker)))


async def page(read: Read, query: ListingQuery, window: Window) -> Slice[Listing]:
    """Newest first."""
    given = _given(query)
    plan = Lookup if query.twin_id is not None else Plain  # a twin has few
    return await asking.by_outline(read, _matching(frozenset(given)), NEWEST, window, plan=plan, **given)


async def count(read: Read, query: ListingQuery) -> int:
    given = _given(query)
    found = _matching(frozenset(given))(scope.outline(read.actor))
    return await asking.count(read, found, **given)


async def find(read: Read, listing_id: int) -> Listing:
    """Raises NotFound."""
    listing = (await by_ids(read, [listing_id])).get(listing_id)
    if listing is None:
        raise _unknown()
    return listing


async def lock(work: Work, listing_id: int) -> tuple[Listing, Twin]:
    """The listing and its twin, held until the work ends. Raises NotFound."""
    its_twin, itself = _locked(scope.outline(work.actor))
    twin = await twins.hold_of(work, its_twin, id=listing_id)
    found = (await asking.run(work, itself, id=listing_id)).one_or_none() if twin is not None else None
    if twin is None or found is None:
        raise _unknown()
    listing, work.now = found
    return listing, twin


@cache
def _locked(asker: scope.Outline) -> tuple[Any, Any]:
    seen = sa.and_(col(Listing.id) == asking.ONE, scope.listings(asker))
    query = sa.select(Listing, sa.func.clock()).where(seen).with_for_update(key_share=True, of=Listing)
    held = query.execution_options(populate_existing=True)
    return twins.holding(sa.select(col(Listing.twin_id)).where(seen)), held


async def hold(work: Work, listing_id: int) -> Listing:
    """Lock a listing whose twin is held."""
    query = sa.select(Listing).where(col(Listing.id) == listing_id).with_for_update(key_share=True)
    return (await work.session.execute(query.execution_options(populate_existing=True))).scalar_one()


async def hold_unended(work: Work, twin_id: int) -> Sequence[Listing]:
    """Lock every listing of the held twin that nobody has awarded or withdrawn."""
    query = sa.select(Listing).where(col(Listing.twin_id) == twin_id, col(Listing.outcome).is_(None))
    held = query.order_by(col(Listing.id)).with_for_update(key_share=True).execution_options(populate_existing=True)
    return (await work.session.execute(held)).scalars().all()


async def keep(work: Work, listing: Listing) -> Listing:
    work.session.add(listing)
    await work.session.flush()
    return listing


def _unknown() -> NotFound:
    return NotFound("There is no such listing.", path=["listingId"])


def _given(query: ListingQuery) -> dict[str, Any]:
    """The values of a query that has them; their names decide how its statement reads."""
    found = {
        "twin_id": query.twin_id,
        "statuses": None if query.statuses is None else [status.value for status in query.statuses],
        "format": query.format,
        "media": media_numbers(query.media) if query.media else None,
        "industry": query.industry,
    }
    return {name: value for name, value in found.items() if value is not None}


@cache
def _matching(given: frozenset[str]) -> Callable[[scope.Outline], sa.Select[Any]]:
    conditions = [condition for name, condition in _CONDITIONS.items() if name in given]
    return lambda asker: sa.select(Listing).where(scope.listings(asker), *conditions)


def _parameter(column: Any) -> sa.BindParameter[Any]:
    return sa.bindparam(column.key, type_=column.type)


_CONDITIONS: Mapping[str, sa.ColumnElement[bool]] = {
    "twin_id": col(Listing.twin_id) == _parameter(col(Listing.twin_id)),
    "statuses": sa.any_(sa.bindparam("statuses", type_=pg.ARRAY(sa.Text))) == status.OF_LISTING,
    "format": col(Listing.format) == _parameter(col(Listing.format)),
    "media": col(Listing.media).contains(_parameter(col(Listing.media))),
    "industry": col(Listing.industry) == _parameter(col(Listing.industry)),
}
