"""The rules that make it this product: each is tried to be broken through the API, as everybody.

Rule 5, that rivals learn nothing, has `test_rivals.py`; rule 12 has `test_contributors.py` beside what is here.
"""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from core.actor import ANONYMOUS, SYSTEM, Actor, Scope
from market import mandates, parties, store, territories
from market.rights import Industry
from market.states import LicenceStatus, PartyKind
from tests.schema.conftest import SEAL, Api
from tests.schema.scenes import RIGHTS, TODAY, TWIN, offered, on_the_market, opened, own_party, with_a_card
from tests.schema.traces import accepted, invited

CONSENT = "query ($id: ID!) { node(id: $id) { ... on Bid { status consentDocument { text digest } } } }"
REFUSED = {
    "NOT_FOUND",
    "NOT_ALLOWED",
    "ONLY_THE_MODEL",
    "SCOPE_MISSING",
    "INVALID_INPUT",
    "UNAUTHENTICATED",
    "FORBIDDEN",
    "ONLY_A_PERSON",
}
EUROS = {"amount": "2100", "currency": "EUR"}
LICENCE = """... on BidAccepted { licence { id status price { amount } twinVersion takedown { reason }
    payment { shares { role basisPoints amount { amount } } } } }"""


@pytest.fixture
async def everybody(api: Api, ada: Actor, lumen: Actor) -> dict[str, Actor]:
    agency = await api.party(PartyKind.AGENCY, "nordlys")
    async with api.database.work(agency)() as work:
        mandate = await mandates.propose(
            work,
            agency_id=None,
            model_id=min(ada.model_ids),
            commission_bps=2000,
            territories=territories.expand(["WORLD"]),
            starts_on=work.today,
            ends_on=work.today + timedelta(days=300),
        )
        mandate_id = mandate.id or 0
    async with api.database.work(ada)() as work:
        await mandates.respond(work, mandate_id=mandate_id, accept=True)
    async with api.database.work(SYSTEM)() as work:
        person = await parties.create_operator(work, email="olga@example.test", name="Olga", password_hash=None)
    rival = await api.party(PartyKind.BRAND, "rival", industry=Industry.APPAREL)
    for brand in (lumen, rival):
        await with_a_card(api, brand)
    return {
        "model": ada,
        "her key that reads": replace(ada, caller="key:1", scopes=frozenset({Scope.READ})),
        "agency": replace(agency, represented_ids=ada.model_ids),
        "other agency": await api.party(PartyKind.AGENCY, "sudlicht"),
        "other model": await api.party(PartyKind.MODEL, "bea"),
        "brand": lumen,
        "rival": rival,
        "contributor": Actor(caller="person:99", name="Mira", scopes=frozenset(Scope), contributor_ids=frozenset({99})),
        "operator": Actor(
            caller=f"person:{person.id}", name="Olga", person_id=person.id, scopes=frozenset(Scope), is_operator=True
        ),
        "anonymous": ANONYMOUS,
    }


@pytest.fixture
async def twin_id(api: Api, everybody: dict[str, Actor]) -> str:
    return await on_the_market(api, everybody["model"])


async def told(api: Api, actor: Actor, mutation: str, input: dict[str, Any]) -> str:
    """The name of the answer, or the code of what was refused."""
    kind = f"{mutation[0].upper()}{mutation[1:]}Input"
    document = f"""mutation ($input: {kind}!) {{ {mutation}(input: $input) {{
        __typename ... on UserError {{ code }} }} }}"""
    result = await api.execute(document, {"input": input}, api.context(actor))
    if result.errors:
        return str((result.errors[0].extensions or {})["code"])
    assert result.data is not None
    answer = result.data[mutation]
    return str(answer.get("code") or answer["__typename"])


async def nobody_but(
    api: Api, everybody: dict[str, Actor], may: set[str], mutation: str, input: dict[str, Any]
) -> None:
    for name, actor in everybody.items():
        if name not in may:
            assert await told(api, actor, mutation, input) in REFUSED, (name, mutation)


