"""The whole product, as it runs: API, worker and Stripe sandbox in processes of their own, spoken to over the wire."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from core.seal import Seal
from server import migrations
from server.database import Database
from server.demo.client import Client
from server.demo.processes import Troupe, free_port
from server.demo.seed import Account, Seeding, create_parties
from server.postgres import Postgres
from server.settings import DEVELOPMENT_SECRET


@dataclass(frozen=True, slots=True)
class Town:
    """Everybody of the demo's cast, with a client for each; the database behind them; and the processes, to be killed."""

    url: str
    sandbox: str
    database: Database
    troupe: Troupe
    market: Seeding
    accounts: dict[str, Account]

    def client(self, handle: str) -> Client:
        return self.market.client(handle)

    def id(self, handle: str) -> str:
        return self.accounts[handle].id

    async def restart(self, command: str) -> None:
        """kill -9, and start it again."""
        await self.troupe.kill(command)
        await self.troupe.start(command)
        if command == "serve":
            await self.troupe.answers(self.url.replace("/graphql", "/health"))


@pytest.fixture(scope="session")
async def town(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Town]:
    folder: Path = tmp_path_factory.mktemp("town")
    address = postgres.url("town")
    await _make(postgres, "town")
    await asyncio.to_thread(migrations.upgrade, address)
    port, sandbox_port = free_port(), free_port()
    sandbox = f"http://127.0.0.1:{sandbox_port}"
    environment = {
        "DATABASE_URL": address,
        "TWINMARKET_ENV": "test",
        "TWINMARKET_DATA": str(folder),
        "TWINMARKET_SECRET": DEVELOPMENT_SECRET,
        "PORT": str(port),
        "SANDBOX_PORT": str(sandbox_port),
        "STRIPE_API_BASE": sandbox,
        "STRIPE_API_KEY": "",
    }
    seen = folder / "seen.txt"
    troupe, database = Troupe(folder / "logs", environment), Database.connect(address)
    url = f"http://127.0.0.1:{port}/graphql"
    try:
        await troupe.start("sandbox", str(seen), program="tests.fakes.checked_stripe")
        await troupe.answers(f"{sandbox}/_sandbox/books")
        await troupe.start("worker")
        await troupe.start("serve")
        await troupe.answers(f"http://127.0.0.1:{port}/health")
        accounts = await create_parties(database, Seal(DEVELOPMENT_SECRET), [])
        async with httpx.AsyncClient(timeout=30) as http:
            market = Seeding(url, accounts, http)
            await market.fill()
            yield Town(url, sandbox, database, troupe, market, {account.handle: account for account in accounts})
        asked, *violations = seen.read_text().splitlines()
        assert asked.startswith("asked ")
        assert violations == []
    finally:
        await troupe.stop()
        await database.close()


async def _make(postgres: Postgres, name: str) -> None:
    server = Database.connect(postgres.url())
    try:
        async with server.reads.connect() as connection:
            await connection.exec_driver_sql(f"create database {name}")
    finally:
        await server.close()
