"""Fields that are one step away: what a row points at, through a loader, and what is worked out of it."""

from collections.abc import Awaitable, Callable, Generator, Iterator
from typing import Any, Generic, TypeVar

import strawberry
from graphql import FieldNode, FragmentSpreadNode, GraphQLNamedType, SelectionSetNode, get_named_type
from strawberry.schema.schema_converter import GraphQLCoreConverter

from market.store.companions import ALONE, Companion, Companions
from schema.context import Info

T = TypeVar("T")

BESIDE, DERIVED, RELATED = "beside", "derived", "related"
"""In a field's metadata."""
MOST_KNOWN = 2_000
_BESIDE: dict[int, tuple[FieldNode, Companions]] = {}
"""What was asked beside by fields of documents, of which the same come again."""

WITHIN = ("edges", "nodes", "node")
DEFINITION = GraphQLCoreConverter.DEFINITION_BACKREF


class Here(Generic[T]):
    """Something that was loaded before: it can be awaited like all that a loader hands out, and need not be."""

    __slots__ = ("value",)

    def __init__(self, value: T) -> None:
        self.value = value

    def __await__(self) -> Generator[Any, None, T]:
        return self.value
        yield


def related(load: Callable[[Any, Any], Awaitable[Any]], *, beside: Companion | None = None, **described: Any) -> Any:
    """A field whose value `load` finds for its object with the loaders of this answer: a future, so that the rows of a page
    wait for one batch and need no coroutine each. `beside`: what a statement that finds twins may bring along, so that the
    loader need not ask, and nobody wait."""

    def resolve(root: Any, info: Info):  # type: ignore[no-untyped-def]
        found = load(root, info.context.load)
        return found.value if found.__class__ is Here else found

    metadata = {RELATED: load, **({BESIDE: beside} if beside else {})}
    return strawberry.field(resolver=resolve, metadata=metadata, **described)


def asked_beside(info: Info) -> Companions:
    """Of the field that is being answered, a twin or a page of them: which companions are asked for. One that a directive
    leaves out may be among them."""
    raw = info._raw_info
    nodes = raw.field_nodes
    known, found = _BESIDE.get(id(nodes[0]), (None, ALONE))
    if known is nodes[0] and len(nodes) == 1:
        return found
    kind = get_named_type(raw.return_type)
    found = frozenset(each for node in nodes for each in _beside(raw, kind, node.selection_set))
    if len(nodes) == 1:
        if len(_BESIDE) >= MOST_KNOWN:
            _BESIDE.clear()
        _BESIDE[id(nodes[0])] = nodes[0], found
    return found


def _beside(raw: Any, kind: GraphQLNamedType, selections: SelectionSetNode | None) -> Iterator[Companion]:
    for each in selections.selections if selections is not None else ():
        if not isinstance(each, FieldNode):
            within: Any = raw.fragments[each.name.value] if isinstance(each, FragmentSpreadNode) else each
            yield from _beside(raw, kind, within.selection_set)
        elif (field := getattr(kind, "fields", {}).get(each.name.value)) is not None:
            companion = getattr(field.extensions.get(DEFINITION), "metadata", {}).get(BESIDE)
            if companion is not None:
                yield companion
            if companion is not None or each.name.value in WITHIN:
                yield from _beside(raw, get_named_type(field.type), each.selection_set)


def derived(make: Callable[[Any], Any], **described: Any) -> Any:
    """A field that `make` works out of its object alone, where it is asked for."""

    def resolve(root: Any):  # type: ignore[no-untyped-def]
        return make(root)

    return strawberry.field(resolver=resolve, metadata={DERIVED: make}, **described)


class Lasting:
    """A thing that nobody can change and that is shown again and again. `told`: the selection for which something was last
    made of it, and what that was."""

    told: tuple[object, dict[str, Any]] = (None, {})
