"""Searching twins at any size: what PostgreSQL takes for each question of the product, planning included.

    python -m bench.search [--twins 10000 100000 1000000] [--licences N] [--tries 15] [--seed 1] [--plans]
                           [--keep FOLDER] [--database-url URL]

For every size a market is made from nothing (an embedded PostgreSQL of its own, or a fresh database on
`--database-url`, as a superuser); with `--keep` it stays in that folder, and is there the next time. The questions are the product's own: `market.store.search` is called, the statements
that it sends are caught on their way, and each is sent again behind EXPLAIN (ANALYZE, TIMING OFF). Every try asks
something else; the table shows medians and, after a slash, the slowest. Exit 1 when a million twins miss a target.
"""

import argparse
import asyncio
import random
import re
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from statistics import median
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from bench import crowd
from core.actor import Actor, Scope
from core.paging import Window
from core.work import Read
from market import store, territories
from market.rights import Exclusivity, Medium, Rights
from market.search import TwinOrder, TwinQuery
from payments.money import Money
from server import migrations
from server.database import Database
from server.postgres import FAST, Postgres

MEMORY = {
    "shared_buffers": "2GB",
    "effective_cache_size": "4GB",
    "work_mem": "32MB",
    "max_wal_size": "8GB",
    "checkpoint_timeout": "30min",
    "random_page_cost": "1.1",
}
PAGE = 20
DEEP = 99 * PAGE
LONG_ENOUGH = 5
"""So many questions are tried for one whose list is long enough."""
ASKED_FOR = ("SE", "DE", "FR GB", "NORDICS", "DACH", "US", "EU", "JP KR", "EUROPE")
TARGETS = {"full NEWEST": 20, "full NAME": 20, "full PRICE_ASC": 60, "full PRICE_DESC": 60}
"""Milliseconds at a million twins and a million licences, for the first page and the hundredth."""
MILLION = 1_000_000


@dataclass(slots=True)
class Measured:
    """Of one kind of question: milliseconds in the database, milliseconds in all of the call, rows found, one plan."""

    database: list[float] = field(default_factory=list)
    call: list[float] = field(default_factory=list)
    rows: list[int] = field(default_factory=list)
    plan: str = ""


Ask = Callable[[Read, random.Random], Awaitable[int]]


def some_rights(dice: random.Random, read: Read) -> Rights:
    first = read.today + timedelta(days=dice.randrange(7, 200))
    return Rights(
        media=frozenset(dice.sample(tuple(Medium)[:8], dice.randint(1, 3))),
        territories=territories.expand(dice.choice(ASKED_FOR).split()),
        industry=dice.choice(crowd.INDUSTRIES),
        starts_on=first,
        ends_on=first + timedelta(days=dice.choice((13, 29, 59, 89))),
        exclusivity=dice.choice((*[Exclusivity.NON_EXCLUSIVE] * 2, Exclusivity.INDUSTRY, Exclusivity.TOTAL)),
    )


def full(dice: random.Random, read: Read, order: TwinOrder) -> TwinQuery:
    """Rights, the most that they may cost, one tag or two of the commoner ones, and a range of heights."""
    rights, shortest = some_rights(dice, read), dice.randint(165, 176)
    weight = store.search.prices.pricing.weight(rights.territories, store.search.prices.pricing.default_factor_e4, min)
    usual = 32_000 * len(rights.media) * rights.days * weight // 300_000
    exclusive = {Exclusivity.NON_EXCLUSIVE: 10, Exclusivity.INDUSTRY: 15, Exclusivity.TOTAL: 30}[rights.exclusivity]
    most = usual * exclusive * dice.randint(6, 20) // 100
    return TwinQuery(
        available_for=rights,
        maximum_price=Money(most, "EUR"),
        tags=tuple(dice.sample(crowd.TAGS[:25], dice.choice((1, 1, 2)))),
        height_cm=(shortest, shortest + dice.randint(6, 14)),
        order=order,
    )


def first_page(make: Callable[[random.Random, Read], TwinQuery]) -> Ask:
    async def ask(read: Read, dice: random.Random) -> int:
        return len((await store.search.page(read, make(dice, read), Window(PAGE))).rows)

    return ask


