"""Rows as plain values: a question that is asked often is compiled once, and asked of the driver itself.

A session makes of every row an object that it can write back later. Whoever only reads has no use for that, and it costs
more than the question. So a `Plain` has two ways: within a `Work` the session's own objects, if it may change them;
anywhere else named tuples with the same attributes. Ranges stay as the driver gives them, with `lower` and `upper`, and a
multirange is a list of them.
"""

from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql.asyncpg import dialect
from sqlalchemy.dialects.postgresql.ranges import AbstractMultiRange, AbstractRange

from core.work import Read, Work

_DIALECT = dialect(dbapi=dialect.import_dbapi())  # type: ignore[no-untyped-call]


class Plain:
    """`query` selects columns, or a table and perhaps columns beside it; all that differs from time to time is a named
    parameter of it."""

    def __init__(self, query: sa.Select[*tuple[Any, ...]]) -> None:
        self.query = query
        first, *more = query.column_descriptions
        table = first["entity"] if first["expr"] is first["entity"] else None
        own: list[Any] = list(table.__table__.c) if table is not None else []
        columns = [*own, *(each["expr"] for each in (more if table is not None else [first, *more]))]
        self._lean = query.with_only_columns(*columns)
        self._width = len(own)
        kind: Any = namedtuple(table.__name__ if table is not None else "Nothing", [each.key for each in own])  # type: ignore[misc]
        self._row: Callable[[Sequence[Any]], Any] = kind._make
        self._readers = [(place, read) for place, each in enumerate(columns) if (read := _reader(each)) is not None]
        self._sql = ""
        self._names: Sequence[str] = ()
        self._writers: Mapping[str, Callable[[Any], Any]] = {}
        self._fixed: Mapping[str, Any] = {}

    async def all(self, read: Read, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        """A tuple for each row that is found: of a table its row, and whatever else is selected."""
        if isinstance(read, Work) or read.fetch is None:
            return [tuple(row) for row in (await read.session.execute(self.query, dict(values))).all()]
        return await self.values(read, values)

    async def rows(self, read: Read, values: Mapping[str, Any]) -> list[Any]:
        return [found[0] for found in await self.all(read, values)]

    async def values(self, read: Read, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        """The same, and plain within a work too: for what it only looks at."""
        if read.fetch is None:
            found = (await read.session.execute(self._lean, dict(values))).all()
            return [self._parted(list(row)) for row in found]
        if not self._sql:
            self._compile(values)
        return [self._told(record) for record in await read.fetch(self._sql, self._arguments(values))]

    def _compile(self, values: Mapping[str, Any]) -> None:
        compiled: Any = self._lean.compile(dialect=_DIALECT)
        state = compiled.construct_expanded_state(dict(values))
        self._writers = {**compiled._bind_processors, **(state.processors or {})}
        self._names = state.positiontup
        self._fixed = {name: self._written(name, state.parameters[name]) for name in self._names if name not in values}
        self._sql = state.statement

    def _arguments(self, values: Mapping[str, Any]) -> list[Any]:
        fixed = self._fixed
        return [fixed[name] if name in fixed else self._written(name, values[name]) for name in self._names]

    def _written(self, name: str, value: Any) -> Any:
        write = self._writers.get(name)
        return value if write is None else write(value)

    def _told(self, record: Any) -> tuple[Any, ...]:
        values = list(record)
        for place, read in self._readers:
            values[place] = read(values[place])
        return self._parted(values)

    def _parted(self, values: list[Any]) -> tuple[Any, ...]:
        width = self._width
        return (self._row(values[:width]), *values[width:]) if width else tuple(values)


def _reader(column: Any) -> Callable[[Any], Any] | None:
    if isinstance(column.type, AbstractRange | AbstractMultiRange | sa.Numeric):  # the driver knows decimals itself
        return None
    found: Callable[[Any], Any] | None = column.type.dialect_impl(_DIALECT).result_processor(_DIALECT, None)
    return found
