"""Rivals race for overlapping rights: nothing may be sold twice, no winner lost, and nobody may see a deadlock.

    python -m bench.exclusivity [--acceptances 1000] [--twins 4] [--rivals 8] [--processes 2] [--at-once 64] [--seed 1]

Every acceptance is a model's own signature under a rival's offer, through the same verb that the API calls, `--at-once`
of them at the same time over `--processes`, on a real PostgreSQL (DATABASE_URL or --database-url, or an embedded one of
its own with fsync on). Afterwards all live licences are read back and compared in Python, pair by pair, by the
definition of a conflict and not by the database's constraint; and every offer that was turned away must conflict with a
licence that lives. Exit 0 only when nothing was sold twice, no winner was lost and nobody saw anything but a licence or
a refusal that says what is taken.
"""

import argparse
import asyncio
import multiprocessing
import os
import random
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import combinations
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import create_async_engine
from sqlmodel import col

from core.actor import SYSTEM, Actor
from core.errors import Refusal
from market import licences, store
from market.errors import RightsUnavailable
from market.rights import Exclusivity, Industry, Medium, Rights
from market.states import LIVE, BidStatus
from market.store.rights import columns_of, rights_from
from market.tables import Bid, Licence
from server import migrations
from server.database import Database
from server.postgres import Postgres
from tests import factories
from tests.factories import ListedTwin, Player

MEDIA = tuple(Medium)[:6]
COUNTRIES = ("SE", "NO", "DK", "DE", "AT", "CH", "FR", "GB", "JP", "US")
INDUSTRIES = (Industry.APPAREL, Industry.BEAUTY, Industry.SPORTSWEAR)
AT_A_TIME = 5_000
MOST_CONNECTIONS = 80
"""Of all processes together."""


@dataclass(frozen=True, slots=True)
class Race:
    acceptances: int = 1000
    twins: int = 4
    rivals: int = 8
    processes: int = 2
    at_once: int = 64
    seed: int = 1


@dataclass(frozen=True, slots=True)
class Attempt:
    bid_id: int
    model: Actor
    name: str


@dataclass(slots=True)
class Tally:
    """What came of the attempts of one process or of all; `began` and `ended` by the machine's own clock."""

    outcomes: Counter[str] = field(default_factory=Counter)
    took: list[float] = field(default_factory=list)
    began: float = float("inf")
    ended: float = 0.0

    def add(self, other: "Tally") -> None:
        self.outcomes.update(other.outcomes)
        self.took += other.took
        self.began, self.ended = min(self.began, other.began), max(self.ended, other.ended)

    def percentile(self, part: float) -> float:
        return sorted(self.took)[int(len(self.took) * part)] * 1000


@dataclass(frozen=True, slots=True)
class Report:
    race: Race
    tally: Tally
    sold_twice: int
    winners_lost: int
    live: int

    @property
    def deadlocks(self) -> int:
        return self.tally.outcomes["CRASH 40P01"]

    @property
    def is_clean(self) -> bool:
        agreed = self.tally.outcomes["sold"] == self.live and set(self.tally.outcomes) <= {"sold", "unavailable"}
        return agreed and not self.sold_twice and not self.winners_lost

    def __str__(self) -> str:
        race, tally, whole = self.race, self.tally, self.tally.ended - self.tally.began
        return (
            f"{race.acceptances} acceptances over {race.twins} twins by {race.rivals} rivals,"
            f" {race.at_once} at once in {race.processes} processes: {whole:.1f} s, {race.acceptances / whole:.0f}/s\n"
            f"outcomes       {dict(tally.outcomes)}, {self.live} licences live\n"
            f"p50, p99       {tally.percentile(0.5):.0f} ms, {tally.percentile(0.99):.0f} ms\n"
            f"sold twice     {self.sold_twice}\n"
            f"winners lost   {self.winners_lost}\n"
            f"deadlocks      {self.deadlocks}"
        )


# ------------------------------------------------------------------ before


async def prepare(database: Database, race: Race) -> list[Attempt]:
    """Twins that allow everything, and a pile of offers for each, straight into the tables."""
    dice = random.Random(race.seed)
    brands = [await factories.brand(database, name=f"Rival {number}") for number in range(race.rivals)]
    twins = [await factories.listed_twin(database, name=f"Twin {number}") for number in range(race.twins)]
    attempts: list[Attempt] = []
    for done in range(0, race.acceptances, AT_A_TIME):
        async with database.work(SYSTEM)() as work:
            chosen = dice.choices(twins, k=min(AT_A_TIME, race.acceptances - done))
            offers = [some_offer(dice, twin, dice.choice(brands), work.now) for twin in chosen]
            work.session.add_all(offers)
            await work.session.flush()
            pairs = zip(offers, chosen, strict=True)
            attempts += [Attempt(offer.id or 0, twin.model.actor, twin.model.name) for offer, twin in pairs]
    dice.shuffle(attempts)
    return attempts


def some_offer(dice: random.Random, twin: ListedTwin, brand: Player, now: Any) -> Bid:
    return Bid(
        twin_id=twin.id,
        brand_id=brand.id,
        currency="EUR",
        amount_minor=dice.randrange(1_000_00, 9_000_00),
        intended_use="A campaign for the season.",
        placed_at=now,
        expires_at=now + timedelta(days=30),
        **columns_of(some_rights(dice, now.date() + timedelta(days=2))),
    )


