"""An agency's part: the mandate, the roster, its share, and what it may not do."""

from dataclasses import replace
from datetime import timedelta

import pytest

from core.actor import SYSTEM, Actor
from market.states import LicenceStatus, PartyKind
from payments import ledger
from payments import store as money
from payments.money import Money
from payments.states import PaymentStatus
from tests.schema.conftest import SEAL, Api
from tests.schema.scenes import RIGHTS, TODAY, bid, offered, on_the_market, opened, own_party, with_a_card


@pytest.fixture
async def nova(api: Api, ada: Actor) -> Actor:
    """An agency with a mandate in force for Ada, of 20 per cent in Europe."""
    agency = await api.party(PartyKind.AGENCY, "nova")
    input = {
        "modelId": await own_party(api, ada),
        "commissionBasisPoints": 2000,
        "territories": ["EUROPE"],
        "startsOn": str(TODAY),
        "endsOn": str(TODAY + timedelta(days=365)),
    }
    made = await api.do(agency, "proposeMandate", input, "... on MandateProposed { mandate { id territories endsOn } }")
    assert (made["mandate"]["territories"], made["mandate"]["endsOn"]) == (["EUROPE"], input["endsOn"])
    answer = {"mandateId": made["mandate"]["id"], "accept": True}
    answered = await api.do(ada, "respondToMandate", answer, "... on MandateAnswered { mandate { status } }")
    assert answered["mandate"] == {"status": "ACTIVE"}
    return replace(agency, represented_ids=ada.model_ids)


async def test_the_agency_has_its_share_of_a_quote(api: Api, ada: Actor, lumen: Actor, nova: Actor) -> None:
    await on_the_market(api, ada)
    document = """query ($rights: RightsInput!) { twin(handle: "ada-one") { agency { name roster { nodes { name } } }
        quote(rights: $rights) { shares { role basisPoints amount { amount } party { name } } } } }"""
    twin = (await api.ask(lumen, document, rights=RIGHTS))["twin"]
    assert twin["agency"] == {"name": "Nova", "roster": {"nodes": [{"name": "Ada Lindqvist"}]}}
    told = [(share["role"], share["basisPoints"], share["amount"]["amount"]) for share in twin["quote"]["shares"]]
    assert told == [("MODEL", 6800, "1360.68"), ("AGENCY", 1700, "340.17"), ("PLATFORM", 1500, "300.15")]


async def test_an_agency_lists_and_watches_and_never_signs(api: Api, ada: Actor, lumen: Actor, nova: Actor) -> None:
    twin_id = await on_the_market(api, ada)
    listing_id = await opened(api, nova, twin_id, "OPEN")
    await with_a_card(api, lumen)
    placed = await bid(api, lumen, listing_id, "1200")
    document = """query ($id: ID!) { node(id: $id) { ... on Agency { payee { status } mandates(status: [ACTIVE]) { totalCount }
        bids { nodes { consentDocument { text } } } licences { totalCount } } } }"""
    seen = (await api.ask(nova, document, id=await own_party(api, nova)))["node"]
    assert (seen["payee"], seen["mandates"], seen["licences"]) == (
        {"status": "NOT_STARTED"},
        {"totalCount": 1},
        {"totalCount": 0},
    )
    assert "Nova" in seen["bids"]["nodes"][0]["consentDocument"]["text"]
    acceptance = {"bidId": placed["bid"]["id"], "consentDigest": "0", "signature": "Ada Lindqvist"}
    told = await api.do(nova, "acceptBid", acceptance)
    assert (told["__typename"], told["code"]) == ("NotAllowed", "ONLY_THE_MODEL")


async def test_the_seller_sees_which_bids_earn_the_most_together(
    api: Api, ada: Actor, lumen: Actor, nova: Actor
) -> None:
    twin_id = await on_the_market(api, ada)
    listing_id = await opened(api, ada, twin_id, "OPEN")
    await with_a_card(api, lumen)
    later = RIGHTS | {"startsOn": str(TODAY + timedelta(days=90)), "endsOn": str(TODAY + timedelta(days=99))}
    placed = [(await bid(api, lumen, listing_id, "1200"))["bid"]["id"]]
    placed.append((await offered(api, lumen, twin_id, rights=later))["bid"]["id"])
    total = RIGHTS | {"exclusivity": "TOTAL"}
    await offered(api, lumen, twin_id, rights=total, amount={"amount": "1300", "currency": "EUR"})
    document = "query ($id: ID!) { node(id: $id) { ... on Listing { bestOutcome { id } } } }"
    best = (await api.ask(nova, document, id=listing_id))["node"]["bestOutcome"]
    assert {each["id"] for each in best} >= {placed[1]}
    assert len(best) == 2
    assert (await api.errors(lumen, document, id=listing_id))[0][0] == "FORBIDDEN"


