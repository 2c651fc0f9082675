"""An exact amount of one currency, going out and coming in."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Self

import strawberry

from core.errors import InvalidInput
from payments import money
from schema.scalars import Currency

MAXIMUM_MINOR = 10**15
"""More than any amount can be, and far less than a column holds."""


@strawberry.type
class Money:
    amount: Decimal
    currency: Currency

    @classmethod
    def of(cls, value: money.Money) -> Self:
        return cls(amount=value.amount, currency=Currency(value.currency))

    @classmethod
    def minor(cls, minor: int, currency: str) -> Self:
        return cls(amount=money.amount_of(minor, currency), currency=Currency(currency))

    @classmethod
    def minor_if_any(cls, minor: int | None, currency: str) -> Self | None:
        return None if minor is None else cls.minor(minor, currency)


@strawberry.input
class MoneyInput:
    amount: Decimal
    currency: Currency

    def to_value(self, path: Sequence[str]) -> money.Money:
        return amount_in(self.amount, self.currency, path=path, currency_path=[*path, "currency"])


def amount_in(amount: Decimal, currency: str, *, path: Sequence[str], currency_path: Sequence[str]) -> money.Money:
    """Raises InvalidInput at the path that is at fault: an unknown currency, or more digits than the currency has."""
    chargeable(currency, path=currency_path)
    try:
        value = money.Money.of(amount, currency)
    except ValueError as error:
        raise InvalidInput(str(error), path=path) from None
    if abs(value.minor) > MAXIMUM_MINOR:
        raise InvalidInput(f"{value} is more than any amount here can be.", path=path)
    return value


def chargeable(currency: str, *, path: Sequence[str]) -> str:
    if currency not in money.CURRENCIES:
        raise InvalidInput(
            f"{currency!r} is not a currency that can be charged here. Use an ISO 4217 code such as EUR.", path=path
        )
    return currency


def amount_if_given(input: MoneyInput | None, path: Sequence[str]) -> money.Money | None:
    return None if input is None else input.to_value(path)
