"""Where compiled completion meets graphql-core: the values of root fields are offered to it, and whatever it gives up is
completed as usual."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, cast

from graphql import (
    DirectiveNode,
    DocumentNode,
    ExecutionResult,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLOutputType,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    VariableNode,
    Visitor,
    default_field_resolver,
    default_type_resolver,
    visit,
)
from graphql.execution import Executor
from graphql.execution.collect_fields import FieldDetailsList, FragmentDetails, collect_fields
from graphql.pyutils import Path
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from server.graphql.completion.inputs import Unread, Variables
from server.graphql.completion.running import Bail, Completer, Completion
from server.graphql.completion.writing import DEFINITION, Unfit, Writer

COUNTS = "counts"
"""In a root field's metadata: to ask it does something."""
KEPT = 20
"""Of one document: so many root fields, times what its variables include or leave out, are written."""
WORTH_IT = 2
"""How often a document must come before anything is written for it."""
CAUTION = 50
"""After something was given up, so many answers are made as usual: whoever is refused once will be refused again."""

Key = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Known:
    """All of an executor that is the same for every request with one operation of a document."""

    operation: OperationDefinitionNode
    fragment_definitions: dict[str, FragmentDefinitionNode]
    fragments: dict[str, FragmentDetails]
    variables: Variables

    @classmethod
    def of(cls, executor: Executor[Any]) -> "Known | None":
        """None where graphql-core has to read the variables."""
        operation = executor.operation
        try:
            variables = Variables(executor.schema, operation.variable_definitions or ())
        except Unread:
            return None
        return cls(operation, executor.fragment_definitions, executor.fragments, variables)


class Compiled:
    """What is written for one document. `converter` is the Strawberry schema's."""

    def __init__(
        self, document: DocumentNode, converter: Any, *, worth_it: int = WORTH_IT, caution: int = CAUTION
    ) -> None:
        self.converter = converter
        self.given_up = 0
        self._deciding = _deciding(document)
        self._written: dict[Key, Completer | None] = {}
        self._came: dict[Key, int] = {}
        self._known_operations: dict[str | None, Known | None] = {}
        self._met: set[str | None] = set()
        self._worth_it = worth_it
        self._caution = caution
        self._careful = 0

    def known(self, name: str | None) -> Known | None:
        """What is known of the operation that is called so."""
        return self._known_operations.get(name)

    def meet(self, name: str | None, executor: Executor[Any]) -> None:
        """Of an operation that comes again everything is remembered but the request."""
        if name in self._met and name not in self._known_operations:
            self._known_operations[name] = Known.of(executor)
        self._met.add(name)

    def completer(
        self, executor: Any, kind: GraphQLOutputType, details: FieldDetailsList, key: str
    ) -> Completer | None:
        """What to make of the value of a root field; None where that has to be made as usual."""
        return self._known(executor, key, lambda: Writer(executor, self.converter).completer(kind, details))

    def operation(self, executor: "CompiledExecutor") -> Completer | None:
        """What to make of a whole query, if it does nothing but answer; None where that has to be made as usual."""

        def write() -> Completer:
            if executor.has_effects():
                raise Unfit
            return Writer(executor, self.converter).operation(executor.schema.query_type)  # type: ignore[arg-type]

        return self._known(executor, None, write) if executor.operation.operation is OperationType.QUERY else None

    def _known(self, executor: Any, key: str | None, write: Callable[[], Completer]) -> Completer | None:
        if self._careful > 0:
            self._careful -= key is not None  # as usual is asked for each root field again
            return None
        values = executor.variable_values.coerced
        place = (id(executor.operation), key, *(values.get(name) for name in self._deciding))
        if place in self._written:
            return self._written[place]
        if len(self._came) >= KEPT and place not in self._came:
            return None
        self._came[place] = came = self._came.get(place, 0) + 1
        if came < self._worth_it:
            return None
        try:
            self._written[place] = written = write()
        except Unfit:
            self._written[place] = written = None
        return written

    def gave_up(self) -> None:
        self.given_up += 1
        self._careful = self._caution


