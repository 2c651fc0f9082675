"""The scalars: how dates, moments, exact numbers, currencies and territories are read and written.

What is wrong with the form of a value is told here. Whether there is such a currency or territory is asked by the input
that holds it, which knows the path of the field at fault.
"""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import NewType, TypeVar

import strawberry
from graphql import GraphQLError
from strawberry.types.scalar import ScalarDefinition

T = TypeVar("T")

Currency = NewType("Currency", str)
Territory = NewType("Territory", str)

FIRST_YEAR, LAST_YEAR = 1900, 2199
"""Further out, a day added or an hour subtracted would leave the calendar."""

MAXIMUM_WORD = 40

_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_DECIMAL = re.compile(r"-?\d{1,18}(\.\d{1,9})?", re.ASCII)


def _read_date(text: str) -> date:
    if not _DATE.fullmatch(text):
        raise ValueError
    return _within(date.fromisoformat(text))


def _read_moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError
    _within(moment)
    return moment.astimezone(UTC)


def _read_decimal(text: str) -> Decimal:
    if not _DECIMAL.fullmatch(text):
        raise ValueError
    return Decimal(text)


def _read_word(text: str) -> str:
    if not 1 <= len(text) <= MAXIMUM_WORD:
        raise ValueError
    return text


Day = TypeVar("Day", date, datetime)


def _within(day: Day) -> Day:
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        raise ValueError
    return day


def _reader(read: Callable[[str], T], right: str) -> Callable[[object], T]:
    """Reads a string, and says what would have been `right` of anything else."""

    def reader(value: object) -> T:
        try:
            if not isinstance(value, str):
                raise ValueError
            return read(value)
        except ValueError:
            shown = repr(value)
            raise GraphQLError(f"{shown if len(shown) <= 60 else shown[:60] + '…'} is not {right}.") from None

    return reader


def _read_decimal_or_whole(value: object) -> Decimal:
    """A whole number is exact in JSON too; a number with a point is not, once a client has read it as a float."""
    whole = isinstance(value, int) and not isinstance(value, bool)
    return _decimal(str(value) if whole else value)


_decimal = _reader(
    _read_decimal, 'an exact decimal number. Write it as a string with at most 18 digits, such as "1250.00"'
)


def _write_decimal(value: Decimal) -> str:
    return f"{value:f}"


SCALARS: Mapping[object, ScalarDefinition] = {
    date: strawberry.scalar(
        name="Date",
        description="A calendar day: 2026-06-01.",
        serialize=date.isoformat,
        parse_value=_reader(_read_date, f"a calendar day between {FIRST_YEAR} and {LAST_YEAR}, such as 2026-06-01"),
    ),
    datetime: strawberry.scalar(
        name="DateTime",
        description="A moment, with its offset from UTC: 2026-06-01T12:00:00Z.",
        serialize=datetime.isoformat,
        parse_value=_reader(_read_moment, "a moment with its offset from UTC, such as 2026-06-01T12:00:00Z"),
    ),
    Decimal: strawberry.scalar(
        name="Decimal",
        description='An exact decimal number, written as a string: "1250.00".',
        serialize=_write_decimal,
        parse_value=_read_decimal_or_whole,
    ),
    Currency: strawberry.scalar(
        name="Currency",
        description="An ISO 4217 currency code that Stripe can charge: EUR, USD, JPY, KWD.",
        serialize=str,
        parse_value=_reader(_read_word, "a currency. Use an ISO 4217 code such as EUR"),
    ),
    Territory: strawberry.scalar(
        name="Territory",
        description=(
            "An ISO 3166-1 alpha-2 country code (SE); a region of the territory tree (WORLD; EUROPE with NORDICS, "
            "DACH, BENELUX, "
            "BRITISH_ISLES; NORTH_AMERICA; LATIN_AMERICA; ASIA with EAST_ASIA, SOUTH_ASIA, SOUTHEAST_ASIA; "
            "MIDDLE_EAST; AFRICA; "
            "OCEANIA); or a named set of countries (EU, EEA, EMEA, APAC). Input may mix them; output is the shortest "
            "equal list."
        ),
        serialize=str,
        parse_value=_reader(_read_word, "a territory. Use a country code such as SE, or a region such as EUROPE"),
    ),
}
"""What the schema's configuration is given."""
