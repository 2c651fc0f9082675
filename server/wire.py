"""The wire between processes: a nudge that says "look again", over PostgreSQL's LISTEN and NOTIFY. It carries no data.

Nudges go out on a connection of their own, never inside a business transaction: a NOTIFY holds one lock of the whole
cluster until its commit is through, which more than halves what can be written. A lost nudge costs one poll.
"""

import asyncio
import logging
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool

from server import store, tasks
from server.outages import outlived

log = logging.getLogger(__name__)

COALESCE_SECONDS = 0.003
RETRY_SECONDS = 0.5


class Wire:
    """One per process. `nudge()` wakes every `Waker` in every process soon after."""

    def __init__(self, url: str) -> None:
        self._engine = create_async_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
        self._wakers: set[asyncio.Event] = set()
        self._due = asyncio.Event()
        self._lost = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="wire")

    async def stop(self) -> None:
        await tasks.end(self._task)
        await self._engine.dispose()

    def nudge(self) -> None:
        self._due.set()

    def waker(self) -> asyncio.Event:
        """An event that is set whenever anybody, anywhere, has nudged. Whoever waits on it clears it."""
        event = asyncio.Event()
        self._wakers.add(event)
        return event

    async def _run(self) -> None:
        while True:
            with outlived(log, "The wire is down, everything polls meanwhile"):
                async with self._engine.connect() as connection:
                    await self._listen(connection)
                    await self._pass_on(connection)
            await asyncio.sleep(RETRY_SECONDS)

    async def _listen(self, connection: AsyncConnection) -> None:
        driver: Any = (await connection.get_raw_connection()).driver_connection
        self._lost.clear()
        driver.add_termination_listener(self._hang_up)
        await driver.add_listener(store.CHANNEL, self._wake)

    async def _pass_on(self, connection: AsyncConnection) -> None:
        while True:
            await self._due.wait()
            await asyncio.sleep(COALESCE_SECONDS)  # many commits, one nudge
            if self._lost.is_set():
                return
            self._due.clear()
            await store.notify(connection)

    def _hang_up(self, *_: object) -> None:
        self._lost.set()
        self._due.set()

    def _wake(self, *_: object) -> None:
        for event in self._wakers:
            event.set()
