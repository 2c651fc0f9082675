"""Keyset pages: a window on an ordered list, applied to a query, and the slice that came of it. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import sqlalchemy as sa

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Window:
    """So many rows from the beginning of a list, or `backwards` from its end, strictly between two rows named by their
    sort keys. Rows come in the list's own order either way."""

    limit: int
    after: tuple[Any, ...] | None = None
    before: tuple[Any, ...] | None = None
    backwards: bool = False


@dataclass(frozen=True, slots=True)
class Order:
    """The columns that a list is sorted by, all in one direction, the last of them unique."""

    columns: tuple[Any, ...]
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Slice(Generic[T]):
    """The rows within a window, each with its sort key beside it in `keys`."""

    rows: tuple[T, ...]
    keys: tuple[tuple[Any, ...], ...]
    has_next: bool
    has_previous: bool


def windowed(query: sa.Select[Any], order: Order, window: Window) -> sa.Select[Any]:
    """`query`, which selects one thing, with the sort key in further columns, and one row more than are shown."""
    descending = order.descending
    if window.after is not None:
        query = query.where(_beyond(order, window.after, greater=not descending))
    if window.before is not None:
        query = query.where(_beyond(order, window.before, greater=descending))
    downwards = descending != window.backwards
    sorting = [column.desc() if downwards else column.asc() for column in order.columns]
    return query.add_columns(*order.columns).order_by(*sorting).limit(window.limit + 1)


def sliced(found: Sequence[sa.Row[Any]], window: Window) -> Slice[Any]:
    """What the windowed query found."""
    shown = list(found[: window.limit])
    more = len(found) > window.limit
    if window.backwards:
        shown.reverse()
    return Slice(
        rows=tuple(row[0] for row in shown),
        keys=tuple(tuple(row[1:]) for row in shown),
        has_next=window.before is not None if window.backwards else more,
        has_previous=more if window.backwards else window.after is not None,
    )


def _beyond(order: Order, key: Sequence[Any], *, greater: bool) -> sa.ColumnElement[bool]:
    if len(key) != len(order.columns):
        raise ValueError(f"A key of {len(key)} values cannot stand in a list sorted by {len(order.columns)} columns.")
    columns = sa.tuple_(*order.columns)
    values = sa.tuple_(*(sa.literal(value, column.type) for value, column in zip(key, order.columns, strict=True)))
    return columns > values if greater else columns < values
