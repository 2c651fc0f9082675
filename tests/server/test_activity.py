"""The activity feed: in order, nothing lost, nothing twice, whoever writes and wherever one resumes."""

import asyncio
import random
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager
from datetime import timedelta
from typing import Any, cast

import pytest
import sqlalchemy as sa

from core.actor import SYSTEM
from core.errors import CursorTooOld
from core.store import activity_floor, activity_head, append_activity, trim_activity
from core.tables import Activity
from server import activity, tasks
from server.activity import Cursor, Feed
from server.database import Database
from server.wire import Wire
from tests.server.people import happen

CONNECTIONS = sa.text(
    "select pid from pg_stat_activity"
    " where datname = current_database() and backend_type = 'client backend' and pid <> pg_backend_pid()"
)


@asynccontextmanager
async def fed(database: Database) -> AsyncIterator[Feed]:
    """As in a process of its own: a wire and a feed."""
    feed, wire = Feed(database), Wire(database.url)
    await wire.start()
    await feed.start(wire.waker())
    database.after_commit.append(wire.nudge)
    try:
        yield feed
    finally:
        database.after_commit.remove(wire.nudge)
        await feed.stop()
        await wire.stop()


async def rows_of(feed: Feed, topics: list[str], after: Cursor | None) -> AsyncGenerator[Activity, None]:
    """One by one."""
    async with aclosing(cast(Any, feed.since(topics, after))) as pages:
        async for page in pages:
            for row in page:
                yield row


async def follow(feed: Feed, topics: list[str], after: Cursor | None, count: int) -> list[tuple[Cursor, int]]:
    seen: list[tuple[Cursor, int]] = []
    async with asyncio.timeout(20):
        stream = rows_of(feed, topics, after)
        while len(seen) < count:
            row = await anext(stream)
            seen.append(((row.tx or 0, row.id or 0), row.body["number"]))
        await stream.aclose()
    return seen


async def beginning(database: Database) -> Cursor:
    async with database.read(SYSTEM)() as read:
        return await activity_head(read)


async def test_without_a_cursor_it_starts_now_and_others_topics_are_not_told(database: Database) -> None:
    async with fed(database) as feed:
        await happen(database, "a", 1)
        await asyncio.sleep(0.1)
        following = asyncio.create_task(follow(feed, ["a"], None, 2))
        await asyncio.sleep(0.2)
        for topic, number in (("a", 2), ("b", 3), ("a", 4)):
            await happen(database, topic, number)
        assert [number for _, number in await following] == [2, 4]


async def test_what_was_missed_comes_first(database: Database) -> None:
    async with fed(database) as feed:
        start = await beginning(database)
        for number in range(5):
            await happen(database, "a", number)
        first = await follow(feed, ["a"], start, 2)
        following = asyncio.create_task(follow(feed, ["a", "b"], first[-1][0], 5))
        await asyncio.sleep(0.1)
        await happen(database, "b", 5)
        await happen(database, "a", 6)
        assert [number for _, number in await following] == [2, 3, 4, 5, 6]


