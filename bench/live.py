"""What living streams cost: memory of idle ones, time from commit to client under load, memory over many events.

    python -m bench.live [--idle 5000] [--followers 200] [--rate 500] [--seconds 20] [--events 1000000]

One API process each, with an own PostgreSQL. `--idle`: so many subscriptions, a WebSocket each, and the kilobytes that each
keeps of the process. `--rate`: so many events a second, each for one of `--followers`, and the time from the answer to
COMMIT until the client has read it. `--events`: so many for one follower, and what the process has grown by after the first
tenth of them. 0 leaves a part out. Exit 1 when an idle one keeps more than 35 KB, or the events make it grow by 20 bytes each.
"""

import argparse
import asyncio
import resource
import statistics
import sys
import time
from dataclasses import dataclass, field
from typing import Any

import orjson
from sqlalchemy.ext.asyncio import create_async_engine

from bench.processes import Api, deployment
from bench.resume import WRITE
from bench.subscribers import Asked, Ended, WebSocketLine
from core.seal import Seal
from server.database import Database
from server.postgres import Postgres
from server.settings import DEVELOPMENT_SECRET
from server.wire import Wire
from tests.server.people import a_party, an_api_key

MAXIMUM_KB = 35
MAXIMUM_BYTES = 20
AT_ONCE = 50
TRIES = 20
MANY = {"CONNECTIONS_PER_CALLER": "100000", "RATE_POINTS": "0"}
CHUNK = 2_000

SEAL = Seal(DEVELOPMENT_SECRET)


async def somebody(database: Database, number: int) -> tuple[int, Asked]:
    party = await a_party(database, handle=f"party-{number}")
    key_id, key = await an_api_key(database, party)
    after = SEAL.close(f"activity:payout:{party}:key:{key_id}", orjson.dumps((0, -1)))
    return party, Asked(key, {"party": SEAL.id("Model", party), "after": after})


async def opened(api: Api, asked: Asked) -> WebSocketLine:
    """On a machine that is busy it may take several tries, as for any client."""
    for _ in range(TRIES):
        line = WebSocketLine()
        try:
            await line.open(api.port, asked)
            return line
        except (Ended, OSError, EOFError):
            line.cut(reset=False)
            await asyncio.sleep(1)
    raise RuntimeError(f"No subscription could be opened in {TRIES} tries.")


async def first(line: WebSocketLine) -> Any:
    """The first event; pings are answered meanwhile."""
    return await anext(line.events())


async def idle(count: int) -> bool:
    async with deployment(1, **MANY) as (postgres, [api]):
        database = Database.connect(postgres.url())
        party, asked = await somebody(database, 1)
        warm = [await opened(api, asked) for _ in range(20)]
        await asyncio.sleep(2)
        before, began = api.resident_kb, time.perf_counter()
        lines: list[WebSocketLine] = []
        reading: list[asyncio.Task[Any]] = []
        while len(lines) < count:
            lines += await asyncio.gather(*(opened(api, asked) for _ in range(min(AT_ONCE, count - len(lines)))))
            reading += [asyncio.create_task(first(line)) for line in lines[len(reading) :]]
        await asyncio.sleep(5)
        each = (api.resident_kb - before) / count
        spent = time.perf_counter() - began
        print(
            f"{count} idle subscriptions: {each:.1f} KB each, opened in {spent:.0f} s, {api.cpu_seconds:.0f} s of CPU"
        )
        async with database.writes.begin() as connection:
            await connection.execute(WRITE, {"topic": f"payout:{party}", "first": 1, "last": 1})
        told = await asyncio.wait_for(asyncio.gather(*reading), 120)  # they were alive, every one
        print(f"then {len(told)} of them were told of one event")
        for line in (*warm, *lines):
            line.cut(reset=False)
        await database.close()
    return len(told) == count and each <= MAXIMUM_KB


@dataclass(slots=True)
class Seen:
    committed: dict[tuple[int, int], float] = field(default_factory=dict)
    read: dict[tuple[int, int], float] = field(default_factory=dict)


async def latency(followers: int, rate: int, seconds: int) -> None:
    seen = Seen()
    async with deployment(1, **MANY) as (postgres, [api]):
        database, wire = Database.connect(postgres.url()), Wire(postgres.url())
        await wire.start()
        people = [await somebody(database, number) for number in range(followers)]
        reading = [asyncio.create_task(_read(await opened(api, asked), party, seen)) for party, asked in people]
        await asyncio.sleep(2)
        before, began = api.cpu_seconds, time.perf_counter()
        for number in range(1, rate * seconds + 1):
            await asyncio.sleep(max(0.0, began + number / rate - time.perf_counter()))
            party, turn = people[number % followers][0], number // followers + 1
            async with database.writes.begin() as connection:
                await connection.execute(WRITE, {"topic": f"payout:{party}", "first": turn, "last": turn})
            seen.committed[party, turn] = time.perf_counter()
            wire.nudge()
        took = time.perf_counter() - began
        await asyncio.sleep(2)
        cpu = api.cpu_seconds - before
        for task in reading:
            task.cancel()
        await asyncio.gather(*reading, return_exceptions=True)
        await wire.stop()
        await database.close()
    waits = [max(0.0, seen.read[key] - at) * 1000 for key, at in seen.committed.items() if key in seen.read]
    missing, p99 = len(seen.committed) - len(waits), statistics.quantiles(waits, n=100)[98]
    print(
        f"{len(waits)} events to {followers} followers at {len(seen.committed) / took:.0f} a second, {missing} missing: commit to"
        f" client median {statistics.median(waits):.1f} ms, p99 {p99:.1f} ms; {cpu / len(waits) * 1e6:.0f} us of CPU an event"
    )


async def _read(line: WebSocketLine, party: int, seen: Seen) -> None:
    try:
        async for event in line.events():
            seen.read[party, round(float(event["amount"]["amount"]) * 100)] = time.perf_counter()
    finally:
        line.cut(reset=False)


async def flat(events: int) -> bool:
    async with deployment(1, **MANY) as (postgres, [api]):
        database = Database.connect(postgres.url())
        party, asked = await somebody(database, 1)
        writing = asyncio.create_task(_write(postgres, party, events))
        line, read, first = await opened(api, asked), 0, 0
        before = api.cpu_seconds
        async for _ in line.events():
            read += 1
            if read == events // 10:
                first = api.resident_kb
            if read == events:
                break
        grown = (api.resident_kb - first) * 1024 / (events - events // 10)
        cpu = (api.cpu_seconds - before) / events * 1e6
        print(f"{events} events to one follower: {grown:.1f} bytes kept of each, {cpu:.0f} us of CPU an event")
        line.cut(reset=False)
        await writing
        await database.close()
    return grown <= MAXIMUM_BYTES


async def _write(postgres: Postgres, party: int, events: int) -> None:
    engine = create_async_engine(postgres.url())
    for first in range(1, events + 1, CHUNK):
        async with engine.begin() as connection:
            numbers: dict[str, Any] = {"first": first, "last": min(events, first + CHUNK - 1)}
            await connection.execute(WRITE, {"topic": f"payout:{party}", **numbers})
    await engine.dispose()


async def main() -> int:
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    for name, default in (("idle", 5_000), ("followers", 200), ("rate", 500), ("seconds", 20), ("events", 1_000_000)):
        options.add_argument(f"--{name}", type=int, default=default)
    given = options.parse_args()
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    good = [await idle(given.idle) if given.idle else True]
    if given.rate:
        await latency(given.followers, given.rate, given.seconds)
    good.append(await flat(given.events) if given.events else True)
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
