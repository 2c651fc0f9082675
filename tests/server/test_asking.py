"""The pool of the driver's own connections: how many it makes, which it uses, and which it never uses again."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from server import asking
from server.asking import Pool
from server.database import SEARCHING, SETTINGS, WALKS, Database


@pytest.fixture
async def pool(database: Database) -> AsyncIterator[Pool]:
    pool = Pool(database.reads, SETTINGS | SEARCHING, 2)
    yield pool
    await pool.close()


async def backend(connection: Any) -> int:
    return int(await connection.fetchval("select pg_backend_pid()"))


async def asked(pool: Pool) -> int:
    """Over which connection."""
    connection = await pool.take()
    try:
        return await backend(connection)
    finally:
        await pool.give_back(connection)


async def test_one_after_another_is_asked_over_one_connection(pool: Pool) -> None:
    assert len({await asked(pool) for _ in range(5)}) == 1


async def test_more_than_there_is_room_for_wait(pool: Pool) -> None:
    taken = [await pool.take() for _ in range(2)]
    number = await backend(taken[0])
    third = asyncio.create_task(asked(pool))
    await asyncio.sleep(0.05)
    assert not third.done()
    await pool.give_back(taken[0])
    assert await third == number
    await pool.give_back(taken[1])


async def test_all_are_served_in_the_order_in_which_they_come(pool: Pool) -> None:
    """Also those who come at the moment at which somebody else is woken."""
    served: list[int] = []

    async def ask(number: int) -> None:
        connection = await pool.take()
        served.append(number)
        await connection.fetchval("select 1")
        await pool.give_back(connection)

    await asyncio.gather(ask(-1), ask(-1))  # both are connected
    asking: list[asyncio.Task[None]] = []
    for number in range(300):
        asking.append(asyncio.create_task(ask(number)))
        for _ in range(number % 7):
            await asyncio.sleep(0)
        await asyncio.sleep(0.0005 * (number % 5 == 0))
    await asyncio.gather(*asking)
    assert served[2:] == list(range(300))


async def test_nobody_waits_for_ever(pool: Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    taken = [await pool.take() for _ in range(2)]
    monkeypatch.setattr(asking, "PATIENCE_SECONDS", 0.01)
    with pytest.raises(TimeoutError):
        await pool.take()
    for each in taken:
        await pool.give_back(each)


async def test_what_was_dropped_is_not_used_again_and_takes_no_room(pool: Pool) -> None:
    numbers = set()
    for _ in range(3):
        dropped = await pool.take()
        numbers.add(await backend(dropped))
        await pool.drop(dropped)
        await pool.give_back(dropped)
    assert len(numbers | {await asked(pool)}) == 4


async def test_who_leaves_while_waiting_takes_no_room_along(pool: Pool) -> None:
    taken = [await pool.take() for _ in range(2)]
    waiting = asyncio.create_task(pool.take())
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    for each in taken:
        await pool.give_back(each)
    assert len(await asyncio.gather(*[asked(pool) for _ in range(8)])) == 8


async def test_what_is_closed_waits_for_who_asks_and_may_be_asked_again(pool: Pool) -> None:
    taken = await pool.take()
    number = await backend(taken)
    closing = asyncio.create_task(pool.close())
    await asyncio.sleep(0.01)
    assert not closing.done()
    await pool.give_back(taken)
    await closing
    assert await asked(pool) != number


async def test_few_walks_go_at_once(database: Database) -> None:
    taken = [await database.pools.walks.take() for _ in range(WALKS)]
    fifth = asyncio.create_task(asked(database.pools.walks))
    await asyncio.sleep(0.05)
    assert not fifth.done()
    for each in taken:
        await database.pools.walks.give_back(each)
    await fifth


async def test_searches_are_planned_for_their_values_look_ups_once_and_walks_for_all(database: Database) -> None:
    modes = []
    for each in database.pools:
        connection = await each.take()
        modes.append(await connection.fetchval("show plan_cache_mode"))
        await each.give_back(connection)
    assert modes == ["force_custom_plan", "auto", "force_generic_plan"]
