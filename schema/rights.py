"""Rights, and whether they can be had."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Self

import strawberry

from core.errors import InvalidInput
from market import errors, rights, territories
from schema.enums import Exclusivity, Industry, Medium, ObstacleKind
from schema.scalars import Territory

MAXIMUM_TERRITORIES = 300
"""Every country there is can be named one by one."""


@strawberry.type(
    description=(
        "What is licensed: use of a twin in these media, in these territories, for this industry, on these days."
    )
)
class Rights:
    media: list[Medium]
    territories: list[Territory]
    industry: Industry
    starts_on: date
    ends_on: date
    exclusivity: Exclusivity

    @classmethod
    def of(cls, value: rights.Rights) -> Self:
        return cls(
            media=in_order(value.media),
            territories=shortest(value.territories),
            industry=value.industry,
            starts_on=value.starts_on,
            ends_on=value.ends_on,
            exclusivity=value.exclusivity,
        )


@strawberry.input
class RightsInput:
    media: list[Medium]
    territories: list[Territory]
    industry: Industry
    starts_on: date
    ends_on: date
    exclusivity: Exclusivity = Exclusivity.NON_EXCLUSIVE

    def to_value(self, path: Sequence[str]) -> rights.Rights:
        """Raises InvalidInput for an unknown territory. The market judges the rest."""
        return rights.Rights(
            media=frozenset(self.media),
            territories=countries(self.territories, path=[*path, "territories"]),
            industry=self.industry,
            starts_on=self.starts_on,
            ends_on=self.ends_on,
            exclusivity=self.exclusivity,
        )


@strawberry.type
class Obstacle:
    kind: ObstacleKind
    message: str
    media: list[Medium]
    territories: list[Territory]
    starts_on: date | None = strawberry.field(name="from")
    ends_on: date | None = strawberry.field(name="until")

    @classmethod
    def of(cls, value: errors.Obstacle) -> Self:
        return cls(
            kind=value.kind,
            message=value.message,
            media=in_order(value.media),
            territories=shortest(value.territories),
            starts_on=value.starts_on,
            ends_on=value.ends_on,
        )


@strawberry.type
class Availability:
    available: bool
    obstacles: list[Obstacle] = strawberry.field(
        description="Why not. A rival's name, price and exact deal are never told.",
    )
    alternatives: list[Rights] = strawberry.field(
        description="The nearest rights that are free: other days, fewer territories or media, less exclusivity.",
    )

    @classmethod
    def of(cls, value: errors.Availability) -> Self:
        return cls(
            available=value.available,
            obstacles=[Obstacle.of(each) for each in value.obstacles],
            alternatives=[Rights.of(each) for each in value.alternatives],
        )


def in_order(media: Iterable[Medium]) -> list[Medium]:
    return sorted(media, key=lambda medium: medium.number)


def shortest(countries: frozenset[str]) -> list[Territory]:
    return [Territory(code) for code in territories.shortest(countries)]


def countries(names: Sequence[str], *, path: Sequence[str]) -> frozenset[str]:
    """Raises InvalidInput for a territory that does not exist."""
    if len(names) > MAXIMUM_TERRITORIES:
        raise InvalidInput(
            f"Name at most {MAXIMUM_TERRITORIES} territories. Regions such as EUROPE save most of them.", path=path
        )
    try:
        return territories.expand(names)
    except ValueError as error:
        raise InvalidInput(str(error), path=path) from None
