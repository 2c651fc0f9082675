"""Keyset pages: a window on an ordered list, applied to a query, and the slice that came of it. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, Generic, NamedTuple, TypeVar

import sqlalchemy as sa

T = TypeVar("T")

DEFAULT_SIZE = 20
MAXIMUM_SIZE = 100
"""Of a page that somebody asks for."""


@dataclass(frozen=True, slots=True)
class Window:
    """So many rows from the beginning of a list, or `backwards` from its end, strictly between two rows named by their
    sort keys. Rows come in the list's own order either way."""

    limit: Any
    after: tuple[Any, ...] | None = None
    before: tuple[Any, ...] | None = None
    backwards: bool = False

    @property
    def shape(self) -> "WindowShape":
        return WindowShape(self.after is not None, self.before is not None, self.backwards)

    @property
    def values(self) -> dict[str, Any]:
        """The rest, by the names that it has in `Order.window`."""
        edges = {"after": self.after or (), "before": self.before or ()}
        named = {f"{edge}_{place}": value for edge, key in edges.items() for place, value in enumerate(key)}
        return {"window_limit": self.limit, **named}


class WindowShape(NamedTuple):
    """All of a window that decides how a statement reads."""

    has_after: bool
    has_before: bool
    backwards: bool


@dataclass(frozen=True, slots=True)
class Order:
    """The columns that a list is sorted by, all in one direction, the last of them unique."""

    columns: tuple[Any, ...]
    descending: bool = False

    def window(self, shape: WindowShape) -> Window:
        """Any window of that shape, with parameters for its values."""
        limit = sa.bindparam("window_limit", type_=sa.Integer())
        after = self._edge("after") if shape.has_after else None
        before = self._edge("before") if shape.has_before else None
        return Window(limit, after=after, before=before, backwards=shape.backwards)

    def _edge(self, name: str) -> tuple[Any, ...]:
        return tuple(sa.bindparam(f"{name}_{place}", type_=each.type) for place, each in enumerate(self.columns))


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


_FIRST, _REST = itemgetter(0), itemgetter(slice(1, None))


def sliced(
    found: Sequence[Any], window: Window, *, row: Callable[[Any], Any] = _FIRST, key: Callable[[Any], Any] = _REST
) -> Slice[Any]:
    """What the windowed query found; `row` and `key` say what of each is what."""
    shown = list(found[: window.limit])
    more = len(found) > window.limit
    if window.backwards:
        shown.reverse()
    return Slice(
        rows=tuple(map(row, shown)),
        keys=tuple(map(key, shown)),
        has_next=window.before is not None if window.backwards else more,
        has_previous=more if window.backwards else window.after is not None,
    )


def _beyond(order: Order, key: Sequence[Any], *, greater: bool) -> sa.ColumnElement[bool]:
    if len(key) != len(order.columns):
        raise ValueError(f"A key of {len(key)} values cannot stand in a list sorted by {len(order.columns)} columns.")
    columns = sa.tuple_(*order.columns)
    pairs = zip(key, order.columns, strict=True)
    values = sa.tuple_(
        *(each if isinstance(each, sa.BindParameter) else sa.literal(each, column.type) for each, column in pairs)
    )
    return columns > values if greater else columns < values
