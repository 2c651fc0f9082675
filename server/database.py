"""Opening the database: one engine for work, one for questions, and the two context managers that the rooms are handed."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine

from core.actor import Actor
from core.work import OpenRead, OpenWork, Read, Work
from server.reactions import react

SETTINGS = {
    "jit": "off",
    "plan_cache_mode": "force_custom_plan",  # a generic plan makes a search over ranges a hundred times slower
    "application_name": "twinmarket",
    "idle_in_transaction_session_timeout": "30s",  # a forgotten writer would hold up every activity stream
    "lock_timeout": "15s",
    "timezone": "UTC",
}


@dataclass(frozen=True, slots=True)
class Database:
    """`writes` runs transactions; `reads` commits by itself, which saves a question two round trips. `after_commit` is called
    after every work that recorded a fact: whoever tails the log or runs jobs may want to look."""

    url: str
    writes: AsyncEngine
    reads: AsyncEngine
    after_commit: list[Callable[[], None]] = field(default_factory=list)

    @classmethod
    def connect(cls, url: str, *, pool_size: int = 10) -> "Database":
        options = {
            "connect_args": {"server_settings": SETTINGS},
            "pool_size": pool_size,
            "max_overflow": pool_size,
            "pool_pre_ping": True,
        }
        return cls(
            url=url,
            writes=create_async_engine(url, **options),
            reads=create_async_engine(url, isolation_level="AUTOCOMMIT", **options),
        )

    async def close(self) -> None:
        await self.writes.dispose()
        await self.reads.dispose()

    def work(self, actor: Actor) -> OpenWork:
        return partial(open_work, self.writes, actor, self.after_commit)

    def read(self, actor: Actor) -> OpenRead:
        return partial(open_read, self.reads, actor)

    def snapshot(self, actor: Actor) -> OpenRead:
        """Several questions about one moment, for whoever adds up what others change meanwhile."""
        return partial(open_snapshot, self.writes, actor)


@asynccontextmanager
async def open_work(
    engine: AsyncEngine, actor: Actor, after_commit: Sequence[Callable[[], None]] = ()
) -> AsyncIterator[Work]:
    """All of it or none of it: the rows, and the jobs and activity that follow from the facts."""
    async with AsyncSession(engine, expire_on_commit=False) as session, session.begin():
        now = (await session.execute(sa.select(sa.func.clock()))).scalar_one()
        work = Work(session=session, actor=actor, now=now)
        yield work
        await session.flush()
        await react(work)
    if work.facts:
        for call in after_commit:
            call()


@asynccontextmanager
async def open_read(engine: AsyncEngine, actor: Actor) -> AsyncIterator[Read]:
    """One short question."""
    async with AsyncSession(engine, expire_on_commit=False, autoflush=False) as session:
        now = (await session.execute(sa.select(sa.func.clock()))).scalar_one()
        yield Read(session=session, actor=actor, now=now)


@asynccontextmanager
async def open_snapshot(engine: AsyncEngine, actor: Actor) -> AsyncIterator[Read]:
    async with AsyncSession(engine, expire_on_commit=False, autoflush=False) as session:
        await session.connection(execution_options={"isolation_level": "REPEATABLE READ", "postgresql_readonly": True})
        now = (await session.execute(sa.select(sa.func.clock()))).scalar_one()
        yield Read(session=session, actor=actor, now=now)
