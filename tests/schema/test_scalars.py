"""What each scalar reads, refuses and writes."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from graphql import GraphQLError

from schema.scalars import SCALARS, Currency, Territory


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (date, "2026-06-01", date(2026, 6, 1)),
        (datetime, "2026-06-01T12:00:00Z", datetime(2026, 6, 1, 12, tzinfo=UTC)),
        (datetime, "2026-06-01T12:00:00+02:00", datetime(2026, 6, 1, 10, tzinfo=UTC)),
        (Decimal, "1250.00", Decimal("1250.00")),
        (Decimal, "-0.5", Decimal("-0.5")),
        (Decimal, 1250, Decimal(1250)),
        (Currency, "EUR", "EUR"),
        (Currency, "XXX", "XXX"),  # whether there is one is asked by the input that holds it
        (Territory, "NORDICS", "NORDICS"),
    ],
)
def test_reads(kind: object, text: object, value: object) -> None:
    assert SCALARS[kind].parse_value(text) == value  # type: ignore[misc]


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (date, "2026-02-30"),
        (date, "20260601"),
        (date, "2026-W23-1"),
        (date, "9999-12-31"),
        (date, 20260601),
        (datetime, "2026-06-01T12:00:00"),
        (datetime, "0001-01-01T00:00:00+14:00"),
        (datetime, "9999-12-31T23:59:59-14:00"),
        (datetime, "tomorrow"),
        (Decimal, "1e999999999"),
        (Decimal, "NaN"),
        (Decimal, "Infinity"),
        (Decimal, "1,250"),
        (Decimal, "१"),
        (Decimal, "9" * 19),
        (Decimal, 0.1),
        (Decimal, True),
        (Currency, ""),
        (Territory, "A" * 10_000),
        (Territory, None),
    ],
)
def test_refuses_and_says_what_would_be_right(kind: object, text: object) -> None:
    with pytest.raises(GraphQLError, match=r"is not an? ") as refused:
        SCALARS[kind].parse_value(text)  # type: ignore[misc]
    assert len(refused.value.message) < 200


@pytest.mark.parametrize(
    ("value", "text"), [(Decimal("1250.00"), "1250.00"), (Decimal("1E+3"), "1000"), (Decimal("0.001"), "0.001")]
)
def test_writes_decimals_without_exponents(value: Decimal, text: str) -> None:
    assert SCALARS[Decimal].serialize(value) == text  # type: ignore[misc]