def deep_page(make: Callable[[random.Random, Read], TwinQuery], caught: "Caught") -> Ask:
    """The hundredth, of the next question that has so many; of a small market the last page."""

    async def ask(read: Read, dice: random.Random) -> int:
        with caught.resting():
            for _ in range(LONG_ENOUGH):
                query = make(dice, read)
                before = (await store.search.page(read, query, Window(DEEP))).keys
                if len(before) == DEEP:
                    break
        after = before[-1] if len(before) == DEEP else before[-PAGE] if len(before) >= PAGE else None
        return len((await store.search.page(read, query, Window(PAGE, after=after))).rows)

    return ask


def words(dice: random.Random, slip: bool) -> str:
    name, tag = dice.choice(crowd.LAST), dice.choice(crowd.TAGS)
    if slip:
        place = dice.randrange(1, len(name))
        name = name[:place] + name[place + 1 :]
    return f"{name} {tag}"


class Caught:
    """The statements that a database is sent, with what is bound in them."""

    def __init__(self, database: Database) -> None:
        self.statements: list[tuple[str, Any]] = []
        self.rests = False
        sa.event.listen(database.reads.sync_engine, "before_cursor_execute", self._hear)

    def _hear(self, connection: Any, cursor: Any, statement: str, bound: Any, context: Any, many: bool) -> None:
        if not self.rests and "clock()" not in statement:
            self.statements.append((statement, bound))

    @contextmanager
    def resting(self) -> Iterator[None]:
        self.rests = True
        yield
        self.rests = False


async def explained(read: Read, caught: Caught) -> tuple[float, str]:
    """(milliseconds of planning and execution, the plan)."""
    connection = (await (await read.session.connection()).get_raw_connection()).driver_connection
    assert connection is not None
    whole, plans = 0.0, []
    for statement, bound in caught.statements:
        rows = await connection.fetch(f"explain (analyze, timing off, buffers) {statement}", *bound)
        plan = "\n".join(row[0] for row in rows)
        whole += sum(map(float, re.findall(r"^(?:Planning|Execution) Time: ([\d.]+) ms", plan, re.MULTILINE)))
        plans.append(plan)
    return whole, "\n\n".join(plans)


def questions(caught: Caught) -> dict[str, Ask]:
    asks: dict[str, Ask] = {}
    for order in (TwinOrder.NEWEST, TwinOrder.NAME, TwinOrder.PRICE_ASC, TwinOrder.PRICE_DESC):
        make = lambda dice, read, order=order: full(dice, read, order)
        asks[f"full {order}, first page"] = first_page(make)
        asks[f"full {order}, 100th page"] = deep_page(make, caught)
    asks["plain, first page"] = first_page(lambda dice, read: TwinQuery())
    asks["plain, 100th page"] = deep_page(lambda dice, read: TwinQuery(), caught)
    free = lambda dice, read: TwinQuery(available_for=some_rights(dice, read))
    asks["available NEWEST, first page"] = first_page(free)
    asks["available PRICE_ASC, first page"] = first_page(lambda d, r: replace(free(d, r), order=TwinOrder.PRICE_ASC))
    relevant = lambda slip: lambda dice, read: TwinQuery(search=words(dice, slip), order=TwinOrder.RELEVANCE)
    asks["RELEVANCE, name and tag"] = first_page(relevant(False))
    asks["RELEVANCE, with a slip"] = first_page(relevant(True))

    async def count(read: Read, dice: random.Random) -> int:
        return await store.search.count(read, full(dice, read, TwinOrder.NEWEST))

    async def facets(read: Read, dice: random.Random) -> int:
        return len((await store.search.facets(read, full(dice, read, TwinOrder.NEWEST)))["tags"])

    async def count_all(read: Read, dice: random.Random) -> int:
        return await store.search.count(read, TwinQuery())

    async def facets_all(read: Read, dice: random.Random) -> int:
        return len((await store.search.facets(read, TwinQuery()))["tags"])

    wholes = {"full totalCount": count, "full facets": facets}
    return asks | wholes | {"plain totalCount": count_all, "plain facets": facets_all}


