"""Who sees what: rivals nothing of each other, members their own, nobody what is not there."""

from dataclasses import replace
from typing import Any

import pytest

from core.actor import Actor, Scope
from market.rights import Industry
from market.states import PartyKind
from tests.schema.conftest import Api
from tests.schema.scenes import bid, on_the_market, opened, with_a_card

LISTING = """query ($id: ID!) { node(id: $id) { ... on Listing { status reserveMet bidCount currentPrice { amount }
    minimumBid { amount } bids { totalCount nodes { brand { name } maximum { amount } } } } } }"""


async def listing(api: Api, actor: Actor, listing_id: str) -> Any:
    return (await api.ask(actor, LISTING, id=listing_id))["node"]


async def test_an_open_listing_shows_its_price_and_nobodys_maximum(api: Api, ada: Actor, lumen: Actor) -> None:
    rival = await api.party(PartyKind.BRAND, "rival", industry=Industry.BEAUTY)
    listing_id = await opened(api, ada, await on_the_market(api, ada), "OPEN")
    for brand in (lumen, rival):
        await with_a_card(api, brand)
    placed = await bid(api, lumen, listing_id, "1000", "3000")
    assert placed["bid"]["leading"] is True
    assert placed["bid"]["maximum"] == {"amount": "3000.00"}
    assert (await bid(api, rival, listing_id, "1000"))["__typename"] == "BidTooLow"
    assert (await bid(api, rival, listing_id, "2000"))["bid"]["leading"] is False

    seen = await listing(api, rival, listing_id)
    assert (seen["status"], seen["reserveMet"], seen["bidCount"]) == ("OPEN", True, 2)
    assert seen["currentPrice"] == {"amount": "2100.00"}
    assert seen["bids"] == {"totalCount": 1, "nodes": [{"brand": {"name": "Rival"}, "maximum": {"amount": "2000.00"}}]}
    assert (await listing(api, lumen, listing_id))["minimumBid"] == {"amount": "3000.01"}
    hers = (await listing(api, ada, listing_id))["bids"]
    assert [node["maximum"] for node in hers["nodes"]] == [None, None]


async def test_a_sealed_listing_shows_nothing_before_its_close(api: Api, ada: Actor, lumen: Actor) -> None:
    listing_id = await opened(api, ada, await on_the_market(api, ada), "SEALED")
    await with_a_card(api, lumen)
    placed = await bid(api, lumen, listing_id, "2000")
    assert placed["bid"]["leading"] is None
    seen = {actor.name: await listing(api, actor, listing_id) for actor in (ada, lumen)}
    assert [each["bidCount"] for each in seen.values()] == [0, 1]
    assert [each["bids"]["totalCount"] for each in seen.values()] == [0, 1]
    assert [each["reserveMet"] for each in seen.values()] == [False, False]
    assert [each["minimumBid"] for each in seen.values()] == [{"amount": "1000.00"}] * 2


async def test_members_only(api: Api, ada: Actor, lumen: Actor) -> None:
    brand_id, model_id = [
        (await api.ask(actor, "{ viewer { parties { id } } }"))["viewer"]["parties"][0]["id"] for actor in (lumen, ada)
    ]
    keys = "query ($id: ID!) { node(id: $id) { ... on Brand { apiKeys { id } canPay } } }"
    assert (await api.ask(lumen, keys, id=brand_id))["node"] == {"apiKeys": [], "canPay": False}
    assert (await api.errors(ada, keys, id=brand_id))[0][0] == "FORBIDDEN"
    payee = """query ($id: ID!) { node(id: $id) { ... on Model { payee { status requirements balances { currency }
        shares { totalCount } payouts { nodes { id } } earnings(from: "2026-01-01", to: "2026-12-31") { month } } } } }"""
    assert (await api.ask(lumen, payee, id=model_id))["node"] == {"payee": None}
    assert (await api.ask(ada, payee, id=model_id))["node"]["payee"] == {
        "status": "NOT_STARTED",
        "requirements": [],
        "balances": [],
        "shares": {"totalCount": 0},
        "payouts": {"nodes": []},
        "earnings": [],
    }


async def test_what_is_not_yours_is_not_there(api: Api, ada: Actor, lumen: Actor) -> None:
    made = await api.do(ada, "createTwin", {"handle": "draft", "name": "Draft"}, "... on TwinCreated { twin { id } }")
    ids = [made["twin"]["id"], "nonsense", made["twin"]["id"]]
    nodes = "query ($ids: [ID!]!) { nodes(ids: $ids) { id } }"
    assert (await api.ask(lumen, nodes, ids=ids))["nodes"] == [None, None, None]
    assert [node and node["id"] for node in (await api.ask(ada, nodes, ids=ids))["nodes"]] == [ids[0], None, ids[2]]


async def test_a_key_without_read_may_not_ask(api: Api, ada: Actor) -> None:
    blind = replace(ada, scopes=frozenset({Scope.BID}))
    assert (await api.errors(blind, "{ twins { totalCount } }"))[0][0] == "FORBIDDEN"
    told = await api.do(blind, "createTwin", {"handle": "ada-one", "name": "Ada"})
    assert (told["__typename"], told["code"]) == ("NotAllowed", "SCOPE_MISSING")


@pytest.mark.parametrize("word", ["nothing", "", "\0", "\ud800", "x" * 10_000])
async def test_words_that_name_nothing_find_nothing(api: Api, ada: Actor, word: str) -> None:
    document = "query ($word: String!) { twin(handle: $word) { id } licence(number: $word) { id } }"
    assert await api.ask(ada, document, word=word) == {"twin": None, "licence": None}
