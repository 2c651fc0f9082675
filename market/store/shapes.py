"""What of a search decides how its statement reads, and the rest as values: so that a statement is built once for all
searches of a shape."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg

from core.actor import Actor
from core.work import Read
from market.rights import Exclusivity, Rights
from market.search import ANY, BY_PRICE, TwinOrder, TwinQuery
from market.store import conflicts, prices
from market.store.prices import Priced
from market.store.spelling import Word

MEASURES = ("height_cm", "bust_cm", "waist_cm", "hips_cm")
COLOURS = ("hair_colour", "eye_colour")

_NUMBER, _BIG, _TEXTS = sa.Integer(), sa.BigInteger(), pg.ARRAY(sa.Text())
TYPES: Mapping[str, Any] = {
    **{f"{name}_{end}": _NUMBER for name in MEASURES for end in ("least", "most")},
    **dict.fromkeys(COLOURS, _TEXTS),
    "tag": sa.Text(),
    "tags": _TEXTS,
    "agency_id": _BIG,
    "model_id": _BIG,
    "media_bits": _NUMBER,
    "industry_bit": _NUMBER,
    "days": _NUMBER,
    "most_minor": _BIG,
    "currency": sa.CHAR(3),
}


class Seen(Enum):
    """Which twins the caller may find."""

    NONE = "none"
    LISTED = "listed"
    HERS = "hers"
    """One model's, all of them."""
    HERS_LISTED = "hers, if listed"


@dataclass(frozen=True, slots=True)
class Shape:
    """`given`: the names of the values that it has. `priced`: what it must know of a price, if of any. `exclusivity` is that of
    the rights, if it is for some."""

    order: TwinOrder
    seen: Seen
    given: frozenset[str]
    priced: Priced | None
    exclusivity: Exclusivity | None
    words: tuple[Word, ...]

    @classmethod
    def of(cls, actor: Actor, query: TwinQuery, words: Sequence[Word], given: Iterable[str]) -> "Shape":
        rights = query.available_for
        asks_prices = query.order in BY_PRICE or query.maximum_price is not None
        return cls(
            order=query.order,
            seen=_seen(actor, query),
            given=frozenset(given),
            priced=Priced.of(rights) if rights is not None and asks_prices else None,
            exclusivity=rights.exclusivity if rights is not None else None,
            words=tuple(words),
        )

    def has(self, name: str) -> bool:
        return name in self.given


def parameter(name: str) -> sa.BindParameter[Any]:
    return sa.bindparam(name, type_=TYPES[name])


def values(read: Read, query: TwinQuery) -> dict[str, Any]:
    """All that a statement of the query's shape is asked with, but for its window."""
    found = {name: value for name, value in _looks(query) if value is not None}
    found["asking_today"] = read.today
    if query.available_for is not None:
        found |= _of_rights(query.available_for)
    if query.maximum_price is not None:
        found |= {"most_minor": query.maximum_price.minor, "currency": query.maximum_price.currency}
    return found


def _looks(query: TwinQuery) -> Iterator[tuple[str, Any]]:
    """With None for all that is not asked for."""
    for name in MEASURES:
        measure = getattr(query, name)
        if measure != ANY:
            yield from zip((f"{name}_least", f"{name}_most"), measure, strict=True)
    for name in COLOURS:
        yield name, [each.lower() for each in getattr(query, name)] or None
    yield "tag", query.tags[0] if len(query.tags) == 1 else None
    yield "tags", list(query.tags) or None
    yield "agency_id", query.agency_id
    yield "model_id", query.model_id


def _of_rights(rights: Rights) -> dict[str, Any]:
    return {
        "media_bits": sum(1 << (medium.number - 1) for medium in rights.media),
        "industry_bit": 1 << rights.industry.number,
        **prices.values(rights),
        **conflicts.values(rights),
    }


def _seen(actor: Actor, query: TwinQuery) -> Seen:
    """The market's twins; asked for one model by her own side, all of hers."""
    if actor.is_anonymous:
        return Seen.NONE
    if query.model_id is None:
        return Seen.LISTED
    return Seen.HERS if query.model_id in actor.seller_ids or actor.is_operator else Seen.HERS_LISTED
