"""A question that locks is answered with what is so once it holds the lock, in one round trip."""

import asyncio

import asyncpg
import pytest
import sqlalchemy as sa
from sqlmodel import col

from core.actor import SYSTEM
from core.rows import HELD, Change, Held, Plain, once_held
from core.tables import Job
from server.database import Database
from tests import factories
from tests.factories import number

KEY = sa.bindparam("word", type_=sa.Text())
OTHERS = sa.select(sa.func.count()).select_from(sa.alias(Job)).scalar_subquery()
FOUND = sa.select(Job, once_held(OTHERS)).select_from(HELD).join(Job, col(Job.key) == KEY)
HOLD = Held(FOUND.with_for_update(key_share=True, of=Job))
ADD = Change(sa.text("insert into job (kind, key) values (:word, :word)").bindparams(KEY))
TRY = Change(sa.text("update job set attempts = attempts + 1 where key = :word").bindparams(KEY))


async def waiting(database: Database) -> None:
    """Until somebody waits for a lock."""
    asked = sa.text(
        "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()"
    )
    while True:
        async with database.reads.connect() as connection:
            if (await connection.execute(asked)).scalar_one():
                return
        await asyncio.sleep(0.01)


@pytest.mark.parametrize("by_driver", [True, False])
async def test_who_waited_sees_all_that_was_done_meanwhile(database: Database, by_driver: bool) -> None:
    async with database.work(SYSTEM)() as work:
        await ADD.make(work, {"word": "wanted"})

    async def hold() -> tuple[int, int]:
        async with database.work(SYSTEM)() as work:
            if not by_driver:
                work.fetch = work.fetch_all = None
            ((job, others),) = await HOLD.values(work, {"word": "wanted"})
        return job.attempts, others

    async with database.work(SYSTEM)() as first:
        await TRY.make(first, {"word": "wanted"})
        later = asyncio.create_task(hold())
        await waiting(database)
        await ADD.make(first, {"word": "another"})
    assert await later == (1, 2)


async def test_what_is_not_there_is_not_held(database: Database) -> None:
    async with database.work(SYSTEM)() as work:
        assert await HOLD.values(work, {"word": "wanted"}) == []


async def test_its_plan_is_made_once_for_both(database: Database) -> None:
    async with database.work(SYSTEM)() as work:
        await ADD.make(work, {"word": "wanted"})
        for _ in range(10):
            await HOLD.values(work, {"word": "wanted"})
        plans = Plain(
            sa.select(sa.column("custom_plans"), sa.column("generic_plans")).select_from(sa.text("pg_prepared_statements"))
            .where(sa.column("statement").like("%is_held%"), sa.column("generic_plans") > 0)
        )  # fmt: skip
        ((custom, generic),) = await plans.values(work, {})
    assert (custom, generic) == (5, 15)


async def test_a_bid_that_waits_for_the_twin_keeps_nobody_from_the_listing(database: Database) -> None:
    """The twin is locked before the listing, as everywhere."""
    twin = await factories.listed_twin(database)
    listing = await factories.listing(database, twin)
    brand = await factories.brand(database, "Lumen")
    other = await asyncpg.connect(database.url.replace("+asyncpg", ""))
    async with other.transaction():
        await other.execute("select from twin where id = $1 for no key update", twin.id)
        bid = asyncio.create_task(factories.bid(database, brand, listing, 500))
        await waiting(database)
        await other.execute("select from listing where id = $1 for update nowait", number(listing))
    await other.close()
    assert (await bid).amount_minor == 100_00
