"""Searching twins: every filter and order of `market.search` as one query, conflicts and prices included."""

from collections.abc import Mapping
from typing import Any, TypeAlias

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg
from sqlmodel import col

from core.paging import Order, Slice, Window
from core.work import Read
from market import pricing
from market.rights import Exclusivity, Medium, Rights
from market.search import BY_PRICE, IntRange, TwinOrder, TwinQuery, check
from market.states import LIVE, MandateStatus, TwinStatus
from market.store import asking, conflicts, scope
from market.store.rights import country_numbers, media_numbers
from market.tables import ConsentPolicy, Licence, Mandate, Party, RateCard, Twin
from payments.money import CURRENCIES

Condition: TypeAlias = sa.ColumnElement[bool]
Selected: TypeAlias = sa.Select[*tuple[Any, ...]]
Number: TypeAlias = Any
"""An expression that stands for a value of the row."""

MAXIMUM_FACET_VALUES = 50
HIGHEST_PRICE = 10**18
"""No price is told to be more, so that every price fits a column."""

WORTH = {"name": 4, "model": 3, "tags": 2, "agency": 2, "description": 1}
"""How much a word counts that is found there."""


async def page(read: Read, query: TwinQuery, window: Window) -> Slice[Twin]:
    """Raises InvalidInput for a query that contradicts itself."""
    return await asking.page(read, _matching(read, query, sa.select(Twin)), _order(read, query), window)


async def count(read: Read, query: TwinQuery) -> int:
    return await asking.count(read, _matching(read, query, sa.select(col(Twin.id))))


async def facets(read: Read, query: TwinQuery) -> Mapping[str, Mapping[str, int]]:
    """How many twins of the whole result carry each value of a field, the commonest values first."""
    looks = sa.select(col(Twin.tags), col(Twin.hair_colour), col(Twin.eye_colour))
    found = _matching(read, query, looks).cte("found")
    fields = {"tags": sa.func.unnest(found.c.tags), "hairColour": found.c.hair_colour, "eyeColour": found.c.eye_colour}
    told: dict[str, Mapping[str, int]] = {}
    for field, value in fields.items():
        values = sa.select(value.label("value")).subquery()
        number = sa.func.count()
        counted = sa.select(values.c.value, number).where(values.c.value.is_not(None)).group_by(values.c.value)
        rows = await read.session.execute(counted.order_by(number.desc(), values.c.value).limit(MAXIMUM_FACET_VALUES))
        told[field] = {row[0]: row[1] for row in rows}
    return told


# ------------------------------------------------------------------ which


def _matching(read: Read, query: TwinQuery, selected: Selected) -> Selected:
    check(query, read.today)
    conditions = [_seen(read, query), *_looks(query)]
    if query.agency_id is not None:
        conditions.append(_represented_by(read, query.agency_id))
    if query.words:
        conditions += [sa.or_(*places.values()) for places in _found_words(read, query)]
    if query.available_for is not None:
        conditions.append(_available(query.available_for))
        if query.maximum_price is not None or query.order in BY_PRICE:
            selected = _with_card(selected)
            conditions.append(_priced(query.available_for))
        if query.maximum_price is not None:
            conditions.append(col(RateCard.currency) == query.maximum_price.currency)
            conditions.append(_price(query.available_for) <= query.maximum_price.minor)
    return selected.where(*conditions)


def _seen(read: Read, query: TwinQuery) -> Condition:
    """The market's twins; asked for one model by her own side, all of hers."""
    if query.model_id is None:
        return sa.and_(col(Twin.status) == TwinStatus.LISTED, scope.twins(read.actor))
    hers = col(Twin.model_id) == query.model_id
    if query.model_id in read.actor.seller_ids or read.actor.is_operator:
        return hers
    return sa.and_(hers, col(Twin.status) == TwinStatus.LISTED, scope.twins(read.actor))


def _looks(query: TwinQuery) -> list[Condition]:
    measures: list[tuple[Number, IntRange]] = [
        (col(Twin.height_cm), query.height_cm),
        (col(Twin.bust_cm), query.bust_cm),
        (col(Twin.waist_cm), query.waist_cm),
        (col(Twin.hips_cm), query.hips_cm),
    ]
    conditions = [column >= least for column, (least, _) in measures if least is not None]
    conditions += [column <= most for column, (_, most) in measures if most is not None]
    if query.tags:
        conditions.append(col(Twin.tags).contains(list(query.tags)))
    colours = ((col(Twin.hair_colour), query.hair_colour), (col(Twin.eye_colour), query.eye_colour))
    conditions += [sa.func.lower(column).in_([each.lower() for each in wanted]) for column, wanted in colours if wanted]
    return conditions


def _in_force(read: Read) -> Condition:
    """A mandate of the twin's model."""
    return sa.and_(
        col(Mandate.model_id) == col(Twin.model_id),
        col(Mandate.status) == MandateStatus.ACTIVE,
        col(Mandate.days).contains(read.today),
    )


def _represented_by(read: Read, agency_id: int) -> Condition:
    mandate = sa.select(1).where(_in_force(read), col(Mandate.agency_id) == agency_id)
    return sa.exists(mandate.correlate(Twin))


