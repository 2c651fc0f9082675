"""From a GraphQL document to its answer: parsed, limited and validated once, then found by its text."""

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from dataclasses import dataclass
from inspect import isawaitable
from typing import Any, cast

import strawberry
from graphql import (
    DocumentNode,
    ExecutionResult,
    GraphQLError,
    GraphQLSyntaxError,
    OperationDefinitionNode,
    OperationType,
    execute,
    get_operation_ast,
    parse,
    specified_rules,
    subscribe,
    validate,
)
from graphql.validation.rules import overlapping_fields_can_be_merged
from strawberry.execution import optimized_is_awaitable
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext
from strawberry.schema.validation_rules.maybe_null import MaybeNullValidationRule
from strawberry.schema.validation_rules.one_of import OneOfInputValidationRule

from schema.context import Context
from server.graphql import errors
from server.graphql.limits import excesses, too_costly
from server.graphql.negotiation import Parameters

overlapping_fields_can_be_merged.MAX_COMPLEXITY_BUDGET = 10_000  # of 500,000, which takes a second of one core

MAXIMUM_TOKENS = 2_000
KEPT_DOCUMENTS = 1_000
KEPT_LENGTH = 20_000
"""Longer documents are not kept: a thousand of them could fill the memory."""
PATIENCE_SECONDS = 20

RULES = (*specified_rules, MaybeNullValidationRule, OneOfInputValidationRule)


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back to the caller. `executed` is false when the request was refused before anything ran."""

    data: dict[str, Any] | None = None
    errors: list[dict[str, Any]] | None = None
    executed: bool = True

    @property
    def body(self) -> dict[str, Any]:
        """Without a `data` entry when nothing ran, as the specification has it."""
        told: dict[str, Any] = {"errors": self.errors} if self.errors else {}
        return {**told, "data": self.data} if self.executed else told


@dataclass(frozen=True, slots=True)
class Prepared:
    """A document that may run, and the operation of it that was chosen."""

    document: DocumentNode
    operation: OperationDefinitionNode
    parameters: Parameters

    @property
    def kind(self) -> OperationType:
        return self.operation.operation


class Rejected(Exception):
    """The document, or the choice of its operation, is at fault."""

    def __init__(self, found: list[GraphQLError]) -> None:
        super().__init__(found)
        self.errors = found


class Executor(StrawberryGraphQLCoreExecutionContext):
    """Executes each event of a subscription afresh: with loaders of its own, and without the cache of collected fields,
    which graphql-core 3.3 shares between events and adds to at each, so that a long stream would eat the memory."""

    def __init__(self, *args: Any, fresh: Callable[[Context], Context], **options: Any) -> None:
        super().__init__(*args, **options)
        self.fresh = fresh

    def build_per_event_executor(self, payload: Any) -> Any:
        executor = super().build_per_event_executor(payload)
        executor._relevant_sub_fields = {}
        executor.context_value = self.fresh(self.context_value)
        return executor


class Engine:
    """`fresh` gives a context new loaders: those of one answer remember what they loaded."""

    def __init__(self, schema: strawberry.Schema, fresh: Callable[[Context], Context]) -> None:
        self.schema = schema._schema
        self._fresh = fresh
        self._documents: OrderedDict[str, DocumentNode] = OrderedDict()

    def prepare(self, parameters: Parameters) -> Prepared:
        """Raises Rejected."""
        try:
            document = self._understood(parameters.query)
            if parameters.variables and (found := excesses(document, parameters.variables)):
                raise Rejected(found)
        except RecursionError:
            raise Rejected([too_costly("it is nested too deeply")]) from None
        operation = get_operation_ast(document, parameters.operation_name)
        if operation is None:
            named = f"There is no operation {parameters.operation_name!r} in the document."
            unnamed = "Say which operation to run: set `operationName`."
            raise Rejected([GraphQLError(named if parameters.operation_name else unnamed)])
        return Prepared(document, operation, parameters)

    def _understood(self, text: str) -> DocumentNode:
        document = self._documents.get(text)
        if document is not None:
            self._documents.move_to_end(text)
            return document
        try:
            document = parse(text, max_tokens=MAXIMUM_TOKENS)
        except GraphQLSyntaxError as error:
            raise Rejected([error]) from None
        if found := excesses(document) or validate(self.schema, document, RULES, max_errors=errors.MAXIMUM_ERRORS):
            raise Rejected(found)
        if len(text) <= KEPT_LENGTH:
            self._documents[text] = document
            if len(self._documents) > KEPT_DOCUMENTS:
                self._documents.popitem(last=False)
        return document

    async def execute(self, prepared: Prepared, context: Context) -> Answer:
        """A query's or a mutation's answer."""
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                options = {**self._options(prepared, context), "is_awaitable": optimized_is_awaitable}
                result = execute(self.schema, prepared.document, **options)
                done = await result if isawaitable(result) else result
        except TimeoutError:
            told = errors.problem(
                "UNAVAILABLE", "This took too long and was given up. Ask for less, or try again.", context.request_id
            )
            return Answer(errors=told)
        return self._answer(done, context)

    async def subscribe(self, prepared: Prepared, context: Context) -> Answer | AsyncIterator[Answer]:
        """A stream of answers, or the one answer that says why there is none."""
        opened = subscribe(self.schema, prepared.document, **self._options(prepared, context))
        source = await opened if isawaitable(opened) else opened
        if isinstance(source, ExecutionResult):
            return Answer(errors=errors.present(source.errors or [], context.request_id), executed=False)
        return self._events(source, context)

    async def _events(self, source: AsyncIterator[ExecutionResult], context: Context) -> AsyncIterator[Answer]:
        async with aclosing(cast(Any, source)) as results:
            async for result in results:
                yield self._answer(result, context)

    def _options(self, prepared: Prepared, context: Context) -> dict[str, Any]:
        return {
            "variable_values": prepared.parameters.variables,
            "operation_name": prepared.parameters.operation_name,
            "context_value": context,
            "executor_class": Executor,
            "fresh": self._fresh,
            "operation_extensions": {},
        }

    def _answer(self, result: ExecutionResult, context: Context) -> Answer:
        found = result.errors or []
        ran = result.data is not None or not found or any(error.path for error in found)
        return Answer(result.data, errors.present(found, context.request_id) or None, executed=ran)
