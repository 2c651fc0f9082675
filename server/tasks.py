"""Ending what runs in the background, for sure; and letting what must not be broken off come to its end."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")

PATIENCE_SECONDS = 1.0


async def end(task: asyncio.Task[None] | None) -> None:
    """Cancel it, and again if it did not hear: until Python 3.12 `asyncio.wait_for`, which drivers use too, may swallow a
    cancellation that comes just when what it waits for ends or times out."""
    while task is not None and not task.done():
        task.cancel()
        await asyncio.wait({task}, timeout=PATIENCE_SECONDS)


_going: set[asyncio.Task[Any]] = set()


async def to_its_end(doing: Coroutine[Any, Any, T]) -> T:
    """Await it; if who waits is cancelled meanwhile, it goes on alone. A question to the database that is broken off takes
    its connection along, and the next must make a new one."""
    task = asyncio.create_task(doing)
    _going.add(task)
    task.add_done_callback(_going.discard)
    task.add_done_callback(noticed)
    return await asyncio.shield(task)


def noticed(task: asyncio.Task[Any]) -> None:
    """Who waits is told what failed; when nobody does any more asyncio would log it as an error that nobody saw."""
    if not task.cancelled():
        task.exception()
