"""Connections: one page of a longer list, with sealed cursors."""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Any, Generic, NamedTuple, TypeVar

import orjson
import strawberry

from core.paging import DEFAULT_SIZE, MAXIMUM_SIZE, Window
from core.seal import Broken, Seal
from schema.context import Info
from schema.errors import ApiError, ErrorCode
from schema.relations import sealed

T = TypeVar("T")

Key = tuple[Any, ...]
"""What a list is sorted by, of one row: numbers and words."""


class Place(NamedTuple):
    """Where a row stands: in the list of this purpose, at this key. A cursor is a sealed place."""

    purpose: str
    key: Key

    @classmethod
    def all(cls, list_name: str, keys: Iterable[Key]) -> list["Place"]:
        """Of some rows of one list."""
        purpose = _purpose(list_name)
        return [cls(purpose, key) for key in keys]

    def sealed(self, seal: Seal) -> str:
        """What are numbers is remembered; names are not."""
        purpose, key = self
        if len(key) == 1 and key[0].__class__ is int:
            return seal.number(purpose, key[0])
        return seal.close(purpose, orjson.dumps(key))


@strawberry.type
class PageInfo:
    has_next_page: bool
    has_previous_page: bool
    start: strawberry.Private[Place | None]
    end: strawberry.Private[Place | None]
    start_cursor: str | None = sealed(lambda info, seal: None if info.start is None else info.start.sealed(seal))
    end_cursor: str | None = sealed(lambda info, seal: None if info.end is None else info.end.sealed(seal))


@strawberry.type
class Edge(Generic[T]):
    place: strawberry.Private[Place]
    node: T
    cursor: str = sealed(lambda edge, seal: edge.place.sealed(seal))


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
            return tuple(orjson.loads(self.seal.open(_purpose(list_name), cursor)))
        except Broken:
            wrong = "This cursor is not one of this list. Send one that came with its edges, in the same order."
            raise ApiError(ErrorCode.BAD_USER_INPUT, wrong) from None


def _purpose(list_name: str) -> str:
    return f"cursor:{list_name}"
