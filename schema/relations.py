"""Fields that are one step away: what a row points at, through a loader, and what is worked out of it."""

from collections.abc import Awaitable, Callable, Generator, Iterator
from operator import attrgetter
from typing import Any, Generic, TypeVar

import strawberry
from graphql import (
    FieldNode,
    FragmentSpreadNode,
    GraphQLNamedType,
    IntValueNode,
    SelectionSetNode,
    ValueNode,
    VariableNode,
    get_named_type,
)
from strawberry import UNSET
from strawberry.schema.schema_converter import GraphQLCoreConverter

from core.paging import DEFAULT_SIZE, MAXIMUM_SIZE
from core.seal import Seal
from market.states import ListingStatus
from market.store.companions import Beside, Companion, Companions, FewListings
from schema.context import Info

S = TypeVar("S")
T = TypeVar("T")

BESIDE, DERIVED, RELATED, SEALED = "beside", "derived", "related", "sealed"
"""In a field's metadata."""
MOST_KNOWN = 2_000
_BESIDE: dict[int, tuple[FieldNode, Companions, FieldNode | None]] = {}
"""What was asked beside by fields of documents, of which the same come again; and how listings were asked for."""

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


class Made(Generic[S, T]):
    """What is made of something that is being loaded. Nobody has to wait for it, as somebody has for a coroutine: where a field is given
    up, what stands beside it is dropped."""

    __slots__ = ("_coming", "_make")

    def __init__(self, coming: Awaitable[S], make: Callable[[S], T]) -> None:
        self._coming = coming
        self._make = make

    def __await__(self) -> Generator[Any, None, T]:
        return self._make((yield from self._coming.__await__()))


def related(load: Callable[[Any, Any], Awaitable[Any]], *, beside: Companion | None = None, **described: Any) -> Any:
    """A field whose value `load` finds for its object with the loaders of this answer: a future, so that the rows of a page
    wait for one batch and need no coroutine each. `beside`: what a statement that finds twins may bring along, so that the
    loader need not ask, and nobody wait."""

    def resolve(root: Any, info: Info):  # type: ignore[no-untyped-def]
        found = load(root, info.context.load)
        return found.value if found.__class__ is Here else found

    metadata = {RELATED: load, **({BESIDE: beside} if beside else {})}
    return strawberry.field(resolver=resolve, metadata=metadata, **described)


def asked_beside(info: Info) -> Beside:
    """Of the field that is being answered, a twin or a page of them: which companions are asked for. One that a directive
    leaves out may be among them."""
    raw = info._raw_info
    companions, listings = _known(raw)
    if listings is None:
        return Beside(companions)
    few = _few(raw, listings)
    return Beside(companions, few) if few is not None else Beside(companions - {Companion.LISTINGS})


def _known(raw: Any) -> tuple[Companions, FieldNode | None]:
    nodes = raw.field_nodes
    if len(nodes) > 1:
        return _found(raw)
    known = _BESIDE.get(id(nodes[0]))
    if known is None or known[0] is not nodes[0]:
        if len(_BESIDE) >= MOST_KNOWN:
            _BESIDE.clear()
        known = _BESIDE[id(nodes[0])] = nodes[0], *_found(raw)
    return known[1:]


def _found(raw: Any) -> tuple[Companions, FieldNode | None]:
    """Listings that are asked for twice, perhaps differently, are left to their loader."""
    kind = get_named_type(raw.return_type)
    found = [each for node in raw.field_nodes for each in _beside(raw, kind, node.selection_set)]
    listings = [node for companion, node in found if companion is Companion.LISTINGS]
    companions = frozenset(companion for companion, _ in found)
    return (companions, listings[0]) if len(listings) == 1 else (companions - {Companion.LISTINGS}, None)


def _few(raw: Any, node: FieldNode) -> FewListings | None:
    """The first of them, if that is how they are asked for, by plain values. None where that is not so, or would be refused."""
    given = {each.name.value: _plain(raw, each.value) for each in node.arguments or ()}
    first, statuses = given.pop("first", UNSET), given.pop("status", UNSET)
    first = DEFAULT_SIZE if first is UNSET or first is None else first
    if first.__class__ is not int or not 0 <= first <= MAXIMUM_SIZE or any(given.values()):
        return None
    if statuses is UNSET or statuses is None:
        return FewListings(first, None)
    if not isinstance(statuses, list) or not all(isinstance(each, ListingStatus) for each in statuses):
        return None
    return FewListings(first, tuple(statuses))


def _plain(raw: Any, value: ValueNode) -> Any:
    """What a number or a variable stands for; UNSET where nothing is given; Ellipsis for anything else."""
    if isinstance(value, IntValueNode):
        return int(value.value)
    return raw.variable_values.get(value.name.value, UNSET) if isinstance(value, VariableNode) else ...


def _beside(
    raw: Any, kind: GraphQLNamedType, selections: SelectionSetNode | None
) -> Iterator[tuple[Companion, FieldNode]]:
    for each in selections.selections if selections is not None else ():
        if not isinstance(each, FieldNode):
            within: Any = raw.fragments[each.name.value] if isinstance(each, FragmentSpreadNode) else each
            yield from _beside(raw, kind, within.selection_set)
        elif (field := getattr(kind, "fields", {}).get(each.name.value)) is not None:
            companion = getattr(field.extensions.get(DEFINITION), "metadata", {}).get(BESIDE)
            if companion is not None:
                yield companion, each
            if (companion is not None or each.name.value in WITHIN) and companion is not Companion.LISTINGS:
                yield from _beside(raw, get_named_type(field.type), each.selection_set)


def derived(make: Callable[[Any], Any], **described: Any) -> Any:
    """A field that `make` works out of its object alone, where it is asked for."""

    def resolve(root: Any):  # type: ignore[no-untyped-def]
        return make(root)

    return strawberry.field(resolver=resolve, metadata={DERIVED: make}, **described)


def column(name: str, **described: Any) -> Any:
    """A field that is a column of its object's `row`."""
    return derived(attrgetter(f"row.{name}"), **described)


def sealed(make: Callable[[Any, Seal], Any], **described: Any) -> Any:
    """A field that `make` seals: an id or a cursor of its object."""

    def resolve(root: Any, info: Info):  # type: ignore[no-untyped-def]
        return make(root, info.context.seal)

    return strawberry.field(resolver=resolve, metadata={SEALED: make}, **described)


class Lasting:
    """A thing that nobody can change and that is shown again and again. `told`: the selection for which something was last
    made of it, and what that was."""

    told: tuple[object, Any] = (None, None)
