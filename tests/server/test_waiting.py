"""Signals, boxes and turns: as asyncio's, and nobody who waits is forgotten."""

import asyncio

import pytest

from server.waiting import Box, Signal, Turns


async def test_who_waits_goes_on_when_it_is_set() -> None:
    signal = Signal()
    waiting = [asyncio.create_task(signal.wait()) for _ in range(3)]
    await asyncio.sleep(0)
    waiting[1].cancel()
    await asyncio.sleep(0)
    assert not waiting[0].done()  # one who leaves takes nobody along
    signal.set()
    signal.clear()  # they were called all the same
    await asyncio.wait_for(asyncio.gather(waiting[0], waiting[2]), 1)
    assert waiting[1].cancelled()
    assert not signal.is_set()
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(signal.wait(), 0.01)
    signal.set()
    await signal.wait()


async def test_who_is_cancelled_just_when_it_is_set_breaks_nothing() -> None:
    signal = Signal()
    waiting = asyncio.create_task(signal.wait())
    await asyncio.sleep(0)
    signal.set()
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    await signal.wait()


async def test_what_is_put_in_comes_out_in_order() -> None:
    box: Box[int] = Box()
    reading = asyncio.create_task(box.get())
    await asyncio.sleep(0)
    for number in range(3):
        box.put_nowait(number)
    assert [await reading, await box.get(), await box.get()] == [0, 1, 2]
    assert box.empty()
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(box.get(), 0.01)
    box.put_nowait(3)
    assert not box.empty()
    assert await box.get() == 3


async def test_turns_come_in_the_order_in_which_they_are_asked_for() -> None:
    turns, had = Turns(2), list[int]()

    async def have(number: int) -> None:
        await turns.take(9)
        had.append(number)
        await asyncio.sleep(0)
        turns.give_back()

    having = [asyncio.create_task(have(number)) for number in range(9)]
    await asyncio.sleep(0)
    assert turns.are_taken
    having[4].cancel()
    await asyncio.gather(*having, return_exceptions=True)
    assert had == [0, 1, 2, 3, 5, 6, 7, 8]
    assert not turns.are_taken


def test_a_loop_that_is_no_more_has_no_turns() -> None:
    """Neither those that it had, nor those that were waited for in it."""
    turns = Turns(1)

    async def begin_and_wait() -> None:
        await turns.take(9)
        with pytest.raises(TimeoutError):
            await turns.take(0.01)

    for _ in range(2):
        asyncio.run(begin_and_wait())
