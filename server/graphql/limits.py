"""How large an operation may be, counted after fragments are spread, in one pass that looks at each fragment once.

(A pass without a memory doubles its work with every level of fragments that spread the next one twice: a kilobyte of
text would hold the server for an hour.)
"""

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
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    VariableNode,
)

CEILING = 10**9
INTROSPECTED = {"__schema": 10, "__type": 1}
DEFAULT_PAGE = 20
MAXIMUM_NODES = 25_000
"""Rows that one answer may hold if every page is full."""
MAXIMUM_DEFINITIONS = 100
"""Operations and fragments: each operation is validated by itself, and a chain of fragments is a call stack here."""


@dataclass(frozen=True, slots=True)
class Size:
    """Of a selection set. `nodes` are the rows of its connections when every page is full."""

    depth: int = 0
    aliases: int = 0
    fields: int = 0
    root_fields: int = 0
    directives: int = 0
    introspected: int = 0
    nodes: int = 0

    def beside(self, other: "Size") -> "Size":
        return Size(
            max(self.depth, other.depth),
            min(self.aliases + other.aliases, CEILING),
            min(self.fields + other.fields, CEILING),
            min(self.root_fields + other.root_fields, CEILING),
            min(self.directives + other.directives, CEILING),
            min(self.introspected + other.introspected, CEILING),
            min(self.nodes + other.nodes, CEILING),
        )


LIMITS = Size(depth=16, aliases=50, fields=2_000, root_fields=20, directives=50, introspected=10, nodes=MAXIMUM_NODES)
"""GraphQL's own introspection query is fifteen levels deep."""

WORDS = {
    "depth": "levels deep",
    "aliases": "aliases",
    "fields": "fields",
    "root_fields": "fields at its root",
    "directives": "directives",
    "introspected": "introspected types (the whole schema counts as ten)",
    "nodes": "rows in full pages",
}


class Measure:
    """Measures the operations of one document, with the values of its variables if they are known."""

    def __init__(self, document: DocumentNode, variables: Mapping[str, Any] | None = None) -> None:
        self._fragments = {
            part.name.value: part for part in document.definitions if isinstance(part, FragmentDefinitionNode)
        }
        self._known: dict[str, Size] = {}
        self._variables = variables or {}

    def of(self, selections: SelectionSetNode, inside: frozenset[str] = frozenset()) -> Size:
        size = Size()
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
        page = self._page(field)
        return Size(
            depth=below.depth + 1,
            aliases=below.aliases + bool(field.alias),
            fields=below.fields + 1,
            root_fields=1,
            directives=below.directives,
            introspected=below.introspected + INTROSPECTED.get(field.name.value, 0),
            nodes=min(page * (1 + below.nodes) if page else below.nodes, CEILING),
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
        """How many rows the field asks for, if it is a connection; else 0."""
        sizes = [argument.value for argument in field.arguments or () if argument.name.value in ("first", "last")]
        asked = [self._number(value) for value in sizes]
        if known := [number for number in asked if number is not None]:
            return max(0, min(known))
        parts = field.selection_set.selections if field.selection_set else ()
        is_connection = any(isinstance(part, FieldNode) and part.name.value in ("edges", "nodes") for part in parts)
        return DEFAULT_PAGE if is_connection or asked else 0

    def _number(self, value: object) -> int | None:
        if isinstance(value, IntValueNode):
            return min(int(value.value), CEILING) if len(value.value) < 12 else CEILING
        given = self._variables.get(value.name.value) if isinstance(value, VariableNode) else None
        return given if isinstance(given, int) else None


def excesses(document: DocumentNode, variables: Mapping[str, Any] | None = None) -> list[GraphQLError]:
    """One error for every limit that an operation of the document breaks."""
    if (count := len(document.definitions)) > MAXIMUM_DEFINITIONS:
        return [too_costly(f"{count} operations and fragments, where {MAXIMUM_DEFINITIONS} are allowed")]
    measure = Measure(document, variables)
    found = []
    for operation in document.definitions:
        if isinstance(operation, OperationDefinitionNode):
            size = measure.of(operation.selection_set)
            found += [_error(operation, name, size) for name in WORDS if getattr(size, name) > getattr(LIMITS, name)]
    return found


def _error(operation: OperationDefinitionNode, name: str, size: Size) -> GraphQLError:
    count, limit = getattr(size, name), getattr(LIMITS, name)
    shown = "more" if count >= CEILING else str(count)
    return too_costly(f"{shown} {WORDS[name]}, where {limit} are allowed", operation)


def too_costly(how: str, operation: OperationDefinitionNode | None = None) -> GraphQLError:
    message = f"This operation is too large: {how}. Ask for less at a time."
    return GraphQLError(message, nodes=operation, extensions={"code": "TOO_COSTLY"})
