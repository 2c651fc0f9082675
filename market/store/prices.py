"""What rate cards ask, in SQL: `market.pricing.quote` for every twin of a search at once, to the last unit."""

from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any, TypeAlias

import sqlalchemy as sa
from sqlmodel import col

from market import pricing
from market.rights import Exclusivity, Rights
from market.showing import Showing, Shown
from payments.money import CURRENCIES

Number: TypeAlias = Any
"""An expression that stands for a value of the row."""

HIGHEST_PRICE = 10**18
"""No price is told to be more, so that every price fits a column."""


@dataclass(frozen=True, slots=True)
class Priced:
    """What of some rights decides how their price reads in SQL; `values` are the rest."""

    media: int
    countries: frozenset[str]
    exclusivity: Exclusivity

    @classmethod
    def of(cls, rights: Rights) -> "Priced":
        return cls(len(rights.media), rights.territories, rights.exclusivity)


def values(rights: Rights) -> dict[str, Any]:
    numbers = sorted(medium.number for medium in rights.media)
    return {"days": rights.days, **{f"medium_{place}": number for place, number in enumerate(numbers)}}


def price(rights: Priced, of: type[Shown] = Showing) -> Number:
    """Null where a medium has no rate. Exact numerics, rounded half up to the currency's unit, at least the floor."""
    rates = _rates(rights.media, of)
    base = sa.cast(rates, sa.Numeric) * _weight(rights.countries, of) * sa.bindparam("days", type_=sa.Integer())
    asked = base * _exclusivity(rights.exclusivity, of)
    special = sorted({rule.unit for rule in CURRENCIES.values()} - {1})
    units = [
        (col(of.currency).in_([code for code, rule in CURRENCIES.items() if rule.unit == unit]), unit)
        for unit in special
    ]
    rounded = sa.case(*((there, _rounded(asked, unit, of)) for there, unit in units), else_=_rounded(asked, 1, of))
    # a price is null where its rates are, and a greatest of nothing and a floor would be the floor
    return sa.case((rates.is_not(None), sa.cast(rounded, sa.BigInteger)))


def _rounded(asked: Number, unit: int, of: type[Shown]) -> Number:
    whole = pricing.DAYS_PER_RATE * pricing.E4 * pricing.E4
    near = sa.func.div(2 * asked + whole * unit, 2 * whole * unit) * unit
    floor = col(of.floor_minor)
    least = floor if unit == 1 else sa.func.div(sa.cast(floor, sa.Numeric) + unit - 1, unit) * unit
    return sa.func.least(sa.func.greatest(near, least), HIGHEST_PRICE)


def _exclusivity(exclusivity: Exclusivity, of: type[Shown]) -> Number:
    match exclusivity:
        case Exclusivity.NON_EXCLUSIVE:
            return sa.literal(pricing.E4, sa.Integer)
        case Exclusivity.INDUSTRY:
            return col(of.industry_exclusivity_e4)
        case Exclusivity.TOTAL:
            return col(of.total_exclusivity_e4)


def _rates(media: int, of: type[Shown]) -> Number:
    """The sum of so many; null where one is."""
    rates = [col(of.rates)[sa.bindparam(f"medium_{place}", type_=sa.Integer())] for place in range(media)]
    return sum(rates[1:], rates[0])


@lru_cache(maxsize=1024)
def _weight(countries: frozenset[str], of: type[Shown] = Showing) -> Number:
    """Most cards leave every factor as it is: for them it is a constant."""
    factors = f"{of.__tablename__}.factors"
    usual = pricing.weight(countries, pricing.default_factor_e4, min)
    own = pricing.weight(countries, partial(Weight.of, factors), Weight.least)
    return sa.literal_column(f"(case when {factors} is null then {usual} else {own.sql} end)", sa.BigInteger)


@dataclass(frozen=True, slots=True)
class Weight:
    """A sum in SQL: what the places weigh by default, what this card adds for those that it names, and other terms.

    A card names few places and a search may ask for all countries, so it is asked first whether it names any of them.
    `factors` is the column of the card's.
    """

    factors: str
    usual: int = 0
    places: tuple[str, ...] = ()
    terms: tuple[str, ...] = ()

    @classmethod
    def of(cls, factors: str, code: str) -> "Weight":
        return cls(factors, pricing.default_factor_e4(code), (code,))

    def __add__(self, other: "Weight", /) -> "Weight":
        return Weight(self.factors, self.usual + other.usual, self.places + other.places, self.terms + other.terms)

    @classmethod
    def least(cls, one: "Weight", other: "Weight") -> "Weight":
        return cls(one.factors, terms=(f"least({one.sql}, {other.sql})",))

    @property
    def sql(self) -> str:
        own = " + ".join(f"coalesce(({self.factors}->>'{each}')::bigint - {_usual(each)}, 0)" for each in self.places)
        parts = [*self.terms]
        if own:
            named = f"{self.factors} ?| '{{{','.join(self.places)}}}'::text[]"
            parts += [str(self.usual), f"case when {named} then {own} else 0 end"]
        return f"({' + '.join(parts)})::bigint"


def _usual(code: str) -> int:
    return pricing.default_factor_e4(code)
