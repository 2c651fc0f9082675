from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import create_async_engine

from server.postgres import Postgres
from tests.conftest import copied
from tests.races.scene import Scene, set_scene
from tests.races.scheduler import Runner

SETTINGS = {"deadlock_timeout": "20ms", "lock_timeout": "5s", "plan_cache_mode": "force_custom_plan", "jit": "off"}


@dataclass
class Stage:
    scene: Scene
    runners: tuple[Runner, Runner]


@pytest.fixture(scope="module")
async def stage(postgres: Postgres, template: str) -> AsyncIterator[Stage]:
    """The scene, and two runners with a connection each."""
    async with copied(postgres, template) as database:
        scene = await set_scene(database)
        engines = [
            create_async_engine(database.url, pool_size=1, max_overflow=0, connect_args={"server_settings": SETTINGS})
            for _ in range(2)
        ]
        async with database.reads.connect() as watcher:
            pids = []
            for engine in engines:
                async with engine.begin() as connection:
                    pids.append((await connection.execute(sa.text("select pg_backend_pid()"))).scalar_one())
            first, second = (Runner(engine, pid, watcher) for engine, pid in zip(engines, pids, strict=True))
            yield Stage(scene, (first, second))
        for engine in engines:
            await engine.dispose()
