"""From a GraphQL operation to its answer, or to the stream of its answers."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass, field
from inspect import isawaitable
from typing import Any, cast

import orjson
import strawberry
from graphql import ExecutionResult, GraphQLError, OperationDefinitionNode, OperationType
from graphql.execution import create_source_event_stream
from strawberry.execution import optimized_is_awaitable

from schema.context import Context
from server.graphql import errors
from server.graphql.completion import Compiled, CompiledExecutor
from server.graphql.documents import Documents, Rejected, Understood
from server.graphql.negotiation import Parameters
from server.graphql.sharing import Group, Sharing, powers
from server.outages import will_pass

PATIENCE_SECONDS = 20


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back to the caller. `executed` is false when the request was refused before anything ran."""

    data: dict[str, Any] | None = None
    errors: list[dict[str, Any]] | None = None
    executed: bool = True
    extensions: dict[str, Any] | None = None

    @property
    def body(self) -> dict[str, Any]:
        """Without a `data` entry when nothing ran, as the specification has it."""
        told: dict[str, Any] = {"errors": self.errors} if self.errors else {}
        if self.executed:
            told["data"] = self.data
        return {**told, "extensions": self.extensions} if self.extensions else told

    @property
    def json(self) -> bytes:
        return orjson.dumps(self.body, default=str)


@dataclass(frozen=True, slots=True)
class Event:
    """One answer of a stream, written already: others may be sent the same bytes."""

    json: bytes


@dataclass(frozen=True, slots=True)
class Prepared:
    """A document that may run, the operation of it that was chosen, and what it costs."""

    understood: Understood
    operation: OperationDefinitionNode
    parameters: Parameters
    cost: int

    @property
    def kind(self) -> OperationType:
        return self.operation.operation

    @property
    def name(self) -> str:
        return self.operation.name.value if self.operation.name else self.kind.value


@dataclass(slots=True)
class Engine:
    """`fresh` gives a context new loaders: those of one answer remember what they loaded. `compiles`: documents that come
    again are completed by functions written for them."""

    schema: strawberry.Schema
    fresh: Callable[[Context], Context]
    compiles: bool = True
    documents: Documents = field(init=False)
    sharing: Sharing = field(default_factory=Sharing)

    def __post_init__(self) -> None:
        self.documents = Documents(self.schema, compiles=self.compiles)

    def prepare(self, parameters: Parameters, understood: Understood | None = None) -> Prepared:
        """Raises Rejected."""
        if understood is None:
            understood = self.documents.understand(parameters.query)
        operation = understood.operation(parameters.operation_name)
        size = understood.size(operation, parameters.variables)
        return Prepared(understood, operation, parameters, size.cost)

    async def execute(self, prepared: Prepared, context: Context) -> Answer:
        """A query's or a mutation's answer."""
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                done = await self.done(prepared, context)
        except TimeoutError:
            told = errors.problem(
                "UNAVAILABLE", "This took too long and was given up. Ask for less, or try again.", context.request_id
            )
            return Answer(errors=told)
        return answer(done, context.request_id)

    async def done(self, prepared: Prepared, context: Context, event: Any = None) -> ExecutionResult:
        """By the functions that were written for the document, and if they give up, once more without them."""
        compiled = prepared.understood.compiled
        while True:
            executor = self._executor(prepared, context, event, compiled)
            if isinstance(executor, list):
                return ExecutionResult(None, executor)
            result = executor.execute_operation()
            done: ExecutionResult = await result if isawaitable(result) else result
            if not executor.gave_up:
                return done
            compiled, context = None, self.fresh(context)

    async def subscribe(self, prepared: Prepared, context: Context) -> Answer | AsyncIterator[Event]:
        """A stream of answers, or the one answer that says why there is none."""
        executor = self._executor(prepared, context)
        if isinstance(executor, list):
            return self._refused(executor, context)
        opened = create_source_event_stream(executor)
        source = await cast(Awaitable[Any], opened) if isawaitable(opened) else opened
        if isinstance(source, ExecutionResult):
            return self._refused(source.errors or [], context)
        group = self.sharing.group(prepared.understood, prepared.parameters, powers(context.actor))
        return self._events(source, prepared, context, group)

    async def _events(self, source: Any, prepared: Prepared, context: Context, group: Group) -> AsyncIterator[Event]:
        async def run(event: Any) -> Answer:
            """One event, once for all who may see the same: with loaders and an executor of its own. (The executor of a
            subscription remembers something of every event in graphql-core 3.3, and would eat the memory of a long one.)"""
            async with asyncio.timeout(PATIENCE_SECONDS):
                fresh = self.fresh(context)
                if (told := getattr(event, "told", None)) is not None:
                    await told.still_allowed(fresh)
                done = await self.done(prepared, fresh, event)
            for error in done.errors or ():
                if error.original_error is not None and will_pass(error.original_error):
                    raise error.original_error  # the client would take an empty event for all that there was
            return answer(done, context.request_id)

        async with aclosing(cast(Any, source)) as events:
            async for event in events:
                yield Event(await group.written(event, run))
                del event  # nothing of it stays while the next is waited for

    def _executor(
        self, prepared: Prepared, context: Context, event: Any = None, compiled: Compiled | None = None
    ) -> Any:
        """Or a list of errors: variables that are none."""
        return CompiledExecutor.build(
            self.schema._schema,
            prepared.understood.document,
            event,
            context,
            prepared.parameters.variables,
            prepared.parameters.operation_name,
            is_awaitable=cast(Any, optimized_is_awaitable),
            operation_extensions={},
            compiled=compiled,
        )

    def _refused(self, found: list[GraphQLError], context: Context) -> Answer:
        return Answer(errors=errors.present(found, context.request_id), executed=False)


def answer(result: ExecutionResult, request_id: str) -> Answer:
    found = result.errors or []
    ran = result.data is not None or not found or any(error.path for error in found)
    return Answer(result.data, errors.present(found, request_id) or None, executed=ran)


__all__ = ["Answer", "Engine", "Event", "Prepared", "Rejected"]
