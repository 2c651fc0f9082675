"""What a statement brings along beside its twins is what would have been asked for one by one."""

from datetime import timedelta
from decimal import Decimal
from itertools import chain, combinations

import pytest
import sqlalchemy as sa

from core.actor import SYSTEM
from core.paging import Window
from market import store, twins
from market.search import TwinOrder, TwinQuery
from market.states import ListingStatus, TwinStatus
from market.store.companions import Accompanied, Beside, Companion, FewListings
from market.store.listings import ListingQuery
from market.store.rights import rights_of
from market.tables import Twin
from server.database import Database
from tests import factories

EVERY = tuple(each for each in Companion if each is not Companion.LISTINGS)
LISTINGS = FewListings(2, None)
CHOICES = tuple(
    frozenset(some) for some in chain.from_iterable(combinations(EVERY, size) for size in range(len(EVERY) + 1))
)
"""All ways to ask."""


async def alone(database: Database, twin: Twin) -> dict[str, object]:
    """The numbers of what stands beside a twin, by the questions that ask for one relation each."""
    assert twin.id is not None
    async with database.read(factories.Actor(caller="person:0", name="somebody", person_id=0))() as read:
        models = await store.parties.by_ids(read, [twin.model_id])
        mandates = (await store.mandates.in_force(read, [twin.model_id])).get(twin.model_id, [None])
        agency = (await store.mandates.agencies_in_force(read, [twin.model_id])).get(twin.model_id)
        policies = await store.twins.policies(read, [twin])
        cards = await store.twins.cards(read, [twin])
    return {
        "model": models[twin.model_id].id,
        "mandate": mandates[0] and mandates[0].id,
        "agency": agency and agency.id,
        "policy": policies[twin.id].version if twin.id in policies else None,
        "card": cards[twin.id].floor_minor if twin.id in cards else None,
        "listings": None,
    }


def told(found: Accompanied) -> dict[str, object]:
    return {
        "model": found.model and found.model.id,
        "mandate": found.mandate and found.mandate.id,
        "agency": found.agency and found.agency.id,
        "policy": found.policy and found.policy.version,
        "card": found.card and found.card.floor_minor,
        "listings": found.listings,
    }


OF = {
    Companion.MODEL: {"model"},
    Companion.MANDATE: {"mandate", "agency"},
    Companion.AGENCY: {"agency"},
    Companion.POLICY: {"policy"},
    Companion.CARD: {"card"},
}


@pytest.mark.parametrize(
    "asked", CHOICES, ids=lambda asked: "+".join(sorted(each.value for each in asked)) or "nothing"
)
async def test_what_comes_along_is_what_there_is(database: Database, asked: frozenset[Companion]) -> None:
    bare = await factories.twin(database, await factories.model(database, "Bo"), name="Bo")
    free = await factories.listed_twin(
        database, await factories.model(database, "Cy"), name="Cy", rates={"floor": Decimal(7)}
    )
    ada, nordlys = await factories.model(database), await factories.agency(database)
    kestrel = await factories.agency(database, "Kestrel")
    await factories.mandate(database, nordlys, ada, places=["NORDICS"])
    await factories.mandate(database, kestrel, ada, places=["ASIA"])  # the widest leads, and came later
    led = await factories.listed_twin(database, ada)
    names = set().union(*(OF[each] for each in asked))
    there = {}
    for each in (bare, free, led):
        async with database.read(each.model.actor)() as read:
            found = await store.twins.by_handle(read, each.handle, Beside(asked))
        assert found is not None
        assert found.twin.id == each.id
        there[each.name] = await alone(database, found.twin)
        assert told(found) == {name: value if name in names else None for name, value in there[each.name].items()}
    assert there["Ada"]["agency"] == kestrel.id
    assert there["Bo"]["card"] is there["Bo"]["policy"] is there["Cy"]["agency"] is None


