"""Opening the database: one engine for work, one for questions, the driver's own connections for most of those, and the two
context managers that the rooms are handed."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from time import monotonic
from typing import Any, NamedTuple, cast

import asyncpg
import sqlalchemy as sa
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine

from core.actor import Actor
from core.store import CLOCK, CLOCK_NOW
from core.work import OpenRead, OpenWork, Read, Work
from server import transactions
from server.asking import Pool, is_lost
from server.reactions import react, told
from server.waiting import Turns

SETTINGS = {
    "jit": "off",
    "application_name": "twinmarket",
    "idle_in_transaction_session_timeout": "30s",  # a forgotten writer would hold up every activity stream
    "lock_timeout": "15s",
    "timezone": "UTC",
}
SEARCHING = {"plan_cache_mode": "force_custom_plan"}
"""A plan that fits all values makes a search over ranges a hundred times slower. Work and look-ups find rows by their
numbers, and need not plan that anew each time."""
WALKING = {"plan_cache_mode": "force_generic_plan", "enable_sort": "off", "enable_bitmapscan": "off"}
"""Where there is one way to the rows, to plan it takes as long as to go it. It goes along an index, so that it can stop: nothing is
gathered and sorted that can be had in order."""

WALKS = 4
"""So many walks of one process at once. What they find takes it longer to tell than PostgreSQL to find: more of them would only keep
PostgreSQL's processes from its core, and each of their connections keeps all those plans."""

RESTED_SECONDS = 1
"""A session's connection that rested for longer is tried before it is used: the server may have gone meanwhile. To try it
each time would cost every piece of work one more question."""


class Pools(NamedTuple):
    """The driver's own connections, by how what is asked of them is planned."""

    searches: Pool
    look_ups: Pool
    walks: Pool


@dataclass(frozen=True, slots=True)
class Database:
    """`writes` runs transactions; `reads` commits by itself, which saves a question two round trips; most questions are asked of
    the driver, in `pools`. `after_commit` is called after every work that recorded a fact: whoever tails the log or runs
    jobs may want to look. `turns`: so many works at once as there are connections that stay, one after the other as they came.
    More would connect for themselves alone, which costs more than the work."""

    url: str
    writes: AsyncEngine
    reads: AsyncEngine
    pools: Pools
    turns: Turns
    after_commit: list[Callable[[], None]] = field(default_factory=list)

    @classmethod
    def connect(cls, url: str, *, pool_size: int = 10) -> "Database":
        size: dict[str, Any] = {"pool_size": pool_size, "hide_parameters": True}  # no log has what people said
        working, asking = ({"server_settings": each} for each in (SETTINGS, SETTINGS | SEARCHING))
        writes = create_async_engine(url, connect_args=working, max_overflow=pool_size, **size)
        reads = create_async_engine(url, connect_args=asking, max_overflow=0, isolation_level="AUTOCOMMIT", **size)
        pools = Pools(
            searches=Pool(reads, SETTINGS | SEARCHING, pool_size),
            look_ups=Pool(reads, SETTINGS, pool_size),
            walks=Pool(reads, SETTINGS | WALKING, min(WALKS, pool_size)),
        )
        return cls(url, _trying_the_rested(writes), _trying_the_rested(reads), pools, Turns(pool_size))

    async def close(self) -> None:
        await self.writes.dispose()
        await self.reads.dispose()
        for pool in self.pools:
            await pool.close()

    def work(self, actor: Actor, clock: Callable[[], datetime] | None = None) -> OpenWork:
        """`clock` tells the database's own, where that was asked just before; otherwise each work asks it."""
        return partial(open_work, self.writes, self.turns, actor, self.after_commit, clock)

    def read(self, actor: Actor, at: datetime | None = None) -> OpenRead:
        """`at`: the moment of the question, where the database's clock was asked just before; otherwise each read asks it."""
        return partial(open_read, self.reads, self.pools, actor, at)

    async def look_up(self, sql: str, arguments: Sequence[Any]) -> Sequence[Any]:
        """The driver's own records, by a plan that is kept. Raises sa.exc.DBAPIError."""
        return await fetched(self.pools.look_ups, sql, arguments)

    def snapshot(self, actor: Actor) -> OpenRead:
        """Several questions about one moment, for whoever adds up what others change meanwhile."""
        return partial(open_snapshot, self.writes, actor)


def _trying_the_rested(engine: AsyncEngine) -> AsyncEngine:
    def rest(_: Any, record: Any) -> None:
        record.info["rests_since"] = monotonic()

    def rise(connection: Any, record: Any, _: Any) -> None:
        if monotonic() - record.info.get("rests_since", monotonic()) > RESTED_SECONDS:
            try:
                engine.dialect.do_ping(connection)
            except Exception as error:
                raise InvalidatePoolError() from error

    sa.event.listen(engine.sync_engine, "checkin", rest)
    sa.event.listen(engine.sync_engine, "checkout", rise)
    return engine


