from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from core.actor import SYSTEM, Actor
from core.errors import InvalidInput, NotAllowed, NotFound, WrongState
from core.paging import Window
from market import parties, store, twins
from market.facts import TwinStatusSet
from market.rights import Medium
from market.search import TwinQuery
from market.states import BidStatus, TwinStatus
from market.tables import Twin
from market.twins import TwinDetails
from server.database import Database
from tests import factories
from tests.factories import number


async def find(database: Database, twin: factories.ListedTwin, actor: Actor = SYSTEM) -> Twin:
    async with database.read(actor)() as read:
        return await store.twins.find(read, twin.id)


async def update(database: Database, twin: factories.ListedTwin, **changes: object) -> Twin:
    async with database.work(twin.model.actor)() as work:
        return await twins.update(work, twin_id=twin.id, changes=changes)


async def test_a_new_twin_is_a_draft_that_only_its_own_side_sees(database: Database) -> None:
    ada = await factories.twin(database, tags=["knitwear"], height_cm=178, shoe_size_eu=Decimal("39.5"))
    lumen, nordlys = await factories.brand(database), await factories.agency(database)
    await factories.mandate(database, nordlys, ada.model)
    assert (await find(database, ada, ada.model.actor)).status is TwinStatus.DRAFT
    assert (await find(database, ada, nordlys.actor)).tags == ["knitwear"]
    with pytest.raises(NotFound):
        await find(database, ada, lumen.actor)
    async with database.read(lumen.actor)() as read:
        assert await store.twins.by_handle(read, ada.handle) is None


async def test_a_handle_belongs_to_one_twin(database: Database) -> None:
    ada = await factories.twin(database, handle="ada")
    with pytest.raises(InvalidInput) as taken:
        await factories.twin(database, ada.model, handle="ada")
    assert (taken.value.code, taken.value.path) == ("HANDLE_TAKEN", ("handle",))


async def test_only_the_model_says_anything_of_her_twin(database: Database) -> None:
    ada = await factories.listed_twin(database)
    nordlys, lumen = await factories.agency(database), await factories.brand(database)
    await factories.mandate(database, nordlys, ada.model)
    for actor in (nordlys.actor, lumen.actor, SYSTEM):
        with pytest.raises(NotAllowed):
            async with database.work(actor)() as work:
                await twins.set_status(work, twin_id=ada.id, status=TwinStatus.PAUSED, reason=None)
        with pytest.raises(NotAllowed):
            async with database.work(actor)() as work:
                await twins.update(work, twin_id=ada.id, changes={"name": "Mine"})
    with pytest.raises(NotAllowed):
        async with database.work(nordlys.actor)() as work:
            await twins.create(work, model_id=ada.model.id, handle="another", details=TwinDetails(name="Another"))


async def test_listing_needs_rates_and_a_policy(database: Database) -> None:
    ada = await factories.twin(database)
    with pytest.raises(WrongState, match="rates"):
        await factories.set_status(database, ada, TwinStatus.LISTED)
    await factories.set_rates(database, ada)
    with pytest.raises(WrongState, match="consent policy"):
        await factories.set_status(database, ada, TwinStatus.LISTED)
    await factories.set_policy(database, ada)
    async with database.work(ada.model.actor)() as work:
        listed = await twins.set_status(work, twin_id=ada.id, status=TwinStatus.LISTED, reason=None)
        assert work.facts == [TwinStatusSet(twin_id=ada.id, status=TwinStatus.LISTED)]
    assert listed.status is TwinStatus.LISTED
    with pytest.raises(WrongState):
        await factories.set_status(database, ada, TwinStatus.DRAFT)


async def test_what_was_said_is_kept_in_versions(database: Database) -> None:
    ada = await factories.listed_twin(database)
    await factories.set_policy(database, ada, media=[Medium.EMAIL], maximum_days=10)
    await factories.set_rates(
        database, ada, rates={Medium.EMAIL: Decimal("12.50")}, factors={"NORDICS": Decimal("1.75")}
    )
    twin = await find(database, ada)
    assert (twin.policy_version, twin.card_version) == (2, 2)
    async with database.read(SYSTEM)() as read:
        policies = await store.twins.policies_at(read, [(ada.id, 1), (ada.id, 2)])
        card = (await store.twins.cards(read, [twin]))[ada.id]
    assert policies[ada.id, 1].media == frozenset(Medium)
    assert (policies[ada.id, 2].media, policies[ada.id, 2].maximum_days) == (frozenset({Medium.EMAIL}), 10)
    assert (card.rates, card.factors_e4, card.floor_minor) == ({Medium.EMAIL: 1250}, {"NORDICS": 17_500}, 50_00)
    for change in ("update consent_policy set maximum_days = 1", "delete from rate_card"):
        with pytest.raises(DBAPIError, match="evidence"):
            async with database.work(SYSTEM)() as work:
                await work.session.execute(sa.text(change))


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"rates": {}}, "rates"),
        ({"rates": {Medium.EMAIL: Decimal(0)}}, "rates.0.per30Days"),
        ({"rates": {Medium.EMAIL: Decimal("1.001")}}, "rates.0.per30Days"),
        ({"rates": {Medium.EMAIL: Decimal("1e9")}}, "rates.0.per30Days"),
        ({"factors": {"EU": Decimal(2)}}, "territoryFactors"),
        ({"factors": {"SE": Decimal(0)}}, "territoryFactors"),
        ({"industry_exclusivity": Decimal("0.5")}, "industryExclusivityFactor"),
        ({"industry_exclusivity": Decimal(4)}, "totalExclusivityFactor"),
        ({"floor": Decimal(-1)}, "floor"),
        ({"currency": "XXX"}, "currency"),
    ],
)
async def test_rates_that_cannot_be(database: Database, changes: dict[str, Any], field: str) -> None:
    ada = await factories.twin(database)
    with pytest.raises(InvalidInput) as refused:
        await factories.set_rates(database, ada, **changes)
    assert refused.value.path == tuple(field.split("."))


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"media": []}, "media"),
        ({"territories": frozenset()}, "territories"),
        ({"maximum_days": 0}, "maximumDays"),
        ({"restrictions": ["x" * 201]}, "restrictions"),
    ],
)
async def test_policies_that_cannot_be(database: Database, changes: dict[str, Any], field: str) -> None:
    ada = await factories.twin(database)
    with pytest.raises(InvalidInput) as refused:
        await factories.set_policy(database, ada, **changes)
    assert refused.value.path is not None
    assert refused.value.path[0] == field


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"height_cm": 19}, "heightCm"),
        ({"shoe_size_eu": Decimal("39.25")}, "shoeSizeEu"),
        ({"name": ""}, "name"),
        ({"description": "x" * 2001}, "description"),
        ({"hair_colour": "x" * 41}, "hairColour"),
        ({"preview_urls": ["javascript:alert(1)"]}, "previewUrls"),
    ],
)
async def test_details_that_cannot_be(database: Database, changes: dict[str, Any], field: str) -> None:
    ada = await factories.twin(database)
    with pytest.raises(InvalidInput) as refused:
        await update(database, ada, **changes)
    assert refused.value.path is not None
    assert refused.value.path[0] == field


