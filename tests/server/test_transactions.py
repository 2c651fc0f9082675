"""Pieces of work that the driver begins and ends: all of it or none, with a session or without, and a connection fit for the next."""

import asyncio
from dataclasses import replace
from typing import Any, ClassVar

import asyncpg
import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import create_async_engine
from sqlmodel import col

from core.actor import SYSTEM
from core.rows import Change, Plain
from core.tables import Job
from server import transactions
from server.database import Database, open_work
from server.outages import will_pass
from server.transactions import NothingKept
from server.waiting import Turns
from tests import factories

ALL = Plain(sa.select(col(Job.kind)).order_by(col(Job.id)))
ADD = Change(
    sa.text("insert into job (kind, key) values (:word, :word)").bindparams(sa.bindparam("word", type_=sa.Text()))
)


class Counted(asyncpg.Connection):
    asked: ClassVar[list[str]] = []

    async def fetch(self, query: str, *arguments: Any, **options: Any) -> Any:
        self.asked.append(query)
        return await super().fetch(query, *arguments, **options)

    async def fetchmany(self, query: str, several: Any, **options: Any) -> Any:
        self.asked.append(query)
        return await super().fetchmany(query, several, **options)

    async def execute(self, query: str, *arguments: Any, **options: Any) -> Any:
        self.asked.append(query)
        return await super().execute(query, *arguments, **options)


async def kept(database: Database) -> list[str]:
    async with database.read(SYSTEM)() as read:
        return [kind for (kind,) in await ALL.values(read, {})]


def narrow(database: Database, **options: Any) -> Database:
    """With one connection for work: whoever does not give it back is found out."""
    writes = create_async_engine(database.url, pool_size=1, max_overflow=0, pool_timeout=0.5, connect_args=options)
    return replace(database, writes=writes)


async def test_driver_and_session_see_what_the_other_wrote(database: Database) -> None:
    async with database.work(SYSTEM)() as work:
        await ADD.make(work, {"word": "first"})
        assert (await work.session.execute(sa.select(col(Job.kind)))).scalars().all() == ["first"]
        work.session.add(Job(kind="second", key="second"))
        assert await ALL.values(work, {}) == [("first",), ("second",)]
        work.session.add(Job(kind="third", key="third"))
    assert await kept(database) == ["first", "second", "third"]


@pytest.mark.parametrize("with_session", [False, True])
@pytest.mark.parametrize("failure", [KeyError, sa.exc.DBAPIError])
async def test_who_fails_leaves_nothing_and_the_next_can_work(
    database: Database, with_session: bool, failure: type[Exception]
) -> None:
    one = narrow(database)

    async def fail() -> None:
        async with one.work(SYSTEM)() as work:
            await ADD.make(work, {"word": "lost"})
            if with_session:
                work.session.add(Job(kind="lost too", key="lost too"))
                await work.session.flush()
            if failure is KeyError:
                raise KeyError
            await ADD.make(work, {"word": "lost"})  # the key is taken

    with pytest.raises(failure):
        await fail()
    async with one.work(SYSTEM)() as work:
        await ADD.make(work, {"word": "kept"})
    assert await kept(database) == ["kept"]
    await one.writes.dispose()


async def test_who_goes_on_after_a_failure_is_not_told_that_it_was_kept(database: Database) -> None:
    one = narrow(database)

    async def pass_over() -> None:
        async with one.work(SYSTEM)() as work:
            await ADD.make(work, {"word": "lost"})
            with pytest.raises(sa.exc.DBAPIError):
                await ADD.make(work, {"word": "lost"})

    with pytest.raises(NothingKept):
        await pass_over()
    assert await kept(one) == []
    await one.writes.dispose()


@pytest.mark.parametrize("with_session", [False, True])
async def test_who_is_cancelled_leaves_nothing_and_the_next_can_work(database: Database, with_session: bool) -> None:
    one = narrow(database)

    async def wait() -> None:
        async with one.work(SYSTEM)() as work:
            await ADD.make(work, {"word": "lost"})
            if with_session:
                await work.session.execute(sa.text("select pg_sleep(30)"))
            assert work.fetch is not None
            await work.fetch("select pg_sleep(30)", ())

    for patience in (0.3, 0.31):
        task = asyncio.create_task(wait())
        await asyncio.sleep(patience)
        task.cancel()
        await asyncio.sleep(0)
        task.cancel()  # once more, while it tidies up
        await asyncio.gather(task, return_exceptions=True)
    async with one.work(SYSTEM)() as work:
        await ADD.make(work, {"word": "kept"})
    assert await kept(database) == ["kept"]
    await one.writes.dispose()


async def test_a_bid_asks_little_while_others_wait(database: Database) -> None:
    """Begin, the clock, all that decides, all that it changes and the log, commit; and no session."""
    twin = await factories.listed_twin(database)
    listing = await factories.listing(database, twin)
    brands = [await factories.brand(database, name) for name in ("Lumen", "Tindra")]
    counted = narrow(database, connection_class=Counted)
    await factories.bid(counted, brands[0], listing, 500)
    for brand, amount in ((brands[1], 600), (brands[0], 700), (brands[1], 900)):
        Counted.asked.clear()
        await factories.bid(counted, brand, listing, amount)
        assert [each.split()[0].lower() for each in Counted.asked] == [
            "begin", "select", "select", "with", "commit",
        ]  # fmt: skip
    await counted.writes.dispose()


async def test_works_take_turns_and_keep_their_connections(database: Database) -> None:
    """However many come at once, none connects for itself alone."""
    small = Database.connect(database.url, pool_size=2)
    used: list[int] = []
    begun: list[int] = []

    async def work(number: int) -> None:
        async with small.work(SYSTEM)() as work:
            begun.append(number)
            used.append((await work.session.execute(sa.text("select pg_backend_pid()"))).scalar_one())

    coming = [asyncio.create_task(work(number)) for number in range(20)]
    await asyncio.sleep(0)
    coming.pop().cancel()
    await asyncio.gather(*coming)
    assert sorted(begun) == list(range(19))
    assert len(set(used)) == 2
    assert not small.turns.are_taken
    await small.close()


async def test_no_work_waits_for_its_turn_for_ever(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transactions, "PATIENCE_SECONDS", 0.01)
    turns = Turns(1)
    async with open_work(database.writes, turns, SYSTEM):
        with pytest.raises(TimeoutError) as late:
            async with open_work(database.writes, turns, SYSTEM):
                raise AssertionError("two at once")
    assert will_pass(late.value)
    async with open_work(database.writes, turns, SYSTEM) as work:
        assert (await work.session.execute(sa.text("select 1"))).scalar_one() == 1
