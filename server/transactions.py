"""One transaction on one connection of a pool: begun and ended by the driver, with a session over it for who asks for one.

A session that begins it, asks the clock and ends it costs four times as much as the driver, and verbs that know which rows
they change need none.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession
from sqlalchemy.util import greenlet_spawn

from server.asking import PATIENCE_SECONDS
from server.waiting import Turns

Send = Callable[[Any, Callable[[], Awaitable[None]], partial[Awaitable[Any]]], Awaitable[Any]]
"""Given the driver's connection, what to do when that is lost, and what to ask it, answers as the driver does."""


class NothingKept(Exception):
    """A statement had failed, and whoever asked for it went on as if it had not."""


class Transaction:
    """`session` stands for a session that is made when it is first asked for anything."""

    def __init__(self, engine: AsyncEngine, held: Any, send: Send) -> None:
        self._engine = engine
        self._held = held
        self._driver = held.driver_connection
        self._send = partial(send, self._driver, partial(greenlet_spawn, held.invalidate))
        self._made: AsyncSession | None = None
        self.session = cast(AsyncSession, Session(self._make))

    async def fetch(self, sql: str, arguments: Sequence[Any] = ()) -> Sequence[Any]:
        """Asks the driver, after whatever the session has yet to write. Raises sa.exc.DBAPIError, like a session."""
        await self.flush()
        records: Sequence[Any] = await self._send(partial(self._driver.fetch, sql, *arguments))
        return records

    async def fetch_all(self, sql: str, several: Sequence[Sequence[Any]]) -> Sequence[Any]:
        await self.flush()
        records: Sequence[Any] = await self._send(partial(self._driver.fetchmany, sql, several))
        return records

    async def tell(self, command: str) -> str:
        """One without arguments or rows; PostgreSQL's word for what was done."""
        done: str = await self._send(partial(self._driver.execute, command))
        return done

    async def flush(self) -> None:
        session = self._made
        if session is not None and (session.new or session.dirty or session.deleted):
            await session.flush()

    def _make(self) -> AsyncSession:
        connection = sa.Connection(self._engine.sync_engine, connection=self._held)
        self._made = AsyncSession(AsyncConnection(self._engine, connection), expire_on_commit=False)
        return self._made

    async def undo(self) -> None:
        """A connection that still answers is fit for others afterwards; one that does not is lost, and all of it with that."""
        try:
            await self.end()
            driver = self._held.driver_connection if self._held.is_valid else None
            if driver is not None and not driver.is_closed() and driver.is_in_transaction():
                with contextlib.suppress(sa.exc.DBAPIError):
                    await self.tell("rollback")
        finally:
            await self.give_back()

    async def give_back(self) -> None:
        if self._held.is_valid:
            self._held.dbapi_connection.autocommit = False
        await greenlet_spawn(self._held.close)

    async def end(self) -> None:
        """The session forgets what it knew."""
        if self._made is not None:
            await self._made.close()


class Session:
    """A session that is made when it is first asked for anything."""

    __slots__ = ("_made", "_make")

    def __init__(self, make: Callable[[], AsyncSession]) -> None:
        self._make = make
        self._made: AsyncSession | None = None

    def __getattr__(self, name: str) -> Any:
        if self._made is None:
            self._made = self._make()
        return getattr(self._made, name)


@asynccontextmanager
async def begun(engine: AsyncEngine, turns: Turns, send: Send) -> AsyncIterator[Transaction]:
    """All of it is kept, or none of it when this is left by an exception. Raises TimeoutError when its turn does not come."""
    await turns.take(PATIENCE_SECONDS)
    try:
        held: Any = await engine.raw_connection()
        held.dbapi_connection.autocommit = True  # what is above the driver neither begins nor ends anything
        transaction = Transaction(engine, held, send)
        try:
            await transaction.tell("begin")
            yield transaction
            await transaction.flush()
            if await transaction.tell("commit") != "COMMIT":
                raise NothingKept
            await transaction.end()
        except BaseException:
            # to its end, however often it is cancelled: then others get the connection
            await asyncio.shield(transaction.undo())
            raise
        await transaction.give_back()
    finally:
        turns.give_back()
