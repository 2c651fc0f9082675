"""Whatever happens to one asset at the same instant ends as if one had come after the other."""

from collections.abc import Awaitable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from core.actor import SYSTEM
from core.work import Work
from market import assets, mandates, twins
from market.rights import Medium
from market.states import TwinStatus
from server.postgres import Postgres
from tests import factories
from tests.conftest import copied
from tests.factories import number, rights
from tests.fakes.clock import advance_clock, stop_clock
from tests.races.conftest import SETTINGS
from tests.races.scene import forbid, keep_the_beginning, on
from tests.races.scheduler import Act, Race, two_runners
from tests.races.test_races import told

LOOK = """
select jsonb_pretty(jsonb_build_object(
  'twin', (select jsonb_agg(jsonb_build_array(status, policy_version)) from twin),
  'mandate', (select jsonb_agg(jsonb_build_array(status, decides_assets_since is not null)) from mandate),
  'licence', (select jsonb_agg(status) from licence),
  'assets', (select jsonb_agg(jsonb_build_array(title, status, decided_by, decide_by <= clock(), expiry_told_at is null)
                              order by id) from asset),
  'jobs', (select jsonb_agg(kind order by kind) from job),
  'activity', (select jsonb_agg(jsonb_build_array(topic, kind) order by topic, kind) from activity)))
"""

ACTS = (
    "she approves",
    "she rejects",
    "her agency approves",
    "the deadline passes",
    "the clock is told of",
    "another is submitted",
    "the twin is suspended",
    "the delegation ends",
    "the delegation is given again",
    "the mandate ends",
    "the policy changes",
)


class Scene:
    """Ada's licence with one asset that waits, and an agency that may decide it."""

    def __init__(self, database: Any) -> None:
        self.database = database

    async def set(self) -> None:
        await stop_clock(self.database.writes)
        self.ada = await factories.listed_twin(self.database)
        self.agency = await factories.agency(self.database)
        self.mandate = number(await factories.mandate(self.database, self.agency, self.ada.model))
        self.lumen = await factories.brand(self.database)
        self.licence = number(await factories.licence(self.database, self.lumen, self.ada, rights(start=0)))
        async with self.database.work(self.ada.model.actor)() as work:
            await mandates.delegate(work, mandate_id=self.mandate, decides_assets=True)
        async with self.database.work(self.lumen.actor)() as work:
            self.asset = number(await self.submit(work, "first"))
        await advance_clock(self.database.writes, assets.TIME_TO_DECIDE - timedelta(seconds=1))
        await keep_the_beginning(self.database.writes)

    async def submit(self, work: Work, title: str) -> Any:
        picture: dict[str, Any] = {"medium": Medium.SOCIAL_PAID, "url": "https://x.example/y", "sha256": "ab" * 32}
        return await assets.submit(work, licence_id=self.licence, title=title, **picture)

    async def restore(self) -> None:
        async with self.database.writes.begin() as connection:
            await connection.execute(sa.text("call restore()"))

    async def look(self) -> str:
        async with self.database.reads.connect() as connection:
            return str((await connection.execute(sa.text(LOOK))).scalar_one())

    def acts(self) -> dict[str, Act]:
        model, agency, asset = self.ada.model.actor, self.agency.actor, self.asset

        def decide(work: Work, approve: bool) -> Awaitable[Any]:
            return assets.decide(work, asset_id=asset, approve=approve)

        def suspend(work: Work) -> Awaitable[Any]:
            return twins.set_status(work, twin_id=self.ada.id, status=TwinStatus.SUSPENDED, reason=None)

        def delegate(work: Work, decides: bool) -> Awaitable[Any]:
            return mandates.delegate(work, mandate_id=self.mandate, decides_assets=decides)

        return {
            "she approves": on(model, lambda work: decide(work, True)),
            "she rejects": on(model, lambda work: decide(work, False)),
            "her agency approves": on(agency, lambda work: decide(work, True)),
            "the deadline passes": lambda engine: advance_clock(engine, timedelta(seconds=2)),
            "the clock is told of": on(SYSTEM, lambda work: assets.expire(work, asset_id=asset)),
            "another is submitted": on(self.lumen.actor, lambda work: self.submit(work, "second")),
            "the twin is suspended": on(model, suspend),
            "the delegation ends": on(model, lambda work: delegate(work, False)),
            "the delegation is given again": on(model, lambda work: delegate(work, True)),
            "the mandate ends": on(model, lambda work: mandates.end(work, mandate_id=self.mandate)),
            "the policy changes": on(model, lambda work: forbid(work, self.ada.id)),
        }


@pytest.mark.parametrize("place", range(len(ACTS)), ids=ACTS)
async def test_either_comes_first(postgres: Postgres, template: str, place: int) -> None:
    async with copied(postgres, template) as database:
        scene = Scene(database)
        await scene.set()
        wrong, total = [], 0
        async with two_runners(database, SETTINGS) as runners:
            every, one = scene.acts(), ACTS[place]
            assert set(every) == set(ACTS)
            for other in ACTS[place:]:
                race = Race(runners, (every[one], every[other]), scene.restore, scene.look)
                serial = await race.serial()
                runs = [run async for run in race.interleaved(serial)]
                total += len(runs)
                right = [each.outcome for each in serial]
                wrong += [told(one, other, run, serial) for run in runs if run.outcome not in right]
    print(f"{one}: {total} interleavings")
    assert total > 0
    assert not wrong, f"{len(wrong)} of {total} interleavings; the first: {wrong[0]}"
