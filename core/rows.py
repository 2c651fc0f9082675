"""Rows as plain values: a question that is asked often is compiled once, and asked of the driver itself.

A session makes of every row an object that it can write back later. Whoever only reads has no use for that, and it costs
more than the question. So a `Plain` has two ways: within a `Work` the session's own objects, if it may change them;
anywhere else named tuples with the same attributes. A range stays as the driver gives it, with `lower` and `upper`, and a
multirange is `Ranges`. A row that an outer join did not find is None.

A `Change` is a statement that writes, for rows of which the session knows nothing and need not.
"""

import re
from collections import namedtuple
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple, TypeAlias

import orjson
import sqlalchemy as sa
from asyncpg import Range
from sqlalchemy.dialects import postgresql as pg
from sqlalchemy.dialects.postgresql.asyncpg import dialect
from sqlalchemy.dialects.postgresql.ranges import AbstractMultiRange, AbstractRange
from sqlalchemy.orm import Bundle

from core.tables import FOR_THE_RECORD
from core.work import Fetch, FetchAll, Read, Work

Reader: TypeAlias = Callable[[Any], Any]
Maker: TypeAlias = Callable[[Any], tuple[Any, ...]]
"""Of a record the things that were selected."""

_BOUNDS = re.compile(r"\[(\d+),(\d+)\)")
_DAYS = re.compile(r"\[(\d{4}-\d\d-\d\d),(\d{4}-\d\d-\d\d)\)")
_DIALECT = dialect(dbapi=dialect.import_dbapi(), json_serializer=lambda value: orjson.dumps(value).decode())  # type: ignore[no-untyped-call]


class Bounds(NamedTuple):
    """From the first to the one before the last."""

    lower: int
    upper: int


@dataclass(frozen=True, slots=True)
class Ranges:
    """A multirange of whole numbers as PostgreSQL writes it. It is read when somebody looks into it: most rows are shown
    without, and for the driver one costs as much as many a column."""

    written: str

    def __iter__(self) -> Iterator[Bounds]:
        return (Bounds(int(low), int(high)) for low, high in _BOUNDS.findall(self.written))


class Compiled:
    """A statement in PostgreSQL's own words, once it was asked for the first time. All that differs from time to time is a
    named parameter of it."""

    __slots__ = ("_fixed", "_names", "_sql", "_statement", "_writers")

    def __init__(self, statement: Any) -> None:
        self._statement = statement
        self._sql = ""
        self._names: Sequence[str] = ()
        self._writers: Mapping[str, Callable[[Any], Any]] = {}
        self._fixed: Mapping[str, Any] = {}

    async def ask(self, fetch: Fetch, values: Mapping[str, Any]) -> Sequence[Any]:
        given = self._given(values)
        return await fetch(self._sql, given)

    async def ask_all(self, fetch: FetchAll, several: Sequence[Mapping[str, Any]]) -> Sequence[Any]:
        given = [self._given(each) for each in several]
        return await fetch(self._sql, given)

    def _given(self, values: Mapping[str, Any]) -> list[Any]:
        if not self._sql:
            self._compile(values)
        fixed = self._fixed
        return [fixed[name] if name in fixed else self._written(name, values[name]) for name in self._names]

    def _compile(self, values: Mapping[str, Any]) -> None:
        compiled: Any = self._statement.compile(dialect=_DIALECT)
        state = compiled.construct_expanded_state(dict(values))
        writers = {**compiled._bind_processors, **(state.processors or {})}
        self._writers = {name: write for name, write in writers.items() if not _is_taken(compiled.binds.get(name))}
        self._names = state.positiontup
        self._fixed = {name: self._written(name, state.parameters[name]) for name in self._names if name not in values}
        self._sql = state.statement

    def _written(self, name: str, value: Any) -> Any:
        write = self._writers.get(name)
        return value if write is None else write(value)


class Change:
    """A statement that writes; what it returns, if anything, is plain columns."""

    def __init__(self, statement: Any) -> None:
        self.statement = statement
        self._compiled = Compiled(statement)

    async def make(self, work: Work, values: Mapping[str, Any]) -> Sequence[Any]:
        if work.fetch is not None:
            return await self._compiled.ask(work.fetch, values)
        done: Any = await work.session.execute(self.statement, dict(values))
        return done.all() if done.returns_rows else ()


