"""Quotes: what a model's rate card asks for some rights. Pure, exact, in whole numbers only.

    price = sum over media of (rate x days / 30 x weight) x exclusivity, rounded half up, at least the floor

The weight is the cheapest way to buy the territories along the tree, so that more rights never cost less. `weight` is
written once for both worlds: over numbers here, and over SQL expressions where the database prices many twins at once.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import reduce
from operator import add
from types import MappingProxyType
from typing import Any, Protocol, TypeVar

from market import territories, words
from market.rights import Exclusivity, Medium, Rights
from payments.money import CURRENCIES, Money

E4 = 10_000
"""Factors are counted in ten-thousandths: 22_000 is 2.2."""

DAYS_PER_RATE = 30

DEFAULT_FACTORS_E4: Mapping[str, int] = MappingProxyType(
    {
        "WORLD": 120_000,
        "EUROPE": 60_000,
        "NORDICS": 25_000,
        "DACH": 22_000,
        "BENELUX": 20_000,
        "BRITISH_ISLES": 18_000,
        "NORTH_AMERICA": 18_000,
        "LATIN_AMERICA": 40_000,
        "ASIA": 60_000,
        "EAST_ASIA": 30_000,
        "SOUTH_ASIA": 30_000,
        "SOUTHEAST_ASIA": 30_000,
        "MIDDLE_EAST": 40_000,
        "AFRICA": 40_000,
        "OCEANIA": 20_000,
    }
)
"""What a region weighs on a card that does not name it."""


class Addable(Protocol):
    """A number, or an SQL expression that stands for one."""

    def __add__(self, other: Any, /) -> Any: ...


T = TypeVar("T", bound=Addable)


@dataclass(frozen=True, slots=True)
class Card:
    """A rate card. `rates`: minor units for thirty days in one country of factor 1; factors in ten-thousandths.

    More rights never cost less as long as no factor is negative and 1 <= industry exclusivity <= total exclusivity.
    """

    currency: str
    rates: Mapping[Medium, int]
    factors_e4: Mapping[str, int]
    industry_exclusivity_e4: int
    total_exclusivity_e4: int
    floor_minor: int

    def factor_e4(self, code: str) -> int:
        """What a country or region weighs on this card."""
        return self.factors_e4.get(code, default_factor_e4(code))

    def exclusivity_e4(self, exclusivity: Exclusivity) -> int:
        match exclusivity:
            case Exclusivity.NON_EXCLUSIVE:
                return E4
            case Exclusivity.INDUSTRY:
                return self.industry_exclusivity_e4
            case Exclusivity.TOTAL:
                return self.total_exclusivity_e4


@dataclass(frozen=True, slots=True)
class Line:
    """One step of a quote, in words, and what it adds."""

    description: str
    amount: Money


@dataclass(frozen=True, slots=True)
class Quote:
    """The asking price, and the lines that sum to it."""

    price: Money
    lines: tuple[Line, ...]


def default_factor_e4(code: str) -> int:
    """What a country or region weighs unless a card says otherwise."""
    return DEFAULT_FACTORS_E4.get(code, E4)


def weight(countries: frozenset[str], factor: Callable[[str], T], least: Callable[[T, T], T]) -> T:
    """The lesser, at every node of the tree, of its own factor and the sum of its children's weights.

    `factor` looks up a country's or region's own factor, `least` is `min`, or the database's `least`. Raises
    ValueError when no country is asked for.
    """

    def of(place: str) -> T:
        if place not in territories.TREE:
            return factor(place)
        asked = [child for child in territories.TREE[place] if not countries.isdisjoint(territories.members(child))]
        return least(factor(place), reduce(add, map(of, asked)))

    if countries.isdisjoint(territories.COUNTRIES):
        raise ValueError("No country is asked for, so there is nothing to weigh.")
    return of("WORLD")


def quote(card: Card, rights: Rights) -> Quote | None:
    """What `card` asks for `rights`. None where a medium has no rate, or nothing is asked for."""
    media = sorted(rights.media, key=lambda medium: medium.number)
    if not media or not rights.territories or any(medium not in card.rates for medium in media):
        return None
    unit = CURRENCIES[card.currency].unit
    weight_e4 = weight(rights.territories, card.factor_e4, min)
    exclusivity_e4 = card.exclusivity_e4(rights.exclusivity)
    use = rights.days * weight_e4  # of a rate, in thirtieths of a ten-thousandth

    plain = [_half_up(card.rates[medium] * use, DAYS_PER_RATE * E4, unit) for medium in media]
    base = sum(card.rates[medium] for medium in media) * use
    exclusive = _half_up(base * (exclusivity_e4 - E4), DAYS_PER_RATE * E4 * E4, unit)
    asked = _half_up(base * exclusivity_e4, DAYS_PER_RATE * E4 * E4, unit)
    price = max(asked, _up(card.floor_minor, unit))

    extent = f"{words.days(rights.days)}, territories weighing {_factor(weight_e4)}"
    steps = [(f"{words.MEDIA[medium].capitalize()}: {extent}", part) for medium, part in zip(media, plain, strict=True)]
    extras = [
        (f"{words.EXCLUSIVITIES[rights.exclusivity].capitalize()}: times {_factor(exclusivity_e4)}", exclusive),
        ("Rounding", asked - exclusive - sum(plain)),
        ("Up to the least that the model takes", price - asked),
    ]
    steps += [step for step in extras if step[1]]
    lines = (Line(description, Money(part, card.currency)) for description, part in steps)
    return Quote(Money(price, card.currency), tuple(lines))


def _half_up(numerator: int, denominator: int, unit: int) -> int:
    """The multiple of `unit` nearest to numerator over denominator; of two equally near, the higher."""
    return (2 * numerator + denominator * unit) // (2 * denominator * unit) * unit


def _up(amount: int, unit: int) -> int:
    return -(-amount // unit) * unit


def _factor(e4: int) -> str:
    return f"{Decimal(e4).scaleb(-4).normalize():f}"
