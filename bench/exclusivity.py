"""Rivals race for overlapping rights: nothing may be sold twice, no winner lost, and nobody may see a deadlock.

    python -m bench.exclusivity [--acceptances 4000] [--batch 4000] [--twins 4] [--rivals 8] [--processes 2]
                                [--at-once 16] [--seed 1] [--slices 1] [--slice 0] [--bare]

Every acceptance is a model's own signature under a rival's offer, through the same verb that the API calls, `--at-once`
of them at the same time over `--processes`, on a real PostgreSQL (DATABASE_URL or --database-url, or an embedded one of
its own with fsync on). They come in batches, each for twins of its own: the models read the texts, then sign all at
once. After each batch its live licences are read back and compared in Python, pair by pair, by the definition of a
conflict and not by the database's constraint; and every offer that was turned away must conflict with a licence that
lives. What was counted is all that is kept of a batch, so that any number of them can follow. A batch depends on the
seed and its number alone: with `--slices` every so many-th is run, beginning with `--slice`. `--bare` leaves of an
acceptance the one statement that the constraint guards, without the twin's lock before it, so that nothing but the
constraint keeps rivals apart. Exit 0 only when nothing
was sold twice, no winner was lost and nobody saw anything but a licence or a refusal that says what is taken.
"""

import argparse
import asyncio
import multiprocessing
import os
import random
import resource
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Collection, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from itertools import combinations
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.exc import DBAPIError
from sqlmodel import col

from bench.processes import server_seconds, somewhere
from core.actor import SYSTEM, Actor
from core.errors import Refusal
from market import licences, store
from market.errors import RightsUnavailable
from market.rights import Exclusivity, Industry, Medium, Rights
from market.states import LIVE
from market.store.rights import columns_of, rights_from
from market.tables import Bid, Licence
from server.database import Database
from tests import factories
from tests.factories import ListedTwin, Player

