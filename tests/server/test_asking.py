"""The pool of the driver's own connections: how many it makes, which it uses, and which it never uses again."""

import asyncio

import pytest

from server import asking
from server.asking import Pool


class Connection:
    def __init__(self, number: int) -> None:
        self.number = number
        self.is_lost = self.is_ended = False
        self.tried = 0

    def is_closed(self) -> bool:
        return self.is_ended

    def terminate(self) -> None:
        self.is_ended = True

    async def close(self) -> None:
        self.is_ended = True

    async def fetchrow(self, sql: str) -> None:
        self.tried += 1
        if self.is_lost:
            raise ConnectionResetError


class Server:
    def __init__(self) -> None:
        self.made: list[Connection] = []
        self.is_down = False

    async def connect(self) -> Connection:
        if self.is_down:
            raise ConnectionRefusedError
        self.made.append(Connection(len(self.made)))
        return self.made[-1]


@pytest.fixture
def server() -> Server:
    return Server()


async def test_one_after_another_is_asked_over_one_connection(server: Server) -> None:
    pool = Pool(server.connect, 3)
    for _ in range(5):
        pool.give_back(await pool.take())
    assert [each.tried for each in server.made] == [0]


async def test_more_than_there_is_room_for_wait(server: Server) -> None:
    pool = Pool(server.connect, 2)
    taken = [await pool.take() for _ in range(2)]
    third = asyncio.create_task(pool.take())
    await asyncio.sleep(0.01)
    assert not third.done()
    pool.give_back(taken[0])
    assert await third is taken[0]
    assert len(server.made) == 2


async def test_nobody_waits_for_ever(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "PATIENCE_SECONDS", 0.01)
    pool = Pool(server.connect, 1)
    await pool.take()
    with pytest.raises(TimeoutError):
        await pool.take()


async def test_what_was_dropped_or_closed_by_the_server_is_not_used_again(server: Server) -> None:
    pool = Pool(server.connect, 1)
    dropped = await pool.take()
    await pool.drop(dropped)
    pool.give_back(dropped)
    rested = await pool.take()
    pool.give_back(rested)
    rested.terminate()
    assert (await pool.take()).number == 2


async def test_what_rested_is_tried_before_it_is_used(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    pool = Pool(server.connect, 2)
    for each in [await pool.take() for _ in range(2)]:
        pool.give_back(each)
    server.made[1].is_lost = True
    monkeypatch.setattr(asking, "IDLE_SECONDS", -1)
    assert await pool.take() is server.made[0]
    assert [each.tried for each in server.made] == [1, 1]
    assert server.made[1].is_closed()


async def test_a_server_that_is_down_costs_no_room(server: Server) -> None:
    pool = Pool(server.connect, 1)
    server.is_down = True
    for _ in range(3):
        with pytest.raises(ConnectionRefusedError):
            await pool.take()
    server.is_down = False
    await pool.take()


async def test_who_leaves_while_waiting_takes_no_room_along(server: Server) -> None:
    pool = Pool(server.connect, 1)
    held = await pool.take()
    waiting = asyncio.create_task(pool.take())
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    pool.give_back(held)
    assert await pool.take() is held


async def test_a_pool_that_is_closed_keeps_nothing_open(server: Server) -> None:
    pool = Pool(server.connect, 2)
    resting, held = await pool.take(), await pool.take()
    pool.give_back(resting)
    await pool.close()
    pool.give_back(held)
    assert all(each.is_closed() for each in server.made)