@pytest.mark.parametrize("order", [TwinOrder.NEWEST, TwinOrder.NAME, TwinOrder.PRICE_ASC])
async def test_a_page_brings_along_the_same_and_keeps_its_order(database: Database, order: TwinOrder) -> None:
    ada, nordlys = await factories.model(database), await factories.agency(database)
    await factories.mandate(database, nordlys, ada)
    await factories.listed_twin(database, ada)
    await factories.listed_twin(database, await factories.model(database, "Cy"), name="Cy")
    brand = await factories.brand(database)
    query = TwinQuery(order=order, available_for=factories.rights())
    async with database.read(brand.actor)() as read:
        plain = await store.search.page(read, query, Window(10))
        found = await store.search.accompanied(read, query, Window(10), Beside(frozenset(EVERY)))
    assert len(plain.rows) == 2
    assert [each.twin for each in found.rows] == list(plain.rows)
    assert found.keys == plain.keys
    for each in found.rows:
        assert told(each) == await alone(database, each.twin)
    assert {each.agency and each.agency.name for each in found.rows} == {"Nordlys Models", None}


@pytest.mark.parametrize(
    "statuses", [None, (ListingStatus.SCHEDULED,), (ListingStatus.OPEN, ListingStatus.AWARDED), ()]
)
async def test_the_newest_listings_come_along_as_a_page_of_them_would(
    database: Database, statuses: tuple[ListingStatus, ...] | None
) -> None:
    """Whole rows, with what a driver reads otherwise: ranges, multiranges, states. One more than are shown."""
    twin = await factories.listed_twin(database, await factories.model(database))
    await factories.listing(database, twin, wanted=factories.rights(places=["SE", "JP"]), opens_in=timedelta(minutes=5))
    for place in ("DE", "FR", "US"):
        await factories.listing(database, twin, wanted=factories.rights(places=[place]))
    brand = await factories.brand(database)
    few = FewListings(2, statuses)
    asked = Beside(frozenset({Companion.LISTINGS, Companion.CARD}), few)
    async with database.read(brand.actor)() as read:
        found = await store.twins.by_handle(read, twin.handle, asked)
        (listed,) = (await store.search.accompanied(read, TwinQuery(), Window(10), asked)).rows
        page = await store.listings.page(read, ListingQuery(twin_id=twin.id, statuses=statuses), Window(3))
    assert found is not None
    assert found.card is not None
    assert found.listings == listed.listings == list(page.rows)
    assert [rights_of(each) for each in found.listings or ()] == [rights_of(each) for each in page.rows]
    assert len(page.rows) == (3 if statuses != () and statuses != (ListingStatus.SCHEDULED,) else len(statuses or ()))


async def test_a_listing_that_nobody_may_see_comes_along_with_no_twin(database: Database) -> None:
    """The model sees her own twin that is not on the market; a brand with an old bid sees the listing that it bid on."""
    ada, brand, other = (
        await factories.model(database),
        await factories.brand(database),
        await factories.brand(database, "Rival"),
    )
    twin = await factories.listed_twin(database, ada)
    bid_on = await factories.listing(database, twin, wanted=factories.rights(places=["SE"]))
    await factories.listing(database, twin, wanted=factories.rights(places=["JP"]))
    await factories.bid(database, brand, bid_on, 10_000)
    async with database.work(ada.actor)() as work:
        await twins.set_status(work, twin_id=twin.id, status=TwinStatus.SUSPENDED, reason="for now")
    seen = {}
    for name, actor in (("ada", ada.actor), ("brand", brand.actor), ("other", other.actor)):
        async with database.read(actor)() as read:
            asked = Beside(frozenset({Companion.LISTINGS}), LISTINGS)
            found = await store.twins.by_handle(read, twin.handle, asked)
        seen[name] = None if found is None else [each.id for each in found.listings or ()]
    assert len(seen["ada"] or ()) == 2
    assert seen["brand"] == [bid_on.id]
    assert seen["other"] is None


async def test_whoever_sees_a_listing_sees_its_twin_with_it(database: Database) -> None:
    """Also where the twin is no longer for everybody: a brand that has bid sees both, any other neither."""
    ada = await factories.listed_twin(database, await factories.model(database))
    lumen, kumo = await factories.brand(database), await factories.brand(database, "Kumo")
    listing = await factories.listing(database, ada)
    await factories.bid(database, lumen, listing, 200)
    for status, seers in (("LISTED", (lumen, kumo)), ("PAUSED", (lumen,))):
        async with database.work(SYSTEM)() as work:
            await work.session.execute(sa.text("update twin set status = :status"), {"status": status})
        for brand in (lumen, kumo):
            async with database.read(brand.actor)() as read:
                found = await store.listings.with_twins(read, [factories.number(listing)])
                alone = await store.twins.by_ids(read, [ada.id])
            assert [twin.id for _, twin in found.values()] == list(alone) == ([ada.id] if brand in seers else [])
