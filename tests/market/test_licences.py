import asyncio
from collections.abc import Awaitable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from core.actor import SYSTEM
from core.errors import InvalidInput, NotAllowed, NotFound, WrongState
from core.paging import Window
from market import bids, licences, mandates, store
from market.errors import ConsentOutdated, RightsUnavailable
from market.facts import (
    LicenceAccepted,
    LicenceActivated,
    LicenceEnded,
    LicenceLapsed,
    LicencePaymentFailed,
    LicenceResumed,
    LicenceSuspended,
    ListingAwarded,
)
from market.rights import Exclusivity, Industry, Medium
from market.states import BidStatus, LicenceStatus, ListingFormat, Outcome, TwinStatus
from market.tables import Bid, Licence
from payments import store as payments
from server.database import Database
from tests import factories
from tests.factories import euros, number

AFTER = timedelta(hours=2)
TOTAL = Exclusivity.TOTAL


async def bid_status(database: Database, bid: Bid) -> BidStatus:
    async with database.read(SYSTEM)() as read:
        return (await store.bids.visible(read, number(bid))).status


async def find(database: Database, licence: Licence) -> Licence:
    async with database.read(SYSTEM)() as read:
        return await store.licences.find(read, number(licence))


async def sign(database: Database, bid: Bid, twin: factories.ListedTwin, **other: Any) -> Licence:
    given = {"consent_digest": await factories.digest(database, bid, twin), "signature": twin.model.name} | other
    async with database.work(twin.model.actor)() as work:
        return await licences.accept(work, bid_id=number(bid), **given)


# ------------------------------------------------------------------ the signature


async def test_the_model_signs_and_everything_is_frozen(database: Database) -> None:
    ada, lumen = await factories.listed_twin(database), await factories.brand(database)
    nordlys = await factories.agency(database)
    mandate = await factories.mandate(database, nordlys, ada.model, commission_bps=2000)
    offer = await factories.offer(database, lumen, ada, amount=1000)
    digest = await factories.digest(database, offer, ada)
    async with database.work(ada.model.actor)() as work:
        licence = await licences.accept(work, bid_id=number(offer), consent_digest=digest, signature="ada  lindqvist")
        assert [fact.agency_id for fact in work.facts if isinstance(fact, LicenceAccepted)] == [nordlys.id]
    assert licence.status is LicenceStatus.AWAITING_PAYMENT
    assert (licence.agency_id, licence.mandate_id, licence.policy_version, licence.card_version) == (
        nordlys.id,
        mandate.id,
        1,
        1,
    )
    assert licence.payment_due_at == licence.created_at + timedelta(hours=48)  # type: ignore[operator]
    assert await bid_status(database, offer) is BidStatus.ACCEPTED
    async with database.read(SYSTEM)() as read:
        payment = (await payments.payments_by_reference(read, [number(licence)]))[number(licence)]
        shares = (await payments.shares_of(read, [payment.id or 0]))[payment.id or 0]
        consent = (await store.licences.consents(read, [number(licence)]))[number(licence)]
    assert (payment.amount_minor, payment.payer_id) == (1000_00, lumen.id)
    assert [(share.role, share.payee_id, share.amount_minor) for share in shares] == [
        ("MODEL", ada.model.id, 680_00),
        ("AGENCY", nordlys.id, 170_00),
        ("PLATFORM", None, 150_00),
    ]
    assert (consent.digest, consent.signed_by, consent.signature) == (digest, ada.model.name, "ada lindqvist")
    assert consent.person_id == ada.model.actor.person_id
    assert factories.USE in consent.text


async def test_nobody_else_can_sign(database: Database) -> None:
    ada, lumen = await factories.listed_twin(database), await factories.brand(database)
    nordlys = await factories.agency(database)
    await factories.mandate(database, nordlys, ada.model)
    offer = await factories.offer(database, lumen, ada)
    digest = await factories.digest(database, offer, ada)
    stranger = await factories.model(database, "Someone Else")
    refusals = {
        nordlys.actor: NotAllowed,
        lumen.actor: NotAllowed,
        await factories.operator(database): NotAllowed,
        SYSTEM: NotAllowed,
        stranger.actor: NotFound,
    }
    for actor, refusal in refusals.items():
        with pytest.raises(refusal):
            async with database.work(actor)() as work:
                await licences.accept(work, bid_id=number(offer), consent_digest=digest, signature=ada.model.name)


async def test_a_wrong_signature_is_told_the_right_name(database: Database) -> None:
    ada, lumen = await factories.listed_twin(database), await factories.brand(database)
    offer = await factories.offer(database, lumen, ada)
    with pytest.raises(InvalidInput, match=ada.model.name):
        await sign(database, offer, ada, signature="Ida Lindqvist")