@asynccontextmanager
async def open_work(
    engine: AsyncEngine,
    turns: Turns,
    actor: Actor,
    after_commit: Sequence[Callable[[], None]] = (),
    clock: Callable[[], datetime] | None = None,
) -> AsyncIterator[Work]:
    """All of it or none of it: the rows, and the jobs and activity that follow from the facts."""
    async with transactions.begun(engine, turns, _sent) as transaction:
        now = clock() if clock is not None else (await transaction.fetch(CLOCK_NOW))[0][0]
        fetch, fetch_all = transaction.fetch, transaction.fetch_all
        session = transaction.session
        work = Work(session=session, actor=actor, now=now, fetch=fetch, fetch_all=fetch_all, follows=told)
        yield work
        await transaction.flush()
        await react(work)
    if work.facts:
        for call in after_commit:
            call()


@asynccontextmanager
async def open_read(engine: AsyncEngine, pools: Pools, actor: Actor, at: datetime | None = None) -> AsyncIterator[Read]:
    """One short question, to be asked of searches, look-ups or walks."""
    now = at or (await fetched(pools.look_ups, CLOCK_NOW, ()))[0][0]
    session = cast(AsyncSession, Unopened(engine))

    async def ask(pool: Pool, sql: str, arguments: Sequence[Any]) -> Sequence[Any]:
        """On the connection that the session holds, if it holds one: who waited for a second could wait for ever."""
        asked = _within(session, sql, arguments) if session.in_transaction() else fetched(pool, sql, arguments)
        return await asked

    fetch, look_up, walk = (partial(ask, pool) for pool in pools)
    try:
        yield Read(session=session, actor=actor, now=now, fetch=fetch, look_up=look_up, walk=walk)
    finally:
        if session.in_transaction():
            await asyncio.shield(session.close())


class Unopened:
    """A session that is made when it is first asked for anything: most questions ask the driver alone."""

    __slots__ = ("_engine", "_made")

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._made: AsyncSession | None = None

    def in_transaction(self) -> bool:
        return self._made is not None and self._made.in_transaction()

    def __getattr__(self, name: str) -> Any:
        if self._made is None:
            self._made = AsyncSession(self._engine, expire_on_commit=False, autoflush=False)
        return getattr(self._made, name)


async def fetched(pool: Pool, sql: str, arguments: Sequence[Any]) -> Sequence[Any]:
    """The driver's records; the connection is given back at once. Raises sa.exc.DBAPIError, like a session."""
    driver = await pool.take()
    try:
        records: Sequence[Any] = await _sent(driver, partial(pool.drop, driver), partial(driver.fetch, sql, *arguments))
        return records
    finally:
        await pool.give_back(driver)


async def _within(session: AsyncSession, sql: str, arguments: Sequence[Any]) -> Sequence[Any]:
    """The same within the session's transaction, after whatever it has yet to write."""
    if session.new or session.dirty or session.deleted:
        await session.flush()
    connection = await session.connection()
    driver: Any = (await connection.get_raw_connection()).driver_connection
    records: Sequence[Any] = await _sent(driver, connection.invalidate, partial(driver.fetch, sql, *arguments))
    return records


async def _sent(driver: Any, invalidate: Callable[[], Awaitable[None]], ask: partial[Awaitable[Any]]) -> Any:
    """What the driver answers; the first argument of `ask` is SQL. Raises sa.exc.DBAPIError. A connection of which nobody knows what
    will come on it next is not used again."""
    try:
        return await ask()
    except asyncpg.PostgresError as error:
        lost = is_lost(driver)
        if lost:
            await invalidate()
        raise sa.exc.DBAPIError(ask.args[0], None, error, connection_invalidated=lost) from error
    except BaseException as error:
        await invalidate()
        if isinstance(error, asyncpg.InterfaceError | asyncpg.InternalClientError | OSError):
            raise sa.exc.DBAPIError(ask.args[0], None, error, connection_invalidated=True) from error
        raise


@asynccontextmanager
async def open_snapshot(engine: AsyncEngine, actor: Actor) -> AsyncIterator[Read]:
    async with AsyncSession(engine, expire_on_commit=False, autoflush=False) as session:
        await session.connection(execution_options={"isolation_level": "REPEATABLE READ", "postgresql_readonly": True})
        now = (await session.execute(CLOCK)).scalar_one()
        yield Read(session=session, actor=actor, now=now)
