"""Fields that are one step away: what a row points at, through a loader, and what is worked out of it."""

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


def derived(make: Callable[[Any], Any], **described: Any) -> Any:
    """A field that `make` works out of its object, where it is asked for."""

    def resolve(root: Any):  # type: ignore[no-untyped-def]
        return make(root)

    return strawberry.field(resolver=resolve, **described)
