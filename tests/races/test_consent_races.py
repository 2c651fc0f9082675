"""Each change of consent against a signature: whoever comes first, she has signed what stood at that moment, or nothing."""

from collections.abc import Awaitable
from typing import Any

import pytest
import sqlalchemy as sa

from core.work import Work
from market import contributions
from market.tables import Contribution
from tests.races.conftest import Stage
from tests.races.scene import acts, consent_changes, on
from tests.races.scheduler import Race
from tests.races.test_races import told

CHANGES = (
    "pause",
    "suspend",
    "resume",
    "retire",
    "capture",
    "a part is accepted",
    "a part is given up",
    "the model ends a part",
    "one of the crew is erased",
    "erase",
    "change the policy",
    "end the mandate",
)


@pytest.mark.parametrize("change", CHANGES)
async def test_a_signature_stands_before_or_after_the_change(stage: Stage, change: str) -> None:
    scene = stage.scene
    every = consent_changes(scene) | acts(scene)

    async def restore() -> None:
        await scene.restore()
        if change == "resume":
            await every["suspend"](scene.database.writes)

    race = Race(stage.runners, (every["accept the offer"], every[change]), restore, scene.look)
    serial = await race.serial()
    runs = [run async for run in race.interleaved(serial)]
    right = [each.outcome for each in serial]
    wrong = [told("accept the offer", change, run, serial) for run in runs if run.outcome not in right]
    print(f"{change}: {len(runs)} interleavings, {len({str(each) for each in right})} outcomes")
    assert len(runs) >= 8
    assert len({str(each) for each in right}) == 2, "whether it comes before or after must make a difference"
    assert not wrong, f"{len(wrong)} of {len(runs)} interleavings; the first: {wrong[0]}"


async def test_nobody_is_left_with_an_invitation_who_is_erased(stage: Stage) -> None:
    scene = stage.scene
    (mira, _), every = scene.crew, consent_changes(scene)
    engine = scene.database.writes

    def again(work: Work) -> Awaitable[Any]:
        asked: dict[str, Any] = {"twin_id": scene.ada.id, "craft": "photographer", "share_bps": 100}
        return contributions.invite(work, **asked, contributor_id=mira.id, name=None, country=None)

    async def restore() -> None:
        await scene.restore()
        await every["the model ends a part"](engine)

    async def look() -> str:
        async with scene.database.reads.connect() as connection:
            found = await connection.execute(
                sa.select(Contribution.status).where(Contribution.party_id == mira.id).order_by(Contribution.id)
            )
            return str(found.scalars().all())

    race = Race(stage.runners, (on(scene.ada.model.actor, again), every["one of the crew is erased"]), restore, look)
    serial = await race.serial()
    runs = [run async for run in race.interleaved(serial)]
    right = [each.outcome for each in serial]
    assert len(runs) >= 8
    assert len({str(each) for each in right}) == 2
    assert all("INVITED" not in str(each) for each in right)
    wrong = [told("invite", "erase", run, serial) for run in runs if run.outcome not in right]
    assert not wrong, wrong[0]
