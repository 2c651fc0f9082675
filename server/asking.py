"""The driver's own connections, for questions that are one statement: asyncpg's pool.

Such a question commits by itself and changes nothing of its connection's session, so nothing is reset between two of them.
"""

from functools import partial
from typing import Any

import asyncpg
import orjson
from sqlalchemy.ext.asyncio import AsyncEngine

from server.waiting import Turns

PATIENCE_SECONDS = 30


class Pool:
    """At most `size` connections to the database of an engine, made when they are needed."""

    def __init__(self, engine: AsyncEngine, settings: dict[str, str], size: int) -> None:
        _, options = engine.dialect.create_connect_args(engine.url)
        address = {name: each for name, each in options.items() if not name.startswith("prepared_statement")}
        how: dict[str, Any] = {
            "timeout": PATIENCE_SECONDS,
            "min_size": 0,
            "max_size": size,
            "init": _read_as_the_dialect,
            "reset": _leave,
        }
        self._make = partial(asyncpg.create_pool, **address, server_settings=settings, **how)
        self._made: Any = None
        self._turns = Turns(size)
        """Who waits for a connection gets it in turn. The pool lets whoever comes take what somebody was woken for."""

    async def take(self) -> Any:
        """A connection, which must be given back. Raises TimeoutError, and what the driver says when it cannot connect."""
        if self._made is None:
            self._made = self._make()  # by the first who asks: a pool belongs to one loop
            await self._made  # it connects to nothing yet, so nobody else comes in between
        await self._turns.take(PATIENCE_SECONDS)
        try:
            return await self._made.acquire()
        except BaseException:
            self._turns.give_back()
            raise

    async def give_back(self, connection: Any) -> None:
        try:
            await self._made.release(connection)
        finally:
            self._turns.give_back()

    async def drop(self, connection: Any) -> None:
        """Nobody knows what will come on it next: it is not used again. It must be given back all the same."""
        if not is_lost(connection):
            connection.terminate()

    async def close(self) -> None:
        """Once all are given back. Whoever asks afterwards makes new ones, as with an engine."""
        if self._made is not None:
            try:
                await self._made.close()
            finally:
                self._made = None


def is_lost(connection: Any) -> bool:
    """A pool has taken back by itself what the server has closed, and then the driver says nothing of it."""
    try:
        return bool(connection.is_closed())
    except asyncpg.InterfaceError:
        return True


async def _read_as_the_dialect(connection: Any) -> None:
    """What comes over it is read as the engine's dialect would."""
    for kind in ("json", "jsonb"):
        await connection.set_type_codec(kind, schema="pg_catalog", encoder=str, decoder=orjson.loads)


async def _leave(connection: Any) -> None:
    """Nothing of its session was changed."""