async def test_a_slow_follower_reads_the_log_again(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(activity, "QUEUE", 5)
    monkeypatch.setattr(activity, "PAGE", 7)
    async with fed(database) as feed:
        stream = rows_of(feed, ["a"], await beginning(database))
        await happen(database, "a", 0)
        seen = [(await anext(stream)).body["number"]]
        for number in range(1, 40):
            await happen(database, "a", number)
        await asyncio.sleep(0.5)  # meanwhile it does not read
        seen += [(await anext(stream)).body["number"] for _ in range(39)]
        assert seen == list(range(40))


async def test_streams_end_when_the_process_does(database: Database) -> None:
    feed = Feed(database)
    await feed.start()
    ended = asyncio.create_task(anext(feed.since(["a"], None), None))
    await asyncio.sleep(0.1)
    await feed.stop()
    assert await asyncio.wait_for(ended, 2) is None


async def test_nothing_is_lost_between_two_processes_under_many_writers(database: Database) -> None:
    """Writers commit out of order and roll back; followers change from one process to the other at their cursors."""
    topics, each, writers = [f"t{n}" for n in range(4)], 30, 8
    start = await beginning(database)

    async def write(seed: int) -> None:
        chance = random.Random(seed)
        for number in range(each):
            async with database.work(SYSTEM)() as work:
                topic = topics[(seed + number) % len(topics)]
                await append_activity(work, topic=topic, kind="TEST", body={"number": seed * each + number})
                await asyncio.sleep(chance.random() * 0.02)
            if chance.random() < 0.2:
                for call in database.after_commit:
                    call()

    async with fed(database) as one, fed(database) as two:
        count = writers * each // len(topics)

        async def move(topic: str) -> list[tuple[Cursor, int]]:
            first = await follow(one, [topic], start, count // 3)
            second = await follow(two, [topic], first[-1][0], count // 3)
            return first + second + await follow(one, [topic], second[-1][0], count - 2 * (count // 3))

        following = [asyncio.create_task(move(topic)) for topic in topics]
        await asyncio.gather(*(write(seed) for seed in range(writers)))
        seen = await asyncio.gather(*following)
    for stream in seen:
        cursors = [cursor for cursor, _ in stream]
        assert cursors == sorted(set(cursors))
    assert sorted(number for stream in seen for _, number in stream) == list(range(writers * each))


async def test_the_wire_comes_back_when_its_connection_is_lost(database: Database) -> None:
    wire = Wire(database.url)
    await wire.start()
    waker = wire.waker()
    await asyncio.sleep(0.2)
    connection = await wire._engine.connect()
    await connection.exec_driver_sql(
        "select pg_terminate_backend(pid) from pg_stat_activity"
        " where datname = current_database() and pid <> pg_backend_pid() and query ilike 'listen%'"
    )
    await connection.close()
    await asyncio.sleep(1.5)
    wire.nudge()
    await asyncio.wait_for(waker.wait(), 3)
    await wire.stop()


async def test_old_activity_is_cleared_away_and_a_cursor_before_it_says_so(database: Database) -> None:
    start = await beginning(database)
    for number, topic in enumerate("aaabbb"):
        await happen(database, topic, number)
    async with fed(database) as feed:
        seen = await follow(feed, ["a"], start, 3)
        async with database.work(SYSTEM)() as work:
            await work.session.execute(
                sa.text("update activity set at = at - interval '100 days' where topic = 'a' and id < 3")
            )
            await work.session.execute(sa.text("update activity set at = at - interval '100 days' where id = 5"))
            before = work.now - timedelta(days=90)
            assert await trim_activity(work, before=before, limit=10) == 2  # the young one before it keeps number 5
            assert await trim_activity(work, before=before, limit=10) == 0
        assert [number for _, number in await follow(feed, ["a"], seen[1][0], 1)] == [2]
        assert [number for _, number in await follow(feed, ["b"], start, 3)] == [3, 4, 5]  # nothing of it is missing
        for cursor in (start, seen[0][0]):
            with pytest.raises(CursorTooOld):
                await anext(feed.since(["a"], cursor))


async def test_clearing_away_goes_in_steps(database: Database) -> None:
    start = await beginning(database)
    for number in range(7):
        await happen(database, "a", number)
    async with database.work(SYSTEM)() as work:
        later = work.now + timedelta(days=1)
        gone = [await trim_activity(work, before=later, limit=3) for _ in range(4)]
        floor = await activity_floor(work, ["a", "b"])
    assert gone == [3, 3, 1, 0]
    assert floor > start
    async with database.read(SYSTEM)() as read:
        assert await activity_floor(read, ["b"]) == (0, -1)


async def test_who_leaves_in_the_middle_of_a_question_costs_no_connection(database: Database) -> None:
    """A query that is broken off takes its connection along; a crowd that comes back at once and leaves again would take all."""
    feed = Feed(database)
    await feed.start()
    connections: set[int] = set()
    async with database.writes.connect() as watching:
        for turns in range(1, 40):
            waiting: asyncio.Task[Any] = asyncio.create_task(anext(feed.since(["t"], (0, -1))))  # type: ignore[arg-type]
            await asyncio.sleep(turns / 10_000)
            waiting.cancel()
            await asyncio.gather(waiting, *tasks._going, return_exceptions=True)
            connections.update((await watching.execute(CONNECTIONS)).scalars())
            await watching.rollback()
    await feed.stop()
    assert 1 <= len(connections) <= 8
