"""Rows read by the driver itself: the same values as a session's, the same errors, and never a second connection."""

import asyncio
from dataclasses import replace

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import create_async_engine
from sqlmodel import col

from core.actor import SYSTEM
from core.rows import Plain
from core.tables import Job
from market.tables import ConsentPolicy, RateCard, Twin
from server.asking import Pool
from server.database import RESTED_SECONDS, SETTINGS, Database, Pools
from server.graphql.errors import will_pass
from tests import factories

BY_ID = Plain(sa.select(Job, col(Job.id) * 2).where(col(Job.kind).in_(("a", "b")), col(Job.id) > sa.bindparam("least")))
SLOW = Plain(sa.select(Job).where(sa.text("pg_sleep(5) is not null")))


async def jobs(database: Database) -> None:
    async with database.work(SYSTEM)() as work:
        work.session.add_all([Job(kind=kind, key=kind, body={"of": [kind]}) for kind in ("a", "b", "c")])


async def test_a_plain_row_has_the_values_of_the_sessions(database: Database) -> None:
    await factories.listed_twin(database, await factories.model(database))
    for table in (Twin, ConsentPolicy, RateCard):
        query = Plain(sa.select(table))
        async with database.read(SYSTEM)() as read, database.work(SYSTEM)() as work:
            (plain,), (kept,) = await query.rows(read, {}), await query.rows(work, {})
        assert isinstance(kept, table)
        assert not isinstance(plain, table)
        for name in plain._fields:
            one, other = getattr(plain, name), getattr(kept, name)
            if name in ("media", "territories"):
                one, other = ([(each.lower, each.upper) for each in some] for some in (one, other))
            assert (one, type(one)) == (other, type(other)), name


async def test_a_plain_row_comes_without_what_no_question_reads(database: Database) -> None:
    await factories.listed_twin(database, await factories.model(database))
    for table, without in ((Twin, {"created_at"}), (RateCard, {"set_at", "set_by"})):
        query = Plain(sa.select(table))
        async with database.read(SYSTEM)() as read, database.work(SYSTEM)() as work:
            (plain,), (kept,) = await query.rows(read, {}), await query.rows(work, {})
        assert set(table.model_fields) - set(plain._fields) == without
        assert all(getattr(kept, name) is not None for name in without)


async def test_its_parameters_may_differ_every_time(database: Database) -> None:
    await jobs(database)
    for least in (0, 1, 0):
        async with database.read(SYSTEM)() as read:
            found = await BY_ID.all(read, {"least": least})
        assert [(row.kind, row.body, double) for row, double in found] == [
            (kind, {"of": [kind]}, 2 * number) for kind, number in (("a", 1), ("b", 2)) if number > least
        ]


async def test_one_question_holds_one_connection(database: Database) -> None:
    reads = create_async_engine(
        database.url, isolation_level="AUTOCOMMIT", pool_size=1, max_overflow=0, pool_timeout=0.5
    )
    one = Pool(reads, SETTINGS, 1)
    narrow = replace(database, reads=reads, pools=Pools(one, one, one))
    async with asyncio.timeout(20):
        for _ in range(2):
            async with narrow.read(SYSTEM)() as read:
                await BY_ID.all(read, {"least": 0})
                await read.session.execute(sa.text("select 1"))
                await BY_ID.all(read, {"least": 0})
            async with narrow.read(SYSTEM)() as read:
                await asyncio.gather(*[BY_ID.all(read, {"least": 0}) for _ in range(3)])
    await reads.dispose()
    await one.close()


async def test_what_fails_fails_as_in_a_session(database: Database) -> None:
    broken = Plain(sa.select(Job).where(col(Job.id) / sa.bindparam("by", type_=sa.Integer()) == 1))
    await jobs(database)
    async with database.read(SYSTEM)() as read:
        with pytest.raises(sa.exc.DBAPIError) as wrong:
            await broken.all(read, {"by": 0})
        assert not will_pass(wrong.value)
        assert len(await BY_ID.all(read, {"least": 0})) == 2


async def lose_all(database: Database, which: str = "true") -> int:
    """How many connections of those were cut."""
    mine = "datname = current_database() and pid <> pg_backend_pid()"
    cut = sa.text(f"select count(pg_terminate_backend(pid)) from pg_stat_activity where {mine} and {which}")
    async with database.work(SYSTEM)() as work:
        return int((await work.session.execute(cut)).scalar_one())


async def test_a_lost_connection_passes_and_is_not_used_again(database: Database) -> None:
    await jobs(database)
    async with database.read(SYSTEM)() as read:
        asking = asyncio.create_task(SLOW.all(read, {}))
        while not await lose_all(database, "wait_event = 'PgSleep'"):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        with pytest.raises(sa.exc.DBAPIError) as lost:
            await asking
    assert will_pass(lost.value)
    async with database.read(SYSTEM)() as read:
        assert len(await BY_ID.all(read, {"least": 0})) == 2


async def test_one_that_was_lost_while_it_rested_costs_nobody_a_question(database: Database) -> None:
    await jobs(database)
    for seconds in (0.1, RESTED_SECONDS + 0.1):
        async with database.read(SYSTEM)() as read:
            assert len(await BY_ID.all(read, {"least": 0})) == 2
        await lose_all(database)
        await asyncio.sleep(seconds)


async def test_a_question_that_is_given_up_leaves_no_connection_behind_that_still_answers_it(
    database: Database,
) -> None:
    await jobs(database)
    async with database.read(SYSTEM)() as read:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2):
                await SLOW.all(read, {})
    async with database.read(SYSTEM)() as read:
        assert len(await BY_ID.all(read, {"least": 0})) == 2