async def read(api: Api, ada: Actor, bid_id: str) -> dict[str, Any]:
    node = (await api.ask(ada, CONSENT, id=bid_id))["node"]
    return {"bidId": bid_id, "consentDigest": node["consentDocument"]["digest"], "signature": "Ada Lindqvist"}


async def offer(api: Api, everybody: dict[str, Actor], twin_id: str, who: str = "brand", **changes: Any) -> str:
    bid_id: str = (await offered(api, everybody[who], twin_id, **changes))["bid"]["id"]
    return bid_id


async def signed(api: Api, everybody: dict[str, Actor], twin_id: str, **changes: Any) -> Any:
    bid_id = await offer(api, everybody, twin_id, **changes)
    answer = await api.do(everybody["model"], "acceptBid", await read(api, everybody["model"], bid_id), LICENCE)
    return answer["licence"]


async def test_1_the_model_signs_and_nobody_else_can(api: Api, everybody: dict[str, Actor], twin_id: str) -> None:
    bid_id = await offer(api, everybody, twin_id)
    acceptance = await read(api, everybody["model"], bid_id)
    await nobody_but(api, everybody, {"model"}, "acceptBid", acceptance)
    assert (await api.ask(everybody["model"], CONSENT, id=bid_id))["node"]["status"] == "PENDING"
    forged = acceptance | {"signature": "Nordlys"}
    assert await told(api, everybody["model"], "acceptBid", forged) == "INVALID_INPUT"
    assert await told(api, everybody["model"], "acceptBid", acceptance) == "BidAccepted"


async def test_2_consent_is_checked_as_it_is_now_at_every_step(
    api: Api, everybody: dict[str, Actor], twin_id: str
) -> None:
    ada, brand = everybody["model"], everybody["brand"]
    bid_id = await offer(api, everybody, twin_id)
    before = await read(api, ada, bid_id)
    narrow = {"twinId": twin_id, "media": ["ECOMMERCE"], "territories": ["EUROPE"]}
    await nobody_but(api, everybody, {"model"}, "setConsentPolicy", narrow)
    assert await told(api, ada, "setConsentPolicy", narrow) == "TwinUpdated"
    assert await told(api, ada, "acceptBid", before) == "CONSENT_OUTDATED"
    assert await told(api, ada, "acceptBid", await read(api, ada, bid_id)) == "RIGHTS_UNAVAILABLE"
    again = {"twinId": twin_id, "rights": RIGHTS, "amount": EUROS, "intendedUse": "Pictures in our online shop."}
    assert await told(api, brand, "makeOffer", again) == "RIGHTS_UNAVAILABLE"
    closes_at = str(TODAY + timedelta(days=2)) + "T00:00:00Z"
    listing = {"twinId": twin_id, "rights": RIGHTS, "format": "OPEN", "startingPrice": EUROS, "closesAt": closes_at}
    for seller in (ada, everybody["agency"]):
        assert await told(api, seller, "createListing", listing) == "RIGHTS_UNAVAILABLE"
    quote = "query ($id: ID!, $rights: RightsInput!) { node(id: $id) { ... on Twin { quote(rights: $rights) { lines { description } } } } }"
    assert (await api.ask(brand, quote, id=twin_id, rights=RIGHTS))["node"]["quote"] is None


async def test_3_the_document_says_all_that_is_signed(api: Api, everybody: dict[str, Actor], twin_id: str) -> None:
    await accepted(api, await invited(api, everybody["model"], twin_id, "Mira Holm"))
    bid_id = await offer(api, everybody, twin_id)
    text = (await api.ask(everybody["agency"], CONSENT, id=bid_id))["node"]["consentDocument"]["text"]
    for said in (
        "Ada Lindqvist", "Lumen", "Nordlys", "Ada One, version 1", "social media", "Germany", "Austria", "Pictures in our",
        "2,100.00 EUR", "Mira Holm, stylist (contributor)", "Twinmarket (platform)", "How this consent ends", "Disclose",
    ):  # fmt: skip
        assert said in text, said
    for stranger in ("brand", "rival", "other agency", "contributor", "anonymous"):
        assert (await api.errors(everybody[stranger], CONSENT, id=bid_id)) or (
            (await api.ask(everybody[stranger], CONSENT, id=bid_id))["node"] is None
        ), stranger


