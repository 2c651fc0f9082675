"""Between the values of the trade and the columns that hold them: rights, policies, rate cards, mandates."""

import re
from collections.abc import Iterable
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy.dialects.postgresql.ranges import MultiRange, Range

from market import territories
from market.consent import PolicyView
from market.pricing import Card
from market.rights import Exclusivity, Industry, Medium, Rights
from market.rules import Power
from market.tables import ConsentPolicy, Mandate, RateCard, RightsColumns

ONE_DAY = timedelta(days=1)


def rights_of(row: RightsColumns) -> Rights:
    return rights_from(row.media, row.territories, row.industry, row.days, row.exclusivity)


def rights_from(
    media: MultiRange[int], places: MultiRange[int], industry: str, days: Range[date], exclusivity: str
) -> Rights:
    if days.lower is None or days.upper is None:
        raise ValueError("Days have a first and a last.")
    return Rights(
        media=media_of(media),
        territories=countries_of(places),
        industry=Industry(industry),
        starts_on=days.lower,
        ends_on=days.upper - ONE_DAY,
        exclusivity=Exclusivity(exclusivity),
    )


def rights_in(media: str, places: str, industry: str, first: date, end: date, exclusivity: str) -> Rights:
    """The same, of multiranges as PostgreSQL writes them: where rows are many, few of these differ, and each is read once."""
    return Rights(
        media=_media_in(media),
        territories=_countries_in(places),
        industry=Industry(industry),
        starts_on=first,
        ends_on=end - ONE_DAY,
        exclusivity=Exclusivity(exclusivity),
    )


@lru_cache(maxsize=4096)
def _media_in(written: str) -> frozenset[Medium]:
    return frozenset(Medium.of(number) for low, high in _bounds_in(written) for number in range(low, high))


@lru_cache(maxsize=4096)
def _countries_in(written: str) -> frozenset[str]:
    return territories.from_ranges(_bounds_in(written))


def _bounds_in(written: str) -> list[tuple[int, int]]:
    return [(int(low), int(high)) for low, high in re.findall(r"\[(\d+),(\d+)\)", written)]


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


def media_of(numbers: MultiRange[int]) -> frozenset[Medium]:
    return frozenset(Medium.of(number) for low, high in _bounds(numbers) for number in range(low, high))


def countries_of(numbers: MultiRange[int]) -> frozenset[str]:
    return territories.from_ranges(_bounds(numbers))


def policy_of(row: ConsentPolicy) -> PolicyView:
    return _policy(row, media_of(row.media), countries_of(row.territories))


def policy_in(row: Any) -> PolicyView:
    """The same, of multiranges as PostgreSQL writes them."""
    return _policy(row, _media_in(row.media), _countries_in(row.territories))


def _policy(row: Any, media: frozenset[Medium], countries: frozenset[str]) -> PolicyView:
    return PolicyView(
        version=row.version,
        media=media,
        forbidden_industries=frozenset(map(Industry, row.forbidden_industries)),
        territories=countries,
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


def _bounds(numbers: MultiRange[int]) -> list[tuple[int, int]]:
    return [(each.lower, each.upper) for each in numbers if each.lower is not None and each.upper is not None]
