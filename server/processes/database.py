"""A database that is there and fit, for whichever process needs it."""

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from importlib import import_module
from typing import Any

from server import health, revisions, store
from server.database import Database
from server.postgres import Postgres
from server.settings import Settings


@contextmanager
def running_database(settings: Settings) -> Iterator[str]:
    """The database's address. Without one in the settings the embedded server is started, or joined, and brought up to
    date; the address is also put into the environment, where processes that this one starts find it."""
    if settings.database_url is not None:
        yield settings.database_url
        return
    settings.data.mkdir(parents=True, exist_ok=True)
    with Postgres(settings.postgres_data, bin=settings.pg_bin) as server:
        url = server.url()
        if asyncio.run(_revision(url)) != revisions.head():
            upgrade(url)
        os.environ["DATABASE_URL"] = url
        yield url


def upgrade(url: str) -> None:
    """Alembic is loaded where there is something for it to do: a process that answers requests would keep it for ever."""
    migrations: Any = import_module("server.migrations")
    migrations.upgrade(url)


async def _revision(url: str) -> str | None:
    database = Database.connect(url, pool_size=1)
    try:
        async with database.reads.connect() as connection:
            return await store.migrated_to(connection)
    finally:
        await database.close()


@asynccontextmanager
async def open_database(settings: Settings, url: str) -> AsyncIterator[Database]:
    """Raises `health.Unfit`."""
    database = Database.connect(url, pool_size=settings.database_pool)
    try:
        await health.check_database(database)
        yield database
    finally:
        await database.close()