def _found_words(read: Read, query: TwinQuery) -> list[Mapping[str, Condition]]:
    """For each word, where it may be found. Every word must be found somewhere."""
    model = sa.select(col(Party.name)).where(col(Party.id) == col(Twin.model_id)).correlate(Twin)
    agencies = sa.select(sa.func.string_agg(col(Party.name), " ")).join(
        Mandate, col(Mandate.agency_id) == col(Party.id)
    )
    places: dict[str, Number] = {
        "name": col(Twin.name),
        "model": model.scalar_subquery(),
        "tags": sa.func.array_to_string(col(Twin.tags), " "),
        "agency": agencies.where(_in_force(read)).correlate(Twin).scalar_subquery(),
        "description": col(Twin.description),
    }
    return [
        {name: sa.func.lower(text).contains(word, autoescape=True) for name, text in places.items()}
        for word in query.words
    ]


def _available(rights: Rights) -> Condition:
    """The model consents, and no live licence is in the way."""
    policy = sa.select(1).where(
        col(ConsentPolicy.twin_id) == col(Twin.id),
        col(ConsentPolicy.version) == col(Twin.policy_version),
        col(ConsentPolicy.media).contains(media_numbers(rights.media)),
        col(ConsentPolicy.territories).contains(country_numbers(rights.territories)),
        sa.not_(col(ConsentPolicy.forbidden_industries).contains([rights.industry.value])),
        col(ConsentPolicy.maximum_days) >= rights.days,
    )
    held = sa.select(1).where(
        col(Licence.twin_id) == col(Twin.id), col(Licence.status).in_(LIVE), conflicts.with_rights(Licence, rights)
    )
    return sa.and_(
        col(Twin.status) == TwinStatus.LISTED,
        sa.exists(policy.correlate(Twin)),
        # the offset makes it one index probe for each candidate, and not a join of all licences
        sa.not_(sa.exists(held.correlate(Twin).offset(0))),
    )


# ------------------------------------------------------------------ for how much


def _with_card(selected: Selected) -> Selected:
    return selected.join(
        RateCard, sa.and_(col(RateCard.twin_id) == col(Twin.id), col(RateCard.version) == col(Twin.card_version))
    )


def _priced(rights: Rights) -> Condition:
    """The card has a rate for every medium."""
    rates: Any = col(RateCard.rates)
    return sa.and_(rates.has_all(sa.cast([medium.value for medium in sorted(rights.media)], pg.ARRAY(sa.Text))))


def _price(rights: Rights) -> Number:
    """`market.pricing.quote` in SQL: exact numerics, rounded half up to the currency's unit, at least the floor."""
    media = [_number(col(RateCard.rates), medium.value) for medium in Medium if medium in rights.media]
    base = sum(media[1:], media[0]) * pricing.weight(rights.territories, _factor, sa.func.least) * rights.days
    unit = _unit()
    asked = base * _exclusivity(rights.exclusivity)
    whole = _whole(pricing.DAYS_PER_RATE * pricing.E4 * pricing.E4)
    rounded = sa.func.div(2 * asked + whole * unit, 2 * whole * unit) * unit
    least = sa.func.div(col(RateCard.floor_minor) + unit - 1, unit) * unit
    return sa.cast(sa.func.least(sa.func.greatest(rounded, least), _whole(HIGHEST_PRICE)), sa.BigInteger)


def _factor(code: str) -> Number:
    return sa.func.coalesce(_number(col(RateCard.factors), code), _whole(pricing.default_factor_e4(code)))


def _exclusivity(exclusivity: Exclusivity) -> Number:
    match exclusivity:
        case Exclusivity.NON_EXCLUSIVE:
            return _whole(pricing.E4)
        case Exclusivity.INDUSTRY:
            return sa.cast(col(RateCard.industry_exclusivity_e4), sa.Numeric)
        case Exclusivity.TOTAL:
            return sa.cast(col(RateCard.total_exclusivity_e4), sa.Numeric)


def _unit() -> Number:
    """Amounts are multiples of it."""
    units = [
        (col(RateCard.currency).in_([code for code, rule in CURRENCIES.items() if rule.unit == unit]), _whole(unit))
        for unit in sorted({rule.unit for rule in CURRENCIES.values()} - {1})
    ]
    return sa.case(*units, else_=_whole(1))


def _number(column: Number, key: str) -> Number:
    return sa.cast(column[key].astext, sa.Numeric)


def _whole(number: int) -> Number:
    return sa.cast(sa.literal(number, sa.BigInteger), sa.Numeric)


# ------------------------------------------------------------------ in which order


def _order(read: Read, query: TwinQuery) -> Order:
    number = col(Twin.id)
    match query.order:
        case TwinOrder.NEWEST:
            return Order((number,), descending=True)
        case TwinOrder.NAME:
            return Order((col(Twin.name), number))
        case TwinOrder.RELEVANCE:
            return Order((_relevance(read, query), number), descending=True)
        case TwinOrder.PRICE_ASC | TwinOrder.PRICE_DESC:
            if query.available_for is None:
                raise ValueError("A price is for some rights.")
            # amounts of different currencies cannot be compared, so each currency is a list of its own
            key = (col(RateCard.currency), _price(query.available_for), number)
            return Order(key, descending=query.order is TwinOrder.PRICE_DESC)


def _relevance(read: Read, query: TwinQuery) -> Number:
    found = [
        sa.case((condition, WORTH[name]), else_=0)
        for places in _found_words(read, query)
        for name, condition in places.items()
    ]
    return sum(found[1:], found[0])
