"""Opaque ids: every thing that has one, and the way back from an id to a number."""

from collections.abc import Sequence
from typing import Any, TypeVar

import strawberry

from core.errors import NotFound
from core.seal import Broken, Seal
from schema.context import Info
from schema.relations import sealed

T = TypeVar("T")

PARTIES = ("Model", "Agency", "Brand", "Contributor")


def own_id() -> Any:
    """The id of any type that keeps its row's number in `row_id`. Its kind is the name of the type."""
    return sealed(lambda root, seal: seal.id(type(root).__name__, root.row_id))


@strawberry.interface
class Node:
    """Something that has an id."""

    row_id: strawberry.Private[int]
    id: strawberry.ID = own_id()


def opened(seal: Seal, id: str) -> tuple[str, int] | None:
    """The kind and the number that an id stands for; None for one that was not made here."""
    try:
        return seal.open_id(id)
    except Broken:
        return None


def number_of(info: Info, id: str, *kinds: str, path: Sequence[str]) -> int:
    """The number of a thing of one of `kinds`. Raises NotFound for an id of anything else, and for what is no id."""
    found = opened(info.context.seal, id)
    if found is None or found[0] not in kinds:
        noun = "party" if kinds == PARTIES else kinds[0].lower()
        raise NotFound(f"There is no such {noun}. Send an id that this API gave you.", path=path)
    return found[1]


def number_if_given(info: Info, id: str | None, *kinds: str, path: Sequence[str]) -> int | None:
    return None if id is None else number_of(info, id, *kinds, path=path)


def stored(value: T | None) -> T:
    """What every stored row has, and a new one not yet: its number, its moment."""
    if value is None:
        raise LookupError("The row was never stored.")
    return value
