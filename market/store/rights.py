"""Between the values of the trade and the columns that hold them: rights, policies, rate cards, mandates."""

from collections.abc import Iterable
from datetime import date, timedelta
from functools import lru_cache
from typing import Any, TypeAlias

from sqlalchemy.dialects.postgresql.ranges import MultiRange, Range

from core.rows import Ranges
from market import territories
from market.consent import PolicyView
from market.pricing import Card
from market.rights import Exclusivity, Industry, Medium, Rights
from market.rules import Power
from market.tables import ConsentPolicy, Mandate, RateCard, RightsColumns

ONE_DAY = timedelta(days=1)

Numbers: TypeAlias = MultiRange[int] | Ranges


def rights_of(row: RightsColumns) -> Rights:
    return rights_from(row.media, row.territories, row.industry, row.days, row.exclusivity)


def rights_from(media: Numbers, places: Numbers, industry: str, days: Range[date], exclusivity: str) -> Rights:
    if days.lower is None or days.upper is None:
        raise ValueError("Days have a first and a last.")
    return rights_in(media, places, industry, days.lower, days.upper, exclusivity)


def rights_in(media: Numbers, places: Numbers, industry: str, first: date, end: date, exclusivity: str) -> Rights:
    """`end` is the day after the last."""
    return Rights(
        media=media_of(media),
        territories=countries_of(places),
        industry=Industry(industry),
        starts_on=first,
        ends_on=end - ONE_DAY,
        exclusivity=Exclusivity(exclusivity),
    )


def columns_of(rights: Rights) -> dict[str, Any]:
    return {
        "media": media_numbers(rights.media),
        "territories": country_numbers(rights.territories),
        "industry": rights.industry,
        "days": days_of(rights),
        "exclusivity": rights.exclusivity,
    }


def days_of(rights: Rights) -> Range[date]:
    return Range(rights.starts_on, rights.ends_on + ONE_DAY, bounds="[)")


def media_numbers(media: Iterable[Medium]) -> MultiRange[int]:
    """Neighbours are merged, as the database does, so that equal media are equal values."""
    ranges: list[tuple[int, int]] = []
    for number in sorted({medium.number for medium in media}):
        if ranges and ranges[-1][1] == number:
            ranges[-1] = (ranges[-1][0], number + 1)
        else:
            ranges.append((number, number + 1))
    return _numbers(ranges)


def country_numbers(countries: Iterable[str]) -> MultiRange[int]:
    return _numbers(territories.to_ranges(countries))


def media_of(numbers: Numbers) -> frozenset[Medium]:
    return _media_in(numbers) if isinstance(numbers, Ranges) else _media(numbers)


def countries_of(numbers: Numbers) -> frozenset[str]:
    return _countries_in(numbers) if isinstance(numbers, Ranges) else _countries(numbers)


def _media(numbers: Numbers) -> frozenset[Medium]:
    return frozenset(Medium.of(number) for low, high in _bounds(numbers) for number in range(low, high))


def _countries(numbers: Numbers) -> frozenset[str]:
    return territories.from_ranges(_bounds(numbers))


_media_in = lru_cache(maxsize=4096)(_media)
_countries_in = lru_cache(maxsize=4096)(_countries)
"""Where rows are many, few of these differ, and each is read once."""


def policy_of(row: ConsentPolicy) -> PolicyView:
    return PolicyView(
        version=row.version,
        media=media_of(row.media),
        forbidden_industries=frozenset(map(Industry, row.forbidden_industries)),
        territories=countries_of(row.territories),
        maximum_days=row.maximum_days,
        asset_approval_required=row.asset_approval_required,
        training_allowed=row.training_allowed,
        restrictions=tuple(row.restrictions),
    )


def card_of(row: RateCard) -> Card:
    return Card(
        currency=row.currency,
        rates={Medium(medium): int(rate) for medium, rate in row.rates.items()},
        factors_e4={code: int(factor) for code, factor in row.factors.items()},
        industry_exclusivity_e4=row.industry_exclusivity_e4,
        total_exclusivity_e4=row.total_exclusivity_e4,
        floor_minor=row.floor_minor,
    )


def power_of(row: Mandate) -> Power:
    if row.id is None:
        raise ValueError("The mandate is not kept yet.")
    return Power(
        mandate_id=row.id,
        model_id=row.model_id,
        agency_id=row.agency_id,
        commission_bps=row.commission_bps,
        territories=countries_of(row.territories),
        decides_assets=row.decides_assets_since is not None,
    )


def _numbers(ranges: Iterable[tuple[int, int]]) -> MultiRange[int]:
    return MultiRange(Range(low, high, bounds="[)") for low, high in ranges)


def _bounds(numbers: Numbers) -> list[tuple[int, int]]:
    return [(each.lower, each.upper) for each in numbers if each.lower is not None and each.upper is not None]
