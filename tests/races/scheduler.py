"""Two units of work on one database, driven statement by statement in every order that can matter.

Each runs on a connection of its own and waits before every statement, and before its commit, until it is let go on. One
that waits for a lock of the other is left where it is, and the other goes on.

Which orders can matter? While neither commits, each sees nothing of the other but its locks. So the first stops before
each of its statements in turn while the second runs from beginning to end, or until it waits; and the other way round.
Where the second waits at the same statement whether the first stops at one place or at a later one, all the places
between are one and the same order, for locks are kept: they are passed over.

Orders in which both stop once add nothing. Where both then wait for each other, let the first stop at the same place
and the second go on alone: it takes what it had taken, and perhaps more, until it waits for the first; the first then
waits for it too. So a deadlock of two is met whenever one of them stops at any place after it has taken its part.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import asyncpg
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.util import await_only

from core.errors import Refusal
from server.database import Database

Act = Callable[[AsyncEngine], Awaitable[Any]]

TO_THE_END = 10_000
BLINK = 0.002


class Watched(asyncpg.Connection):
    """What is asked of the driver itself, past the session and its events, is seen here."""

    pause: Callable[[], Awaitable[None]] | None = None

    async def fetch(self, query: str, *arguments: Any, **options: Any) -> Any:
        if self.pause is not None:
            await self.pause()
        return await super().fetch(query, *arguments, **options)

    async def fetchmany(self, query: str, several: Any, **options: Any) -> Any:
        if self.pause is not None:
            await self.pause()
        return await super().fetchmany(query, several, **options)

    async def execute(self, query: str, *arguments: Any, **options: Any) -> Any:
        if self.pause is not None and query == "commit":
            await self.pause()
        return await super().execute(query, *arguments, **options)


@asynccontextmanager
async def two_runners(database: Database, settings: dict[str, str]) -> AsyncIterator[tuple["Runner", "Runner"]]:
    """Each with a connection of its own."""
    options: dict[str, Any] = {"server_settings": settings, "connection_class": Watched}
    engines = [create_async_engine(database.url, pool_size=1, max_overflow=0, connect_args=options) for _ in range(2)]
    async with database.reads.connect() as watcher:
        drivers = []
        for engine in engines:
            async with engine.connect() as connection:
                drivers.append((await connection.get_raw_connection()).driver_connection)
        one, other = (Runner(engine, driver, watcher) for engine, driver in zip(engines, drivers, strict=True))
        yield one, other
    for engine in engines:
        await engine.dispose()


class Runner:
    """One unit of work that goes on only when it is told to. `engine` holds one connection, `driver`, and is its alone."""

    def __init__(self, engine: AsyncEngine, driver: Any, watcher: AsyncConnection) -> None:
        self.engine, self.pid, self._watcher = engine, driver.get_server_pid(), watcher
        self._still, self._go = asyncio.Event(), asyncio.Event()
        self.is_done, self.is_waiting = True, False
        self.steps, self.waited_at = 0, 0
        self._task: asyncio.Task[str] | None = None
        for event in ("before_cursor_execute", "commit"):
            sa.event.listen(engine.sync_engine, event, self._checkpoint)
        driver.pause = self._pause

    def _checkpoint(self, *_: Any) -> None:
        await_only(self._pause())

    async def _pause(self) -> None:
        if self.is_done:
            return
        self._still.set()
        await self._go.wait()
        self._go.clear()

    async def start(self, act: Act) -> None:
        """Up to its first statement."""
        self.steps, self.waited_at, self.is_done, self.is_waiting = 0, 0, False, False
        self._still.clear()
        self._task = asyncio.create_task(self._run(act))
        await self._still.wait()

    async def _run(self, act: Act) -> str:
        try:
            return await answer_to(act(self.engine))
        finally:
            self.is_done = True
            self._still.set()

    async def step(self) -> bool:
        """One statement further. False when it waits for a lock, or is done."""
        if self.is_done:
            return False
        if not self.is_waiting:
            self.steps += 1
            self._still.clear()
            self._go.set()
        self.is_waiting = not await self._came_to_rest()
        if self.is_waiting and not self.waited_at:
            self.waited_at = self.steps
        return not self.is_waiting

    async def _came_to_rest(self) -> bool:
        while True:
            try:
                await asyncio.wait_for(self._still.wait(), BLINK)
            except TimeoutError:
                blocking = sa.text("select cardinality(pg_blocking_pids(:pid)) > 0")
                if (await self._watcher.execute(blocking, {"pid": self.pid})).scalar_one():
                    return False
            else:
                return True

    async def answer(self) -> str:
        assert self._task is not None
        return await self._task


async def answer_to(act: Awaitable[Any]) -> str:
    """What the caller would be told, without its wording."""
    try:
        await act
    except Refusal as refusal:
        return " ".join(filter(None, (type(refusal).__name__, refusal.code, getattr(refusal, "state", None))))
    except DBAPIError as error:
        return f"CRASH {getattr(error.orig, 'sqlstate', error)}"
    return "done"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What each was told, in the order of the pair, and what the database holds afterwards."""

    answers: tuple[str, ...]
    state: str


