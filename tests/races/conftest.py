from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest

from server.postgres import Postgres
from tests.conftest import copied
from tests.races.scene import Scene, set_scene
from tests.races.scheduler import Runner, two_runners

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
        async with two_runners(database, SETTINGS) as runners:
            yield Stage(scene, runners)
