"""A slice of `bench/kill.py`: kill -9 of API and worker all over a payment's life loses and doubles nothing."""

import random

import pytest

from bench.kill import Plan, Report, evenly, kill, rehearse
from server.database import Database
from tests.faults.killer import Stage
from tests.faults.lives import LIVES, Cast, Story, endow, refunded_in_part, sold

TURNS = 4
"""Lives of each kind; every other one dies twice in each act."""
AT_LEAST = 150
BOUNDARIES = 30
"""Of a sale alone: what a rehearsal must find at least."""


async def slain(
    database: Database,
    stories: list[Story],
    *,
    turns: int = TURNS,
    sabotage: str = "",
    plan: Plan | None = None,
) -> Report:
    report, dice = Report(), random.Random(1)
    async with Stage.built(database) as stage:
        cast = await Cast.assembled(stage)
        await endow(stage, cast)
        lengths = await rehearse(stage, cast, stories)
        assert all(sum(theirs) > BOUNDARIES for theirs in lengths.values())
        stage.sabotage = sabotage
        plans = ((story, plan or each) for story in stories for each in evenly(lengths[story], turns, dice))
        await kill(stage, cast, plans, 10_000, report)
    return report


@pytest.mark.timeout(900)
@pytest.mark.parametrize("half", [0, 1])
async def test_processes_killed_at_any_step_lose_and_double_nothing(database: Database, half: int) -> None:
    report = await slain(database, list(LIVES)[half::2])
    assert report.wrong == []
    assert report.kills >= AT_LEAST


@pytest.mark.parametrize(
    ("sabotage", "story", "plan"),
    [("keys", refunded_in_part, [[], [20], [], [10], [], []]), ("commits", sold, [[], [0]])],
)
async def test_the_killer_notices(database: Database, sabotage: str, story: Story, plan: Plan) -> None:
    """An idempotency key that is new at each try, and a commit that was lost."""
    report = await slain(database, [story], turns=1, sabotage=sabotage, plan=plan)
    assert any("only the processor holds" in fault for fault in report.wrong), report.wrong