async def test_4_conflicting_licences_cannot_both_be(api: Api, everybody: dict[str, Actor], twin_id: str) -> None:
    ada = everybody["model"]
    total = RIGHTS | {"exclusivity": "TOTAL"}
    first, second = [await offer(api, everybody, twin_id, who, rights=total) for who in ("brand", "rival")]
    beside = await offer(api, everybody, twin_id, "rival", rights=total | {"territories": ["SE"]})
    late = await read(api, ada, second)
    assert await told(api, ada, "acceptBid", await read(api, ada, first)) == "BidAccepted"
    assert await told(api, ada, "acceptBid", late) in ("RIGHTS_UNAVAILABLE", "WRONG_STATE")
    assert await told(api, ada, "acceptBid", await read(api, ada, beside)) == "BidAccepted"


async def test_6_nothing_is_used_before_it_is_paid(api: Api, everybody: dict[str, Actor], twin_id: str) -> None:
    licence = await signed(api, everybody, twin_id)
    assert licence["status"] == "AWAITING_PAYMENT"
    asset = {
        "licenceId": licence["id"],
        "title": "Summer",
        "medium": "SOCIAL_PAID",
        "url": "https://lumen.example/a.jpg",
        "sha256": "0" * 64,
    }
    for actor in everybody.values():
        assert await told(api, actor, "submitAsset", asset) in REFUSED | {"WRONG_STATE"}
    async with api.database.read(SYSTEM)() as question:
        row = await store.licences.find(question, SEAL.open_id(licence["id"])[1])
    assert row.status is LicenceStatus.AWAITING_PAYMENT


async def test_7_what_was_agreed_stays_agreed(api: Api, everybody: dict[str, Actor], twin_id: str) -> None:
    ada = everybody["model"]
    crew = await invited(api, ada, twin_id, "Mira Holm")
    await accepted(api, crew)
    licence = await signed(api, everybody, twin_id)
    rates = {"twinId": twin_id, "currency": "EUR", "rates": [{"medium": "ECOMMERCE", "per30Days": "9"}]}
    changes: list[tuple[str, dict[str, Any]]] = [
        ("endContribution", {"contributionId": crew["id"]}),
        ("endMandate", {"mandateId": SEAL.id("Mandate", 1)}),
        ("setRates", rates),
        ("setConsentPolicy", {"twinId": twin_id, "media": ["ECOMMERCE"], "territories": ["SE"]}),
        ("captureTwin", {"twinId": twin_id}),
    ]
    for mutation, input in changes:
        assert await told(api, ada, mutation, input) not in REFUSED, mutation
    asked = f"query ($id: ID!) {{ node(id: $id) {{ ... on Licence {{ {LICENCE.split('licence {', 1)[1][:-2]} }} }}"
    after = (await api.ask(ada, asked, id=licence["id"]))["node"]
    assert after == licence


@pytest.mark.parametrize("amount", ["100.01", "333.33", "1999.99", "7777.77"])
async def test_8_shares_sum_to_the_price(api: Api, everybody: dict[str, Actor], twin_id: str, amount: str) -> None:
    for name in ("Mira Holm", "Sol Berg", "Kim Dahl"):
        await accepted(api, await invited(api, everybody["model"], twin_id, name))
    licence = await signed(api, everybody, twin_id, amount={"amount": amount, "currency": "EUR"})
    shares = licence["payment"]["shares"]
    assert [share["role"] for share in shares] == ["MODEL", "AGENCY", *["CONTRIBUTOR"] * 3, "PLATFORM"]
    assert sum(Decimal(share["amount"]["amount"]) for share in shares) == Decimal(amount)
    assert [share["basisPoints"] for share in shares] == [6500, 1700, 100, 100, 100, 1500]


