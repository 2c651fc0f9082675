"""What runs in the background ends, even if it did not hear the first time."""

import asyncio
import contextlib

from server import tasks


async def test_a_task_that_swallows_a_cancellation_ends_all_the_same() -> None:
    heard = 0

    async def deaf() -> None:
        nonlocal heard
        while heard < 2:
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.sleep(60)
            heard += 1

    task = asyncio.create_task(deaf())
    await asyncio.sleep(0)
    async with asyncio.timeout(30):
        await tasks.end(task)
    assert task.done()
    assert heard == 2


async def test_what_has_ended_or_never_began_is_left_alone() -> None:
    done = asyncio.create_task(asyncio.sleep(0))
    await done
    await tasks.end(done)
    await tasks.end(None)
    assert not done.cancelled()


async def test_what_must_not_be_broken_off_comes_to_its_end() -> None:
    done: list[str] = []

    async def ask() -> None:
        await asyncio.sleep(0.05)
        done.append("asked")

    waiting = asyncio.create_task(tasks.to_its_end(ask()))
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.sleep(0.1)
    assert waiting.cancelled()
    assert done == ["asked"]
    assert not tasks._going
