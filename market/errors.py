"""
What the market refuses, beyond what every room may refuse.

Refusal (core.errors)
  × InvalidInput, NotFound, NotAllowed, WrongState, IdempotencyConflict
  × BidTooLow           under the listing's next minimum, or under the model's floor
  × RightsUnavailable   the rights are not free, or the model does not consent to them
  × ConsentOutdated     the consent that was signed is not the one that stands now
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import cached_property

from core.errors import Refusal
from market.rights import Medium, Rights
from payments.money import Money


class ObstacleKind(StrEnum):
    EXCLUSIVELY_LICENSED = "EXCLUSIVELY_LICENSED"
    ALREADY_LICENSED = "ALREADY_LICENSED"
    CONSENT = "CONSENT"
    NOT_LISTED = "NOT_LISTED"


@dataclass(frozen=True, slots=True)
class Obstacle:
    """What stands in the way of some rights: never who, and never for how much."""

    kind: ObstacleKind
    message: str
    media: frozenset[Medium] = frozenset()
    territories: frozenset[str] = frozenset()
    starts_on: date | None = None
    ends_on: date | None = None


@dataclass(frozen=True)
class Availability:
    """Whether rights to a twin can be had now, why not, and the nearest that can, which are sought when somebody looks."""

    obstacles: tuple[Obstacle, ...] = ()
    seek: Callable[[], tuple[Rights, ...]] = field(default=tuple, compare=False, repr=False)

    @cached_property
    def alternatives(self) -> tuple[Rights, ...]:
        return self.seek()

    @property
    def available(self) -> bool:
        return not self.obstacles


@dataclass(frozen=True, slots=True)
class ConsentDocument:
    """The exact text of one consent. `digest` is its SHA-256, hexadecimal."""

    text: str
    digest: str
    policy_version: int


class BidTooLow(Refusal):
    code = "BID_TOO_LOW"

    def __init__(self, message: str, *, minimum: Money, path: Sequence[str] | None = None) -> None:
        super().__init__(message, path=path)
        self.minimum = minimum


class RightsUnavailable(Refusal):
    code = "RIGHTS_UNAVAILABLE"

    def __init__(self, message: str, *, availability: Availability, path: Sequence[str] | None = None) -> None:
        super().__init__(message, path=path)
        self.availability = availability


class ConsentOutdated(Refusal):
    code = "CONSENT_OUTDATED"

    def __init__(self, message: str, *, current: ConsentDocument) -> None:
        super().__init__(message, path=("consentDigest",))
        self.current = current
