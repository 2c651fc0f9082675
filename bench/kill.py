"""kill -9 at every step of a payment's life: not one minor unit may be off, and nothing stuck after one recovery.

    python -m bench.kill [--kills 10000] [--processes 2] [--slices 4 --slice 0] [--seed 1] [--sabotage keys]

Licences are signed, paid, shared, refunded, disputed and paid out by real API and worker processes, on a real PostgreSQL and
against the offline Stripe over HTTP, and each act is killed before or after one of its calls to Stripe or of its commits.
First every such boundary of every act once, then pairs: a second death in the recovery from the first. Then one recovery,
and after every few lives three books are compared to the minor unit: our ledger, what Stripe holds, and what the life
should have come to, which is said anew in `tests/faults/lives.py`. Exit 1 on any difference. `--sabotage` breaks us on
purpose, to see that it is noticed: `keys` (another idempotency key at each try), `commits` (one that was never kept) or
`postings` (entries that come twice).
"""

import random
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from bench.torture import in_parts, read_options, verdict
from server.database import Database
from tests.faults.killer import Deaths, Stage
from tests.faults.lives import LIVES, Cast, Story, endow, lived

COMPARE_EVERY = 10
"""Lives."""

Lengths = Sequence[int]
Plan = Sequence[Sequence[int]]


@dataclass(frozen=True, slots=True)
class Killing:
    kills: int = 10_000
    processes: int = 2
    slices: int = 1
    slice: int = 0
    seed: int = 1
    sabotage: str = ""


@dataclass(slots=True)
class Report:
    """`boundaries`: how many there are in all acts of all lives. `seconds`: of the processes, added up."""

    kills: int = 0
    lives: Counter[str] = field(default_factory=Counter)
    boundaries: int = 0
    seconds: float = 0.0
    wrong: list[str] = field(default_factory=list)

    def add(self, other: "Report") -> None:
        self.kills += other.kills
        self.lives.update(other.lives)
        self.boundaries = max(self.boundaries, other.boundaries)
        self.seconds += other.seconds
        self.wrong += other.wrong

    def __str__(self) -> str:
        told = "\n".join(f"  {name:36}{count}" for name, count in sorted(self.lives.items()))
        shown = "\n".join(self.wrong[:20])
        return (
            f"kills            {self.kills}, over {self.boundaries} boundaries\n"
            f"lives            {self.lives.total()}\n{told}\n"
            f"kills a second   {self.kills / max(self.seconds, 0.001):.1f} in each process\n"
            f"wrong            {len(self.wrong)}\n{shown}"
        )


# ------------------------------------------------------------------ who dies when


def each_once(lengths: Lengths) -> Iterator[Plan]:
    """Every boundary of every act: in each life every act is killed, the shorter ones at places that came before."""
    for turn in range(max(lengths)):
        yield [[turn % length + 1] if length else [] for length in lengths]


def in_pairs(lengths: Lengths, dice: random.Random) -> Iterator[Plan]:
    """At random: in every act one death, and one while it is recovered from; what is left then is what was not reached."""
    while True:
        first = [dice.randint(1, length) if length else 0 for length in lengths]
        pairs = zip(first, lengths, strict=True)
        yield [[at, dice.randint(1, max(2, length - at))] if at else [] for at, length in pairs]


def evenly(lengths: Lengths, turns: int, dice: random.Random) -> Iterator[Plan]:
    """A slice: as many lives as `turns`, whose deaths are spread over the length of each act; every other one in pairs."""
    for turn in range(turns):
        plan = [[min(length, turn * length // turns + dice.randint(1, max(1, length // turns)))] if length else []
                for length in lengths]  # fmt: skip
        yield plan if turn % 2 else [[*deaths, dice.randint(1, 6)] if deaths else [] for deaths in plan]


# ------------------------------------------------------------------ killing


async def rehearse(stage: Stage, cast: Cast, stories: Sequence[Story]) -> Mapping[Story, Lengths]:
    """How many boundaries each act has; and every statement is compiled, in the process that will be forked."""
    lengths = {}
    for story in stories:
        deaths = Deaths()
        await lived(stage, cast, story, deaths)
        lengths[story] = deaths.lengths
    return lengths


async def kill(stage: Stage, cast: Cast, plans: Iterator[tuple[Story, Plan]], kills: int, report: Report) -> None:
    """Until so many have died, or every plan was carried out."""
    began = time.monotonic()
    for number, (story, plan) in enumerate(plans, 1):
        deaths = Deaths(planned=plan)
        life = await lived(stage, cast, story, deaths)
        report.lives[story.__name__] += 1
        told = f"{story.__name__}, {deaths}, payments {life.payments}"
        report.wrong += [f"{told}: {fault}" for fault in [*await life.wrong(LIVES[story]), *stage.stuck]]
        stage.stuck.clear()
        if number % COMPARE_EVERY == 0:
            report.wrong += await stage.wrong()
        if stage.mortals.kills >= kills or len(report.wrong) > 100:
            break
    report.wrong += await stage.wrong()
    report.kills = stage.mortals.kills
    report.seconds = time.monotonic() - began


def everything(lengths: Mapping[Story, Lengths], part: int, parts: int, seed: int) -> Iterator[tuple[Story, Plan]]:
    """This process's part of all single deaths, and then pairs without end."""
    singles = [(story, plan) for story, theirs in lengths.items() for plan in each_once(theirs)]
    dice = random.Random(seed)
    dice.shuffle(singles)
    yield from singles[part::parts]
    dice = random.Random(seed * 1000 + part)
    pairs = {story: in_pairs(theirs, dice) for story, theirs in lengths.items()}
    while True:
        for story, theirs in pairs.items():
            yield story, next(theirs)


async def run_part(database: Database, killing: Killing, part: int) -> Report:
    report = Report()
    async with Stage.built(database) as stage:
        cast = await Cast.assembled(stage)
        await endow(stage, cast)
        lengths = await rehearse(stage, cast, list(LIVES))
        report.boundaries = sum(map(sum, lengths.values()))
        stage.sabotage = killing.sabotage
        place, places = killing.slice * killing.processes + part, killing.slices * killing.processes
        plans = everything(lengths, place, places, killing.seed)
        await kill(stage, cast, plans, killing.kills // killing.processes, report)
    return report


# ------------------------------------------------------------------ the command


def main() -> int:
    killing, began = read_options(Killing, __doc__), time.monotonic()
    report = in_parts(run_part, killing, Report())
    print(f"in all           {time.monotonic() - began:.0f} s")
    return verdict(report, is_whole=report.kills >= killing.kills // killing.processes * killing.processes)


if __name__ == "__main__":
    sys.exit(main())
