"""kill -9 at every step of charge, transfers and activation: exactly one charge, exact transfers, licence ACTIVE."""

import asyncio
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import sqlalchemy as sa
import uvicorn

from core.actor import SYSTEM
from market import licences, store
from payments import ledger, reconciliation
from payments.sandbox import SandboxSettings, create_sandbox
from payments.stripe_gateway import StripeGateway
from server.database import Database
from server.demo.processes import free_port
from tests import factories

ROOT = Path(__file__).parents[2]
BOUNDARIES_AT_LEAST = 20


@pytest.fixture
def stripe_url() -> Iterator[str]:
    """An offline Stripe over real HTTP, that outlives every worker."""
    port = free_port()
    settings = SandboxSettings(payout_delay=None, public_url=f"http://127.0.0.1:{port}")
    config = uvicorn.Config(create_sandbox(settings), host="127.0.0.1", port=port, log_config=None)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        thread.join(0.02)
    yield settings.public_url
    server.should_exit = True
    thread.join()


class Mortals:
    """The program that forks a worker for every line."""

    def __init__(self, database_url: str, stripe_url: str) -> None:
        command = [sys.executable, "-m", "tests.faults.mortal", database_url, stripe_url]
        self.process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    async def live(self, killed_at: int) -> str:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(f"{killed_at}\n")
        self.process.stdin.flush()
        return (await asyncio.to_thread(self.process.stdout.readline)).strip()

    def close(self) -> None:
        if self.process.stdin:
            self.process.stdin.close()
        self.process.wait(timeout=10)
        if self.process.stdout:
            self.process.stdout.close()


@pytest.fixture
def mortals(database: Database, stripe_url: str) -> Iterator[Mortals]:
    forking = Mortals(database.url, stripe_url)
    yield forking
    forking.close()


async def test_a_worker_killed_at_any_step_loses_and_doubles_nothing(
    database: Database, stripe_url: str, mortals: Mortals
) -> None:
    gateway = StripeGateway("sk_test_mortal", environment="test", base_url=stripe_url)
    people = await factories.payable_people(database, gateway, stripe_url)
    sold: list[int] = []
    killed_at = 0
    while True:
        killed_at += 1
        licence_id = await people.accepted(day=killed_at)
        outcome = await mortals.live(killed_at)
        if outcome != "killed":
            break
        sold.append(licence_id)
        await lease_ends(database)
        assert (await mortals.live(0)).startswith("lived")
        await all_is_well(database, stripe_url, [*sold])
    assert outcome.startswith("lived")
    assert killed_at > BOUNDARIES_AT_LEAST
    await all_is_well(database, stripe_url, [*sold, licence_id])
    await gateway.close()


async def lease_ends(database: Database) -> None:
    """As if its minute had passed."""
    async with database.writes.begin() as connection:
        await connection.execute(sa.text("update job set due_at = clock() where attempts > 0"))


async def all_is_well(database: Database, stripe_url: str, sold: list[int]) -> None:
    """Every licence ACTIVE; ledger = Stripe = what the inputs imply, which is said here anew: 100.00 EUR, 15 % of it to the
    platform, 20 % of the rest to the agency, all else to the model."""
    async with httpx.AsyncClient() as http:
        books = reconciliation.Books.from_json((await http.get(f"{stripe_url}/_sandbox/books")).json())
    async with database.read(SYSTEM)() as read:
        assert await reconciliation.compare(read, books) == []
        assert await ledger.verify(read) == []
        found = await store.licences.by_ids(read, sold)
        paid = await licences.paid_references(read, sold)
    assert [found[number].status for number in sold] == ["ACTIVE"] * len(sold)
    assert sorted(charge.amount for charge in books.charges) == [100_00] * len(sold)
    assert sorted(transfer.amount for transfer in books.transfers) == sorted([17_00, 68_00] * len(sold))
    assert len(paid) == len(sold)