async def test_9_a_mandate_is_bounded_and_ends_by_either_side(api: Api, everybody: dict[str, Actor]) -> None:
    agency = everybody["other agency"]
    asked = {
        "modelId": await own_party(api, everybody["model"]),
        "commissionBasisPoints": 2000,
        "startsOn": str(TODAY),
        "endsOn": str(TODAY + timedelta(days=365)),
    }
    for beyond in (
        {"commissionBasisPoints": 2001},
        {"commissionBasisPoints": -1},
        {"endsOn": str(TODAY + timedelta(days=3 * 366 + 1))},
    ):
        assert await told(api, agency, "proposeMandate", asked | beyond) == "INVALID_INPUT"
    mandate = {"mandateId": SEAL.id("Mandate", 1)}
    await nobody_but(api, everybody, {"model", "agency"}, "endMandate", mandate)
    assert await told(api, everybody["agency"], "endMandate", mandate) == "MandateEnded"


async def test_10_withdrawal_is_real(api: Api, everybody: dict[str, Actor], twin_id: str) -> None:
    ada, brand = everybody["model"], everybody["brand"]
    licence = await signed(api, everybody, twin_id)
    async with api.database.work(SYSTEM)() as work:
        row, _ = await store.licences.lock(work, SEAL.open_id(licence["id"])[1])
        row.status = LicenceStatus.ACTIVE
    waiting = await offer(api, everybody, twin_id, "rival", rights=RIGHTS | {"territories": ["SE"]})
    acceptance = await read(api, ada, waiting)
    listing_id = await opened(api, ada, twin_id, "OPEN")
    suspended = {"twinId": twin_id, "status": "SUSPENDED", "reason": "I want to think."}
    await nobody_but(api, everybody, {"model"}, "setTwinStatus", suspended)
    assert await told(api, ada, "setTwinStatus", suspended) == "TwinUpdated"
    asked = "query ($id: ID!) { node(id: $id) { ... on Licence { status takedown { id reason overdue doneAt } } } }"
    paused = (await api.ask(brand, asked, id=licence["id"]))["node"]
    assert (paused["status"], paused["takedown"]["reason"]) == ("SUSPENDED", "SUSPENDED")
    again = {"twinId": twin_id, "rights": RIGHTS, "amount": EUROS, "intendedUse": "Pictures in our online shop."}
    bidding = {"listingId": listing_id, "amount": EUROS, "intendedUse": "Pictures in our online shop."}
    for who in ("brand", "rival"):
        assert await told(api, everybody[who], "makeOffer", again) == "RIGHTS_UNAVAILABLE"
        assert await told(api, everybody[who], "placeBid", bidding) == "NOT_FOUND"
    assert await told(api, ada, "acceptBid", acceptance) in ("RIGHTS_UNAVAILABLE", "WRONG_STATE")
    proof = {
        "takedownId": paused["takedown"]["id"],
        "note": "All of it is off our pages.",
        "urls": ["https://a.example"],
    }
    await nobody_but(api, everybody, {"brand"}, "confirmTakedown", proof)
    assert await told(api, brand, "confirmTakedown", proof) == "TakedownConfirmed"
    open_ones = "{ takedowns { totalCount } late: takedowns(overdue: true) { totalCount } }"
    for who, seen in (("model", 0), ("agency", 0), ("rival", 0), ("operator", 0)):
        assert (await api.ask(everybody[who], open_ones))["takedowns"]["totalCount"] == seen
    listed = await api.do(ada, "setTwinStatus", {"twinId": twin_id, "status": "LISTED"}, TWIN)
    assert listed["twin"]["status"] == "LISTED"
    assert (await api.ask(brand, asked, id=licence["id"]))["node"]["status"] == "ACTIVE"