async def test_time_alone_does_not_change_the_text(database: Database) -> None:
    ada, lumen = await factories.listed_twin(database), await factories.brand(database)
    offer = await factories.offer(database, lumen, ada)
    before = await factories.digest(database, offer, ada)
    await factories.move_clock(database, timedelta(days=1))
    assert await factories.digest(database, offer, ada) == before


async def test_what_changes_the_text_makes_the_signature_outdated(database: Database) -> None:
    ada, lumen = await factories.listed_twin(database), await factories.brand(database)
    nordlys = await factories.agency(database)
    offer = await factories.offer(database, lumen, ada)
    read_before = await factories.digest(database, offer, ada)

    async def changed(do: Awaitable[Any]) -> None:
        nonlocal read_before
        await do
        with pytest.raises(ConsentOutdated) as outdated:
            await sign(database, offer, ada, consent_digest=read_before)
        assert outdated.value.current.digest == await factories.digest(database, offer, ada) != read_before
        read_before = outdated.value.current.digest

    async def haggle() -> None:
        async with database.work(ada.model.actor)() as work:
            await bids.counter(work, bid_id=number(offer), amount=euros(1100), message=None)
        async with database.work(lumen.actor)() as work:
            await bids.accept_counter(work, bid_id=number(offer))

    async def end() -> None:
        async with database.work(nordlys.actor)() as work:
            await mandates.end(work, mandate_id=number(mandate))

    await changed(factories.set_policy(database, ada, restrictions=["No tattoos."]))
    await changed(haggle())
    mandate = await factories.mandate(database, nordlys, ada.model, commission_bps=1000)
    with pytest.raises(ConsentOutdated):
        await sign(database, offer, ada, consent_digest=read_before)
    read_before = await factories.digest(database, offer, ada)
    await changed(end())
    assert (await sign(database, offer, ada, consent_digest=read_before)).agency_id is None


async def test_a_policy_that_forbids_it_now_stops_the_signature(database: Database) -> None:
    ada, lumen = await factories.listed_twin(database), await factories.brand(database)
    offer = await factories.offer(database, lumen, ada)
    await factories.set_policy(database, ada, forbidden_industries=[Industry.APPAREL])
    with pytest.raises(RightsUnavailable) as refused:
        await sign(database, offer, ada)
    assert [obstacle.kind for obstacle in refused.value.availability.obstacles] == ["CONSENT"]


async def test_a_mandate_elsewhere_takes_no_part(database: Database) -> None:
    ada, lumen = await factories.listed_twin(database), await factories.brand(database)
    nordlys = await factories.agency(database)
    await factories.mandate(database, nordlys, ada.model, places=["NORTH_AMERICA"])
    licence = await factories.accept(database, await factories.offer(database, lumen, ada), ada)
    assert (licence.agency_id, licence.mandate_id) == (None, None)


async def test_an_accepted_bid_cannot_be_accepted_again(database: Database) -> None:
    ada, lumen = await factories.listed_twin(database), await factories.brand(database)
    offer = await factories.offer(database, lumen, ada)
    await factories.accept(database, offer, ada)
    with pytest.raises(WrongState) as refused:
        await sign(database, offer, ada)
    assert refused.value.state == BidStatus.ACCEPTED


# ------------------------------------------------------------------ listings and rivals


async def test_accepting_the_leader_awards_the_listing_and_the_others_lose(database: Database) -> None:
    ada = await factories.listed_twin(database)
    lumen, tindra = await factories.brand(database), await factories.brand(database, "Tindra")
    listing = await factories.listing(database, ada, starting=euros(100), reserve=euros(5000))
    leader = await factories.bid(database, lumen, listing, 300)
    with pytest.raises(WrongState):
        await sign(database, leader, ada)
    other = await factories.offer(database, tindra, ada, factories.rights(places=["NO"]), 500)
    beside = await factories.offer(database, tindra, ada, factories.rights(places=["JP"]), 500)
    await factories.move_clock(database, AFTER)
    digest = await factories.digest(database, leader, ada)
    async with database.work(ada.model.actor)() as work:
        await licences.accept(work, bid_id=number(leader), consent_digest=digest, signature=ada.model.name)
        assert any(isinstance(fact, ListingAwarded) for fact in work.facts)
    assert await bid_status(database, other) is BidStatus.LOST
    assert await bid_status(database, beside) is BidStatus.PENDING
    async with database.read(SYSTEM)() as read:
        awarded = await store.listings.find(read, number(listing))
    assert (awarded.outcome, awarded.reserve_met) == (Outcome.AWARDED, False)


