"""From a GraphQL operation to its answer, or to the stream of its answers."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from functools import partial
from inspect import isawaitable
from itertools import chain
from typing import Any, TypeAlias, cast

import orjson
import strawberry
from graphql import ExecutionResult, GraphQLError, OperationDefinitionNode, OperationType
from graphql.execution import create_source_event_stream
from strawberry.execution import optimized_is_awaitable

from core.tables import Activity
from schema.activity import Following
from schema.context import Context
from server.graphql import errors
from server.graphql.completion import Compiled, CompiledExecutor
from server.graphql.documents import Documents, Rejected, Understood
from server.graphql.negotiation import Parameters
from server.graphql.sharing import CURSOR, MARK, Group, Pieces, Run, Sharing, at_once, powers
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

    def with_extensions(self, told: dict[str, Any]) -> "Answer":
        return Answer(self.data, self.errors, self.executed, told)


Stream: TypeAlias = AsyncIterator[Iterable[bytes]]
"""The answers of a subscription as they are sent, together those that came together."""


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
            del executor.async_helpers  # they hold it, and it all of the answer, until somebody looks for garbage
            if not executor.gave_up:
                return done
            compiled, context = None, self.fresh(context)

    async def subscribe(self, prepared: Prepared, context: Context) -> Answer | Stream:
        """A stream of answers, or the one answer that says why there is none."""
        executor = self._executor(prepared, context)
        if isinstance(executor, list):
            return self._refused(executor, context)
        opened = create_source_event_stream(executor)
        source = await cast(Awaitable[Any], opened) if isawaitable(opened) else opened
        if isinstance(source, ExecutionResult):
            return self._refused(source.errors or [], context)
        if not isinstance(source, Following):
            return self._alone(source, prepared, context)
        group = self.sharing.group(prepared.understood, prepared.parameters, powers(context.actor))
        run = partial(self._written, source, prepared, context)
        return self._together(source, group, run, at_once(prepared.cost))

    async def _together(self, source: Following[Any], group: Group, run: Run, at_once: int) -> Stream:
        async with aclosing(source.pages) as pages:
            async for rows in pages:
                most = at_once
                while rows:
                    try:
                        written = await group.written(rows[:most], run)
                    except Exception:
                        if most == 1:
                            raise
                        most = 1  # what comes before the one that fails is told
                        continue
                    yield map(partial(_for_one, source.cursor), rows, written)
                    rows = rows[most:]
                del rows, written  # nothing of it stays while the next is waited for

    async def _written(
        self, source: Following[Any], prepared: Prepared, context: Context, rows: Sequence[Activity]
    ) -> list[Pieces]:
        """Some events, once for all who may see the same: after asking anew whether they may, with loaders of their own and
        an executor for each. (The executor of a subscription remembers something of every event in graphql-core 3.3, and
        would eat the memory of a long one.)"""
        async with asyncio.timeout(PATIENCE_SECONDS):
            fresh = self.fresh(context)
            await source.still_allowed(fresh)
            events = [source.told(row, CURSOR) for row in rows]
            results = await asyncio.gather(*(self.done(prepared, fresh, event) for event in events))
        for error in chain.from_iterable(result.errors or () for result in results):
            if error.original_error is not None and will_pass(error.original_error):
                raise error.original_error  # the client would take an empty event for all that there was
        return [answer(result, context.request_id).json.split(MARK) for result in results]

    async def _alone(self, source: Any, prepared: Prepared, context: Context) -> Stream:
        """Events of which nobody can tell whether they are those of others."""
        async with aclosing(source) as events:
            async for event in events:
                async with asyncio.timeout(PATIENCE_SECONDS):
                    done = await self.done(prepared, self.fresh(context), event)
                yield [answer(done, context.request_id).json]

    def _executor(
        self, prepared: Prepared, context: Context, event: Any = None, compiled: Compiled | None = None
    ) -> Any:
        """Or a list of errors: variables that are none."""
        return CompiledExecutor.build_for(
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


def _for_one(cursor: Callable[[Activity], str], row: Activity, pieces: Pieces) -> bytes:
    """With the caller's own cursor, wherever the document asks for it."""
    return cursor(row).encode().join(pieces) if len(pieces) > 1 else pieces[0]


def answer(result: ExecutionResult, request_id: str) -> Answer:
    found = result.errors or []
    ran = result.data is not None or not found or any(error.path for error in found)
    return Answer(result.data, errors.present(found, request_id) or None, executed=ran)


__all__ = ["Answer", "Engine", "Prepared", "Rejected", "Stream"]