async def test_11_disclosure_follows_the_territory(api: Api, everybody: dict[str, Actor], twin_id: str) -> None:
    bid_id = await offer(api, everybody, twin_id)
    text = (await api.ask(everybody["model"], CONSENT, id=bid_id))["node"]["consentDocument"]["text"]
    assert "EU AI Act, article 50" in text
    british = await offer(api, everybody, twin_id, rights=RIGHTS | {"territories": ["GB"]})
    text = (await api.ask(everybody["model"], CONSENT, id=british))["node"]["consentDocument"]["text"]
    assert "EU AI Act" not in text
    assert "wherever it is shown, it is labelled as the law of the place demands" in text

    ada, brand = everybody["model"], everybody["brand"]
    policy = {"twinId": twin_id, "media": RIGHTS["media"], "territories": ["WORLD"]}
    assert await told(api, ada, "setConsentPolicy", policy) == "TwinUpdated"
    licence = await signed(api, everybody, twin_id, rights=RIGHTS | {"territories": ["FR", "US"]})
    async with api.database.work(SYSTEM)() as work:
        row, _ = await store.licences.lock(work, SEAL.open_id(licence["id"])[1])
        row.status = LicenceStatus.ACTIVE
    picture = {
        "licenceId": licence["id"],
        "title": "Summer",
        "medium": "SOCIAL_PAID",
        "url": "https://lumen.example/a.jpg",
        "sha256": "0" * 64,
        "making": "COMPOSITE",
    }
    labels = """{ id disclosures { territory label digitalSourceType } }"""
    shown = {}
    for recognisable in (True, False):  # to say that nobody would know her takes no label away in the EEA
        said = picture | {"recognisable": recognisable, "title": f"Summer {recognisable}"}
        await nobody_but(api, everybody, {"brand"}, "submitAsset", said)
        asset = (await api.do(brand, "submitAsset", said, f"... on AssetSubmitted {{ asset {labels} }}"))["asset"]
        shown[recognisable] = {each["territory"]: each["label"] for each in asset["disclosures"]}
        assert {each["digitalSourceType"] for each in asset["disclosures"]} == {"compositeWithTrainedAlgorithmicMedia"}
        seen = f"query ($id: ID!) {{ node(id: $id) {{ ... on Asset {labels} }} }}"
        for who in ("model", "agency", "operator"):
            assert (await api.ask(everybody[who], seen, id=asset["id"]))["node"] == asset, who
        for who in ("other agency", "other model", "rival", "contributor", "anonymous"):
            assert (await api.errors(everybody[who], seen, id=asset["id"])) or (
                (await api.ask(everybody[who], seen, id=asset["id"]))["node"] is None
            ), who
        await nobody_but(api, everybody, {"model"}, "decideAsset", {"assetId": asset["id"], "approve": True})
        assert await told(api, ada, "decideAsset", {"assetId": asset["id"], "approve": True}) == "AssetDecided"
        assert (await api.ask(brand, seen, id=asset["id"]))["node"] == asset
    assert shown[True].keys() == {"FR"}
    assert shown[False].keys() == {"FR", "US"}
    assert "artificial intelligence" in shown[False]["FR"]
    assert "synthetic performer" in shown[False]["US"]


async def test_12_nobody_but_the_model_gives_a_part_away_or_erases_her(
    api: Api, everybody: dict[str, Actor], twin_id: str
) -> None:
    part = {"twinId": twin_id, "craft": "stylist", "basisPoints": 100, "name": "Kim", "country": "SE"}
    await nobody_but(api, everybody, {"model"}, "inviteContributor", part)
    too_much = part | {"basisPoints": 3001}
    assert await told(api, everybody["model"], "inviteContributor", too_much) == "INVALID_INPUT"
    model_id = await own_party(api, everybody["model"])
    for mutation, input in (
        ("captureTwin", {"twinId": twin_id}),
        ("eraseModel", {"modelId": model_id, "signature": "Ada Lindqvist"}),
    ):
        await nobody_but(api, everybody, {"model"}, mutation, input)
    await nobody_but(api, everybody, {"model"}, "exportModel", {"modelId": model_id})
    assert (
        await told(api, everybody["model"], "eraseModel", {"modelId": model_id, "signature": "Ada Lindqvist"})
        == "ModelErased"
    )
