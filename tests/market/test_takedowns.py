from datetime import timedelta

import pytest
import sqlalchemy as sa

from core.actor import SYSTEM, Actor
from core.errors import InvalidInput, NotAllowed, NotFound, Refusal, WrongState
from core.paging import Window
from market import licences, rules, store, takedowns
from market.rights import Medium
from market.states import LicenceStatus, TakedownReason, TwinStatus
from market.tables import Licence, Takedown
from server.database import Database
from tests import factories
from tests.factories import number


async def takedown_of(database: Database, licence: Licence, actor: Actor = SYSTEM) -> Takedown | None:
    async with database.read(actor)() as read:
        return (await store.takedowns.of_licences(read, [number(licence)])).get(number(licence))


async def confirm(database: Database, takedown: Takedown, actor: Actor, note: str = "Taken off our pages.") -> Takedown:
    async with database.work(actor)() as work:
        return await takedowns.confirm(work, takedown_id=takedown.id or 0, note=note, urls=["https://lumen.example/x"])


async def kinds(database: Database, topic: str) -> list[str]:
    query = sa.text("select kind from activity where topic = :topic order by tx, id")
    async with database.writes.connect() as connection:
        return list((await connection.execute(query, {"topic": topic})).scalars())


async def test_suspending_pauses_all_at_once_and_tells_every_brand_by_when(database: Database) -> None:
    ada, brands = await factories.listed_twin(database), [await factories.brand(database, name) for name in ("A", "B")]
    held = [await factories.licence(database, brand, ada) for brand in brands]
    await factories.set_status(database, ada, TwinStatus.SUSPENDED)
    for brand, licence in zip(brands, held, strict=True):
        takedown = await takedown_of(database, licence)
        assert takedown is not None
        assert (takedown.reason, takedown.due_at - (takedown.opened_at or takedown.due_at)) == (
            TakedownReason.SUSPENDED,
            timedelta(hours=48),
        )
        assert (await kinds(database, f"licence:{brand.id}"))[-2:] == ["SUSPENDED", "TAKEDOWN_DUE"]
    await factories.set_status(database, ada, TwinStatus.LISTED)
    assert [await takedown_of(database, licence) for licence in held] == [None, None]


async def test_only_the_brand_proves_it_and_once(database: Database) -> None:
    ada, lumen, rival = (
        await factories.listed_twin(database),
        await factories.brand(database),
        await factories.brand(database, "R"),
    )
    licence = await factories.licence(database, lumen, ada)
    await factories.set_status(database, ada, TwinStatus.SUSPENDED)
    takedown = await takedown_of(database, licence)
    assert takedown is not None
    cases: list[tuple[Actor, type[Refusal]]] = [
        (rival.actor, NotFound),
        (ada.model.actor, NotAllowed),
        (await factories.operator(database), NotAllowed),
    ]
    for actor, refusal in cases:
        with pytest.raises(refusal):
            await confirm(database, takedown, actor)
    with pytest.raises(InvalidInput):
        await confirm(database, takedown, lumen.actor, note="Done.")
    done = await confirm(database, takedown, lumen.actor)
    assert (done.note, done.urls, done.done_by) == (
        "Taken off our pages.",
        ["https://lumen.example/x"],
        lumen.actor.caller,
    )
    with pytest.raises(WrongState):
        await confirm(database, takedown, lumen.actor)
    await factories.set_status(database, ada, TwinStatus.LISTED)
    await factories.set_status(database, ada, TwinStatus.SUSPENDED)
    again = await takedown_of(database, licence)
    assert again is not None
    assert again.id != takedown.id


async def test_what_is_late_is_told_once_and_shown_to_both_sides(database: Database) -> None:
    ada, lumen, rival = (
        await factories.listed_twin(database),
        await factories.brand(database),
        await factories.brand(database, "R"),
    )
    licence = await factories.licence(database, lumen, ada)
    await factories.set_status(database, ada, TwinStatus.SUSPENDED)
    takedown = await takedown_of(database, licence)
    assert takedown is not None
    for offset, told in ((47, 0), (49, 1), (50, 1)):
        await factories.move_clock(database, timedelta(hours=offset))
        async with database.work(SYSTEM)() as work:
            await takedowns.overdue(work, takedown_id=takedown.id or 0)
        assert (await kinds(database, f"licence:{ada.model.id}")).count("TAKEDOWN_OVERDUE") == told
        for actor, late in ((ada.model.actor, told), (lumen.actor, told), (rival.actor, 0)):
            async with database.read(actor)() as read:
                assert len((await store.takedowns.page(read, overdue=True, window=Window(5))).rows) == late
    await confirm(database, takedown, lumen.actor)
    async with database.read(SYSTEM)() as read:
        assert await store.takedowns.count(read, overdue=False) == 0


async def test_a_licence_is_over_by_the_clock_before_any_job_and_opens_a_takedown(database: Database) -> None:
    ada, lumen = await factories.listed_twin(database), await factories.brand(database)
    licence = await factories.licence(database, lumen, ada, factories.rights(start=0, days=10))
    await factories.move_clock(database, timedelta(days=10))
    async with database.read(lumen.actor)() as read:
        party = await store.parties.find(read, lumen.id)
        row = await store.licences.find(read, number(licence))
        assert (row.status, rules.licence_status(row, read.now)) == (LicenceStatus.ACTIVE, LicenceStatus.ENDED)
        for status, found in ((LicenceStatus.ENDED, 1), (LicenceStatus.ACTIVE, 0)):
            assert await store.licences.count_of_party(read, party, [status]) == found
    await factories.set_status(database, ada, TwinStatus.SUSPENDED)
    await factories.set_status(database, ada, TwinStatus.LISTED)
    async with database.work(SYSTEM)() as work:
        assert len(await licences.end_due(work)) == 1
    takedown = await takedown_of(database, licence)
    assert takedown is not None
    assert takedown.reason is TakedownReason.ENDED
    assert (await kinds(database, f"licence:{lumen.id}"))[-2:] == ["ENDED", "TAKEDOWN_DUE"]


async def test_retiring_lets_paid_licences_run_even_after_a_suspension(database: Database) -> None:
    ada, lumen = await factories.listed_twin(database), await factories.brand(database)
    licence = await factories.licence(database, lumen, ada, factories.rights(media=[Medium.EMAIL]))
    await factories.set_status(database, ada, TwinStatus.SUSPENDED)
    await factories.set_status(database, ada, TwinStatus.RETIRED)
    async with database.read(lumen.actor)() as read:
        assert (await store.licences.find(read, number(licence))).status is LicenceStatus.ACTIVE
    assert await takedown_of(database, licence) is None
