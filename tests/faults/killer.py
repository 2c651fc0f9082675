"""Kills API and worker processes at a chosen boundary, restarts them, and asks afterwards whether all is well."""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import sqlalchemy as sa
import uvicorn
from sqlmodel import col

from core.actor import SYSTEM, Scope
from core.seal import Seal
from core.tables import Job
from market import parties
from payments import ledger, reconciliation
from payments import store as money
from payments.sandbox.webhooks import signature
from payments.tables import StripeEvent
from server import jobs
from server.app import create_app
from server.database import Database
from server.demo.processes import free_port
from server.jobs import JOBS
from server.settings import Settings
from server.worker import Worker
from tests.fakes.sandbox import CONNECT_SECRET, PLATFORM_SECRET, OfflineStripe
from tests.faults.mortal import settings_of

ROOT = Path(__file__).parents[2]
PATHS = {"platform": "/webhooks/stripe", "connect": "/webhooks/stripe/connect"}
SECRETS = {"platform": PLATFORM_SECRET, "connect": CONNECT_SECRET}
LINE = 2**22
AT_ONCE = timedelta(0)
PATIENCE_SECONDS = 30
BEGUN = sa.text(
    "select count(*) from pg_stat_activity"
    " where datname = current_database() and backend_type = 'client backend'"
    " and xact_start is not null and pid <> pg_backend_pid()"
)
"""Transactions of anybody else."""


class Mortals:
    """The program that forks a process for every order. `kills` counts those that it did not survive."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self.kills = 0

    @classmethod
    @asynccontextmanager
    async def started(cls, database_url: str, stripe_url: str) -> AsyncIterator["Mortals"]:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.faults.mortal", database_url, stripe_url),
            cwd=ROOT,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            limit=LINE,
        )
        try:
            yield cls(process)
        finally:
            if process.stdin is not None:
                process.stdin.close()
            with suppress(TimeoutError):
                async with asyncio.timeout(10):
                    await process.wait()
            if process.returncode is None:
                process.kill()
                await process.wait()

    async def order(self, **order: Any) -> tuple[list[dict[str, Any]], int | None]:
        """The answers that it gave, and how many boundaries it passed; none when it was killed."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(order).encode() + b"\n")
        answers: list[dict[str, Any]] = []
        while True:
            line = json.loads(await self._process.stdout.readline() or b'{"crashed": "the program itself"}')
            if "answer" in line:
                answers.append(line)
            elif "lived" in line:
                return answers, line["lived"]
            elif "killed" in line:
                self.kills += 1
                return answers, None
            else:
                raise AssertionError(f"A process crashed by itself: {line}")


@dataclass
class Deaths:
    """At which boundaries the acts of one life are killed, one list for each act in turn: [] spares it, two is a death
    in the recovery from another. As a rehearsal it kills nobody, and learns how many boundaries each act has."""

    planned: Sequence[Sequence[int]] | None = None
    lengths: list[int] = field(default_factory=list)
    _act: int = 0

    @property
    def is_rehearsal(self) -> bool:
        return self.planned is None

    def of_this_act(self) -> Sequence[int]:
        self._act += 1
        return [0] if self.planned is None else self.planned[self._act - 1]

    def __str__(self) -> str:
        return "a rehearsal" if self.planned is None else f"killed at {[list(each) for each in self.planned]}"


