"""A storm of Stripe's events, shuffled, repeated, late and in part lost: the ledger ends equal to Stripe, no effect comes twice.

    python -m bench.webhooks [--events 100000] [--size 10000] [--processes 2] [--lost 3] [--seed 1]
                             [--sabotage deaf]

Payments are charged and shared by the product's jobs. What then happens at Stripe alone (banks open, win and lose disputes,
refunds wait and fail, payouts arrive and come back) is told by events only. Every wave brings a random part of what waits, in
random order, more than half of it twice or three times, together with old ones again; some never arrive (`--lost`, in percent)
and are fetched at the end by the product's own catch-up from Stripe's lists, as after an outage. Each delivery is signed, verified and
kept, and its job run. In the end our ledger, what the offline Stripe holds and what our rows imply must agree to the minor
unit, and nobody may have been told of one thing twice. A storm brings `--size` deliveries at most, to a market and a Stripe of its own; so many
follow one another that they come to `--events`. `--sabotage` breaks us on purpose, to see that it is noticed: `deaf` (what was
lost stays lost) or `postings` (entries that come twice).
"""

import asyncio
import json
import random
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from bench.faults import OF_MONEY, ask, give_back, insist
from bench.torture import in_parts, read_options, verdict
from core.actor import SYSTEM
from payments import reconciliation, webhooks
from payments.catching_up import catch_up
from payments.sandbox.disputes import close_dispute, open_dispute
from payments.sandbox.faults import FaultKind
from payments.sandbox.refunds import move_refund
from payments.sandbox.store import Thing
from payments.sandbox.webhooks import signature
from payments.tables import Payment
from server.database import Database
from server.worker import Worker
from tests.fakes.money_room import MoneyRoom
from tests.fakes.sandbox import CONNECT_SECRET, PLATFORM_SECRET, OfflineStripe
from tests.payments.test_money_over_the_wire import ready

WAVE = 40
"""Payments."""
AT_ONCE = 8
SECRETS = {"platform": PLATFORM_SECRET, "connect": CONNECT_SECRET}

TOLD_TWICE = """
select topic || ' was told ' || count(*) || ' times: ' || kind || ' ' || body::text from activity
 where kind like 'PAYOUT_%' group by topic, kind, body having count(*) > 1"""


