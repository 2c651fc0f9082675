"""Ending what runs in the background, for sure."""

import asyncio

PATIENCE_SECONDS = 1.0


async def end(task: asyncio.Task[None] | None) -> None:
    """Cancel it, and again if it did not hear: until Python 3.12 `asyncio.wait_for`, which drivers use too, may swallow a
    cancellation that comes just when what it waits for ends or times out."""
    while task is not None and not task.done():
        task.cancel()
        await asyncio.wait({task}, timeout=PATIENCE_SECONDS)
