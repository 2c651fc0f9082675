"""A picture's way through the API: submitted, reminded of, decided, told to everybody whose licence it is."""

from datetime import timedelta
from typing import Any

import pytest

from core.actor import Actor
from market.disclosure import AI_MADE
from market.rights import Industry
from market.states import PartyKind
from tests.schema.conftest import Api
from tests.schema.scenes import TODAY, own_party
from tests.schema.test_activity import beginning, take
from tests.schema.test_refunds import Sale

ASSET = """... on AssetSubmitted { asset { id status disclosures { territory label digitalSourceType }
    title medium sha256 making recognisable decidedBy note
    licence { number } } }"""
DECIDED = "... on AssetDecided { asset { status decidedBy note } } ... on WrongState { state }"
ACTIVITY = """subscription ($id: ID!, $after: String) { licenceActivity(partyId: $id, after: $after) {
    kind licence { id } asset { title status } } }"""
LISTS = """query ($licence: ID!, $model: ID!) {
    licence: node(id: $licence) { ... on Licence { assets(status: [PENDING]) { totalCount nodes { title } } } }
    model: node(id: $model) { ... on Model { assets(status: [PENDING], first: 1) { totalCount nodes { title }
        pageInfo { hasNextPage } } } } }"""


@pytest.fixture
async def sale(api: Api, ada: Actor, lumen: Actor) -> Sale:
    made = Sale(api, ada, lumen)
    await made.make()
    return made


def picture(sale: Sale, **changes: Any) -> dict[str, Any]:
    given = {"licenceId": sale.licence, "title": "Look 3", "medium": "ECOMMERCE", "url": "https://lumen.example/3.jpg"}
    return given | {"sha256": "AB" * 32} | changes


async def test_a_picture_is_shown_decided_and_told(api: Api, ada: Actor, lumen: Actor, sale: Sale) -> None:
    made = (await api.do(lumen, "submitAsset", picture(sale, making="COMPOSITE", recognisable=False), ASSET))["asset"]
    assert made == {
        "id": made["id"],
        "status": "PENDING",
        "disclosures": [
            {"territory": code, "label": AI_MADE, "digitalSourceType": "compositeWithTrainedAlgorithmicMedia"}
            for code in ("DE", "AT")
        ],
        "title": "Look 3",
        "medium": "ECOMMERCE",
        "sha256": "ab" * 32,
        "making": "COMPOSITE",
        "recognisable": False,
        "decidedBy": None,
        "note": None,
        "licence": {"number": made["licence"]["number"]},
    }
    await api.do(lumen, "submitAsset", picture(sale, title="Look 4"), ASSET)
    lists = await api.ask(ada, LISTS, licence=sale.licence, model=await own_party(api, ada))
    assert lists["licence"]["assets"] == {"totalCount": 2, "nodes": [{"title": "Look 4"}, {"title": "Look 3"}]}
    assert lists["model"]["assets"] == {
        "totalCount": 2, "nodes": [{"title": "Look 4"}], "pageInfo": {"hasNextPage": True},
    }  # fmt: skip
    decision = {"assetId": made["id"], "approve": True, "note": "Yes."}
    told = await api.do(ada, "decideAsset", decision, DECIDED)
    assert told["asset"] == {"status": "APPROVED", "decidedBy": "Ada Lindqvist", "note": "Yes."}
    again = await api.do(ada, "decideAsset", decision | {"approve": False}, DECIDED)
    assert (again["__typename"], again["state"]) == ("WrongState", "APPROVED")
    party = await own_party(api, lumen)
    after = beginning(lumen, f"licence:{min(lumen.brand_ids)}")
    events = await take(api.follow(lumen, ACTIVITY, id=party, after=after), 5, "licenceActivity")
    assert [(each["kind"], (each["asset"] or {}).get("title")) for each in events] == [
        ("ACCEPTED", None), ("ACTIVATED", None), ("ASSET_SUBMITTED", "Look 3"), ("ASSET_SUBMITTED", "Look 4"),
        ("ASSET_DECIDED", "Look 3"),
    ]  # fmt: skip


async def test_what_is_refused_and_how(api: Api, ada: Actor, lumen: Actor, sale: Sale) -> None:
    rival = await api.party(PartyKind.BRAND, "rival", industry=Industry.BEAUTY)
    outside = await api.do(lumen, "submitAsset", picture(sale, medium="TELEVISION"), ASSET)
    assert (outside["__typename"], outside["path"]) == ("RightsUnavailable", ["medium"])
    assert (await api.do(rival, "submitAsset", picture(sale), ASSET))["code"] == "NOT_FOUND"
    assert (await api.do(ada, "submitAsset", picture(sale), ASSET))["__typename"] == "NotAllowed"
    made = await api.do(lumen, "submitAsset", picture(sale), ASSET)
    decision = {"assetId": made["asset"]["id"], "approve": True}
    assert (await api.do(rival, "decideAsset", decision, DECIDED))["code"] == "NOT_FOUND"
    refused = await api.do(lumen, "decideAsset", decision, DECIDED)
    assert (refused["__typename"], refused["code"]) == ("NotAllowed", "ONLY_THE_MODEL")
    assert (await api.do(ada, "decideAsset", decision | {"note": "x" * 1001}, DECIDED))["path"] == ["note"]


async def test_the_model_lets_her_agency_decide(api: Api, ada: Actor, lumen: Actor) -> None:
    nordlys = await api.party(PartyKind.AGENCY, "nordlys")
    days = {"startsOn": str(TODAY), "endsOn": str(TODAY + timedelta(days=300))}
    proposal = {"modelId": await own_party(api, ada), "commissionBasisPoints": 2000, **days}
    made = await api.do(nordlys, "proposeMandate", proposal, "... on MandateProposed { mandate { id } }")
    mandate = {"mandateId": made["mandate"]["id"]}
    fields = "... on AssetDecisionsDelegated { mandate { decidesAssets } } ... on WrongState { state }"
    early = await api.do(ada, "delegateAssetDecisions", mandate | {"delegate": True}, fields)
    assert (early["__typename"], early["state"]) == ("WrongState", "PROPOSED")
    await api.do(ada, "respondToMandate", mandate | {"accept": True})
    refused = await api.do(nordlys, "delegateAssetDecisions", mandate | {"delegate": True}, fields)
    assert (refused["__typename"], refused["code"]) == ("NotAllowed", "ONLY_THE_MODEL")
    for delegate in (True, False):
        told = await api.do(ada, "delegateAssetDecisions", mandate | {"delegate": delegate}, fields)
        assert told["mandate"] == {"decidesAssets": delegate}
