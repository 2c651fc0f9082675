"""GraphQL over server-sent events, graphql-sse's "distinct connections": one operation, one answer that goes on.

https://github.com/enisdenjo/graphql-sse/blob/master/PROTOCOL.md
"""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import aclosing, contextmanager
from typing import Any, cast

from graphql import OperationType
from starlette.responses import Response, StreamingResponse

from schema.context import Context
from server import texts
from server.callers import Caller
from server.graphql import errors
from server.graphql.engine import Answer, Engine, Prepared
from server.graphql.negotiation import EVENTS
from server.presence import Presence

MAXIMUM_STREAMS = 100
"""Of one caller, in one process: as many as one WebSocket carries."""
SILENCE_SECONDS = 12
"""Proxies take a connection that says nothing for longer to be dead."""

STILL_HERE = b":\n\n"
COMPLETE = b"event: complete\ndata:\n\n"
HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no", "Content-Type": f"{EVENTS}; charset=utf-8"}
REVOKED = "The credential was revoked, or its powers have changed. Sign in again, and resume with `after`."


class TooManyStreams(Exception):
    """The message says how many may be open."""


class Streams:
    """One per process."""

    def __init__(self, engine: Engine, presence: Presence) -> None:
        self.engine = engine
        self.presence = presence
        self._open: Counter[str] = Counter()

    def open(self, prepared: Prepared, context: Context, caller: Caller, holder: str) -> Response:
        """The answer to any operation, as a stream. `holder`: for whom it counts. Raises TooManyStreams."""
        if self._open[holder] >= MAXIMUM_STREAMS:
            raise TooManyStreams(f"A caller has at most {MAXIMUM_STREAMS} streams open. Close one, or use a WebSocket.")
        return StreamingResponse(self._frames(prepared, context, caller, holder), headers=HEADERS)

    async def _frames(self, prepared: Prepared, context: Context, caller: Caller, holder: str) -> AsyncIterator[bytes]:
        ended = asyncio.Event()
        with self._counted(holder), self.presence.here(caller, ended.set):
            yield STILL_HERE  # the client learns at once that it is through
            try:
                async with aclosing(self._answers(prepared, context)) as answers:
                    async for frame in _patiently(answers, ended, context.request_id):
                        yield frame
            except Exception as crash:
                yield _next(Answer(errors=errors.of_stream(crash, context.request_id), executed=False).json)
            yield COMPLETE

    @contextmanager
    def _counted(self, name: str) -> Iterator[None]:
        self._open[name] += 1
        try:
            yield
        finally:
            self._open[name] -= 1
            if self._open[name] <= 0:
                del self._open[name]

    async def _answers(self, prepared: Prepared, context: Context) -> AsyncGenerator[bytes, None]:
        if prepared.kind is not OperationType.SUBSCRIPTION:
            yield _next((await self.engine.execute(prepared, context)).json)
            return
        outcome = await self.engine.subscribe(prepared, context)
        if isinstance(outcome, Answer):
            yield _next(outcome.json)
            return
        async with aclosing(cast(Any, outcome)) as answers:
            async for some in answers:
                for frames in texts.together(map(_next, some)):
                    yield b"".join(frames)


def told(answer: Answer) -> Response:
    """A stream of one answer: what is wrong with a document whose sender understands nothing but streams."""
    return Response(STILL_HERE + _next(answer.json) + COMPLETE, headers=HEADERS)


async def _patiently(answers: AsyncIterator[bytes], ended: asyncio.Event, request_id: str) -> AsyncIterator[bytes]:
    """Each answer as it comes, a sign of life in between, until there are no more or the caller has lost its right."""
    ending: asyncio.Future[Any] = asyncio.ensure_future(ended.wait())
    coming: asyncio.Future[Any] | None = None
    try:
        while True:
            coming = coming or asyncio.ensure_future(anext(answers))
            await asyncio.wait({coming, ending}, timeout=SILENCE_SECONDS, return_when=asyncio.FIRST_COMPLETED)
            if ending.done():
                yield _next(Answer(errors=errors.problem("FORBIDDEN", REVOKED, request_id), executed=False).json)
                return
            if not coming.done():
                yield STILL_HERE
                continue
            done, coming = coming, None
            if isinstance(done.exception(), StopAsyncIteration):
                return
            yield done.result()
    finally:
        left = [task for task in (ending, coming) if task is not None]
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)


def _next(answer: bytes) -> bytes:
    return b"event: next\ndata: " + answer + b"\n\n"
