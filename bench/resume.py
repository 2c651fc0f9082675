"""Streams that are cut, reset and killed, and resumed: nothing lost, nothing doubled, all in order, and soon.

    python -m bench.resume [--events 1000000] [--disconnects 10000] [--followers 60] [--kills 40] [--restarts 5]

Two API processes, an own PostgreSQL. Writers append events in transactions that overlap, and now and then roll back; each
follower follows one payee over a WebSocket or server-sent events, is cut off again and again (closed without a word, reset,
its server killed with kill -9, its database restarted as after a crash), and goes on from its last cursor at either process.
Exit 1 if anything was lost, doubled or out of order, or the 99th percentile of resuming took 3 s or longer.
"""

import argparse
import asyncio
import random
import re
import statistics
import sys
import time
from dataclasses import dataclass, field

import orjson
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import create_async_engine

from bench.processes import Api, deployment, restart
from bench.subscribers import Asked, Ended, EventsLine, Line, WebSocketLine
from core.seal import Seal
from server.database import Database
from server.postgres import Postgres
from server.settings import DEVELOPMENT_SECRET
from tests.server.people import a_party, an_api_key

AHEAD = 2_000
"""Events that may be written and not yet read."""
WRITERS = 4
SOON_SECONDS = 3.0
LONGEST_PAUSE = 0.5
"""Between one try to connect and the next."""
RESEND_SECONDS = 10.0
"""Without an event for so long a follower connects anew, as a watchdog would have it."""

WRITE = sa.text("""
    insert into activity (topic, kind, body)
    select :topic, 'SHARE_EARNED', jsonb_build_object('amount_minor', n, 'currency', 'EUR')
      from generate_series(cast(:first as int), cast(:last as int)) n
""")
WRITTEN = sa.text("select coalesce(max((body->>'amount_minor')::int), 0) from activity where topic = :topic")


@dataclass(frozen=True, slots=True)
class Scale:
    events: int = 1_000_000
    disconnects: int = 10_000
    followers: int = 60
    kills: int = 40
    restarts: int = 5
    seed: int = 1


@dataclass(slots=True)
class Outcome:
    received: int = 0
    wrong: list[str] = field(default_factory=list)
    ends: dict[str, int] = field(default_factory=dict)
    waits: list[float] = field(default_factory=list)
    """From each end until the next event, in seconds."""
    slowest: list[tuple[float, str]] = field(default_factory=list)
    """And after which end."""
    restarts: list[float] = field(default_factory=list)
    """How long the database was away each time, in seconds: from being told to stop until it takes connections."""
    seconds: float = 0
    cpu_seconds: float = 0
    """Of the API processes that live at the end."""

    def ended(self, how: str) -> None:
        self.ends[how] = self.ends.get(how, 0) + 1

    def resumed(self, seconds: float, how: str) -> None:
        self.waits.append(seconds)
        self.slowest = sorted([*self.slowest, (round(seconds, 2), how)], reverse=True)[:5]

    @property
    def disconnects(self) -> int:
        return sum(self.ends.values())

    @property
    def p99(self) -> float:
        return statistics.quantiles(self.waits, n=100)[98] if len(self.waits) > 1 else 0.0

    def __str__(self) -> str:
        median = statistics.median(self.waits) if self.waits else 0
        lines = (
            f"{self.received} events in {self.seconds:.0f} s, {self.disconnects} disconnects {self.ends}, "
            f"{len(self.restarts)} restarts of the database, {[round(each, 1) for each in self.restarts]} s; {self.cpu_seconds:.0f} s of CPU in the last two API processes",
            f"resumed: median {median:.3f} s, p99 {self.p99:.3f} s, slowest {self.slowest}",
            f"lost, doubled or out of order: {len(self.wrong)}",
            *self.wrong[:10],
        )
        return "\n".join(lines)


CRASH = re.compile(r" ERROR |^[\w.]+(Error|Exception)\b|^Traceback")
"""What a log must not hold: each crash, with its last word."""


