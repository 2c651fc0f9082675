"""Searching twins: every filter and order of `market.search` as one query over `market.showing`, conflicts and prices.

Two ways to a page. By newest or by name an index is walked until the page is full. By price or relevance, which no
index knows, the candidates are put in order first and then gone down until the page is full; what is dear to find out,
whether licences are in the way, is asked only of those that are reached. Either way the page is exact.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import sqlalchemy as sa
from sqlmodel import col

from core.paging import Order, Slice, Window, sliced, windowed
from core.work import Read
from market.rights import Medium, Rights
from market.search import BY_PRICE, IntRange, TwinOrder, TwinQuery, check
from market.showing import Showing, Wording
from market.states import LIVE, TwinStatus
from market.store import conflicts, prices, spelling
from market.store.rights import country_numbers
from market.store.spelling import Word
from market.tables import Licence, Mandate, Twin

Condition: TypeAlias = sa.ColumnElement[bool]
Selected: TypeAlias = sa.Select[*tuple[Any, ...]]
Number: TypeAlias = Any
"""An expression that stands for a value of the row."""

MAXIMUM_FACET_VALUES = 50
WALKED = (TwinOrder.NEWEST, TwinOrder.NAME)
"""The orders that an index knows."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A query, who asks it, and what its words mean."""

    read: Read
    query: TwinQuery
    words: Sequence[Word]


async def page(read: Read, query: TwinQuery, window: Window) -> Slice[Twin]:
    """Raises InvalidInput for a query that contradicts itself."""
    asked = await _asked(read, query)
    places, downwards = (_walked if query.order in WALKED else _sorted)(asked, window)
    found = places.subquery("found")
    keys = [each for each in found.c if each.name != "number"]
    order = [key.desc() if downwards else key.asc() for key in keys]
    rows = sa.select(Twin, *keys).join(found, col(Twin.id) == found.c.number).order_by(*order)
    return sliced((await read.session.execute(rows)).all(), window)


async def count(read: Read, query: TwinQuery) -> int:
    found = _everything(await _asked(read, query), col(Showing.twin_id)).subquery()
    return int((await read.session.execute(sa.select(sa.func.count()).select_from(found))).scalar_one())


async def facets(read: Read, query: TwinQuery) -> Mapping[str, Mapping[str, int]]:
    """How many twins of the whole result carry each value of a field, the commonest values first."""
    asked = await _asked(read, query)
    found = _everything(asked, col(Showing.tags), col(Showing.hair_colour), col(Showing.eye_colour)).cte("found")
    fields = {"tags": sa.func.unnest(found.c.tags), "hairColour": found.c.hair_colour, "eyeColour": found.c.eye_colour}
    tallies = [_tally(field, value) for field, value in fields.items()]
    told: dict[str, dict[str, int]] = {field: {} for field in fields}
    for field, value, number in await read.session.execute(sa.union_all(*tallies)):
        told[field][value] = number
    return {field: dict(sorted(values.items(), key=lambda each: (-each[1], each[0]))) for field, values in told.items()}


def _tally(field: str, value: Number) -> Selected:
    values = sa.select(value.label("value")).subquery()
    number = sa.func.count()
    counted = sa.select(sa.literal(field, sa.Text).label("field"), values.c.value, number.label("number"))
    counted = counted.where(values.c.value.is_not(None)).group_by(values.c.value)
    return sa.select(counted.order_by(number.desc(), values.c.value).limit(MAXIMUM_FACET_VALUES).subquery())


async def _asked(read: Read, query: TwinQuery) -> Asked:
    check(query, read.today)
    return Asked(read, query, await spelling.meanings(read, query.words))


# ------------------------------------------------------------------ in which order


def _walked(asked: Asked, window: Window) -> tuple[Selected, bool]:
    number, query = col(Showing.twin_id), asked.query
    by_name = query.order is TwinOrder.NAME
    order = Order((col(Showing.name), number)) if by_name else Order((number,), descending=True)
    downwards = order.descending != window.backwards
    found = _matching(asked, sa.select(number.label("number")))
    if query.available_for is None:
        return windowed(found, order, window), downwards
    if query.maximum_price is not None:
        found = found.where(_perhaps(prices.price(query.available_for) <= query.maximum_price.minor))
    # the offset keeps licences from being asked for before the order is known: then few need be
    ranked = windowed(found, order, window).limit(None).offset(0).subquery("ranked")
    keys = [ranked.c[key.name] for key in order.columns]
    free = sa.select(ranked.c.number, *keys).where(_free(query.available_for, ranked.c.number))
    return free.order_by(*(key.desc() if downwards else key.asc() for key in keys)).limit(window.limit + 1), downwards


