"""Connections: one page of a longer list, with sealed cursors."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Generic, NamedTuple, TypeVar

import orjson
import strawberry

from core.paging import DEFAULT_SIZE, MAXIMUM_SIZE, Window
from core.seal import Broken, Seal
from schema.context import Info
from schema.errors import ApiError, ErrorCode

T = TypeVar("T")

Key = tuple[Any, ...]
"""What a list is sorted by, of one row: numbers and words."""


class Place(NamedTuple):
    """Where a row stands: in the list of this name, at this key. A cursor is a sealed place."""

    list_name: str
    key: Key

    def sealed(self, info: Info) -> str:
        """What are numbers is remembered; names are not."""
        purpose, seal, first = f"cursor:{self.list_name}", info.context.seal, self.key[0]
        if len(self.key) == 1 and first.__class__ is int:
            return seal.number(purpose, first)
        return seal.close(purpose, orjson.dumps(self.key))


@strawberry.type
class PageInfo:
    has_next_page: bool
    has_previous_page: bool
    start: strawberry.Private[Place | None]
    end: strawberry.Private[Place | None]

    @strawberry.field
    def start_cursor(self, info: Info) -> str | None:
        return None if self.start is None else self.start.sealed(info)

    @strawberry.field
    def end_cursor(self, info: Info) -> str | None:
        return None if self.end is None else self.end.sealed(info)


@strawberry.type
class Edge(Generic[T]):
    place: strawberry.Private[Place]
    node: T

    @strawberry.field
    def cursor(self, info: Info) -> str:
        return self.place.sealed(info)


@strawberry.type
class Connection(Generic[T]):
    """`count` is asked only when totalCount is."""

    edges: list[Edge[T]]
    nodes: list[T]
    page_info: PageInfo
    count: strawberry.Private[Callable[[], Awaitable[int]]]

    @strawberry.field
    async def total_count(self) -> int:
        return await self.count()


@dataclass(frozen=True, slots=True)
class Page:
    """What a caller asked of a list: so many, from its beginning or from its end, between two cursors."""

    seal: Seal
    size: int
    from_end: bool
    after: str | None
    before: str | None

    @classmethod
    def of(cls, info: Info, first: int | None, after: str | None, last: int | None, before: str | None) -> "Page":
        """Raises BAD_USER_INPUT for a size that cannot be."""
        sizes = {name: size for name, size in (("first", first), ("last", last)) if isinstance(size, int)}
        if len(sizes) > 1:
            raise ApiError(ErrorCode.BAD_USER_INPUT, "Send `first` or `last`, not both.")
        for name, size in sizes.items():
            if not 0 <= size <= MAXIMUM_SIZE:
                raise ApiError(ErrorCode.BAD_USER_INPUT, f"`{name}` must be from 0 to {MAXIMUM_SIZE}; it was {size}.")
        size = next(iter(sizes.values()), DEFAULT_SIZE)
        return cls(info.context.seal, size, from_end="last" in sizes, after=after or None, before=before or None)

    @property
    def is_first(self) -> bool:
        """From the beginning of the list on."""
        return not self.from_end and self.after is None and self.before is None

    def window(self, list_name: str) -> Window:
        """Raises BAD_USER_INPUT for a cursor that was not made for the list of this name."""
        after, before = (self._key(list_name, cursor) for cursor in (self.after, self.before))
        return Window(self.size, after=after, before=before, backwards=self.from_end)

    def _key(self, list_name: str, cursor: str | None) -> Key | None:
        if cursor is None:
            return None
        try:
            return tuple(orjson.loads(self.seal.open(f"cursor:{list_name}", cursor)))
        except Broken:
            wrong = "This cursor is not one of this list. Send one that came with its edges, in the same order."
            raise ApiError(ErrorCode.BAD_USER_INPUT, wrong) from None