async def measure(database: Database, tries: int, seed: int) -> dict[str, Measured]:
    actor = Actor(caller="person:1", name="bench", person_id=1, scopes=frozenset(Scope), brand_ids=frozenset({1}))
    caught, told = Caught(database), dict[str, Measured]()
    for name, ask in questions(caught).items():
        dice, measured = random.Random(seed), Measured()
        slow = "facets" in name or "Count" in name
        for _ in range(max(3, tries // 3) if slow else tries):
            async with database.read(actor)() as read:
                read.fetch = None  # everything goes by the session, where it is caught
                caught.statements.clear()
                began = time.perf_counter()
                measured.rows.append(await ask(read, dice))
                measured.call.append((time.perf_counter() - began) * 1000)
                took, measured.plan = await explained(read, caught)
                measured.database.append(took)
        told[name] = measured
    return told


@asynccontextmanager
async def made(
    url: str | None, twins: int, licences: int, *, memory: bool = True, keep: Path | None = None
) -> AsyncIterator[Database]:
    """A database that holds a market of that size: a fresh one, or the one that `keep` has from another time."""
    with tempfile.TemporaryDirectory() as folder:
        settings = FAST | (MEMORY if memory else {})
        server = None if url else Postgres((keep or Path(folder)) / "postgres", settings=settings).start()
        base = url or (server.url() if server else "")
        engine = create_async_engine(base, isolation_level="AUTOCOMMIT")
        name = f"search_{twins}_{licences}" if keep else f"search_{twins}_{int(time.time())}"
        try:
            if not await is_there(engine, name):
                await make(engine, name, twins, licences)
            await asyncio.to_thread(migrations.upgrade, address_of(engine, name))
            database = Database.connect(address_of(engine, name))
            yield database
            await database.close()
            if not keep:
                await command(engine, f"drop database {name} (force)")
        finally:
            await engine.dispose()
            if server:
                server.stop()


async def make(engine: AsyncEngine, name: str, twins: int, licences: int) -> None:
    """Under another name until it is whole."""
    await command(engine, f"drop database if exists {name}_half (force)")
    await command(engine, f"create database {name}_half")
    await asyncio.to_thread(migrations.upgrade, address_of(engine, f"{name}_half"))
    database = Database.connect(address_of(engine, f"{name}_half"))
    began = time.perf_counter()
    took = await crowd.gather(database.writes, twins, licences)
    print(f"{twins:,} twins, {licences:,} bids made in {time.perf_counter() - began:.0f} s:",
          ", ".join(f"{table} {seconds:.1f}" for table, seconds in took.items() if seconds >= 0.1))  # fmt: skip
    await database.close()
    await command(engine, f"alter database {name}_half rename to {name}")


async def command(engine: AsyncEngine, text: str) -> None:
    async with engine.connect() as connection:
        await connection.execute(sa.text(text))


async def is_there(engine: AsyncEngine, name: str) -> bool:
    async with engine.connect() as connection:
        found = await connection.execute(sa.text("select 1 from pg_database where datname = :name"), {"name": name})
        return found.one_or_none() is not None


def address_of(engine: AsyncEngine, name: str) -> str:
    return engine.url.set(database=name).render_as_string(hide_password=False)


def table(sizes: list[int], found: dict[int, dict[str, Measured]]) -> None:
    columns = "".join(f"{size:>18,}" for size in sizes)
    print(f"\n{'milliseconds in the database: median / slowest':<46}{columns}{'whole call':>12}{'rows':>10}")
    for name in found[sizes[-1]]:
        cells = [found[size][name].database for size in sizes]
        shown = "".join(f"{f'{median(cell):.1f} / {max(cell):.0f}':>18}" for cell in cells)
        last = found[sizes[-1]][name]
        print(f"{name:<46}{shown}{median(last.call):>12.1f}{median(last.rows):>10.0f}")


def missed(found: dict[str, Measured]) -> list[str]:
    return [
        f"{name}: {median(measured.database):.1f} ms, and not {target}"
        for name, measured in found.items()
        for start, target in TARGETS.items()
        if name.startswith(f"{start},") and median(measured.database) > target
    ]


async def main() -> int:
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("--twins", type=int, nargs="+", default=[10_000, 100_000, MILLION])
    options.add_argument("--licences", type=int, help="as many as twins unless told")
    options.add_argument("--tries", type=int, default=15)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--plans", action="store_true")
    options.add_argument("--keep", type=Path, metavar="FOLDER", help="leave the markets there for the next time")
    options.add_argument("--database-url")
    given = options.parse_args()
    found: dict[int, dict[str, Measured]] = {}
    for size in given.twins:
        async with made(given.database_url, size, given.licences or size, keep=given.keep) as database:
            found[size] = await measure(database, given.tries, given.seed)
        if given.plans:
            for name, measured in found[size].items():
                print(f"\n--- {name}, {size:,} twins\n{measured.plan}")
    table(given.twins, found)
    misses = missed(found[given.twins[-1]]) if given.twins[-1] == MILLION else []
    for miss in misses:
        print("MISSED", miss)
    return 1 if misses else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
