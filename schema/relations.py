"""Fields that are one step through a loader: what a row points at."""

from collections.abc import Awaitable, Callable
from typing import Any

import strawberry

from schema.context import Info


def related(load: Callable[[Any, Any], Awaitable[Any]], **described: Any) -> Any:
    """A field whose value `load` finds for its object with the loaders of this answer: a future, so that the rows of a page
    wait for one batch and need no coroutine each."""

    def resolve(root: Any, info: Info):  # type: ignore[no-untyped-def]
        return load(root, info.context.load)

    return strawberry.field(resolver=resolve, **described)
