"""Searching twins: every filter and order of `market.search` as one query over `market.showing`, conflicts and prices.

Two ways to a page. By newest or by name an index is walked until the page is full. By price or relevance, which no
index knows, the candidates are put in order first and then gone down until the page is full; what is dear to find out,
whether licences are in the way, is asked only of those that are reached. Either way the page is exact. Where all the
candidates have one tag in common, their rows are read where they lie together, unless it is by name.
"""

import operator
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, TypeAlias

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import col

from core.paging import Order, Slice, Window, WindowShape, sliced, windowed
from core.rows import Plain, Walk
from core.work import Read
from market.rights import Exclusivity
from market.search import BY_PRICE, TwinOrder, TwinQuery, check
from market.showing import Showing, Shown, Tagged, Wording
from market.states import LIVE, TwinStatus
from market.store import companions, conflicts, prices, scope, shapes, spelling
from market.store.companions import Accompanied, Beside, Companions
from market.store.shapes import COLOURS, MEASURES, Seen, Shape, parameter
from market.tables import Licence, Mandate, Twin

Condition: TypeAlias = sa.ColumnElement[bool]
Selected: TypeAlias = sa.Select[*tuple[Any, ...]]
Number: TypeAlias = Any
"""An expression that stands for a value of the row."""

MAXIMUM_FACET_VALUES = 50
WALKED = (TwinOrder.NEWEST, TwinOrder.NAME)
"""The orders that an index knows."""


async def page(read: Read, query: TwinQuery, window: Window) -> Slice[Twin]:
    """Raises InvalidInput for a query that contradicts itself."""
    found = await accompanied(read, query, window, companions.ALONE)
    rows = tuple(each.twin for each in found.rows)
    return Slice(rows, found.keys, found.has_next, found.has_previous)


async def accompanied(read: Read, query: TwinQuery, window: Window, asked: Beside) -> Slice[Accompanied]:
    """The same, with what stands beside the twins."""
    shape, values = await _read(read, query)
    page = (_page if shape.words else _kept_page)(shape, window.shape, scope.outline(read.actor), asked.companions)
    values |= window.values
    if asked.listings is not None:
        values |= scope.values(read, **asked.values)
    told, key = companions.telling(asked.companions)
    return sliced(await page.all(read, values), window, row=told, key=key)


def _page(shape: Shape, window: WindowShape, asker: scope.Outline, asked: Companions) -> Plain:
    along = shape.order is TwinOrder.NEWEST and _together(shape) is Tagged
    if along:
        places, downwards = _along_a_tag(shape, window)
    else:
        places, downwards = (_walked if shape.order in WALKED else _sorted)(shape, window)
    found = places.subquery("found")
    keys = [each for each in found.c if each.name != "number"]
    order = [key.desc() if downwards else key.asc() for key in keys]
    rows = sa.select(Twin, *keys).join(found, col(Twin.id) == found.c.number).order_by(*order)
    return (Walk if along else Plain)(companions.beside(rows, asker, asked))


_kept_page = lru_cache(maxsize=1024)(_page)
"""For all but those with words, which are seldom the same twice."""


async def count(read: Read, query: TwinQuery) -> int:
    shape, values = await _read(read, query)
    shown = _together(shape)
    found = _everything(shape, shown, col(shown.twin_id)).subquery()
    counted = sa.select(sa.func.count()).select_from(found)
    return int((await read.session.execute(counted, values)).scalar_one())


async def facets(read: Read, query: TwinQuery) -> Mapping[str, Mapping[str, int]]:
    """How many twins of the whole result carry each value of a field, the commonest values first."""
    shape, given = await _read(read, query)
    values = col(Showing.tags), col(Showing.hair_colour), col(Showing.eye_colour)
    found = _everything(shape, Showing, *values).cte("found")
    fields = {"tags": sa.func.unnest(found.c.tags), "hairColour": found.c.hair_colour, "eyeColour": found.c.eye_colour}
    tallies = sa.union_all(*(_tally(field, value) for field, value in fields.items()))
    told: dict[str, dict[str, int]] = {field: {} for field in fields}
    for field, value, number in await read.session.execute(tallies, given):
        told[field][value] = number
    return {field: dict(sorted(values.items(), key=lambda each: (-each[1], each[0]))) for field, values in told.items()}


async def _read(read: Read, query: TwinQuery) -> tuple[Shape, dict[str, Any]]:
    """What decides how the statement reads, and with which values it is asked."""
    check(query, read.today)
    values = shapes.values(read, query)
    return Shape.of(read.actor, query, await spelling.meanings(read, query.words), values), values


