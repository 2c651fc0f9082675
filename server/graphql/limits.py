"""How large an operation may be, and what it costs: counted after fragments are spread, each fragment looked at once.

(A pass without a memory doubles its work with every level of fragments that spread the next one twice: a kilobyte of
text would hold the server for an hour.)
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    IntValueNode,
    ListValueNode,
    ObjectValueNode,
    OperationDefinitionNode,
    OperationType,
    SelectionNode,
    SelectionSetNode,
    VariableNode,
)

CEILING = 10**9
INTROSPECTED = {"__schema": 10, "__type": 1}
DEFAULT_PAGE = 20
LIST = 10
"""What a list that has no pages is taken to hold: the rates of a card, the shares of a payment."""
MAXIMUM_NODES = 25_000
"""Rows that one answer may hold if every page is full."""
MAXIMUM_COST = 50_000
MAXIMUM_DEFINITIONS = 100
"""Operations and fragments: a chain of fragments is a call stack here."""
MAXIMUM_OPERATIONS = 50
"""Each is validated by itself."""

SIZING = ("first", "last", "ids")
WEIGHTS = {
    **dict.fromkeys(("edges", "node", "pageInfo"), 0),  # the row itself is counted by its page
    "totalCount": 20,
    "facets": 100,
    "bestOutcome": 100,
    "bestOutcomeProven": 100,  # these read far more than they answer
    "__schema": 100,
    "__type": 10,
}
CHANGE = 10
"""What a mutation costs beyond what it answers, and a subscription beyond its opening."""


@dataclass(frozen=True, slots=True)
class Size:
    """Of a selection set. `nodes` are the rows of its connections when every page is full; `cost` is a point for each
    object that can be loaded, and more for what reads much to answer little. `repeats`: how often one name stands in one
    pair of braces, and `keys`, how many arguments or keys do: to validate those takes the square of their number."""

    depth: int = 0
    aliases: int = 0
    fields: int = 0
    root_fields: int = 0
    directives: int = 0
    introspected: int = 0
    repeats: int = 0
    keys: int = 0
    nodes: int = 0
    cost: int = 0

    def beside(self, other: "Size") -> "Size":
        return Size(
            max(self.depth, other.depth),
            min(self.aliases + other.aliases, CEILING),
            min(self.fields + other.fields, CEILING),
            min(self.root_fields + other.root_fields, CEILING),
            min(self.directives + other.directives, CEILING),
            min(self.introspected + other.introspected, CEILING),
            max(self.repeats, other.repeats),
            max(self.keys, other.keys),
            min(self.nodes + other.nodes, CEILING),
            min(self.cost + other.cost, CEILING),
        )


LIMITS = Size(
    depth=16,
    aliases=50,
    fields=2_000,
    root_fields=20,
    directives=50,
    introspected=10,
    repeats=20,
    keys=100,
    nodes=MAXIMUM_NODES,
    cost=MAXIMUM_COST,
)
"""GraphQL's own introspection query is fifteen levels deep."""

WORDS = {
    "depth": "levels deep",
    "aliases": "aliases",
    "fields": "fields",
    "root_fields": "fields at its root",
    "directives": "directives",
    "introspected": "introspected types (the whole schema counts as ten)",
    "repeats": "times the same name beside itself",
    "keys": "arguments of one field, or keys of one object",
    "nodes": "rows in full pages",
    "cost": "points of cost",
}


