from collections.abc import Collection
from datetime import timedelta
from typing import Any

import pytest

from core.errors import InvalidInput, NotAllowed, NotFound, WrongState
from core.paging import Window
from market import mandates, store, territories
from market.facts import MandateAnswered, MandateEnded, MandateProposed
from market.states import MandateStatus
from market.tables import Mandate
from server.database import Database
from tests import factories
from tests.factories import Player, number


async def propose(
    database: Database, agency: Player, model: Player, *, places: Collection[str] = ("WORLD",), **changes: Any
) -> Mandate:
    async with database.work(agency.actor)() as work:
        given: dict[str, Any] = {
            "commission_bps": 2000,
            "starts_on": work.today,
            "ends_on": work.today + timedelta(days=364),
        }
        made = await mandates.propose(
            work, agency_id=None, model_id=model.id, territories=territories.expand(places), **(given | changes)
        )
        assert work.facts == [MandateProposed(mandate_id=number(made))]
    return made


async def respond(database: Database, player: Player, mandate: Mandate, accept: bool = True) -> Mandate:
    async with database.work(player.actor)() as work:
        answered = await mandates.respond(work, mandate_id=number(mandate), accept=accept)
        assert work.facts == [MandateAnswered(mandate_id=number(mandate), accepted=accept)]
    return answered


async def end(database: Database, player: Player, mandate: Mandate) -> Mandate:
    async with database.work(player.actor)() as work:
        ended = await mandates.end(work, mandate_id=number(mandate))
        assert work.facts == [MandateEnded(mandate_id=number(mandate), agency_id=mandate.agency_id)]
    return ended


async def test_the_agency_proposes_and_the_model_accepts(database: Database) -> None:
    ada, nordlys = await factories.model(database), await factories.agency(database)
    proposed = await propose(database, nordlys, ada)
    assert proposed.status is MandateStatus.PROPOSED
    with pytest.raises(NotAllowed):
        await respond(database, nordlys, proposed)
    assert (await respond(database, ada, proposed)).status is MandateStatus.ACTIVE
    with pytest.raises(WrongState):
        await respond(database, ada, proposed, accept=False)
    async with database.read(nordlys.actor)() as read:
        roster = await store.mandates.roster(read, nordlys.id, Window(5))
        page = await store.mandates.page(read, nordlys.id, [MandateStatus.ACTIVE], Window(5))
        assert await store.mandates.roster_size(read, nordlys.id) == 1
        assert await store.mandates.count(read, nordlys.id, [MandateStatus.PROPOSED]) == 0
    assert [party.id for party in roster.rows] == [ada.id]
    assert [mandate.id for mandate in page.rows] == [proposed.id]


async def test_a_declined_proposal_may_be_made_again_and_an_open_one_not(database: Database) -> None:
    ada, nordlys = await factories.model(database), await factories.agency(database)
    proposed = await propose(database, nordlys, ada)
    with pytest.raises(WrongState):
        await propose(database, nordlys, ada)
    await respond(database, ada, proposed, accept=False)
    await propose(database, nordlys, ada)


async def test_two_agencies_share_the_world_and_never_a_country(database: Database) -> None:
    ada = await factories.model(database)
    nordlys, kestrel = await factories.agency(database), await factories.agency(database, "Kestrel")
    await respond(database, ada, await propose(database, nordlys, ada, places=["NORDICS"]))
    overlapping = await propose(database, kestrel, ada, places=["EUROPE"])
    with pytest.raises(WrongState, match="already"):
        await respond(database, ada, overlapping)
    beside = await respond(database, ada, await propose(database, kestrel, ada, places=["ASIA"]))
    async with database.read(ada.actor)() as read:
        in_force = await store.mandates.in_force(read, [ada.id])
        powers = (await store.mandates.powers(read, [ada.id]))[ada.id]
    assert [mandate.agency_id for mandate in in_force[ada.id]] == [kestrel.id, nordlys.id]  # the widest first
    assert powers[0].territories == territories.expand(["ASIA"])
    assert beside.status is MandateStatus.ACTIVE


@pytest.mark.parametrize("who", ["model", "agency"])
async def test_either_side_ends_it(database: Database, who: str) -> None:
    ada, nordlys = await factories.model(database), await factories.agency(database)
    mandate = await respond(database, ada, await propose(database, nordlys, ada))
    ended = await end(database, ada if who == "model" else nordlys, mandate)
    assert ended.status is MandateStatus.ENDED
    async with database.read(ada.actor)() as read:
        assert await store.mandates.in_force(read, [ada.id]) == {}


async def test_a_mandate_is_in_force_on_its_days_alone(database: Database) -> None:
    ada, nordlys = await factories.model(database), await factories.agency(database)
    today = factories.today()
    days = {"starts_on": today + timedelta(days=1), "ends_on": today + timedelta(days=2)}
    await respond(database, ada, await propose(database, nordlys, ada, **days))
    in_force = []
    for day in range(4):
        await factories.move_clock(database, timedelta(days=day))
        async with database.read(ada.actor)() as read:
            in_force.append(bool(await store.mandates.in_force(read, [ada.id])))
    assert in_force == [False, True, True, False]


async def test_strangers_find_no_mandate(database: Database) -> None:
    ada, nordlys = await factories.model(database), await factories.agency(database)
    kestrel = await factories.agency(database, "Kestrel")
    proposed = await propose(database, nordlys, ada)
    with pytest.raises(NotFound):
        await end(database, kestrel, proposed)
    with pytest.raises(NotFound):
        await respond(database, kestrel, proposed)
    with pytest.raises(NotFound):
        await propose(database, kestrel, nordlys)  # an agency is no model


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"commission_bps": 2001}, "commissionBasisPoints"),
        ({"commission_bps": -1}, "commissionBasisPoints"),
        ({"starts_on": factories.today() - timedelta(days=2)}, "startsOn"),
        ({"ends_on": factories.today() - timedelta(days=2)}, "endsOn"),
        ({"ends_on": factories.today() + timedelta(days=3 * 366 + 2)}, "endsOn"),
        ({"places": []}, "territories"),
    ],
)
async def test_mandates_that_cannot_be(database: Database, changes: dict[str, Any], field: str) -> None:
    ada, nordlys = await factories.model(database), await factories.agency(database)
    with pytest.raises(InvalidInput) as refused:
        await propose(database, nordlys, ada, **changes)
    assert refused.value.path == (field,)


async def test_three_years_to_the_day_are_allowed(database: Database) -> None:
    ada, nordlys = await factories.model(database), await factories.agency(database)
    today = factories.today()
    await propose(database, nordlys, ada, ends_on=today.replace(year=today.year + 3))
