"""Stripe misbehaves at random over thousands of payments: each is charged exactly once, and three books agree.

    python -m bench.faults [--payments 10000] [--processes 2] [--at-once 8] [--percent 3] [--seed 1] [--sabotage keys]

Every call of Stripe may be turned away (429, 500, 503), be done and answered with a failure that is kept under its key, be
slow, break before or after it is done, or be answered by somebody in between. Payments are driven by the jobs of the product's
worker, eight at once, until nothing is left; one in five is refunded, in part or wholly. Then every payment must have been
charged exactly once, and our ledger, what the offline Stripe holds and what the payments imply must be the same to the minor
unit. Everything that is asked and answered passes the check against the SDK's shapes. Exit 1 otherwise. `--sabotage` breaks us on
purpose, to see that it is noticed: `keys` (every call has a key of its own) or `postings` (entries that come twice).
"""

import random
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import uuid4

import sqlalchemy as sa

from bench.torture import in_parts, read_options, verdict
from core.actor import SYSTEM
from payments import charges, reconciliation, refunds
from payments import store as money
from payments.money import Money
from payments.sandbox.faults import FaultKind
from payments.tables import Payment
from server.database import Database
from server.jobs import JOBS
from server.worker import Tools, Worker
from tests.fakes.money_room import BRAND, MoneyRoom, thirds
from tests.fakes.sandbox import OfflineStripe
from tests.payments.test_money_over_the_wire import ready

BATCH = 200
ROUNDS = 60
"""How often what failed is tried again at once, as if its seconds of waiting had passed."""
FOR_EVER = 10**9


async def nothing(tools: Tools, body: dict[str, Any]) -> None:
    """These payments are for no licence."""


OF_MONEY = {kind: nothing if kind.startswith("licence") else job for kind, job in JOBS.items()}


@dataclass(frozen=True, slots=True)
class Trouble:
    payments: int = 10_000
    processes: int = 2
    at_once: int = 8
    percent: int = 3
    seed: int = 1
    sabotage: str = ""


@dataclass(slots=True)
class Report:
    payments: int = 0
    calls: int = 0
    seconds: float = 0.0
    faults: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def add(self, other: "Report") -> None:
        self.payments += other.payments
        self.calls += other.calls
        self.seconds = max(self.seconds, other.seconds)
        self.faults.update(other.faults)
        self.wrong += other.wrong

    def __str__(self) -> str:
        shown = "\n".join(self.wrong[:20])
        return (
            f"payments         {self.payments}, {self.calls} calls, {self.seconds:.0f} s\n"
            f"faults           {self.faults.total()}: {dict(self.faults.most_common())}\n"
            f"wrong            {len(self.wrong)}\n{shown}"
        )


class Doubling:
    """A gateway that is broken on purpose: every call has a key of its own."""

    def __init__(self, gateway: Any) -> None:
        self._gateway = gateway

    def __getattr__(self, name: str) -> Callable[..., Any]:
        call = getattr(self._gateway, name)

        async def doubled(*arguments: Any, **options: Any) -> Any:
            return await call(*arguments, **options | ({"key": str(uuid4())} if "key" in options else {}))

        return doubled


def trouble(stripe: OfflineStripe, percent: int, seed: int) -> None:
    stripe.world.faults.dice = random.Random(seed)
    always: dict[str, Any] = {"times": FOR_EVER, "percent": percent}
    for status in (429, 500, 503):
        stripe.cause(FaultKind.ANSWER, status=status, **always)
    for path in ("POST /v1/transfers", "POST /v1/refunds", "POST */confirm"):
        stripe.cause(FaultKind.LOSE_ANSWER, path=path, **always)
    for kind in (FaultKind.RESET, FaultKind.LOSE_ANSWER, FaultKind.GARBLE_ANSWER):
        stripe.cause(kind, **always)
    stripe.cause(FaultKind.DELAY, milliseconds=20, **always)


async def run(database: Database, told: Trouble, part: int = 0) -> Report:
    report, began, dice = Report(), time.monotonic(), random.Random(told.seed + part)
    room, stripe = MoneyRoom(database), OfflineStripe()
    await ready(room, stripe)
    trouble(stripe, told.percent, told.seed + part)
    gateway = Doubling(stripe.gateway) if told.sabotage == "keys" else stripe.gateway
    worker = Worker(database, gateway, OF_MONEY, at_once=told.at_once)
    for first in range(0, told.payments // told.processes, BATCH):
        batch = [await ask(room, dice) for _ in range(min(BATCH, told.payments // told.processes - first))]
        await insist(database, worker)
        for payment in dice.sample(batch, len(batch) // 5):
            await give_back(room, payment, dice)
        await insist(database, worker)
        report.payments += len(batch)
    report.faults.update(stripe.world.faults.happened)
    stripe.world.faults.clear()
    await insist(database, worker)
    report.calls, report.seconds = len(stripe.check.checked), time.monotonic() - began
    report.wrong = await wrong(database, stripe, report.payments)
    return report


async def ask(room: MoneyRoom, dice: random.Random) -> Payment:
    amount = Money(dice.randint(5_00, 9_000_00), "EUR")
    async with room.database.work(SYSTEM)() as work:
        return await charges.request(
            work,
            reference=next(room.references),
            payer_id=BRAND,
            amount=amount,
            portions=thirds(amount),
            description="Licence",
            due_at=work.now + timedelta(hours=48),
        )


async def give_back(room: MoneyRoom, payment: Payment, dice: random.Random) -> None:
    amount = Money(dice.randint(1, payment.amount_minor), "EUR") if dice.random() < 0.7 else None
    async with room.database.work(SYSTEM)() as work:
        await refunds.request(work, reference=payment.reference, amount=amount, reason="The shoot was cancelled.")


async def insist(database: Database, worker: Worker) -> None:
    """Until nothing is due; what waits for another try has waited."""
    for _ in range(ROUNDS):
        await worker.drain()
        async with database.writes.begin() as connection:
            again = "update job set due_at = clock() where attempts > 0 and kind <> 'sweep' returning 1"
            if not (await connection.execute(sa.text(again))).all():
                return


async def wrong(database: Database, stripe: OfflineStripe, payments: int) -> list[str]:
    async with database.snapshot(SYSTEM)() as read:
        found = await reconciliation.compare(read, stripe.books)
        every = await money.every_payment(read)
        jobs = (await read.session.execute(sa.text("select key, error from job where attempts > 0"))).all()
    charged = Counter(charge.payment_id for charge in stripe.books.charges)
    found += [f"payment {each.id} was charged {charged[each.id]} times" for each in every if charged[each.id] != 1]
    found += [f"stuck: {key}: {error}" for key, error in jobs]
    found += [] if len(every) == payments == charged.total() else [f"{charged.total()} charges of {payments} payments"]
    return [*found, *stripe.violations]


# ------------------------------------------------------------------ the command


def main() -> int:
    told = read_options(Trouble, __doc__)
    report = in_parts(run, told, Report())
    return verdict(report, is_whole=report.payments >= told.payments // told.processes * told.processes)


if __name__ == "__main__":
    sys.exit(main())
