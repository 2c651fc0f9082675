"""GraphQL documents: parsed, limited and validated once, then found by the hash of their text."""

import hashlib
from collections import Counter, OrderedDict
from dataclasses import dataclass, field
from typing import Any

import strawberry
from graphql import (
    DocumentNode,
    FieldNode,
    GraphQLError,
    GraphQLList,
    GraphQLObjectType,
    GraphQLSyntaxError,
    OperationDefinitionNode,
    VariableDefinitionNode,
    VariableNode,
    Visitor,
    get_named_type,
    get_nullable_type,
    get_operation_ast,
    is_leaf_type,
    parse,
    specified_rules,
    validate,
    visit,
)
from graphql.validation.rules import overlapping_fields_can_be_merged
from strawberry.schema.validation_rules.maybe_null import MaybeNullValidationRule
from strawberry.schema.validation_rules.one_of import OneOfInputValidationRule

from server.graphql import errors
from server.graphql.completion import Compiled
from server.graphql.limits import Measure, Size, excesses, over, sizes_of, too_costly

overlapping_fields_can_be_merged.MAX_COMPLEXITY_BUDGET = 4_000  # of 500,000, which takes a second of one core

MAXIMUM_TOKENS = 2_000
KEPT_DOCUMENTS = 1_000
KEPT_LENGTH = 20_000
"""Longer documents are not kept: a thousand of them could fill the memory."""
KEPT_SIZES = 50
"""Of one document: as many different page sizes are remembered."""

RULES = (*specified_rules, MaybeNullValidationRule, OneOfInputValidationRule)


class Rejected(Exception):
    """The document, or the choice of its operation, is at fault."""

    def __init__(self, found: list[GraphQLError]) -> None:
        super().__init__(found)
        self.errors = found


@dataclass(eq=False, slots=True)
class Understood:
    """A valid document, under the SHA-256 of its text. `sized_by` are the variables that decide how large it is; `resumed_by`
    is the one that says nothing but where a subscription goes on. `compiled` is what was written for it, if anything is."""

    hash: str
    document: DocumentNode
    lists: frozenset[str]
    sized_by: frozenset[str]
    resumed_by: str | None
    compiled: Compiled | None = None
    _sizes: dict[object, Size] = field(default_factory=dict)

    def operation(self, name: str | None) -> OperationDefinitionNode:
        """Raises Rejected."""
        operation = get_operation_ast(self.document, name)
        if operation is None:
            named, unnamed = (
                f"There is no operation {name!r} in the document.",
                "Say which one to run: `operationName`.",
            )
            raise Rejected([GraphQLError(named if name else unnamed)])
        return operation

    def size(self, operation: OperationDefinitionNode, variables: dict[str, Any]) -> Size:
        """Raises Rejected when it is too large."""
        key = (operation.name.value if operation.name else None, *sizes_of(variables, self.sized_by))
        size = self._sizes.get(key)
        if size is None:
            size = Measure(self.document, variables, self.lists).operation(operation)
            if found := over(operation, size):
                raise Rejected(found)
            if len(self._sizes) < KEPT_SIZES:
                self._sizes[key] = size
        return size


class Documents:
    """Those that were understood lately. One per process."""

    def __init__(self, schema: strawberry.Schema, *, compiles: bool = True) -> None:
        self._schema = schema._schema
        self._converter = schema.schema_converter if compiles else None
        self._lists = frozenset(_lists(schema))
        self._kept: OrderedDict[str, Understood] = OrderedDict()

    def understand(self, text: str, hash: str | None = None) -> Understood:
        """Raises Rejected."""
        hash = hash or hash_of(text)
        if (known := self.find(hash)) is not None:
            return known
        try:
            understood = self._understand(text, hash)
        except GraphQLSyntaxError as error:
            raise Rejected([error]) from None
        except RecursionError:
            raise Rejected([too_costly("it is nested too deeply")]) from None
        if len(text) <= KEPT_LENGTH:
            self._kept[hash] = understood
            if len(self._kept) > KEPT_DOCUMENTS:
                self._kept.popitem(last=False)
        return understood

    def find(self, hash: str) -> Understood | None:
        known = self._kept.get(hash)
        if known is not None:
            self._kept.move_to_end(hash)
        return known

    def forget(self) -> None:
        self._kept.clear()

    def _understand(self, text: str, hash: str) -> Understood:
        document = parse(text, max_tokens=MAXIMUM_TOKENS)
        if found := excesses(document) or validate(self._schema, document, RULES, max_errors=errors.MAXIMUM_ERRORS):
            raise Rejected(found)
        measure = Measure(document)
        operations = [part for part in document.definitions if isinstance(part, OperationDefinitionNode)]
        for operation in operations:
            measure.operation(operation)
        compiled = Compiled(document, self._converter) if self._converter is not None else None
        sized_by, resumed_by = frozenset(measure.sized_by), _resumed_by(document, operations)
        return Understood(hash, document, self._lists, sized_by, resumed_by, compiled)


def hash_of(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _lists(schema: strawberry.Schema) -> list[str]:
    """The fields that answer with lists of objects and have no pages of their own."""
    return [
        name
        for type_ in schema._schema.type_map.values()
        if isinstance(type_, GraphQLObjectType) and not type_.name.startswith("__")
        for name, field in type_.fields.items()
        if isinstance(get_nullable_type(field.type), GraphQLList)
        if not is_leaf_type(get_named_type(field.type)) and name not in ("edges", "nodes")
    ]


def _resumed_by(document: DocumentNode, operations: list[OperationDefinitionNode]) -> str | None:
    """The variable that is the root field's `after`, and nothing else anywhere."""
    resuming = {
        argument.value.name.value
        for operation in operations
        for root in operation.selection_set.selections
        if isinstance(root, FieldNode)
        for argument in root.arguments or ()
        if argument.name.value == "after" and isinstance(argument.value, VariableNode)
    }
    uses: Counter[str] = Counter()

    class Uses(Visitor):
        def enter_variable(self, node: VariableNode, _key: Any, parent: Any, *_: Any) -> None:
            uses[node.name.value] += not isinstance(parent, VariableDefinitionNode)

    visit(document, Uses())
    return next((name for name in resuming if uses[name] == 1), None)