MEDIA = tuple(Medium)[:6]
COUNTRIES = ("SE", "NO", "DK", "DE", "AT", "CH", "FR", "GB", "JP", "US")
INDUSTRIES = (Industry.APPAREL, Industry.BEAUTY, Industry.SPORTSWEAR)
TOLD_AFTER_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Race:
    acceptances: int = 4000
    batch: int = 4000
    twins: int = 4
    rivals: int = 8
    processes: int = 2
    at_once: int = 16
    seed: int = 1
    slices: int = 1
    slice: int = 0
    bare: bool = False

    @property
    def batches(self) -> range:
        return range(self.slice, -(-self.acceptances // self.batch), self.slices)


@dataclass(frozen=True, slots=True)
class Attempt:
    bid_id: int
    model: Actor
    name: str
    digest: str = ""
    granted: dict[str, Any] | None = None
    """What a licence would hold, of an attempt that is bare."""


@dataclass(slots=True)
class Tally:
    """What came of attempts. `took`: how many took so many tenths of a millisecond. `seconds` by the clock, while they were
    made; `processor_seconds` of the processes that made them, `server_seconds` of PostgreSQL if it runs here."""

    outcomes: Counter[str] = field(default_factory=Counter)
    took: Counter[int] = field(default_factory=Counter)
    seconds: float = 0.0
    processor_seconds: float = 0.0
    server_seconds: float = 0.0
    sold_twice: int = 0
    winners_lost: int = 0
    live: int = 0

    def add(self, other: "Tally") -> None:
        self.outcomes.update(other.outcomes)
        self.took.update(other.took)
        self.processor_seconds += other.processor_seconds

    @property
    def attempts(self) -> int:
        return sum(self.outcomes.values())

    @property
    def deadlocks(self) -> int:
        return self.outcomes["CRASH 40P01"]

    @property
    def is_clean(self) -> bool:
        agreed = self.outcomes["sold"] == self.live and set(self.outcomes) <= {"sold", "unavailable"}
        return agreed and not self.sold_twice and not self.winners_lost

    def milliseconds(self, part: float) -> float:
        left = int(self.attempts * part)
        for tenths in sorted(self.took):
            left -= self.took[tenths]
            if left < 0:
                return tenths / 10
        return 0.0

    def __str__(self) -> str:
        ours, theirs = (used * 1000 / self.attempts for used in (self.processor_seconds, self.server_seconds))
        return (
            f"{self.attempts} acceptances in {self.seconds:.1f} s: {self.attempts / self.seconds:.0f}/s,"
            f" {ours:.1f} ms of a processor each, and {theirs:.1f} of PostgreSQL's\n"
            f"outcomes       {dict(self.outcomes)}, {self.live} licences live\n"
            f"p50, p99       {self.milliseconds(0.5):.0f} ms, {self.milliseconds(0.99):.0f} ms\n"
            f"sold twice     {self.sold_twice}\n"
            f"winners lost   {self.winners_lost}\n"
            f"deadlocks      {self.deadlocks}"
        )


# ------------------------------------------------------------------ before


async def prepare(database: Database, race: Race, batch: int, brands: Sequence[Player]) -> list[Attempt]:
    """Twins that allow everything, and a pile of offers for each, straight into the tables; and each text, read."""
    dice = random.Random(f"{race.seed} {batch}")
    twins = {twin.id: twin for twin in [await factories.listed_twin(database) for _ in range(race.twins)]}
    size = min(race.batch, race.acceptances - batch * race.batch)
    async with database.work(SYSTEM)() as work:
        offers = [
            some_offer(dice, twin, dice.choice(brands), work.now) for twin in dice.choices([*twins.values()], k=size)
        ]
        work.session.add_all(offers)
    attempts = [bare(offer, twins[offer.twin_id]) for offer in offers] if race.bare else []
    for twin in () if race.bare else twins.values():
        async with database.read(twin.model.actor)() as read:
            deals = await licences.deals(read, [offer for offer in offers if offer.twin_id == twin.id])
        attempts += [
            Attempt(number, twin.model.actor, twin.model.name, deal.document.digest) for number, deal in deals.items()
        ]
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


def bare(offer: Bid, twin: ListedTwin) -> Attempt:
    licence = {
        "bid_id": offer.id,
        "twin_id": twin.id,
        "twin_version": 1,
        "brand_id": offer.brand_id,
        "model_id": twin.model.id,
        "currency": offer.currency,
        "price_minor": offer.amount_minor,
        "policy_version": 1,
        "card_version": 1,
        "created_at": offer.placed_at,
        "payment_due_at": offer.expires_at,
    }
    asked = {name: getattr(offer, name) for name in ("media", "territories", "industry", "days", "exclusivity")}
    granted = licence | asked
    return Attempt(offer.id or 0, twin.model.actor, twin.model.name, granted=granted)


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
        async with database.work(attempt.model)() as work:
            if attempt.granted is not None:
                granted = await store.licences.grant(work, Licence(**attempt.granted))
                return "sold" if granted is not None else "unavailable"
            await licences.accept(work, bid_id=attempt.bid_id, consent_digest=attempt.digest, signature=attempt.name)
    except RightsUnavailable:
        return "unavailable"
    except Refusal as refusal:
        return refusal.code
    except DBAPIError as error:
        return f"CRASH {getattr(error.orig, 'sqlstate', '')}"
    return "sold"


async def accept_all(database: Database, attempts: Sequence[Attempt], at_once: int) -> Tally:
    tally, waiting, busy = Tally(), iter(attempts), processor_seconds()

    async def queue() -> None:
        for attempt in waiting:
            began = time.perf_counter()
            tally.outcomes[await accept(database, attempt)] += 1
            tally.took[round((time.perf_counter() - began) * 10_000)] += 1

    await asyncio.gather(*(queue() for _ in range(at_once)))
    tally.processor_seconds = processor_seconds() - busy
    return tally


def in_a_process(url: str, attempts: Sequence[Attempt], at_once: int) -> Tally:
    loop, database = for_good(url, at_once)
    return loop.run_until_complete(accept_all(database, attempts, at_once))


@cache
def for_good(url: str, connections: int) -> tuple[asyncio.AbstractEventLoop, Database]:
    """A process of the race keeps its loop and its connections from batch to batch."""
    return asyncio.new_event_loop(), Database.connect(url, pool_size=connections)


def processor_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


async def run(database: Database, race: Race) -> Tally:
    whole, told = Tally(), time.monotonic()
    brands = [await factories.brand(database, name=f"Rival {number}") for number in range(race.rivals)]
    each = max(1, race.at_once // race.processes)
    with ProcessPoolExecutor(race.processes, multiprocessing.get_context("spawn")) as pool:
        for batch in race.batches:
            attempts = await prepare(database, race, batch, brands)
            began, busy = time.monotonic(), await server_seconds(database)
            parts = (attempts[place :: race.processes] for place in range(race.processes))
            for done in [pool.submit(in_a_process, database.url, part, each) for part in parts]:
                whole.add(await asyncio.wrap_future(done))
            whole.seconds += time.monotonic() - began
            whole.server_seconds += await server_seconds(database) - busy
            await judge(database, {attempt.bid_id for attempt in attempts}, whole)
            if time.monotonic() - told > TOLD_AFTER_SECONDS:
                told = time.monotonic()
                print(f"batch {batch}\n{whole}\n", flush=True)
    return whole


# ------------------------------------------------------------------ after


async def judge(database: Database, bid_ids: Collection[int], tally: Tally) -> None:
    """Count pairs of live licences that conflict, and offers turned away that conflict with none, by the rule in Python."""
    held: dict[int, dict[int, Rights]] = defaultdict(dict)
    for number, twin_id, rights in await stored(
        database, Licence, col(Licence.bid_id), bid_ids, col(Licence.status).in_(LIVE)
    ):
        held[twin_id][number] = rights
    for theirs in held.values():
        tally.live += len(theirs)
        tally.sold_twice += sum(one.conflicts_with(other) for one, other in combinations(theirs.values(), 2))
    for number, twin_id, rights in await stored(database, Bid, col(Bid.id), bid_ids):
        theirs = held[twin_id]
        tally.winners_lost += number not in theirs and not any(map(rights.conflicts_with, theirs.values()))


async def stored(
    database: Database,
    table: type[Bid] | type[Licence],
    number: Any,
    among: Collection[int],
    *which: sa.ColumnElement[bool],
) -> list[tuple[int, int, Rights]]:
    columns = (table.twin_id, table.media, table.territories, table.industry, table.days, table.exclusivity)
    wanted = number == sa.any_(sa.literal(list(among), ARRAY(sa.BigInteger)))
    async with database.snapshot(SYSTEM)() as read:
        rows = await read.session.execute(sa.select(number, *map(col, columns)).where(wanted, *which))
    return [(bid_id, twin_id, rights_from(*rights)) for bid_id, twin_id, *rights in rows]


async def main() -> int:
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    for name in Race.__slots__:
        kind: dict[str, Any] = (
            {"action": "store_true"} if name == "bare" else {"type": int, "default": getattr(Race(), name)}
        )
        options.add_argument(f"--{name.replace('_', '-')}", **kind)
    options.add_argument("--database-url", default=os.environ.get("DATABASE_URL"))
    given = vars(options.parse_args())
    async with somewhere(given.pop("database_url")) as database:
        tally = await run(database, Race(**given))
    print(tally)
    return 0 if tally.is_clean else 1


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