async def test_only_the_leading_bid_of_an_open_listing_can_be_accepted(database: Database) -> None:
    ada = await factories.listed_twin(database)
    lumen, tindra = await factories.brand(database), await factories.brand(database, "Tindra")
    listing = await factories.listing(database, ada, starting=euros(100))
    loser = await factories.bid(database, lumen, listing, 200)
    leader = await factories.bid(database, tindra, listing, 300)
    await factories.move_clock(database, AFTER)
    with pytest.raises(WrongState):
        await sign(database, loser, ada)
    await sign(database, leader, ada)
    assert await bid_status(database, loser) is BidStatus.LOST


async def test_sealed_bids_that_do_not_conflict_can_all_win(database: Database) -> None:
    ada = await factories.listed_twin(database)
    lumen, tindra = await factories.brand(database), await factories.brand(database, "Tindra")
    listing = await factories.listing(
        database, ada, wanted=factories.rights(), format=ListingFormat.SEALED, starting=euros(100)
    )
    one = await factories.bid(database, lumen, listing, 200)
    other = await factories.bid(database, tindra, listing, 300)
    await factories.move_clock(database, AFTER)
    await sign(database, one, ada)
    await sign(database, other, ada)


async def test_a_bid_lost_elsewhere_no_longer_leads_there(database: Database) -> None:
    ada = await factories.listed_twin(database)
    lumen, tindra = await factories.brand(database), await factories.brand(database, "Tindra")
    listing = await factories.listing(database, ada)
    await factories.bid(database, lumen, listing, 300)
    offer = await factories.offer(database, tindra, ada, factories.rights(exclusivity=TOTAL), 5000)
    await sign(database, offer, ada)
    async with database.read(SYSTEM)() as read:
        left = await store.listings.find(read, number(listing))
    assert (left.leading_bid_id, left.bid_count, left.outcome) == (None, 0, None)


async def test_two_signatures_at_one_instant_sell_once(database: Database) -> None:
    """Rights that conflict, accepted at the same time by two sessions of the model's."""
    ada = await factories.listed_twin(database)
    brands = [await factories.brand(database, f"Brand {place}") for place in range(6)]
    wanted = factories.rights(exclusivity=TOTAL)
    offers = [await factories.offer(database, brand, ada, wanted) for brand in brands]
    digests = [await factories.digest(database, offer, ada) for offer in offers]
    gate = asyncio.Barrier(len(offers))

    async def one(offer: Bid, digest: str) -> Licence:
        async with database.work(ada.model.actor)() as work:
            await gate.wait()
            return await licences.accept(work, bid_id=number(offer), consent_digest=digest, signature=ada.model.name)

    ended = await asyncio.gather(*map(one, offers, digests), return_exceptions=True)
    assert sum(isinstance(each, Licence) for each in ended) == 1
    assert all(isinstance(each, Licence | RightsUnavailable | WrongState) for each in ended), ended


async def test_two_conflicting_acceptances_leave_one_licence_and_one_refusal(database: Database) -> None:
    """The rival was not among the lost, for it came between: the constraint has the last word."""
    ada = await factories.listed_twin(database)
    lumen, tindra = await factories.brand(database), await factories.brand(database, "Tindra")
    wanted = factories.rights(exclusivity=TOTAL)
    offers = [await factories.offer(database, brand, ada, wanted) for brand in (lumen, tindra)]
    digests = [await factories.digest(database, offer, ada) for offer in offers]

    async def one(offer: Bid, digest: str) -> Licence:
        async with database.work(ada.model.actor)() as work:
            return await licences.accept(work, bid_id=number(offer), consent_digest=digest, signature=ada.model.name)

    ended = await asyncio.gather(*map(one, offers, digests), return_exceptions=True)
    sold = [each for each in ended if isinstance(each, Licence)]
    refused = [each for each in ended if isinstance(each, RightsUnavailable)]
    assert (len(sold), len(refused)) == (1, 1)
    assert refused[0].availability.obstacles
    async with database.read(SYSTEM)() as read:
        kept = (await read.session.execute(sa.text("select count(*) from licence"))).scalar_one()
        paid = (await read.session.execute(sa.text("select count(*) from payment"))).scalar_one()
    assert (kept, paid) == (1, 1)


# ------------------------------------------------------------------ afterwards