class Stage:
    """A market on a database of its own, an offline Stripe behind the spec check, and the processes that die."""

    def __init__(self, database: Database, stripe: OfflineStripe, mortals: Mortals, settings: Settings) -> None:
        self.database, self.stripe, self.mortals = database, stripe, mortals
        self.sabotage = ""
        self.stuck: list[str] = []
        self.seal = Seal(settings.secret.get_secret_value())
        app = create_app(settings, database, stripe.gateway)
        stripe.deliver(app)
        self.http = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=settings.url)

    @classmethod
    @asynccontextmanager
    async def built(cls, database: Database) -> AsyncIterator["Stage"]:
        stripe, port = OfflineStripe(), free_port()
        url = f"http://127.0.0.1:{port}"
        async with _listening(stripe, port), Mortals.started(database.url, url) as mortals:
            stage = cls(database, stripe, mortals, settings_of(url))
            yield stage
            await stage.http.aclose()

    async def key_of(self, party_id: int | None) -> str:
        """An API key of a party, or of an operator."""
        async with self.database.work(SYSTEM)() as work:
            if party_id is not None:
                _, key = await parties.create_api_key(work, party_id=party_id, name="test", scopes=list(Scope))
                return key
            person = await parties.create_operator(work, email="op@example.com", name="Olga", password_hash=None)
            return await parties.create_operator_key(work, person_id=person.id or 0, name="test", scopes=list(Scope))

    # what a life is made of

    async def ask(self, deaths: Deaths, key: str, mutation: str, input: dict[str, Any], fields: str) -> dict[str, Any]:
        """A client that has no answer asks again, with the same idempotency key."""
        kind = f"{mutation[0].upper()}{mutation[1:]}Input"
        told = f"{{ __typename ... on UserError {{ code message }} {fields} }}"
        query = f"mutation Ask($input: {kind}!) {{ {mutation}(input: $input) {told} }}"
        headers = {"authorization": f"Bearer {key}", "content-type": "application/json"}
        body = json.dumps({"query": query, "variables": {"input": input}, "operationName": "Ask"})
        for at in deaths.of_this_act():
            order = {"path": "/graphql", "headers": headers, "body": body}
            _, lived = await self._order(deaths, role="api", at=at, requests=[order])
            if deaths.is_rehearsal:
                deaths.lengths.append(lived or 0)
        answer = (await self.http.post("/graphql", content=body.encode(), headers=headers, timeout=30)).json()
        assert "errors" not in answer, answer
        return dict(answer["data"][mutation])

    async def work(self, deaths: Deaths) -> None:
        """All that is due, by workers that die and one that does not."""
        for at in deaths.of_this_act():
            _, lived = await self._order(deaths, role="worker", at=at)
            if deaths.is_rehearsal:
                deaths.lengths.append(lived or 0)
            await self.lease_ends()
        await self.recover()

    async def recover(self) -> None:
        """Once; what it leaves undone is stuck."""
        await Worker(self.database, self.stripe.gateway, JOBS, at_once=1).drain()
        async with self.database.read(SYSTEM)() as read:
            late = sa.select(Job).where(sa.or_(col(Job.attempts) > 0, col(Job.due_at) <= sa.func.clock()))
            for job in (await read.session.execute(late)).scalars():
                self.stuck.append(f"stuck: job {job.key}: {job.error}")

    async def hear(self) -> None:
        """Every event that waits, and what comes of it, with nobody killed."""
        await self.stripe.settle()
        await self.recover()

    async def listen(self, deaths: Deaths) -> None:
        """Every event that waits is brought to an API that dies; what it has not taken is brought again."""
        for at in deaths.of_this_act():
            waiting = self.stripe.world.outbox.waiting
            answers, lived = await self._order(deaths, role="api", at=at, requests=[self._event(e) for e in waiting])
            if deaths.is_rehearsal:
                deaths.lengths.append(lived or 0)
            with self.stripe.world.state.commit():
                for delivery, answer in zip(waiting, answers, strict=False):
                    assert answer["status"] == 200, answer
                    self.stripe.world.state.drop(delivery)
        await self.stripe.settle()
        await self.work(deaths)

    def _event(self, delivery: dict[str, Any]) -> dict[str, Any]:
        body, address = json.dumps(self.stripe.world.state.look_up(delivery["event"])), delivery["address"]
        headers = {"stripe-signature": signature(body, SECRETS[address]), "content-type": "application/json"}
        return {"path": PATHS[address], "headers": headers, "body": body}

    async def _order(self, deaths: Deaths, **order: Any) -> tuple[list[dict[str, Any]], int | None]:
        answers, lived = await self.mortals.order(fork=not deaths.is_rehearsal, sabotage=self.sabotage, **order)
        if lived is None:
            await self._dead_let_go()
        return answers, lived

    async def _dead_let_go(self) -> None:
        """What a process had begun is undone, and unlocked, when PostgreSQL sees that it is gone: a moment after its death,
        in which a worker would pass by a job that it held, and only find it at its next look."""
        async with asyncio.timeout(PATIENCE_SECONDS), self.database.reads.connect() as connection:
            while (await connection.execute(BEGUN)).scalar_one():  # noqa: ASYNC110 - PostgreSQL tells nobody
                await asyncio.sleep(0.01)

    async def lease_ends(self) -> None:
        """As if its seconds had passed."""
        async with self.database.writes.begin() as connection:
            due = "update job set due_at = clock() where attempts > 0 and kind <> 'sweep'"
            await connection.execute(sa.text(due))

    # afterwards

    async def wrong(self) -> list[str]:
        """Whatever is not as it should be: the books that differ, what is stuck, what is not in Stripe's own words."""
        await self.hear()
        async with self.database.snapshot(SYSTEM)() as read:
            found = [
                *await reconciliation.compare(read, self.stripe.books),
                *await ledger.verify(read),
            ]
            unread = sa.select(StripeEvent).where(col(StripeEvent.handled_at).is_(None))
            found += [f"stuck: event {event.type}" for event in (await read.session.execute(unread)).scalars()]
            for kind, _, numbers in await _unfinished(read):
                found += [f"stuck: {kind} of {number}" for number in numbers]
        found += [f"stuck: delivery {delivery['event']}" for delivery in self.stripe.world.outbox.waiting]
        found, self.stuck = [*found, *self.stuck, *self.stripe.violations], []
        return found


async def _unfinished(read: Any) -> list[tuple[str, str, Sequence[int]]]:
    """What the sweeper would find, however young it is."""
    return [
        ("payment.drive", "", await money.undriven_payments(read, older_than=AT_ONCE)),
        ("payment.transfer", "", await money.unsent_payments(read, older_than=AT_ONCE)),
        ("payment.transfer", "", await money.held_payments(read, older_than=AT_ONCE)),
        ("refund.drive", "", await money.unsettled_refunds(read, older_than=AT_ONCE)),
        ("payment.settle", "", await money.unsettled_returns(read, older_than=AT_ONCE)),
        ("payment.dispute", "", await money.open_disputes(read, older_than=AT_ONCE)),
        ("licence.activate", "", await jobs.store.paid_not_active(read)),
        ("licence.lapse", "", await jobs.store.abandoned_not_lapsed(read)),
        ("licence.follow", "", await jobs.store.licences_behind(read)),
    ]


class _Server(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@asynccontextmanager
async def _listening(stripe: OfflineStripe, port: int) -> AsyncIterator[None]:
    config = uvicorn.Config(stripe.check, host="127.0.0.1", port=port, log_config=None, lifespan="off", ws="none")
    server = _Server(config)
    task = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - it tells nobody
        await asyncio.sleep(0.01)
    try:
        yield
    finally:
        server.should_exit = True
        await task