async def test_earnings_are_told_by_month_and_model(api: Api, ada: Actor, lumen: Actor, nova: Actor) -> None:
    await with_a_card(api, lumen)
    made = await offered(api, lumen, await on_the_market(api, ada))
    licence_id = await signed(api, ada, made["bid"]["id"])
    retried = await api.do(lumen, "retryPayment", {"licenceId": licence_id, "idempotencyKey": "again"})
    assert (retried["__typename"], retried["code"]) == ("WrongState", "WRONG_STATE")
    async with api.database.work(SYSTEM)() as work:
        payment = await money.lock_payment_of(work, SEAL.open_id(licence_id)[1])
        assert payment is not None
        payment.status, payment.succeeded_at = PaymentStatus.SUCCEEDED, work.now
        shares = await money.lock_shares(work, payment.id or 0)
        await ledger.post(work, list(ledger.charge_postings(payment, shares, charge_id="ch_1", fee=None)))
    document = """query ($id: ID!, $from: Date!) { node(id: $id) { ... on Agency { payee {
        earnings(from: $from, to: $from) { month licences amount { amount } model { name } }
        balances { currency pending { amount } transferred { amount } owed { amount } }
        before: balances(at: "2020-01-01T00:00:00Z") { currency }
        shares(first: 1) { totalCount nodes { role amount { amount } } pageInfo { hasNextPage } } } } } }"""
    payee = (await api.ask(nova, document, id=await own_party(api, nova), **{"from": str(TODAY)}))["node"]["payee"]
    [earning] = payee["earnings"]
    assert (earning["licences"], earning["amount"], earning["model"]) == (
        1,
        {"amount": "357.00"},
        {"name": "Ada Lindqvist"},
    )
    assert payee["balances"][0]["pending"] == {"amount": "357.00"}
    assert payee["before"] == []
    assert (payee["shares"]["totalCount"], payee["shares"]["pageInfo"]) == (1, {"hasNextPage": False})


async def signed(api: Api, ada: Actor, bid_id: str) -> str:
    """The id of the licence that came of the model's signature."""
    document = "query ($id: ID!) { node(id: $id) { ... on Bid { consentDocument { digest } } } }"
    digest = (await api.ask(ada, document, id=bid_id))["node"]["consentDocument"]["digest"]
    acceptance = {"bidId": bid_id, "consentDigest": digest, "signature": "ada lindqvist"}
    made = await api.do(ada, "acceptBid", acceptance, "... on BidAccepted { licence { id status } }")
    assert made["licence"]["status"] == LicenceStatus.AWAITING_PAYMENT
    licence_id: str = made["licence"]["id"]
    return licence_id


async def test_it_sees_the_payouts_of_its_models_beside_its_own_and_nobody_elses(
    api: Api, ada: Actor, lumen: Actor, nova: Actor
) -> None:
    vega = await api.party(PartyKind.MODEL, "vega")
    async with api.database.work(SYSTEM)() as work:
        for number, actor in enumerate((ada, nova, vega)):
            payee_id = min(actor.party_ids)
            await money.ensure_payee(work, payee_id)
            account_id = f"acct_{number}"
            await money.keep_account(work, payee_id=payee_id, account_id=account_id)
            await money.lock_payout(
                work, payee_id=payee_id, account_id=account_id, stripe_id=f"po_{number}", amount=Money(100, "EUR")
            )
    document = (
        """query ($id: ID!) { node(id: $id) { ... on Agency { payouts { totalCount nodes { party { name } } } } } }"""
    )
    seen = (await api.ask(nova, document, id=await own_party(api, nova)))["node"]["payouts"]
    assert seen == {"totalCount": 2, "nodes": [{"party": {"name": "Nova"}}, {"party": {"name": "Ada Lindqvist"}}]}


async def test_a_model_is_found_by_her_handle_before_any_twin_of_hers_is(api: Api, ada: Actor, nova: Actor) -> None:
    document = "query ($handle: String!) { model(handle: $handle) { name } }"
    handle = (await api.ask(ada, "{ viewer { parties { handle } } }"))["viewer"]["parties"][0]["handle"]
    assert await api.ask(nova, document, handle=handle) == {"model": {"name": "Ada Lindqvist"}}
    assert await api.ask(nova, document, handle="nobody-at-all") == {"model": None}
    assert await api.ask(nova, document, handle="nova") == {"model": None}  # an agency is no model
