"""A real PostgreSQL for every test: one embedded server a worker, one template database, a copy of it for each test that asks.

Copies are made one after the other: one in the making holds up whoever reads a log below the oldest transaction.
"""

import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from itertools import count

import asyncpg
import pytest
from sqlalchemy.ext.asyncio import create_async_engine

import payments.tables  # noqa: F401 - both fill the metadata
from core.tables import Table
from server.database import Database
from server.postgres import FAST, Postgres
from tests.fakes.memory import passing_folder

pytest_plugins = ["tests.fakes.sandbox", "tests.fakes.deal", "tests.fakes.town"]

# Tests move the database's clock, and change powers behind a process's back.
os.environ["KEYS_REMEMBERED_SECONDS"] = "0"

_copies = count(1)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    with passing_folder() as folder, Postgres(folder / "data", settings=FAST) as server:
        yield server


@pytest.fixture(scope="session")
async def template(postgres: Postgres) -> str:
    """The name of a database that holds every table and not a row."""
    await _admin(postgres, "create database template_tables")
    engine = create_async_engine(postgres.url("template_tables"))
    async with engine.begin() as connection:
        await connection.run_sync(Table.metadata.create_all)
    await engine.dispose()
    return "template_tables"


@pytest.fixture
async def database(postgres: Postgres, template: str) -> AsyncIterator[Database]:
    """An empty database of the test's own."""
    async with copied(postgres, template) as database:
        yield database


@asynccontextmanager
async def copied(postgres: Postgres, template: str) -> AsyncIterator[Database]:
    name = f"test_{next(_copies)}"
    await _admin(postgres, f"create database {name} template {template} strategy file_copy")
    database = Database.connect(postgres.url(name))
    yield database
    await database.close()
    await _admin(postgres, f"drop database {name} (force)")


async def _admin(postgres: Postgres, command: str) -> None:
    connection = await asyncpg.connect(host=str(postgres.socket_dir), user="postgres", database="postgres")
    try:
        await connection.execute(command)
    finally:
        await connection.close()