class Measure:
    """Measures the operations of one document, with the values of its variables if they are known. `lists` are the names
    of fields that answer with lists of objects and have no pages.

    `sized_by` are the variables on which the size depends: with the same values of those it is the same.
    """

    def __init__(
        self, document: DocumentNode, variables: Mapping[str, Any] | None = None, lists: frozenset[str] = frozenset()
    ) -> None:
        parts = document.definitions
        self._fragments = {part.name.value: part for part in parts if isinstance(part, FragmentDefinitionNode)}
        self._known: dict[str, Size] = {}
        self._lists = lists
        self._variables = {**_defaults(document), **(variables or {})}
        self.sized_by: set[str] = set()

    def operation(self, operation: OperationDefinitionNode) -> Size:
        size = self.of(operation.selection_set)
        change = 0 if operation.operation is OperationType.QUERY else CHANGE * size.root_fields
        return size.beside(Size(cost=max(change, 1 - size.cost)))  # nothing is for nothing

    def of(self, selections: SelectionSetNode, inside: frozenset[str] = frozenset()) -> Size:
        size = Size(repeats=_repeats(selections))
        for selection in selections.selections:
            size = size.beside(self._selection(selection, inside))
        return size

    def _selection(self, selection: SelectionNode, inside: frozenset[str]) -> Size:
        directives = Size(directives=len(selection.directives or ()))
        if isinstance(selection, FieldNode):
            return self._field(selection, inside).beside(directives)
        if isinstance(selection, FragmentSpreadNode):
            return self._spread(selection.name.value, inside).beside(directives)
        inline: SelectionSetNode = selection.selection_set  # type: ignore[attr-defined]
        return self.of(inline, inside).beside(directives)

    def _field(self, field: FieldNode, inside: frozenset[str]) -> Size:
        below = self.of(field.selection_set, inside) if field.selection_set else Size()
        name, page = field.name.value, self._page(field)
        rows = page or (LIST if name in self._lists and field.selection_set else 0)
        weight = WEIGHTS.get(name, 1 if field.selection_set else 0)
        return Size(
            depth=below.depth + 1,
            aliases=below.aliases + bool(field.alias),
            fields=below.fields + 1,
            root_fields=1,
            directives=below.directives,
            introspected=below.introspected + INTROSPECTED.get(name, 0),
            repeats=below.repeats,
            keys=max(below.keys, len(field.arguments or ()), *(_keys(each.value) for each in field.arguments or ())),
            nodes=min(page * (1 + below.nodes) if page else below.nodes, CEILING),
            cost=min(weight + (rows * (1 + below.cost) if rows else below.cost), CEILING),
        )

    def _spread(self, name: str, inside: frozenset[str]) -> Size:
        """A fragment that spreads itself, or that nobody wrote, counts nothing here: validation refuses it."""
        fragment = self._fragments.get(name)
        if fragment is None or name in inside:
            return Size()
        if name not in self._known:
            self._known[name] = self.of(fragment.selection_set, inside | {name})
        return self._known[name]

    def _page(self, field: FieldNode) -> int:
        """How many rows the field asks for, if it is a connection or a list of ids; else 0."""
        sizes = [argument.value for argument in field.arguments or () if argument.name.value in SIZING]
        asked = [self._number(value) for value in sizes]
        if known := [number for number in asked if number is not None]:
            return max(0, min(known))
        parts = field.selection_set.selections if field.selection_set else ()
        is_connection = any(isinstance(part, FieldNode) and part.name.value in ("edges", "nodes") for part in parts)
        return DEFAULT_PAGE if is_connection or asked else 0

    def _number(self, value: object) -> int | None:
        if isinstance(value, VariableNode):
            self.sized_by.add(value.name.value)
            return _sizing(self._variables.get(value.name.value))
        return _written(value)


def _defaults(document: DocumentNode) -> dict[str, Any]:
    """The largest default of each variable, whichever operation declares it."""
    found: dict[str, int] = {}
    for part in document.definitions:
        for declared in (part.variable_definitions or ()) if isinstance(part, OperationDefinitionNode) else ():
            if (size := _written(declared.default_value)) is not None:
                name = declared.variable.name.value
                found[name] = max(size, found.get(name, 0))
    return found


def _repeats(selections: SelectionSetNode) -> int:
    names = [(each.alias or each.name).value for each in selections.selections if isinstance(each, FieldNode)]
    return max(Counter(names).values(), default=0)


def _keys(value: object) -> int:
    """Of the largest object within."""
    if isinstance(value, ListValueNode):
        return max(map(_keys, value.values), default=0)
    if isinstance(value, ObjectValueNode):
        return max(len(value.fields), 0, *(_keys(each.value) for each in value.fields))
    return 0


def _written(value: object) -> int | None:
    """The number, or the length of the list, that stands in the document."""
    if isinstance(value, ListValueNode):
        return len(value.values)
    if not isinstance(value, IntValueNode):
        return None
    return min(int(value.value), CEILING) if len(value.value) < 12 else CEILING


def _sizing(given: object) -> int | None:
    """What a variable's value says of a size."""
    if isinstance(given, list):
        return len(given)
    return min(given, CEILING) if isinstance(given, int) else None


def sizes_of(variables: Mapping[str, Any], sized_by: frozenset[str]) -> tuple[tuple[str, int | None], ...]:
    """All that a size depends on."""
    return tuple((name, _sizing(variables[name])) for name in sorted(sized_by) if name in variables)


def excesses(document: DocumentNode, variables: Mapping[str, Any] | None = None) -> list[GraphQLError]:
    """One error for every limit that an operation of the document breaks."""
    if (count := len(document.definitions)) > MAXIMUM_DEFINITIONS:
        return [too_costly(f"{count} operations and fragments, where {MAXIMUM_DEFINITIONS} are allowed")]
    measure = Measure(document, variables)
    parts = [part for part in document.definitions if isinstance(part, OperationDefinitionNode)]
    if len(parts) > MAXIMUM_OPERATIONS:
        return [too_costly(f"{len(parts)} operations, where {MAXIMUM_OPERATIONS} are allowed")]
    return [error for operation in parts for error in over(operation, measure.operation(operation))]


def over(operation: OperationDefinitionNode, size: Size) -> list[GraphQLError]:
    """One error for every limit that the operation breaks."""
    return [_error(operation, name, size) for name in WORDS if getattr(size, name) > getattr(LIMITS, name)]


def _error(operation: OperationDefinitionNode, name: str, size: Size) -> GraphQLError:
    count, limit = getattr(size, name), getattr(LIMITS, name)
    shown = "more" if count >= CEILING else str(count)
    cost = {"cost": {"requested": count, "limit": limit}} if name == "cost" else {}
    return too_costly(f"{shown} {WORDS[name]}, where {limit} are allowed", operation, **cost)


def too_costly(how: str, operation: OperationDefinitionNode | None = None, **more: Any) -> GraphQLError:
    message = f"This operation is too large: {how}. Ask for less at a time."
    return GraphQLError(message, nodes=operation, extensions={"code": "TOO_COSTLY", **more})