def _tally(field: str, value: Number) -> Selected:
    values = sa.select(value.label("value")).subquery()
    number = sa.func.count()
    counted = sa.select(sa.literal(field, sa.Text).label("field"), values.c.value, number.label("number"))
    counted = counted.where(values.c.value.is_not(None)).group_by(values.c.value)
    return sa.select(counted.order_by(number.desc(), values.c.value).limit(MAXIMUM_FACET_VALUES).subquery())


# ------------------------------------------------------------------ in which order


def _along_a_tag(shape: Shape, asked: WindowShape) -> tuple[Selected, bool]:
    """By newest: the tag's rows as they lie, until the page is full: few are reached, and all else is asked of those alone. The offset
    keeps it out of the plan of every partition, of which there are many."""
    order = Order((col(Tagged.twin_id),), descending=True)
    window = order.window(asked)
    downwards = order.descending != window.backwards
    others = [each for each in sa.inspect(Tagged).columns if each.name != "twin_id"]
    of_tag = sa.select(*others).where(col(Tagged.tag) == parameter("tag"))
    lying = windowed(of_tag, order, window).limit(None).offset(0).subquery(Tagged.__tablename__)
    shown, number = aliased(Tagged, lying), lying.c.twin_id
    found = _matching(shape, shown, sa.select(number.label("number"), number))
    if shape.priced is not None:
        found = found.where(_perhaps(prices.price(shape.priced, shown) <= parameter("most_minor")))
    if shape.exclusivity is not None:
        found = found.where(_free(shape.exclusivity, number))
    return found.order_by(number.desc() if downwards else number.asc()).limit(window.limit + 1), downwards


def _walked(shape: Shape, asked: WindowShape) -> tuple[Selected, bool]:
    number = col(Showing.twin_id)
    by_name = shape.order is TwinOrder.NAME
    order = Order((col(Showing.name), number)) if by_name else Order((number,), descending=True)
    window = order.window(asked)
    downwards = order.descending != window.backwards
    found = _matching(shape, Showing, sa.select(number.label("number")))
    if shape.exclusivity is None:
        return windowed(found, order, window), downwards
    if shape.priced is not None:
        found = found.where(_perhaps(prices.price(shape.priced) <= parameter("most_minor")))
    # the offset keeps licences from being asked for before the order is known: then few need be
    ranked = windowed(found, order, window).limit(None).offset(0).subquery("ranked")
    keys = [ranked.c[key.name] for key in order.columns]
    free = sa.select(ranked.c.number, *keys).where(_free(shape.exclusivity, ranked.c.number))
    return free.order_by(*(key.desc() if downwards else key.asc() for key in keys)).limit(window.limit + 1), downwards


def _sorted(shape: Shape, asked: WindowShape) -> tuple[Selected, bool]:
    descending = shape.order is not TwinOrder.PRICE_ASC
    shown = _together(shape)
    columns: dict[str, Number] = {}
    if shape.order is TwinOrder.RELEVANCE:
        columns["relevance"] = spelling.relevance(shape.words)
    else:
        # amounts of different currencies cannot be compared, so each currency is a list of its own
        columns["currency"] = col(shown.currency)
    if shape.priced is not None:
        columns["price"] = prices.price(shape.priced, shown)
    columns["twin_id"] = col(shown.twin_id)
    candidates = _matching(shape, shown, sa.select(*(each.label(name) for name, each in columns.items())))
    # the offset keeps the price from being worked out again wherever it is used
    told = candidates.offset(0).subquery("told")
    keys = [each for each in told.c if shape.order in BY_PRICE or each.name != "price"]
    downwards = descending != asked.backwards
    ordered = sa.select(*told.c).order_by(*(key.desc() if downwards else key.asc() for key in keys))
    if shape.has("most_minor"):
        ordered = ordered.where(told.c.price <= parameter("most_minor"))
    ranked = ordered.subquery("ranked")
    number = ranked.c.twin_id
    found = sa.select(number.label("number"))
    if shape.exclusivity is not None:
        found = found.where(_free(shape.exclusivity, number))
    order = Order(tuple(ranked.c[key.name] for key in keys), descending=descending)
    return windowed(found, order, order.window(asked)), downwards


# ------------------------------------------------------------------ which


def _together(shape: Shape) -> type[Shown]:
    """Where to look at candidates, but by name. Rows by tag are only of what is listed, so of what may be licensed; and whatever
    leaves fewer twins than a tag does has an index of its own."""
    by_tag = shape.has("tag") and shape.exclusivity is not None
    fewer = shape.words or shape.has("model_id") or shape.has("agency_id")
    return Tagged if by_tag and not fewer else Showing