def some_rights(dice: random.Random, first: date) -> Rights:
    start = first + timedelta(days=dice.randrange(300))
    return Rights(
        media=frozenset(dice.sample(MEDIA, dice.randint(1, 3))),
        territories=frozenset(dice.sample(COUNTRIES, dice.randint(1, 4))),
        industry=dice.choice(INDUSTRIES),
        starts_on=start,
        ends_on=start + timedelta(days=dice.randint(0, 45)),
        exclusivity=dice.choice(tuple(Exclusivity)),
    )


# ------------------------------------------------------------------ the race


async def accept(database: Database, attempt: Attempt) -> str:
    """What came of it, in one word; a crash is a word too."""
    try:
        async with database.read(attempt.model)() as read:
            bid = await store.bids.visible(read, attempt.bid_id)
            document = await licences.consent_document(read, bid)
        async with database.work(attempt.model)() as work:
            await licences.accept(work, bid_id=attempt.bid_id, consent_digest=document.digest, signature=attempt.name)
    except RightsUnavailable:
        return "unavailable"
    except Refusal as refusal:
        return refusal.code
    except DBAPIError as error:
        return f"CRASH {getattr(error.orig, 'sqlstate', '')}"
    return "sold"


async def accept_all(url: str, attempts: Sequence[Attempt], at_once: int, connections: int) -> Tally:
    """More at once than there are connections wait for one, and their waiting counts."""
    database = Database.connect(url, pool_size=connections)
    tally, waiting, gate = Tally(began=time.monotonic()), iter(attempts), asyncio.Semaphore(connections)

    async def queue() -> None:
        for attempt in waiting:
            began = time.perf_counter()
            async with gate:
                tally.outcomes[await accept(database, attempt)] += 1
            tally.took.append(time.perf_counter() - began)

    await asyncio.gather(*(queue() for _ in range(at_once)))
    tally.ended = time.monotonic()
    await database.close()
    return tally


def in_a_process(url: str, attempts: Sequence[Attempt], at_once: int, connections: int) -> Tally:
    return asyncio.run(accept_all(url, attempts, at_once, connections))


async def run(database: Database, race: Race) -> Report:
    attempts = await prepare(database, race)
    each = max(1, race.at_once // race.processes)
    connections = max(1, min(each, MOST_CONNECTIONS // race.processes))
    tally = Tally()
    with ProcessPoolExecutor(race.processes, multiprocessing.get_context("spawn")) as pool:
        parts = (attempts[place :: race.processes] for place in range(race.processes))
        running = [pool.submit(in_a_process, database.url, part, each, connections) for part in parts]
        for done in running:
            tally.add(await asyncio.wrap_future(done))
    return await judge(database, race, tally)


# ------------------------------------------------------------------ after


async def judge(database: Database, race: Race, tally: Tally) -> Report:
    """Pairs of live licences that conflict, and offers turned away that conflict with none, by the rule in Python."""
    held: dict[int, list[Rights]] = defaultdict(list)
    async for twin_id, rights in stored(database, Licence, col(Licence.status).in_(LIVE)):
        held[twin_id].append(rights)
    twice = sum(one.conflicts_with(other) for theirs in held.values() for one, other in combinations(theirs, 2))
    lost = 0
    async for twin_id, rights in stored(database, Bid, col(Bid.status) != BidStatus.ACCEPTED):
        lost += not any(rights.conflicts_with(other) for other in held[twin_id])
    return Report(race, tally, twice, lost, sum(map(len, held.values())))


async def stored(
    database: Database, table: type[Bid] | type[Licence], which: sa.ColumnElement[bool]
) -> AsyncIterator[tuple[int, Rights]]:
    columns = (table.twin_id, table.media, table.territories, table.industry, table.days, table.exclusivity)
    async with database.snapshot(SYSTEM)() as read:
        rows = await read.session.stream(sa.select(*map(col, columns)).where(which))
        async for twin_id, *rights in rows:
            yield twin_id, rights_from(*rights)


@asynccontextmanager
async def somewhere(url: str | None) -> AsyncIterator[Database]:
    """A fresh database on the server at `url`, or on an embedded one in a temporary folder."""
    with server_at(url) as base:
        engine = create_async_engine(base, isolation_level="AUTOCOMMIT")
        name = f"exclusivity_{os.getpid()}"
        async with engine.connect() as connection:
            await connection.execute(sa.text(f"create database {name}"))
        address = sa.engine.make_url(base).set(database=name).render_as_string(hide_password=False)
        await asyncio.to_thread(migrations.upgrade, address)
        database = Database.connect(address)
        try:
            yield database
        finally:
            await database.close()
            async with engine.connect() as connection:
                await connection.execute(sa.text(f"drop database {name} (force)"))
            await engine.dispose()


@contextmanager
def server_at(url: str | None) -> Iterator[str]:
    if url is not None:
        yield url
        return
    with tempfile.TemporaryDirectory() as folder, Postgres(Path(folder) / "postgres") as server:
        yield server.url()


async def main() -> int:
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    for name in Race.__slots__:
        options.add_argument(f"--{name.replace('_', '-')}", type=int, default=getattr(Race(), name))
    options.add_argument("--database-url", default=os.environ.get("DATABASE_URL"))
    given = vars(options.parse_args())
    async with somewhere(given.pop("database_url")) as database:
        report = await run(database, Race(**given))
    print(report)
    return 0 if report.is_clean else 1


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