@dataclass(slots=True)
class Follower:
    party: int
    asked: Asked
    line_of: type[Line]
    expected: int
    dice: random.Random
    cut_after: float
    """Events, on average."""
    read: int = 0

    @property
    def topic(self) -> str:
        return f"payout:{self.party}"

    async def run(self, apis: list[Api], outcome: Outcome) -> None:
        lost: tuple[float, str] | None = None
        failures = 0
        while self.read < self.expected:
            line, before, was_open = self.line_of(), self.read, False
            try:
                async with asyncio.timeout(RESEND_SECONDS):
                    await line.open(self.dice.choice(apis).port, self.asked)
                was_open = True
                how = await self._follow(line, outcome, lost)
            except Ended as ended:
                how = f"ended: {ended}"[:60]
            except (OSError, EOFError, TimeoutError) as error:  # an unfinished read is an EOFError
                how = f"lost: {type(error).__name__}"
            line.cut(reset=False)
            if self.read == self.expected:
                return
            if was_open:
                outcome.ended(how)
            if lost is None or self.read > before:
                lost, failures = (time.perf_counter(), how), 0
            if how not in ("cut", "reset"):  # as clients do: longer each time, and not all at once
                await asyncio.sleep(min(LONGEST_PAUSE, 0.05 * 2**failures) * (0.5 + self.dice.random()))
                failures += 1

    async def _follow(self, line: Line, outcome: Outcome, lost: tuple[float, str] | None) -> str:
        """Read until it is time to be cut off."""
        left = self.dice.expovariate(1 / self.cut_after)
        events = aiter(line.events())
        while self.read < self.expected:
            async with asyncio.timeout(RESEND_SECONDS):
                event = await anext(events)
            if lost is not None:
                outcome.resumed(time.perf_counter() - lost[0], lost[1])
                lost = None
            self._note(event, outcome)
            left -= 1
            if left <= 0 and self.read < self.expected:
                reset = self.dice.random() < 0.5
                line.cut(reset=reset)
                return "reset" if reset else "cut"
        return "done"

    def _note(self, event: dict[str, object], outcome: Outcome) -> None:
        number = round(float(event["amount"]["amount"]) * 100)  # type: ignore[index]
        if number != self.read + 1:
            outcome.wrong.append(f"{self.topic}: {number} after {self.read}")
        self.read = number
        self.asked.variables["after"] = event["cursor"]
        outcome.received += 1


async def run(scale: Scale) -> Outcome:
    outcome = Outcome()
    async with deployment(2) as (postgres, apis):
        database = Database.connect(postgres.url())
        followers = [await _follower(database, scale, number) for number in range(scale.followers)]
        began = time.perf_counter()
        following = [asyncio.create_task(follower.run(apis, outcome)) for follower in followers]
        parts = [followers[number::WRITERS] for number in range(WRITERS)]
        others = [
            asyncio.create_task(_write(postgres, part, scale, outcome, number)) for number, part in enumerate(parts)
        ]
        others.append(asyncio.create_task(_hurt(postgres, apis, scale, outcome)))
        try:
            await _all(following, others)
        finally:
            for task in (*following, *others):
                task.cancel()
            await asyncio.gather(*following, *others, return_exceptions=True)
            await database.close()
        outcome.seconds = time.perf_counter() - began
        outcome.cpu_seconds = sum(api.cpu_seconds for api in apis)
        outcome.wrong += [line for api in apis for line in api.log.splitlines() if CRASH.search(line)]
    return outcome