async def test_a_paid_licence_is_active_and_told_once(database: Database) -> None:
    ada, lumen = await factories.listed_twin(database), await factories.brand(database)
    licence = await factories.accept(database, await factories.offer(database, lumen, ada), ada)
    told = []
    for _ in range(2):
        async with database.work(SYSTEM)() as work:
            active = await licences.activate(work, licence_id=number(licence))
            told += [fact for fact in work.facts if isinstance(fact, LicenceActivated)]
    assert (active.status, len(told)) == (LicenceStatus.ACTIVE, 1)
    async with database.work(SYSTEM)() as work:
        await licences.payment_failed(work, licence_id=number(licence))
        await licences.lapse(work, licence_id=number(licence))
        assert work.facts == []


async def test_an_unpaid_licence_lapses_and_its_rights_are_free(database: Database) -> None:
    ada, lumen = await factories.listed_twin(database), await factories.brand(database)
    wanted = factories.rights(exclusivity=TOTAL)
    licence = await factories.accept(database, await factories.offer(database, lumen, ada, wanted), ada)
    async with database.work(SYSTEM)() as work:
        await licences.payment_failed(work, licence_id=number(licence))
        await licences.lapse(work, licence_id=number(licence))
        assert [type(fact) for fact in work.facts] == [LicencePaymentFailed, LicenceLapsed]
    assert (await find(database, licence)).status is LicenceStatus.LAPSED
    await factories.accept(database, await factories.offer(database, lumen, ada, wanted), ada)


async def test_suspension_pauses_what_runs_and_listing_again_resumes_it(database: Database) -> None:
    ada, lumen = await factories.listed_twin(database), await factories.brand(database)
    running = await factories.licence(database, lumen, ada)
    unpaid = await factories.accept(database, await factories.offer(database, lumen, ada), ada)
    async with database.work(ada.model.actor)() as work:
        await factories.twins.set_status(work, twin_id=ada.id, status=TwinStatus.SUSPENDED, reason="A rest.")
        assert [fact.licence_id for fact in work.facts if isinstance(fact, LicenceSuspended)] == [running.id]
    with pytest.raises(RightsUnavailable):
        await factories.offer(database, lumen, ada)
    async with database.work(SYSTEM)() as work:
        late = await licences.activate(work, licence_id=number(unpaid))
    assert late.status is LicenceStatus.SUSPENDED
    async with database.work(ada.model.actor)() as work:
        await factories.twins.set_status(work, twin_id=ada.id, status=TwinStatus.PAUSED, reason=None)
        resumed = [fact.licence_id for fact in work.facts if isinstance(fact, LicenceResumed)]
    assert resumed == [running.id, unpaid.id]
    assert (await find(database, running)).status is LicenceStatus.ACTIVE


async def test_licences_end_with_their_last_day(database: Database) -> None:
    ada, lumen = await factories.listed_twin(database), await factories.brand(database)
    short = await factories.licence(database, lumen, ada, factories.rights(start=0, days=1))
    long = await factories.licence(database, lumen, ada, factories.rights(start=0, days=3))
    async with database.work(SYSTEM)() as work:
        assert await licences.end_due(work) == []
    await factories.move_clock(database, timedelta(days=1))
    async with database.work(SYSTEM)() as work:
        assert [licence.id for licence in await licences.end_due(work)] == [short.id]
        assert [fact.licence_id for fact in work.facts if isinstance(fact, LicenceEnded)] == [short.id]
    assert (await find(database, long)).status is LicenceStatus.ACTIVE


async def test_licences_are_for_their_parties(database: Database) -> None:
    ada = await factories.listed_twin(database)
    lumen, tindra = await factories.brand(database), await factories.brand(database, "Tindra")
    licence = await factories.licence(database, lumen, ada, factories.rights(media=[Medium.EMAIL]))
    for actor, seen in ((lumen.actor, 1), (ada.model.actor, 1), (tindra.actor, 0)):
        async with database.read(actor)() as read:
            assert len(await store.licences.by_ids(read, [number(licence)])) == seen
            assert (await store.licences.by_number(read, licence.number or "") is not None) == bool(seen)
            party = await store.parties.find(read, lumen.id)
            page = await store.licences.page_of_party(read, party, [LicenceStatus.ACTIVE], Window(5))
            assert len(page.rows) == await store.licences.count_of_party(read, party, None) == seen


async def test_a_key_without_manage_cannot_sign(database: Database) -> None:
    ada, lumen = await factories.listed_twin(database), await factories.brand(database)
    offer = await factories.offer(database, lumen, ada)
    ada.model.actor = replace(ada.model.actor, scopes=frozenset())
    with pytest.raises(NotAllowed) as refused:
        await sign(database, offer, ada)
    assert refused.value.code == "SCOPE_MISSING"
