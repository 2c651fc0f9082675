"""Dividing an amount so that not one minor unit is lost or made. Pure, and exact: fractions, never floats.

An amount is allocated once, from exact weights, by largest remainder (Hamilton); rounding layer by layer would lose
units. A refund is allocated over what is *left* of each portion: taking "what it should have been by now" less "what
was taken" can ask for a negative amount (the Alabama paradox of apportionment).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from payments.money import CURRENCIES, Money

WHOLE_BPS = 10_000


@dataclass(frozen=True, slots=True)
class Part:
    """One party's claim on an amount, in proportion to the others' weights. `payee_id` is None for the platform's
    own."""

    role: str
    payee_id: int | None
    weight: Fraction


@dataclass(frozen=True, slots=True)
class Portion:
    """One party's part, as an amount. `basis_points` are for people to read: the amount is what counts."""

    role: str
    payee_id: int | None
    basis_points: int
    amount: Money


def split(amount: Money, parts: Sequence[Part]) -> tuple[Portion, ...]:
    """Divide `amount` by weight, in the order of `parts`. Portions sum to `amount`, each a multiple of the currency's
    unit and less than one unit from its exact part; on a tie the earlier part gains. Basis points sum to 10,000: the
    others' are rounded down, and the first has the rest.

    Raises ValueError for an amount that is negative or not a multiple of the currency's unit, and for weights that are
    negative or all zero.
    """
    weights = [part.weight for part in parts]
    amounts = _allocate(amount.minor, weights, CURRENCIES[amount.currency].unit)
    whole = sum(weights)
    others = [int(Fraction(WHOLE_BPS * weight, whole)) for weight in weights[1:]]
    return tuple(
        Portion(part.role, part.payee_id, basis_points, Money(minor, amount.currency))
        for part, basis_points, minor in zip(parts, [WHOLE_BPS - sum(others), *others], amounts, strict=True)
    )


def convert(agreed: Sequence[int], whole: Money) -> list[int]:
    """Divide `whole`, which came of the `agreed` amounts in another currency, in proportion to them: to the last minor
    unit. What is less than the currency's unit stays with the last."""
    unit = CURRENCIES[whole.currency].unit
    rest = whole.minor % unit
    amounts = _allocate(whole.minor - rest, [Fraction(minor) for minor in agreed], unit)
    return [*amounts[:-1], amounts[-1] + rest]


def split_refund(remaining: Sequence[int], refund: int, unit: int) -> list[int]:
    """How much of a refund each portion bears, given what is left of each: in proportion to that, never more than
    that, and all of it when all is refunded. Raises ValueError unless 0 < refund <= what is left in all."""
    if not 0 < refund <= sum(remaining) or any(left < 0 or left % unit for left in remaining):
        raise ValueError(f"A refund of {refund} cannot be borne by {list(remaining)} in units of {unit}.")
    return _allocate(refund, [Fraction(left) for left in remaining], unit)


def _allocate(total: int, weights: Sequence[Fraction], unit: int) -> list[int]:
    """Largest remainder, in multiples of `unit`; of equal remainders the earlier gains. A weight of zero gets
    nothing."""
    whole = sum(weights)
    if total < 0 or total % unit:
        raise ValueError(f"{total} is not a whole number of units of {unit}, so it cannot be divided.")
    if not weights or whole == 0 or min(weights) < 0:
        raise ValueError("An amount is divided by weights that are not negative and not all zero.")
    quotas = [Fraction(total // unit * weight, whole) for weight in weights]
    units = [int(quota) for quota in quotas]
    by_remainder = sorted(range(len(weights)), key=lambda place: (units[place] - quotas[place], place))
    for place in by_remainder[: total // unit - sum(units)]:
        units[place] += 1
    return [count * unit for count in units]