class CompiledExecutor(StrawberryGraphQLCoreExecutionContext):
    """`gave_up`: an answer without side effects was given up, and is to be made again from its beginning, as usual: so its
    errors are in the order in which they always are. What an operation with effects answers is completed again on the spot."""

    def __init__(self, *args: Any, compiled: Compiled | None = None, **named: Any) -> None:
        super().__init__(*args, **named)
        self.compiled = compiled
        self.gave_up = False

    @classmethod
    def build_for(
        cls,
        schema: GraphQLSchema,
        document: DocumentNode,
        root: Any,
        context: Any,
        variables: dict[str, Any],
        name: str | None,
        *,
        compiled: Compiled | None,
        **options: Any,
    ) -> "CompiledExecutor | list[GraphQLError]":
        """Or what is wrong with the variables."""
        known = compiled.known(name) if compiled is not None else None
        values = known.variables(variables) if known is not None else None
        if known is not None and values is not None:
            parts = (known.fragment_definitions, known.fragments, root, context, known.operation, values)
            resolve = (default_field_resolver, default_type_resolver, default_field_resolver)
            return cls(schema, *parts, *resolve, compiled=compiled, **options)
        made: Any = cls.build(schema, document, root, context, variables, name, compiled=compiled, **options)
        if compiled is not None and not isinstance(made, list):
            compiled.meet(name, made)
        return cast("CompiledExecutor | list[GraphQLError]", made)

    def execute_operation(self, serially: bool | None = None) -> Any:
        compiled = self.compiled
        complete = compiled.operation(self) if compiled is not None else None
        if compiled is None or complete is None:
            return super().execute_operation(serially)
        completion = Completion(self, compiled.converter)
        try:
            answer = complete(self.root_value, completion)
        except Exception:
            completion.drop()
            return self._anew(compiled)
        return self._come(compiled, completion, answer) if completion.waiting else self.build_response(answer)

    async def _come(self, compiled: Compiled, completion: Completion, answer: Any) -> Any:
        try:
            await completion.settle()
        except Exception:
            return self._anew(compiled)
        return self.build_response(answer)

    def _anew(self, compiled: Compiled) -> ExecutionResult:
        """Nobody looks at what is answered here."""
        compiled.gave_up()
        self.compiled = None
        self.gave_up = True
        return ExecutionResult(None, None)

    def complete_value(
        self,
        return_type: GraphQLOutputType,
        field_details_list: FieldDetailsList,
        info: Any,
        path: Path,
        result: Any,
        position_context: Any,
    ) -> Any:
        is_whole = path.prev is None and return_type is info.return_type  # and not what is within its NonNull
        if is_whole and self.compiled is not None and not isinstance(result, BaseException):
            compiled, key = self.compiled, str(path.key)
            complete = compiled.completer(self, return_type, field_details_list, key)
            if complete is not None:
                again = (return_type, field_details_list, info, path, result, position_context)
                return self._quickly(compiled, complete, again)
        return super().complete_value(return_type, field_details_list, info, path, result, position_context)

    def _quickly(self, compiled: Compiled, complete: Completer, again: tuple[Any, ...]) -> Any:
        completion = Completion(self, compiled.converter)
        try:
            answer = complete(again[4], completion)
        except Exception:
            completion.drop()
            return self._give_up(compiled, again)
        if not completion.waiting:
            return answer
        return self._settled(compiled, completion, answer, again)

    async def _settled(self, compiled: Compiled, completion: Completion, answer: Any, again: tuple[Any, ...]) -> Any:
        try:
            await completion.settle()
        except Exception:
            made = self._give_up(compiled, again)
            return await made if isinstance(made, Awaitable) else made
        return answer

    def _give_up(self, compiled: Compiled, again: tuple[Any, ...]) -> Any:
        compiled.gave_up()
        self.compiled = None
        if self.has_effects():
            return super().complete_value(*again)
        self.gave_up = True
        raise Bail

    def has_effects(self) -> bool:
        """Whether asking once more would do something once more: a mutation would, and a field that counts who asks."""
        operation, root = self.operation, self.schema.get_root_type(self.operation.operation)
        if operation.operation is OperationType.MUTATION or root is None:
            return True
        asked = collect_fields(self.schema, self.fragments, self.variable_values, root, operation).grouped_field_set
        fields = (root.fields.get(each[0].node.name.value) for each in asked.values())
        return any(COUNTS in field.extensions[DEFINITION].metadata for field in fields if field is not None)


def _deciding(document: DocumentNode) -> tuple[str, ...]:
    """The variables that decide what is included."""
    found: set[str] = set()

    class Directives(Visitor):
        def enter_directive(self, node: DirectiveNode, *_: Any) -> None:
            found.update(each.value.name.value for each in node.arguments or () if isinstance(each.value, VariableNode))

    visit(document, Directives())
    return tuple(sorted(found))