async def _all(following: list[asyncio.Task[None]], others: list[asyncio.Task[None]]) -> None:
    """Until all have followed to the end; whatever breaks meanwhile ends it."""
    waiting = set(following)
    watched = set(others)
    while waiting:
        done, _ = await asyncio.wait(waiting | watched, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
        waiting -= done
        watched -= done


async def _follower(database: Database, scale: Scale, number: int) -> Follower:
    party = await a_party(database, handle=f"party-{number}")
    key_id, key = await an_api_key(database, party)
    seal = Seal(DEVELOPMENT_SECRET)
    begin = seal.close(f"activity:payout:{party}:key:{key_id}", orjson.dumps((0, -1)))
    asked = Asked(key, {"party": seal.id("Model", party), "after": begin})
    line = EventsLine if number % 3 == 2 else WebSocketLine
    dice = random.Random(scale.seed * 1000 + number)
    return Follower(party, asked, line, scale.events // scale.followers, dice, scale.events / scale.disconnects)


async def _write(postgres: Postgres, followers: list[Follower], scale: Scale, outcome: Outcome, seed: int) -> None:
    """In order within each topic, in transactions that overlap with the other writers'. When a commit had no answer, look."""
    engine = create_async_engine(postgres.url(), pool_size=2, pool_pre_ping=True)
    dice, written = random.Random(seed), dict.fromkeys((follower.topic for follower in followers), 0)
    waiting = {follower.topic: follower.expected for follower in followers}
    while any(written[topic] < waiting[topic] for topic in waiting):
        if sum(written.values()) * WRITERS > outcome.received + AHEAD:
            await asyncio.sleep(0.01)
            continue
        topic = dice.choice([topic for topic in waiting if written[topic] < waiting[topic]])
        last = min(waiting[topic], written[topic] + dice.randint(1, 40))
        try:
            async with engine.connect() as connection:
                await connection.execute(WRITE, {"topic": topic, "first": written[topic] + 1, "last": last})
                await asyncio.sleep(dice.random() * 0.004)
                if dice.random() < 0.05:
                    await connection.rollback()
                    continue
                await connection.commit()
                if dice.random() < 0.2:
                    await connection.execute(sa.text("notify twinmarket"))
                    await connection.commit()
            written[topic] = last
        except (OSError, sa.exc.SQLAlchemyError):
            written[topic] = await _stands_at(postgres, topic)
    await engine.dispose()


async def _stands_at(postgres: Postgres, topic: str) -> int:
    engine = create_async_engine(postgres.url())
    while True:
        try:
            async with engine.connect() as connection:
                found = int((await connection.execute(WRITTEN, {"topic": topic})).scalar_one())
            await engine.dispose()
            return found
        except (OSError, sa.exc.SQLAlchemyError):
            await asyncio.sleep(0.2)


async def _hurt(postgres: Postgres, apis: list[Api], scale: Scale, outcome: Outcome) -> None:
    """Kill and restart, spread over the whole run."""
    deeds = ["kill"] * scale.kills + ["restart"] * scale.restarts
    random.Random(scale.seed).shuffle(deeds)
    for number, deed in enumerate(deeds, 1):
        await _received(outcome, scale.events * number // (len(deeds) + 1))
        if deed == "restart":
            began = time.perf_counter()
            await asyncio.to_thread(restart, postgres)
            outcome.restarts.append(time.perf_counter() - began)
        else:
            api = apis[number % len(apis)]
            await api.kill()
            await api.start()


async def _received(outcome: Outcome, count: int) -> None:
    while outcome.received < count:  # noqa: ASYNC110 - an event for each number would cost as much as the events
        await asyncio.sleep(0.05)


def main() -> int:
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    for name in ("events", "disconnects", "followers", "kills", "restarts", "seed"):
        options.add_argument(f"--{name}", type=int, default=getattr(Scale(), name))
    scale = Scale(**vars(options.parse_args()))
    outcome = asyncio.run(run(scale))
    print(outcome)
    enough = outcome.disconnects >= scale.disconnects * 0.9 and outcome.received >= scale.events - scale.followers
    return 0 if enough and not outcome.wrong and outcome.p99 < SOON_SECONDS else 1


if __name__ == "__main__":
    sys.exit(main())
