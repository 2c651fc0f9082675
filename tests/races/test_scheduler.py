"""Does the scheduler find what it is there for? Acts that are wrong on purpose."""

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from tests.races.conftest import Stage
from tests.races.scheduler import Act, Race, Run

FILLING = 3


def locking(*brands: int) -> Act:
    """Locks brands, one long after the other."""

    async def act(engine: AsyncEngine) -> None:
        async with engine.begin() as connection:
            for brand in brands:
                for _ in range(FILLING):
                    await connection.execute(sa.text("select 1"))
                await connection.execute(sa.text("select from party where id = :id for update"), {"id": brand})

    return act


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (["Lumen", "Vero"], ["Vero", "Lumen"]),
        (["Lumen", "Kelp", "Vero"], ["Vero", "Lumen"]),
        (["Lumen", "Kelp", "Vero"], ["Kelp", "Vero", "Lumen"]),
        (["Kelp", "Lumen", "Vero", "Tindra"], ["Ostra", "Tindra", "Lumen"]),
    ],
)
async def test_two_that_lock_in_opposite_order_are_caught(stage: Stage, one: list[str], other: list[str]) -> None:
    serial, answers = await raced(stage, one, other)
    assert any("CRASH 40P01" in each for each in answers)
    assert all(run.outcome.answers == ("done", "done") for run in serial)


async def test_two_that_lock_in_one_order_are_not(stage: Stage) -> None:
    _, answers = await raced(stage, ["Lumen", "Kelp", "Vero"], ["Lumen", "Vero"])
    assert answers == {("done", "done")}


async def raced(stage: Stage, one: list[str], other: list[str]) -> tuple[tuple[Run, Run], set[tuple[str, str]]]:
    acts = [locking(*(stage.scene.brands[name].id for name in names)) for names in (one, other)]
    race = Race(stage.runners, (acts[0], acts[1]), stage.scene.restore, stage.scene.look)
    serial = await race.serial()
    return serial, {run.outcome.answers async for run in race.interleaved(serial)}
