"""What the commands stand on: the settings, and a database opened for one piece of work or one question."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from core.actor import SYSTEM
from core.work import Read, Work
from server import logs
from server import settings as configuration
from server.processes.database import open_database, running_database
from server.settings import Settings

T = TypeVar("T")


def settings() -> Settings:
    chosen = configuration.load()
    logs.configure(chosen.log_level, chosen.log_format)
    return chosen


def work(do: Callable[[Work], Awaitable[T]]) -> T:
    async def run(chosen: Settings, url: str) -> T:
        async with open_database(chosen, url) as database, database.work(SYSTEM)() as opened:
            return await do(opened)

    chosen = settings()
    with running_database(chosen) as url:
        return asyncio.run(run(chosen, url))


def read(ask: Callable[[Read], Awaitable[T]]) -> T:
    async def run(chosen: Settings, url: str) -> T:
        async with open_database(chosen, url) as database, database.snapshot(SYSTEM)() as opened:
            return await ask(opened)

    chosen = settings()
    with running_database(chosen) as url:
        return asyncio.run(run(chosen, url))
