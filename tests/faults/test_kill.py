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
from market import store
from market.states import LicenceStatus
from payments import ledger, payees, payers, reconciliation
from payments import store as money
from payments.sandbox import SandboxSettings, create_sandbox
from payments.states import PayeeStatus
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


class Sale:
    """Ada, her agency and a brand, all of whom Stripe knows; and one licence after another between them."""

    def __init__(self, database: Database, ada: factories.ListedTwin, brand: factories.Player) -> None:
        self.database = database
        self.ada = ada
        self.brand = brand

    @classmethod
    async def between(cls, database: Database, stripe_url: str) -> "Sale":
        gateway = StripeGateway("sk_test_mortal", environment="test", base_url=stripe_url)
        twin = await factories.listed_twin(database, name="Ada")
        agency = await factories.agency(database)
        await factories.mandate(database, agency, twin.model)
        brand = await factories.brand(database, can_pay=False)
        open_work = database.work(SYSTEM)
        async with httpx.AsyncClient() as browser:
            for player in (twin.model, agency):
                url = await payees.start_onboarding(
                    open_work, gateway, payee_id=player.id, name=player.name, email=player.email, country="SE",
                    is_company=player is agency, return_url=stripe_url, refresh_url=stripe_url,
                )  # fmt: skip
                await browser.post(url)
                await payees.refresh(open_work, gateway, player.id)
            url = await payers.start_setup(
                open_work, gateway, payer_id=brand.id, name=brand.name, return_url=stripe_url
            )
            await browser.post(url, data={"card": "ok"})
            await payers.refresh(open_work, gateway, brand.id)
        await gateway.close()
        async with database.read(SYSTEM)() as read:
            ready = await money.payees_by_id(read, [twin.model.id, agency.id])
        assert [payee.status for payee in ready.values()] == [PayeeStatus.READY] * 2
        return cls(database, twin, brand)

    async def sign(self, day: int) -> int:
        """A licence for one day, of 100.00 EUR: signed, and not yet charged."""
        wanted = factories.rights(start=day, days=1)
        bid = await factories.offer(self.database, self.brand, self.ada, wanted, amount=100)
        licence = await factories.accept(self.database, bid, self.ada)
        assert licence.id is not None
        return licence.id


async def test_a_worker_killed_at_any_step_loses_and_doubles_nothing(
    database: Database, stripe_url: str, mortals: Mortals
) -> None:
    sale = await Sale.between(database, stripe_url)
    assert (await mortals.live(0)).startswith("lived")
    sold: list[int] = []
    outcome = "killed"
    while outcome == "killed":
        sold.append(await sale.sign(day=len(sold) + 1))
        outcome = await mortals.live(killed_at=len(sold))
        await lease_ends(database)
        assert (await mortals.live(0)).startswith("lived")
        await all_is_well(database, stripe_url, sold)
    assert outcome.startswith("lived")
    assert len(sold) > BOUNDARIES_AT_LEAST


async def lease_ends(database: Database) -> None:
    """As if its seconds had passed."""
    async with database.writes.begin() as connection:
        await connection.execute(sa.text("update job set due_at = clock() where attempts > 0 and kind <> 'sweep'"))


async def all_is_well(database: Database, stripe_url: str, sold: list[int]) -> None:
    """Every licence ACTIVE, and ledger = Stripe = what the inputs imply, which is said here anew: of each 100.00 EUR 15 % are
    the platform's, 20 % of the rest the agency's, all else the model's."""
    async with httpx.AsyncClient() as http:
        books = reconciliation.Books.from_json((await http.get(f"{stripe_url}/_sandbox/books")).json())
    async with database.snapshot(SYSTEM)() as read:
        assert await reconciliation.compare(read, books) == []
        assert await ledger.verify(read) == []
        found = await store.licences.by_ids(read, sold)
    assert [found[number].status for number in sold] == [LicenceStatus.ACTIVE] * len(sold)
    assert [charge.amount for charge in books.charges] == [100_00] * len(sold)
    assert sorted(transfer.amount for transfer in books.transfers) == sorted([17_00, 68_00] * len(sold))
