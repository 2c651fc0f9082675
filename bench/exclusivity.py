"""Rivals race for overlapping rights: nothing may be sold twice, and nobody may see a deadlock.

    python -m bench.exclusivity [--acceptances 1000] [--twins 4] [--rivals 8] [--at-once 64] [--seed 1]

Every acceptance is a model's own signature under a rival's offer, through the same verb that the API calls, `--at-once` of them at the
same time, on a real PostgreSQL (DATABASE_URL, or an embedded one of its own with fsync on). Afterwards all live licences are read back
and compared in Python, pair by pair, by the definition of a conflict and not by the database's constraint; and every offer that was
turned away must conflict with a licence that lives, so that no winner was lost. Exit 0 only when there is nothing to report.
"""

import argparse
import asyncio
import random
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import combinations
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import create_async_engine

from core.actor import SYSTEM, Actor
from core.errors import Refusal
from market import licences, store
from market.errors import RightsUnavailable
from market.rights import Exclusivity, Industry, Medium, Rights
from market.store.rights import columns_of, rights_of
from market.tables import Bid, Licence
from server import migrations
from server.database import Database
from server.postgres import Postgres
from tests import factories

MEDIA = tuple(Medium)[:6]
COUNTRIES = ("SE", "NO", "DK", "DE", "AT", "CH", "FR", "GB", "JP", "US")
INDUSTRIES = (Industry.APPAREL, Industry.BEAUTY, Industry.SPORTSWEAR)


@dataclass(frozen=True, slots=True)
class Race:
    acceptances: int
    twins: int
    rivals: int
    at_once: int
    seed: int


@dataclass(frozen=True, slots=True)
class Attempt:
    bid_id: int
    actor: Actor
    name: str


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


async def prepare(database: Database, race: Race) -> list[Attempt]:
    """Twins that allow everything, and a pile of offers for each, straight into the tables."""
    dice = random.Random(race.seed)
    brands = [await factories.brand(database, name=f"Rival {number}") for number in range(race.rivals)]
    twins = [await factories.listed_twin(database, name=f"Twin {number}") for number in range(race.twins)]
    async with database.work(SYSTEM)() as work:
        bids = [
            (twin, Bid(twin_id=twin.id, brand_id=dice.choice(brands).id, currency="EUR", amount_minor=dice.randrange(1_000_00, 9_000_00),
                       intended_use="A campaign for the season.", placed_at=work.now, expires_at=work.now + timedelta(days=30),
                       **columns_of(some_rights(dice, work.today + timedelta(days=1)))))
            for twin in dice.choices(twins, k=race.acceptances)
        ]  # fmt: skip
        work.session.add_all(bid for _, bid in bids)
        await work.session.flush()
        return [Attempt(bid.id or 0, twin.model.actor, twin.model.name) for twin, bid in bids]


async def accept(database: Database, attempt: Attempt) -> str:
    """What came of it, in one word; a crash is a word too."""
    try:
        async with database.read(attempt.actor)() as read:
            bid = await store.bids.visible(read, attempt.bid_id)
            document = await licences.consent_document(read, bid)
        async with database.work(attempt.actor)() as work:
            await licences.accept(work, bid_id=attempt.bid_id, consent_digest=document.digest, signature=attempt.name)
    except RightsUnavailable:
        return "unavailable"
    except Refusal as refusal:
        return refusal.code
    except sa.exc.DBAPIError as error:
        return f"CRASH {getattr(error.orig, 'sqlstate', '')}"
    return "sold"


async def run(database: Database, race: Race) -> int:
    attempts = await prepare(database, race)
    gate, outcomes, took = asyncio.Semaphore(race.at_once), Counter[str](), list[float]()

    async def one(attempt: Attempt) -> None:
        async with gate:
            began = time.perf_counter()
            outcomes[await accept(database, attempt)] += 1
            took.append(time.perf_counter() - began)

    began = time.perf_counter()
    await asyncio.gather(*(one(attempt) for attempt in attempts))
    whole = time.perf_counter() - began
    double, lost = await judge(database)
    took.sort()
    crashes = sum(count for what, count in outcomes.items() if what.startswith("CRASH"))
    print(
        f"{len(attempts)} acceptances over {race.twins} twins, {race.at_once} at once, {whole:.1f} s, {len(attempts) / whole:.0f}/s"
    )
    print("outcomes      ", dict(outcomes))
    print(f"median, p99    {took[len(took) // 2] * 1000:.0f} ms, {took[int(len(took) * 0.99)] * 1000:.0f} ms")
    print(f"sold twice     {double}")
    print(f"winners lost   {lost}")
    print(f"crashes        {crashes}")
    unexpected = set(outcomes) - {"sold", "unavailable"}
    return 1 if double or lost or unexpected else 0


async def judge(database: Database) -> tuple[int, int]:
    """(pairs of live licences that conflict, offers turned away that conflict with none)."""
    async with database.read(SYSTEM)() as read:
        licences_held = (await read.session.execute(sa.select(Licence))).scalars().all()
        turned_away = (
            (await read.session.execute(sa.select(Bid).where(sa.text("status <> 'ACCEPTED'")))).scalars().all()
        )
    held = defaultdict(list)
    for licence in licences_held:
        held[licence.twin_id].append(rights_of(licence))
    double = sum(a.conflicts_with(b) for rights in held.values() for a, b in combinations(rights, 2))
    lost = sum(not any(rights_of(bid).conflicts_with(rights) for rights in held[bid.twin_id]) for bid in turned_away)
    return double, lost


@asynccontextmanager
async def somewhere(url: str | None, pool: int) -> AsyncIterator[Database]:
    """The database at `url`, or an embedded one in a temporary folder. Either way a fresh database of its own."""
    with tempfile.TemporaryDirectory() as folder:
        server = None if url else Postgres(Path(folder) / "postgres").start()
        try:
            base = url or (server.url() if server else "")
            engine = create_async_engine(base, isolation_level="AUTOCOMMIT")
            name = f"exclusivity_{int(time.time())}"
            async with engine.connect() as connection:
                await connection.execute(sa.text(f"create database {name}"))
            address = sa.engine.make_url(base).set(database=name).render_as_string(hide_password=False)
            await asyncio.to_thread(migrations.upgrade, address)
            database = Database.connect(address, pool_size=pool)
            yield database
            await database.close()
            async with engine.connect() as connection:
                await connection.execute(sa.text(f"drop database {name} (force)"))
            await engine.dispose()
        finally:
            if server:
                server.stop()


async def main() -> int:
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    for name, default in (("acceptances", 1000), ("twins", 4), ("rivals", 8), ("at-once", 64), ("seed", 1)):
        options.add_argument(f"--{name}", type=int, default=default)
    options.add_argument("--database-url")
    given = options.parse_args()
    race = Race(given.acceptances, given.twins, given.rivals, given.at_once, given.seed)
    async with somewhere(given.database_url, min(race.at_once, 40)) as database:
        return await run(database, race)


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