async def test_details_change_one_by_one(database: Database) -> None:
    ada = await factories.twin(database, height_cm=178, hair_colour="blonde")
    changed = await update(database, ada, height_cm=None, description="Calm.")
    assert (changed.height_cm, changed.description, changed.hair_colour) == (None, "Calm.", "blonde")


async def test_a_retired_twin_leaves_the_market_for_good(database: Database) -> None:
    ada, lumen = await factories.listed_twin(database), await factories.brand(database)
    licence = await factories.licence(database, lumen, ada, factories.rights(places=["JP"]))
    listing = await factories.listing(database, ada)
    bid = await factories.bid(database, lumen, listing, 200)
    offer = await factories.offer(database, lumen, ada)
    await factories.set_status(database, ada, TwinStatus.RETIRED)
    async with database.read(lumen.actor)() as read:
        seen = await store.bids.by_ids(read, [number(bid), number(offer)])
        assert {each.status for each in seen.values()} == {BidStatus.DECLINED}
        assert (await store.twins.find(read, ada.id)).status is TwinStatus.RETIRED
        assert (await store.licences.find(read, number(licence))).status == "ACTIVE"
    with pytest.raises(WrongState):
        await factories.set_status(database, ada, TwinStatus.LISTED)
    with pytest.raises(WrongState):
        await update(database, ada, name="New")


async def test_a_brand_still_sees_the_twin_in_which_it_has_a_bid(database: Database) -> None:
    ada = await factories.listed_twin(database)
    lumen, tindra = await factories.brand(database), await factories.brand(database, "Tindra")
    await factories.offer(database, lumen, ada)
    await factories.set_status(database, ada, TwinStatus.PAUSED)
    assert (await find(database, ada, lumen.actor)).id == ada.id
    with pytest.raises(NotFound):
        await find(database, ada, tindra.actor)
    for actor, query, seen in (
        (lumen.actor, TwinQuery(), 0),
        (lumen.actor, TwinQuery(model_id=ada.model.id), 0),
        (ada.model.actor, TwinQuery(), 0),
        (ada.model.actor, TwinQuery(model_id=ada.model.id), 1),
    ):
        async with database.read(actor)() as read:
            assert len((await store.search.page(read, query, Window(5))).rows) == seen


async def test_keys_are_made_and_revoked_by_their_party(database: Database) -> None:
    lumen, tindra = await factories.brand(database), await factories.brand(database, "Tindra")
    scopes = sorted(lumen.actor.scopes)
    async with database.work(lumen.actor)() as work:
        key, secret = await parties.create_api_key(work, party_id=None, name="shop", scopes=scopes)
    assert secret.startswith(f"{key.prefix}_")
    assert key.id is not None
    with pytest.raises(NotFound):
        async with database.work(tindra.actor)() as work:
            await parties.revoke_api_key(work, api_key_id=key.id)
    async with database.read(lumen.actor)() as read:
        assert [each.id for each in (await store.parties.api_keys(read, [lumen.id, tindra.id]))[lumen.id]] == [key.id]
    async with database.work(lumen.actor)() as work:
        assert (await parties.revoke_api_key(work, api_key_id=key.id)).revoked_at is not None
    with pytest.raises(WrongState):
        async with database.work(lumen.actor)() as work:
            await parties.revoke_api_key(work, api_key_id=key.id)


async def test_nobody_hands_out_scopes_that_it_does_not_hold(database: Database) -> None:
    lumen = await factories.brand(database)
    weak = replace(lumen.actor, scopes=lumen.actor.scopes - {"PAY"})
    with pytest.raises(NotAllowed) as refused:
        async with database.work(weak)() as work:
            await parties.create_api_key(work, party_id=None, name="more", scopes=sorted(lumen.actor.scopes))
    assert refused.value.path == ("scopes",)


async def test_only_the_operator_makes_parties(database: Database) -> None:
    lumen = await factories.brand(database)
    with pytest.raises(NotAllowed):
        async with database.work(lumen.actor)() as work:
            await parties.add_member(
                work, party_id=lumen.id, email="me@example.com", person_name="Me", password_hash=None
            )
