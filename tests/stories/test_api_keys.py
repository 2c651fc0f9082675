"""API keys: made once, shown once, limited by scope, and worth nothing once revoked."""

from dataclasses import replace

import httpx
import pytest
import sqlalchemy as sa

from server.demo import documents
from server.demo.client import Client, Rejected
from server.demo.seed import expect
from tests.fakes.town import Town
from tests.stories.test_refusals import EUROS, OFFER

CREATE = (
    "mutation CreateApiKey($input: CreateApiKeyInput!) { createApiKey(input: $input) { __typename"
    " ... on UserError { code message path }"
    " ... on ApiKeyCreated { key apiKey { id name prefix scopes revokedAt } } } }"
)
REVOKE = (
    "mutation RevokeApiKey($input: RevokeApiKeyInput!) { revokeApiKey(input: $input) { __typename"
    " ... on UserError { code message path } ... on ApiKeyRevoked { apiKey { id revokedAt } } } }"
)
KEYS = "query Keys($id: ID!) { node(id: $id) { ... on Brand { name apiKeys { id prefix scopes } } } }"


async def made(town: Town, *scopes: str) -> tuple[Client, str]:
    """A client with a new key of Strandgut's, and the key's id."""
    created = await town.client("strandgut").do(CREATE, name="a shop's backend", scopes=list(scopes))
    created = expect(created, "ApiKeyCreated")
    assert created["key"].startswith(created["apiKey"]["prefix"])
    return replace(town.client("strandgut"), key=created["key"]), created["apiKey"]["id"]


async def test_a_key_works_until_it_is_revoked(town: Town) -> None:
    client, number = await made(town, "READ")
    viewer = (await client.ask(documents.VIEWER))["viewer"]
    assert viewer["name"] == "a shop's backend"
    assert [party["handle"] for party in viewer["parties"]] == ["strandgut"]
    revoked = expect(await town.client("strandgut").do(REVOKE, apiKeyId=number), "ApiKeyRevoked")
    assert revoked["apiKey"]["revokedAt"] is not None
    async with httpx.AsyncClient() as http:
        answer = await http.post(town.url, json={"query": "{ viewer { name } }"}, headers=client.headers)
    assert answer.status_code == 401
    assert answer.json()["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


async def test_a_key_may_do_what_its_scopes_say_and_no_more(town: Town) -> None:
    reader, _ = await made(town, "READ")
    twin = (await reader.ask(documents.FIND_TWIN, handle="lena"))["twin"]["id"]
    refused = await reader.do(documents.MAKE_OFFER, twinId=twin, **OFFER)
    assert (refused["__typename"], refused["code"]) == ("NotAllowed", "SCOPE_MISSING")
    bidder, _ = await made(town, "BID")
    with pytest.raises(Rejected) as rejected:
        await bidder.ask(documents.FIND_TWIN, handle="lena")
    assert rejected.value.codes == ["FORBIDDEN"]
    expect(await bidder.do(documents.MAKE_OFFER, twinId=twin, **(OFFER | {"amount": EUROS})), "BidPlaced")


async def test_the_key_itself_is_kept_nowhere(town: Town) -> None:
    client, _ = await made(town, "READ")
    secret = str(client.key).rsplit("_", 1)[-1]
    async with town.database.reads.connect() as connection:
        kept = (await connection.execute(sa.text("select row_to_json(api_key)::text from api_key"))).scalars().all()
    assert not any(secret in row for row in kept)


async def test_a_rival_does_not_see_the_keys(town: Town) -> None:
    await made(town, "READ")
    own = (await town.client("strandgut").ask(KEYS, id=town.id("strandgut")))["node"]
    assert own["apiKeys"]
    with pytest.raises(Rejected) as rejected:
        await town.client("havsand").ask(KEYS, id=town.id("strandgut"))
    assert rejected.value.codes == ["FORBIDDEN"]
