import pytest

from core.errors import NotAllowed, Refusal, WrongState
from market import licences, store, twins
from market.states import BidStatus, ContributionStatus, TwinStatus
from market.tables import Twin
from server.database import Database
from tests import factories
from tests.factories import ListedTwin, number


async def capture(database: Database, twin: ListedTwin, **keep: bool) -> Twin:
    kept = {"keep_policy": False, "keep_rates": False, "keep_contributors": False}
    async with database.work(twin.model.actor)() as work:
        return await twins.capture(work, twin_id=twin.id, **(kept | keep))


async def test_a_new_version_has_no_consent_until_she_gives_it(database: Database) -> None:
    ada, lumen = await factories.listed_twin(database), await factories.brand(database)
    await factories.contributor(database, ada)
    offer = await factories.offer(database, lumen, ada)
    captured = await capture(database, ada)
    assert (captured.version, captured.status, captured.policy_version, captured.card_version) == (
        2,
        TwinStatus.PAUSED,
        0,
        0,
    )
    with pytest.raises(WrongState, match="consent policy"):
        await factories.digest(database, offer, ada)
    with pytest.raises(WrongState, match="needs rates"):
        await factories.set_status(database, ada, TwinStatus.LISTED)
    await factories.set_policy(database, ada)
    await factories.set_rates(database, ada)
    await factories.set_status(database, ada, TwinStatus.LISTED)
    async with database.read(ada.model.actor)() as read:
        now = await store.twins.find(read, ada.id)
        assert (now.policy_version, now.card_version) == (2, 2)
        assert (await store.contributions.sharing(read, [(ada.id, 2)])).get((ada.id, 2)) is None


async def test_an_offer_is_for_the_version_that_it_names(database: Database) -> None:
    ada, lumen = await factories.listed_twin(database), await factories.brand(database)
    await factories.contributor(database, ada)
    old = await factories.offer(database, lumen, ada)
    await capture(database, ada, keep_policy=True, keep_rates=True)
    new = await factories.offer(database, lumen, ada)
    for bid, version in ((old, 1), (new, 2)):
        async with database.read(ada.model.actor)() as read:
            text = (await licences.consent_document(read, await store.bids.visible(read, number(bid)))).text
        assert f"Twin: Ada, version {version}." in text
        assert ("Mira Holm" in text) == (version == 1)
        assert (await factories.accept(database, bid, ada)).twin_version == version


async def test_what_was_listed_was_the_version_before(database: Database) -> None:
    ada, lumen = await factories.listed_twin(database), await factories.brand(database)
    listing = await factories.listing(database, ada)
    bid = await factories.bid(database, lumen, listing, 200)
    await capture(database, ada, keep_policy=True, keep_rates=True)
    async with database.read(lumen.actor)() as read:
        seen = await store.bids.visible(read, number(bid))
    assert (seen.status, seen.decline_reason) == (BidStatus.DECLINED, "The listing was withdrawn.")


async def test_her_crew_comes_along_by_her_own_act(database: Database) -> None:
    ada = await factories.listed_twin(database)
    mira = await factories.contributor(database, ada)
    await factories.contributor(database, ada, "Sol Berg", accepts=False)
    await capture(database, ada, keep_policy=True, keep_rates=True, keep_contributors=True)
    async with database.read(ada.model.actor)() as read:
        (kept,) = (await store.contributions.sharing(read, [(ada.id, 2)]))[ada.id, 2]
    assert (kept.party_id, kept.share_bps, kept.status) == (mira.id, 500, ContributionStatus.ACCEPTED)


async def test_nobody_else_captures_and_not_a_retired_twin(database: Database) -> None:
    ada, lumen = await factories.listed_twin(database), await factories.brand(database)
    agency = await factories.agency(database)
    await factories.mandate(database, agency, ada.model)
    for actor in (agency.actor, lumen.actor):
        with pytest.raises(NotAllowed):
            async with database.work(actor)() as work:
                await twins.capture(work, twin_id=ada.id, keep_policy=True, keep_rates=True, keep_contributors=True)
    await factories.set_status(database, ada, TwinStatus.RETIRED)
    with pytest.raises(Refusal):
        await capture(database, ada)
