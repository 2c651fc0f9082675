"""The worker: every job is done, a crashed one by somebody else, a failed one later, one asked for meanwhile again."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import col, select

from core.actor import SYSTEM
from core.store import enqueue, take_jobs
from core.tables import Job as JobRow
from server.database import Database
from server.worker import Again, Job, Tools, Worker, backoff


async def ask(database: Database, key: str, *, kind: str = "note", **body: Any) -> None:
    async with database.work(SYSTEM)() as work:
        await enqueue(work, kind, key=key, body=body)


async def left(database: Database) -> list[JobRow]:
    async with database.read(SYSTEM)() as read:
        return list((await read.session.execute(select(JobRow).where(col(JobRow.kind) != "sweep"))).scalars())


class Diary:
    """A job that notes that it ran, and may be told to do more."""

    def __init__(self, *, fail: int = 0, slow: float = 0) -> None:
        self.begun = asyncio.Event()
        self.entries: list[Any] = []
        self.fail = fail
        self.slow = slow

    async def __call__(self, tools: Tools, body: dict[str, Any]) -> Again:
        self.entries.append(body.get("number"))
        self.begun.set()
        await asyncio.sleep(self.slow)
        if len(self.entries) <= self.fail:
            raise RuntimeError("it broke")
        return None


def a_worker(database: Database, job: Job, **options: Any) -> Worker:
    return Worker(database, None, {"note": job}, **options)  # type: ignore[arg-type]


async def test_every_job_is_done_once_by_two_workers(database: Database) -> None:
    diary = Diary(slow=0.01)
    for number in range(60):
        await ask(database, str(number), number=number)
    await asyncio.gather(*(a_worker(database, diary).drain() for _ in range(2)))
    assert sorted(diary.entries) == list(range(60))
    assert await left(database) == []


async def test_a_job_of_a_dead_worker_comes_back_with_its_lease(database: Database) -> None:
    await ask(database, "1", number=1)
    async with database.work(SYSTEM)() as work:
        assert len(await take_jobs(work, limit=10, lease=timedelta(seconds=0.4))) == 1  # and the worker dies
    diary = Diary()
    worker = a_worker(database, diary)
    await worker.drain()
    assert diary.entries == []
    await asyncio.sleep(0.5)
    await worker.drain()
    assert diary.entries == [1]


async def test_a_failed_job_waits_and_is_tried_again(database: Database) -> None:
    await ask(database, "1", number=1)
    diary = Diary(fail=1)
    worker = a_worker(database, diary)
    await worker.drain()
    (row,) = await left(database)
    assert (row.attempts, row.error) == (1, "RuntimeError: it broke")
    await asyncio.sleep(1.1)
    await worker.drain()
    assert (diary.entries, await left(database)) == ([1, 1], [])


@pytest.mark.parametrize(("attempts", "seconds"), [(1, 1), (2, 2), (5, 16), (10, 512), (11, 900), (500, 900)])
def test_it_waits_twice_as_long_each_time(attempts: int, seconds: int) -> None:
    assert backoff(attempts) == timedelta(seconds=seconds)


async def test_a_job_that_is_asked_for_while_it_runs_runs_again(database: Database) -> None:
    entries = []

    async def note(tools: Tools, body: dict[str, Any]) -> Again:
        entries.append(body["number"])
        if len(entries) == 1:
            await ask(database, "1", number=2)
        return None

    await ask(database, "1", number=1)
    await a_worker(database, note, at_once=1).drain()
    assert entries[:2] == [1, 2]
    assert await left(database) == []


async def test_a_job_may_ask_for_itself_later_and_then_rests(database: Database) -> None:
    async def note(tools: Tools, body: dict[str, Any]) -> Again:
        async with tools.open_work() as work:
            return work.now + timedelta(hours=1)

    await ask(database, "1")
    await a_worker(database, note).drain()
    (row,) = await left(database)
    assert (row.attempts, row.error) == (0, None)


async def test_a_job_that_hangs_is_stopped(database: Database) -> None:
    await ask(database, "1")
    await a_worker(database, Diary(slow=60), patience_seconds=0.3).drain()
    (row,) = await left(database)
    assert row.error is not None
    assert row.error.startswith("TimeoutError")


async def test_a_long_job_keeps_its_lease_while_its_worker_lives(database: Database) -> None:
    diary = Diary(slow=3)
    await ask(database, "1", number=1)
    first, second = (a_worker(database, diary, lease=timedelta(seconds=1.5)) for _ in range(2))
    running = [asyncio.create_task(worker.run()) for worker in (first, second)]
    await asyncio.sleep(2.5)
    first.stop()
    second.stop()
    await asyncio.gather(*running)
    assert diary.entries == [1]


async def test_an_unknown_job_does_not_stop_the_others(database: Database) -> None:
    diary = Diary()
    await ask(database, "1", kind="from the future")
    await ask(database, "2", number=2)
    await a_worker(database, diary).drain()
    assert diary.entries == [2]


async def test_when_it_stops_it_finishes_what_it_began(database: Database) -> None:
    diary = Diary(slow=0.3)
    worker = Worker(database, None, {"note": diary, "sweep": Diary()})  # type: ignore[arg-type]
    running = asyncio.create_task(worker.run())
    await asyncio.sleep(0.2)
    await ask(database, "1", number=1)
    await diary.begun.wait()
    worker.stop()
    await asyncio.wait_for(running, 3)
    assert await left(database) == []
