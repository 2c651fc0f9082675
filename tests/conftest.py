"""A real PostgreSQL for every test: one embedded server a run, one template database, a copy of it for each test that asks."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import create_async_engine

import payments.tables  # noqa: F401 - both fill the metadata
from core.tables import Table
from server.database import Database
from server.postgres import FAST, Postgres

pytest_plugins = ["tests.fakes.sandbox", "tests.fakes.deal", "tests.fakes.town"]


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    data: Path = tmp_path_factory.mktemp("postgres") / "data"
    with Postgres(data, settings=FAST) as server:
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


class Copies:
    """Empty databases, one for each who asks: the next is made, and those that were left are dropped, meanwhile."""

    def __init__(self, postgres: Postgres, template: str) -> None:
        self._postgres = postgres
        self._template = template
        self._hand = ThreadPoolExecutor(1, thread_name_prefix="copies")
        self._numbers = count(1)
        self._dropped: list[Future[None]] = []
        self._next = self._hand.submit(self._make)

    async def take(self) -> str:
        """Its name."""
        name = await asyncio.wrap_future(self._next)
        self._next = self._hand.submit(self._make)
        return name

    def drop(self, name: str) -> None:
        self._dropped.append(self._hand.submit(self._run, f"drop database {name} (force)"))

    def close(self) -> None:
        """Raises what went wrong meanwhile."""
        self._hand.shutdown()
        for each in self._dropped:
            each.result()

    def _make(self) -> str:
        name = f"test_{next(self._numbers)}"
        self._run(f"create database {name} template {self._template}")
        return name

    def _run(self, command: str) -> None:
        asyncio.run(_admin(self._postgres, command))


@pytest.fixture(scope="session")
def copies(postgres: Postgres, template: str) -> Iterator[Copies]:
    made = Copies(postgres, template)
    yield made
    made.close()


@pytest.fixture
async def database(postgres: Postgres, copies: Copies) -> AsyncIterator[Database]:
    """An empty database of the test's own."""
    async with copied(postgres, copies) as database:
        yield database


@asynccontextmanager
async def copied(postgres: Postgres, copies: Copies) -> AsyncIterator[Database]:
    name = await copies.take()
    database = Database.connect(postgres.url(name))
    yield database
    await database.close()
    copies.drop(name)


async def _admin(postgres: Postgres, command: str) -> None:
    engine = create_async_engine(postgres.url(), isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        await connection.execute(sa.text(command))
    await engine.dispose()
