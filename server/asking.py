"""The driver's own connections, for questions that are one statement: a pool that costs next to nothing.

Such a question commits by itself and changes nothing of its connection's session, so nothing is reset between two of them.
"""

import asyncio
from collections.abc import Awaitable, Callable
from time import monotonic
from typing import Any

import asyncpg
import orjson
from sqlalchemy.ext.asyncio import AsyncEngine

IDLE_SECONDS = 1
"""A connection that rested for longer is tried before it is used: the server may have gone meanwhile. To try it each time
would cost every question one more."""
PATIENCE_SECONDS = 30


class Pool:
    """At most `size` connections, made when they are needed. The one that rested least is used first."""

    def __init__(self, connect: Callable[[], Awaitable[Any]], size: int) -> None:
        self._connect = connect
        self._resting: list[tuple[Any, float]] = []
        self._room = asyncio.Semaphore(size)
        self._is_closed = False

    async def take(self) -> Any:
        """A connection, which must be given back. Raises TimeoutError, and what the driver says when it cannot connect."""
        if self._room.locked():
            async with asyncio.timeout(PATIENCE_SECONDS):
                await self._room.acquire()
        else:
            await self._room.acquire()
        try:
            while self._resting:
                connection, since = self._resting.pop()
                if await _is_well(connection, since):
                    return connection
            return await self._connect()
        except BaseException:
            self._room.release()
            raise

    def give_back(self, connection: Any) -> None:
        if self._is_closed:
            connection.terminate()
        elif not connection.is_closed():
            self._resting.append((connection, monotonic()))
        self._room.release()

    async def drop(self, connection: Any) -> None:
        """Nobody knows what will come on it next: it is not used again. It must be given back all the same."""
        connection.terminate()

    async def close(self) -> None:
        """Of those that rest; the others are, once they are given back."""
        self._is_closed = True
        resting, self._resting = self._resting, []
        for connection, _ in resting:
            await connection.close()


async def connect(engine: AsyncEngine, settings: dict[str, str]) -> Any:
    """To the database of an engine; what comes over it is read as the engine's dialect would."""
    _, options = engine.dialect.create_connect_args(engine.url)
    address = {name: each for name, each in options.items() if not name.startswith("prepared_statement")}
    connection: Any = await asyncpg.connect(**address, server_settings=settings)
    for kind, begins in (("json", b""), ("jsonb", b"\x01")):
        await connection.set_type_codec(
            kind,
            schema="pg_catalog",
            format="binary",
            encoder=lambda text, begins=begins: begins + text.encode(),
            decoder=lambda sent, begins=begins: orjson.loads(sent[len(begins) :]),
        )
    return connection


async def _is_well(connection: Any, since: float) -> bool:
    if connection.is_closed():
        return False
    if monotonic() - since <= IDLE_SECONDS:
        return True
    try:
        await connection.fetchrow(";")
    except BaseException as error:
        connection.terminate()
        if isinstance(error, Exception):
            return False
        raise
    return True