def _sorted(asked: Asked, window: Window) -> tuple[Selected, bool]:
    query = asked.query
    descending = query.order is not TwinOrder.PRICE_ASC
    downwards = descending != window.backwards
    columns: dict[str, Number] = {}
    if query.order is TwinOrder.RELEVANCE:
        columns["relevance"] = spelling.relevance(asked.read, asked.words)
    else:
        # amounts of different currencies cannot be compared, so each currency is a list of its own
        columns["currency"] = col(Showing.currency)
    if query.available_for is not None and (query.order in BY_PRICE or query.maximum_price is not None):
        columns["price"] = prices.price(query.available_for)
    columns["twin_id"] = col(Showing.twin_id)
    # the offset keeps the price from being worked out again wherever it is used
    told = _matching(asked, sa.select(*(each.label(name) for name, each in columns.items()))).offset(0).subquery("told")
    keys = [each for each in told.c if query.order in BY_PRICE or each.name != "price"]
    ordered = sa.select(*told.c).order_by(*(key.desc() if downwards else key.asc() for key in keys))
    if "price" in columns and query.maximum_price is not None:
        ordered = ordered.where(told.c.price <= query.maximum_price.minor)
    ranked = ordered.subquery("ranked")
    number = ranked.c.twin_id
    found = sa.select(number.label("number"))
    if query.available_for is not None:
        found = found.where(_free(query.available_for, number))
    order = Order(tuple(ranked.c[key.name] for key in keys), descending=descending)
    return windowed(found, order, window), downwards


# ------------------------------------------------------------------ which


def _everything(asked: Asked, *columns: Number) -> Selected:
    """The whole result. Over all of it, whether licences are in the way is one join, and not a probe for each twin."""
    rights, most = asked.query.available_for, asked.query.maximum_price
    found = _matching(asked, sa.select(*columns))
    if rights is not None and most is not None:
        found = found.where(_perhaps(prices.price(rights) <= most.minor))
    if rights is not None:
        held = _held(rights, col(Showing.twin_id))
        found = found.where(sa.not_(sa.exists(held.correlate(Showing))))
    return found


def _matching(asked: Asked, selected: Selected) -> Selected:
    """All of it but the price and the licences that may be in the way."""
    read, query = asked.read, asked.query
    conditions = [_seen(read, query), *_looks(query)]
    if query.agency_id is not None:
        mandates = sa.select(col(Mandate.model_id)).where(
            col(Mandate.agency_id) == query.agency_id, spelling.in_force(read)
        )
        conditions.append(col(Showing.model_id).in_(mandates))
    if query.available_for is not None:
        conditions += [col(Showing.status) == TwinStatus.LISTED.value, _consenting(query.available_for)]
        if query.maximum_price is not None:
            conditions.append(col(Showing.currency) == query.maximum_price.currency)
        elif query.order in BY_PRICE:
            conditions.append(_perhaps(prices.price(query.available_for).is_not(None)))
    if query.words:
        selected = selected.join(Wording, col(Wording.twin_id) == col(Showing.twin_id))
        conditions.append(spelling.found(read, asked.words))
    return selected.where(*conditions)


def _seen(read: Read, query: TwinQuery) -> Condition:
    """The market's twins; asked for one model by her own side, all of hers."""
    listed = col(Showing.status) == TwinStatus.LISTED.value
    if read.actor.is_anonymous:
        return sa.false()
    if query.model_id is None:
        return listed
    hers = col(Showing.model_id) == query.model_id
    own = query.model_id in read.actor.seller_ids or read.actor.is_operator
    return hers if own else sa.and_(hers, listed)


def _looks(query: TwinQuery) -> list[Condition]:
    measures: list[tuple[Number, IntRange]] = [
        (col(Showing.height_cm), query.height_cm),
        (col(Showing.bust_cm), query.bust_cm),
        (col(Showing.waist_cm), query.waist_cm),
        (col(Showing.hips_cm), query.hips_cm),
    ]
    conditions = [column >= least for column, (least, _) in measures if least is not None]
    conditions += [column <= most for column, (_, most) in measures if most is not None]
    if query.tags:
        conditions.append(col(Showing.tags).contains(list(query.tags)))
    colours = ((col(Showing.hair_colour), query.hair_colour), (col(Showing.eye_colour), query.eye_colour))
    conditions += [sa.func.lower(column).in_([each.lower() for each in wanted]) for column, wanted in colours if wanted]
    return conditions


def _consenting(rights: Rights) -> Condition:
    """What `market.consent.policy_obstacles` says."""
    media = sum(1 << (medium.number - 1) for medium in Medium if medium in rights.media)
    return _perhaps(
        sa.and_(
            col(Showing.media).op("&")(media) == media,
            col(Showing.forbidden).op("&")(1 << rights.industry.number) == 0,
            col(Showing.maximum_days) >= rights.days,
            col(Showing.territories).contains(country_numbers(rights.territories)),
        )
    )


def _free(rights: Rights, twin_id: Number) -> Condition:
    """No live licence is in the way. The offset makes it an index probe a candidate, and not a join of all licences."""
    held = _held(rights, twin_id).offset(0)
    return sa.not_(sa.exists(held.correlate(twin_id.table)))


def _held(rights: Rights, twin_id: Number) -> Selected:
    return sa.select(1).where(
        col(Licence.twin_id) == twin_id, col(Licence.status).in_(LIVE), conflicts.with_rights(Licence, rights)
    )


def _perhaps(condition: Condition) -> Condition:
    """The same; but the planner takes it for a toss of a coin, where it would take an unknown comparison for one in two
    hundred, and walk no index for so few."""
    return sa.func.coalesce(condition, sa.false(), type_=sa.Boolean)