class Plain:
    """`query` selects tables, aliases of them, some columns of one as a `Bundle`, and columns, a table first if any; all
    that differs from time to time is a named parameter of it."""

    def __init__(self, query: sa.Select[*tuple[Any, ...]]) -> None:
        self.query = query
        columns: list[Any] = []
        parts: list[Part] = []
        for each in query.column_descriptions:
            own = _columns(each["expr"])
            parts.append(_part(each["expr"], len(columns), own))
            columns += own
        self._lean = query.with_only_columns(*(self._text(each) if _is_written(each) else each for each in columns))
        self._of_session = _maker(parts, {place: _ranges for place, each in enumerate(columns) if _is_written(each)})
        readers = ((place, _reader(each)) for place, each in enumerate(columns))
        self._of_driver = _maker(parts, {place: read for place, read in readers if read is not None})
        self._compiled = Compiled(self._lean)

    async def all(self, read: Read, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        """A tuple for each row that is found: of a table its row, and whatever else is selected."""
        if isinstance(read, Work) or read.fetch is None:
            return [tuple(row) for row in (await read.session.execute(self.query, dict(values))).all()]
        return await self.values(read, values)

    async def rows(self, read: Read, values: Mapping[str, Any]) -> list[Any]:
        return [found[0] for found in await self.all(read, values)]

    async def values(self, read: Read, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        """The same, and plain within a work too: for what it only looks at."""
        fetch = self._way(read)
        if fetch is None:
            found = (await read.session.execute(self._lean, dict(values))).all()
            return list(map(self._of_session, found))
        return self._made(await self._compiled.ask(fetch, values))

    def _made(self, records: Sequence[Any]) -> list[tuple[Any, ...]]:
        return list(map(self._of_driver, records))

    def _way(self, read: Read) -> Fetch | None:
        return read.fetch

    def _text(self, column: Any) -> Any:
        return sa.cast(column, sa.Text)


class Lookup(Plain):
    """One that finds rows by numbers or names of theirs: a plan that fits some values fits all, so it is kept. Planning it
    takes several times as long as finding the rows."""

    def _way(self, read: Read) -> Fetch | None:
        return read.look_up or read.fetch


class Walk(Plain):
    """One that goes along an index until it has found enough: there is no other way to its rows, whatever the values are. It is
    planned once for all. PostgreSQL would rather plan it each time, for it does not know how soon it may stop."""

    def _way(self, read: Read) -> Fetch | None:
        return read.walk or read.fetch


HELD = (
    sa.func.unnest(pg.array([sa.bindparam("is_held", type_=sa.Boolean())]))
    .table_valued(sa.column("is_held", sa.Boolean()))
    .render_derived(name="held")
)
"""From which a `Held` selects before all else. It is a row, so that PostgreSQL cannot tell before it asks whether the lock is
held: it would rather plan each time than once."""


def once_held(found: Any) -> Any:
    """What need not be known while the lock is only waited for."""
    return sa.case((HELD.c.is_held, found))


class Held(Plain):
    """One that locks a row, and finds it, and all around it, as they are from then on. A statement sees what was there
    when it began, and so nothing of whom it then waited for. So this one is asked twice, in one round trip: the first
    waits and is forgotten, the second begins when the lock is held."""

    def __init__(self, query: sa.Select[*tuple[Any, ...]]) -> None:
        super().__init__(query.add_columns(HELD.c.is_held))

    def _text(self, column: Any) -> Any:
        return once_held(super()._text(column))

    async def values(self, read: Read, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        """Plain, as of any that only looks; the row cannot be changed by assigning to it."""
        asked = [{**values, "is_held": is_held} for is_held in (False, True)]
        if isinstance(read, Work) and read.fetch_all is not None:
            found = self._made(await self._compiled.ask_all(read.fetch_all, asked))
        else:
            found = await super().values(read, asked[0]) + await super().values(read, asked[1])
        waited_for, held = ([row[:-1] for row in found if row[-1] is is_held] for is_held in (False, True))
        return held if waited_for else []  # what came between the two was not waited for


def _is_taken(parameter: sa.BindParameter[Any] | None) -> bool:
    """Lists of what the driver takes as it is: a dialect makes another list of each."""
    kind = getattr(parameter, "type", None)
    return isinstance(kind, sa.ARRAY) and kind.item_type.dialect_impl(_DIALECT).bind_processor(_DIALECT) is None


def _columns(selected: Any) -> list[Any]:
    """Of a table or an alias of one, those that are read; of a bundle, those in it; a column by itself."""
    if isinstance(selected, Bundle):
        return list(selected.exprs)
    return columns_of(selected) if hasattr(sa.inspect(selected), "mapper") else [selected]


def columns_of(table: Any) -> list[Any]:
    """All that are read."""
    read = (each for each in sa.inspect(table).mapper.column_attrs if each.columns[0].info != FOR_THE_RECORD)
    return [getattr(table, each.key) for each in read]


class Within:
    """Rows of a table as one value of another's: an array of what a subquery finds. Plain, whoever asks. In a row without a name
    the driver reads no ranges, so they come as PostgreSQL writes them."""

    def __init__(self, table: Any) -> None:
        columns = _columns(table)
        lean = [sa.cast(each, sa.Text) if _is_written(each) or _is_days(each) else each for each in columns]
        told = ((place, _days if _is_days(each) else _reader(each)) for place, each in enumerate(columns))
        readers = {place: read for place, read in told if read is not None}
        self.row: Any = sa.func.row(*lean)
        """What the subquery selects."""
        self._make = _maker([_part(table, 0, columns)], readers)

    def rows(self, found: Sequence[Any]) -> list[Any]:
        return [self._make(each)[0] for each in found]


class Part(NamedTuple):
    """One of the things that are selected: a column, if it has no `kind`, or a named tuple of those from the first to the one
    before the last. Of a row whose `key` is null there is none."""

    kind: type | None
    first: int
    last: int
    key: int | None = None


def _part(selected: Any, place: int, columns: Sequence[Any]) -> Part:
    """What the columns from that place on come to."""
    last = place + len(columns)
    if len(columns) == 1 and columns[0] is selected:
        return Part(None, place, last)
    names = [each.key for each in columns]
    if isinstance(selected, Bundle):
        return Part(namedtuple(selected.name, names), place, last)
    key = next(at for at, each in enumerate(columns, start=place) if each.property.columns[0].primary_key)
    return Part(namedtuple(sa.inspect(selected).mapper.class_.__name__, names), place, last, key)


def _maker(parts: Sequence[Part], readers: Mapping[int, Reader]) -> Maker:
    """Written down as Python: a page has hundreds of values, and most are taken as they are."""
    names: dict[str, Any] = {"new": tuple.__new__, **{f"read{place}": read for place, read in readers.items()}}
    made = []
    for number, part in enumerate(parts):
        values = [f"read{at}(r[{at}])" if at in readers else f"r[{at}]" for at in range(part.first, part.last)]
        if part.kind is None:
            made.append(values[0])
            continue
        names[f"kind{number}"] = part.kind
        row = f"new(kind{number}, ({', '.join(values)},))"
        made.append(row if part.key is None else f"({row} if r[{part.key}] is not None else None)")
    maker: Maker = eval(f"lambda r: ({', '.join(made)},)", names)  # noqa: S307 - all of it is written here
    return maker


def _is_written(column: Any) -> bool:
    return isinstance(column.type, pg.INT4MULTIRANGE)


def _is_days(column: Any) -> bool:
    return isinstance(column.type, pg.DATERANGE)


def _days(written: str | None) -> Any:
    """From the first day to the one before the last, as the driver gives it."""
    if written is None:
        return None
    found = _DAYS.fullmatch(written)
    if found is None:
        raise ValueError(f"{written} has no first day and no last.")
    return Range(*map(date.fromisoformat, found.groups()))


def _ranges(written: str | None) -> Ranges | None:
    return None if written is None else Ranges(written)


def _reader(column: Any) -> Reader | None:
    if _is_written(column):
        return _ranges
    own = column.type.item_type if isinstance(column.type, sa.ARRAY) else column.type
    if isinstance(own, AbstractRange | AbstractMultiRange | sa.Numeric | sa.Text):  # the driver knows these itself
        return None
    if isinstance(own, sa.Enum) and own is column.type and own.enum_class is not None:
        return {None: None, **{member.value: member for member in own.enum_class}}.__getitem__
    found: Reader | None = column.type.dialect_impl(_DIALECT).result_processor(_DIALECT, None)
    return found