@dataclass(frozen=True, slots=True)
class Storm:
    events: int = 100_000
    size: int = 10_000
    processes: int = 2
    lost: int = 3
    seed: int = 1
    sabotage: str = ""

    @property
    def parts(self) -> int:
        return max(self.processes, -(-self.events // self.size))


@dataclass(slots=True)
class Report:
    """`deliveries`, with those of one event more than once; `events`, each once."""

    deliveries: int = 0
    events: Counter[str] = field(default_factory=Counter)
    lost: int = 0
    payments: int = 0
    seconds: float = 0.0
    wrong: list[str] = field(default_factory=list)

    def add(self, other: "Report") -> None:
        self.deliveries += other.deliveries
        self.events.update(other.events)
        self.lost += other.lost
        self.payments += other.payments
        self.seconds += other.seconds
        self.wrong += other.wrong

    def __str__(self) -> str:
        shown = "\n".join(self.wrong[:20])
        return (
            f"deliveries       {self.deliveries} of {self.events.total()} events, {self.lost} of them lost at first\n"
            f"payments         {self.payments}, {self.seconds:.0f} s of all storms together\n"
            f"kinds            {dict(self.events.most_common())}\n"
            f"wrong            {len(self.wrong)}\n{shown}"
        )


class Weather:
    """Takes what Stripe would send, and decides what becomes of it."""

    def __init__(self, room: MoneyRoom, stripe: OfflineStripe, storm: Storm, dice: random.Random) -> None:
        self.room, self.stripe, self.storm, self.dice = room, stripe, storm, dice
        self.waiting: list[Thing] = []
        self.lost: list[Thing] = []
        self.arrived: list[Thing] = []
        self.report = Report()
        self._gate = asyncio.Semaphore(AT_ONCE)

    def collect(self) -> None:
        """What was posted since: to be sent, or lost."""
        state = self.stripe.world.state
        for delivery in self.stripe.world.outbox.waiting:
            state.drop(delivery)
            is_lost = self.dice.randrange(100) < self.storm.lost
            (self.lost if is_lost else self.waiting).append(delivery)
            self.report.events[state.look_up(delivery["event"])["type"]] += 1  # type: ignore[index]

    async def blow(self, part: float = 0.7) -> None:
        """A part of what waits arrives, shuffled and repeated, with old events among it; the rest is late."""
        self.collect()
        self.dice.shuffle(self.waiting)
        cut = int(len(self.waiting) * part)
        now, self.waiting = self.waiting[:cut], self.waiting[cut:]
        again = [delivery for delivery in now for _ in range(self.dice.choice((0, 0, 1, 1, 2)))]
        old = self.dice.sample(self.arrived, min(len(self.arrived), len(now) // 5))
        every = [*now, *again, *old]
        self.dice.shuffle(every)
        self.arrived = [*self.arrived[-2_000:], *now]
        await self.bring(every)

    async def bring(self, deliveries: Sequence[Thing]) -> None:
        await asyncio.gather(*(self._deliver(delivery) for delivery in deliveries))

    async def _deliver(self, delivery: Thing) -> None:
        secret = SECRETS[delivery["address"]]
        body = json.dumps(self.stripe.world.state.look_up(delivery["event"]))
        async with self._gate:
            seen = self.stripe.gateway.read_event(body.encode(), signature(body, secret), (secret,))
            async with self.room.database.work(SYSTEM)() as work:
                await webhooks.receive(work, seen)
        self.report.deliveries += 1


class Banks:
    """What happens at Stripe that nobody tells us but by events."""

    def __init__(self, stripe: OfflineStripe, dice: random.Random) -> None:
        self.stripe, self.dice = stripe, dice
        self.disputes: list[Thing] = []

    def dispute(self, payments: Sequence[Payment]) -> None:
        ids = {str(payment.id) for payment in payments}
        with self.stripe.world.state.commit():
            for charge in self.stripe.world.state.all("charge")[-2 * WAVE :]:
                if charge["paid"] and charge["metadata"].get("payment_id") in ids and not charge["refunded"]:
                    self.disputes.append(open_dispute(self.stripe.world, charge))

    def decide(self) -> None:
        """Half of the disputes that are open, and every refund that waits."""
        world = self.stripe.world
        self.dice.shuffle(self.disputes)
        half = len(self.disputes) // 2 + 1
        decided, self.disputes = self.disputes[:half], self.disputes[half:]
        with world.state.commit():
            for dispute in decided:
                close_dispute(world, dispute, self.dice.choice(("won", "lost")))
            for refund in world.state.all("refund")[-WAVE:]:
                if refund["status"] == "pending":
                    move_refund(world, refund, self.dice.choice(("succeeded", "failed")))

    def pay_out(self) -> None:
        if self.dice.random() < 0.6:
            self.stripe.cause(FaultKind.FAIL_PAYOUT, after_paid=self.dice.random() < 0.5)
        self.stripe.pay_out(steps=1)


async def run(database: Database, storm: Storm, part: int = 0) -> Report:
    dice, began = random.Random(storm.seed + part), time.monotonic()
    room, stripe = MoneyRoom(database), OfflineStripe()
    await ready(room, stripe)
    weather, banks = Weather(room, stripe, storm, dice), Banks(stripe, dice)
    worker = Worker(database, stripe.gateway, OF_MONEY, at_once=AT_ONCE)
    while weather.report.deliveries < -(-storm.events // storm.parts):
        await wave(room, weather, banks, worker)
    for _ in range(4):  # the last disputes end, the last payouts arrive
        banks.decide()
        stripe.pay_out(steps=2)
        await weather.blow()
        await insist(database, worker)
    await weather.blow(part=1.0)
    await insist(database, worker)
    weather.report.lost = len(weather.lost)
    if storm.sabotage != "deaf":
        await catch_up(database.work(SYSTEM), stripe.gateway, back=timedelta(days=1), only_undelivered=False)
        await insist(database, worker)
    weather.report.seconds = time.monotonic() - began
    weather.report.wrong = await wrong(database, stripe)
    return weather.report


async def wave(room: MoneyRoom, weather: Weather, banks: Banks, worker: Worker) -> None:
    """Some payments, and what comes of them and of earlier ones."""
    dice, database = weather.dice, room.database
    batch = [await ask(room, dice) for _ in range(WAVE)]
    weather.report.payments += len(batch)
    await insist(database, worker)
    await weather.blow()
    refunded, disputed = batch[: WAVE // 5], batch[WAVE // 5 : WAVE * 2 // 5]
    weather.stripe.cause(FaultKind.PEND_REFUND, percent=50, times=len(refunded) // 2)
    for payment in refunded:
        await give_back(room, payment, dice)
    banks.dispute(disputed)
    await insist(database, worker)
    for happens in (banks.pay_out, banks.decide, banks.pay_out):
        happens()
        await weather.blow()
        await insist(database, worker)


async def wrong(database: Database, stripe: OfflineStripe) -> list[str]:
    async with database.snapshot(SYSTEM)() as read:
        found = await reconciliation.compare(read, stripe.books)
        found += (await read.session.execute(sa.text(TOLD_TWICE))).scalars()
        stuck: Any = await read.session.execute(sa.text("select key, error from job where attempts > 0"))
        found += [f"stuck: {key}: {error}" for key, error in stuck.all()]
        unread = "select 'stuck: event ' || type from stripe_event where handled_at is null"
        found += (await read.session.execute(sa.text(unread))).scalars()
    return [*found, *stripe.violations]


# ------------------------------------------------------------------ the command


def main() -> int:
    storm = read_options(Storm, __doc__)
    report = in_parts(run, storm, Report(), parts=storm.parts)
    return verdict(report, is_whole=report.deliveries >= storm.events)


if __name__ == "__main__":
    sys.exit(main())