@dataclass(frozen=True, slots=True)
class Run:
    """`schedule`: who went how far, in turn. `steps`: how many each had. `waited_at`: where it first waited."""

    schedule: tuple[tuple[int, int], ...]
    outcome: Outcome
    steps: tuple[int, ...]
    waited_at: tuple[int, ...]


class Race:
    """Two acts, run again and again from the same beginning. `restore` makes it; `look` tells what came of it."""

    def __init__(
        self,
        runners: tuple[Runner, Runner],
        acts: tuple[Act, Act],
        restore: Callable[[], Awaitable[None]],
        look: Callable[[], Awaitable[str]],
    ) -> None:
        self._runners, self._acts, self._restore, self._look = runners, acts, restore, look

    async def run(self, *schedule: tuple[int, int]) -> Run:
        await self._restore()
        for runner, act in zip(self._runners, self._acts, strict=True):
            await runner.start(act)
        for who, steps in schedule:
            for _ in range(steps):
                if not await self._runners[who].step():
                    break
        while not all(runner.is_done for runner in self._runners):
            for runner in self._runners:
                await runner.step()
        answers = tuple([await runner.answer() for runner in self._runners])
        steps_taken = tuple(runner.steps for runner in self._runners)
        waited_at = tuple(runner.waited_at for runner in self._runners)
        return Run(schedule, Outcome(answers, await self._look()), steps_taken, waited_at)

    async def serial(self) -> tuple[Run, Run]:
        return await self.run((0, TO_THE_END), (1, TO_THE_END)), await self.run((1, TO_THE_END), (0, TO_THE_END))

    async def interleaved(self, serial: tuple[Run, Run]) -> AsyncIterator[Run]:
        for first in (0, 1):
            async for run in self._stopping(first, serial[first].steps[first]):
                yield run

    async def _stopping(self, first: int, length: int) -> AsyncIterator[Run]:
        """The first stops once, before each of its statements or its commit, and the second goes as far as it can."""
        second = 1 - first
        ends = sorted({1, length - 1} & set(range(1, length)))
        runs: dict[int, Run] = {}
        spans = [(ends[0], ends[-1])] if ends else []
        waiting = list(ends)
        while waiting or spans:
            for place in waiting:
                runs[place] = await self.run((first, place), (second, TO_THE_END), (first, TO_THE_END))
                yield runs[place]
            waiting, wide, spans = [], spans, []
            for low, high in wide:
                waits = runs[low].waited_at[second]
                if high - low < 2 or (waits and waits == runs[high].waited_at[second]):
                    continue
                middle = (low + high) // 2
                waiting.append(middle)
                spans += [(low, middle), (middle, high)]