def _everything(shape: Shape, shown: type[Shown], *columns: Number) -> Selected:
    """The whole result. Over all of it, whether licences are in the way is one join, and not a probe for each twin."""
    found = _matching(shape, shown, sa.select(*columns))
    if shape.priced is not None and shape.has("most_minor"):
        found = found.where(_perhaps(prices.price(shape.priced, shown) <= parameter("most_minor")))
    if shape.exclusivity is not None:
        held = _held(shape.exclusivity, col(shown.twin_id))
        found = found.where(sa.not_(sa.exists(held.correlate(shown))))
    return found


def _matching(shape: Shape, shown: type[Shown], selected: Selected) -> Selected:
    """All of it but the price and the licences that may be in the way."""
    conditions = [_seen(shape.seen, shown), *_looks(shape, shown)]
    if shape.has("agency_id"):
        mandates = sa.select(col(Mandate.model_id)).where(
            col(Mandate.agency_id) == parameter("agency_id"), scope.in_force(scope.TODAY)
        )
        conditions.append(col(shown.model_id).in_(mandates))
    if shape.exclusivity is not None:
        conditions += [_listed(shown), _consenting(shown)]
        if shape.has("currency"):
            conditions.append(col(shown.currency) == parameter("currency"))
        elif shape.priced is not None:
            conditions.append(_perhaps(prices.price(shape.priced, shown).is_not(None)))
    if shape.words:
        selected = selected.join(Wording, col(Wording.twin_id) == col(shown.twin_id))
        conditions.append(spelling.found(shape.words))
    return selected.where(*conditions)


def _seen(which: Seen, shown: type[Shown]) -> Condition:
    hers = col(shown.model_id) == parameter("model_id")
    match which:
        case Seen.NONE:
            return sa.false()
        case Seen.LISTED:
            return _listed(shown)
        case Seen.HERS:
            return hers
        case Seen.HERS_LISTED:
            return sa.and_(hers, _listed(shown))


def _listed(shown: type[Shown]) -> Condition:
    return col(Showing.status) == TwinStatus.LISTED.value if shown is Showing else sa.true()


def _looks(shape: Shape, shown: type[Shown]) -> list[Condition]:
    ends = (("least", operator.ge), ("most", operator.le))
    measures = [(f"{name}_{end}", name, compares) for name in MEASURES for end, compares in ends]
    given = [(each, name, compares) for each, name, compares in measures if shape.has(each)]
    conditions: list[Condition] = [
        compares(col(getattr(shown, name)), parameter(each)) for each, name, compares in given
    ]
    if shown is Tagged:
        conditions.append(col(Tagged.tag) == parameter("tag"))
    elif shown is Showing and shape.has("tags"):
        conditions.append(col(Showing.tags).contains(parameter("tags")))
    colours = [name for name in COLOURS if shape.has(name)]
    return conditions + [sa.func.lower(col(getattr(shown, name))) == sa.any_(parameter(name)) for name in colours]


def _consenting(shown: type[Shown]) -> Condition:
    """What `market.consent.policy_obstacles` says."""
    media = parameter("media_bits")
    return _perhaps(
        sa.and_(
            col(shown.media).op("&")(media) == media,
            col(shown.forbidden).op("&")(parameter("industry_bit")) == 0,
            col(shown.maximum_days) >= parameter("days"),
            col(shown.territories).contains(conflicts.ASKED["territories"]),
        )
    )


def _free(exclusivity: Exclusivity, twin_id: Number) -> Condition:
    """No live licence is in the way. The offset makes it an index probe a candidate, and not a join of all licences."""
    held = _held(exclusivity, twin_id).offset(0)
    return sa.not_(sa.exists(held.correlate(twin_id.table)))


def _held(exclusivity: Exclusivity, twin_id: Number) -> Selected:
    return sa.select(1).where(
        col(Licence.twin_id) == twin_id,
        col(Licence.status).in_(_LIVE),
        conflicts.with_asked(Licence, exclusivity),
    )


_LIVE: sa.BindParameter[Any] = sa.bindparam("live", [each.value for each in LIVE], expanding=True, literal_execute=True)
"""Written out: by a parameter the index of what is live would not be found where one plan is for all."""


def _perhaps(condition: Condition) -> Condition:
    """The same; but the planner takes it for a toss of a coin, where it would take an unknown comparison for one in two
    hundred, and walk no index for so few."""
    return sa.func.coalesce(condition, sa.false(), type_=sa.Boolean)
