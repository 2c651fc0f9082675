"""A page of rows, as a connection."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from core.paging import Slice
from core.work import OpenRead
from schema.paging import Connection, Edge, PageInfo, Place

R = TypeVar("R")
T = TypeVar("T")
C = TypeVar("C", bound=Connection[Any])


def connection(
    kind: type[C],
    found: Slice[R],
    *,
    list_name: str,
    present: Callable[[R], Any],
    count: Callable[[], Awaitable[int]],
    **more: Any,
) -> C:
    """The cursors of its edges are good for the list of this name."""
    nodes = [present(row) for row in found.rows]
    places = Place.all(list_name, found.keys)
    return kind(
        edges=[Edge(place=place, node=node) for place, node in zip(places, nodes, strict=True)],
        nodes=nodes,
        page_info=PageInfo(
            has_next_page=found.has_next,
            has_previous_page=found.has_previous,
            start=places[0] if places else None,
            end=places[-1] if places else None,
        ),
        count=count,
        **more,
    )


def asking(read: OpenRead, question: Callable[..., Awaitable[T]], *arguments: Any) -> Callable[[], Awaitable[T]]:
    """A question to be asked later, in a read of its own, if it is asked at all."""

    async def ask() -> T:
        async with read() as opened:
            return await question(opened, *arguments)

    return ask
