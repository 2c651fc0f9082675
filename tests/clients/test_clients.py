"""The clients that brands' developers use, each with a query, a mutation, a mistake and a stream that resumes."""

from contextlib import aclosing
from typing import Any

import pytest
from gql import Client, GraphQLRequest
from gql.transport.aiohttp import AIOHTTPTransport
from gql.transport.aiohttp_websockets import AIOHTTPWebsocketsTransport
from gql.transport.exceptions import TransportQueryError
from gql.transport.httpx import HTTPXAsyncTransport
from gql.transport.websockets import WebsocketsTransport

from tests.clients.conftest import Shop

RESUMED = {"kind": "BID_PLACED", "listing": True, "resumed": True}


@pytest.mark.usefixtures("clients")
async def test_every_audit_of_graphql_over_http_is_passed(shop: Shop) -> None:
    assert await shop.run("http_audit.js") == {"ok": 61, "others": []}


@pytest.mark.usefixtures("clients")
async def test_urql_out_of_the_box(shop: Shop) -> None:
    async with shop.busy():
        assert await shop.run("urql_client.js") == {
            "twins": 2,
            "twinsByGet": 2,
            "made": "urql",
            "code": "BAD_USER_INPUT",
            "events": RESUMED,
            "eventsOverSocket": RESUMED,
        }


@pytest.mark.usefixtures("clients")
async def test_apollo_client(shop: Shop) -> None:
    async with shop.busy():
        assert await shop.run("apollo_client.js") == {
            "twins": 2,
            "twinsByGet": 2,
            "made": "apollo",
            "code": "BAD_USER_INPUT",
            "events": RESUMED,
        }


@pytest.mark.usefixtures("clients")
async def test_graphql_ws(shop: Shop) -> None:
    async with shop.busy():
        assert await shop.run("ws_client.js") == {
            "twins": 2,
            "made": "graphql-ws",
            "code": "BAD_USER_INPUT",
            "closed": 4403,
            "events": RESUMED,
        }


@pytest.mark.usefixtures("clients")
async def test_graphql_sse(shop: Shop) -> None:
    async with shop.busy():
        assert await shop.run("sse_client.js") == {
            "twins": 2,
            "made": "graphql-sse",
            "code": "BAD_USER_INPUT",
            "status": 401,
            "events": RESUMED,
        }


@pytest.mark.usefixtures("clients")
async def test_relay(shop: Shop) -> None:
    async with shop.busy():
        assert await shop.run("relay_client.js") == {
            "firstPage": 2,
            "bothPages": 3,
            "more": False,
            "connection": True,
            "refetched": True,
            "made": "relay",
            "events": RESUMED,
        }


# ------------------------------------------------------------------ Python's gql

TWINS = "query Twins($first: Int!) { twins(first: $first) { nodes { id handle } } }"
WRONG = 'query Wrong { twin(handle: "nobody") { nothing } }'
CREATE_KEY = """mutation CreateKey($input: CreateApiKeyInput!) {
  createApiKey(input: $input) { __typename ... on ApiKeyCreated { apiKey { name } } } }"""
ACTIVITY = """subscription Activity($listingId: ID!, $after: String) {
  listingActivity(listingId: $listingId, after: $after) { cursor kind listing { id } } }"""


@pytest.mark.parametrize("kind", ["aiohttp", "httpx", "websockets", "aiohttp_websockets"])
async def test_pythons_gql(shop: Shop, kind: str) -> None:
    headers, url, socket = {"Authorization": f"Bearer {shop.key}"}, shop.scene["url"], shop.scene["socket"]
    transport = {
        "aiohttp": lambda: AIOHTTPTransport(url, headers=headers),
        "httpx": lambda: HTTPXAsyncTransport(url, headers=headers),
        "websockets": lambda: WebsocketsTransport(socket, init_payload=headers),
        "aiohttp_websockets": lambda: AIOHTTPWebsocketsTransport(socket, init_payload=headers),
    }[kind]()
    async with Client(transport=transport, fetch_schema_from_transport=True) as session:
        assert len((await session.execute(GraphQLRequest(TWINS, variable_values={"first": 2})))["twins"]["nodes"]) == 2
        wanted = {"input": {"name": kind, "scopes": ["READ"]}}
        made = await session.execute(GraphQLRequest(CREATE_KEY, variable_values=wanted))
        assert made["createApiKey"]["apiKey"] == {"name": kind}
    async with Client(transport=transport) as session:  # knows no schema, so the server has to say what is wrong
        with pytest.raises(TransportQueryError) as wrong:
            await session.execute(GraphQLRequest(WRONG))
        assert wrong.value.errors is not None
        assert wrong.value.errors[0]["extensions"]["code"] == "BAD_USER_INPUT"


@pytest.mark.parametrize("transport", [WebsocketsTransport, AIOHTTPWebsocketsTransport])
async def test_pythons_gql_follows_and_resumes(shop: Shop, transport: type[WebsocketsTransport]) -> None:
    async with shop.busy():
        init = {"Authorization": f"Bearer {shop.key}"}
        async with Client(transport=transport(shop.scene["socket"], init_payload=init)) as session:
            first, second = await taken(session, 2, listingId=shop.listing_id)
            assert first["listing"] == {"id": shop.listing_id}
            [again] = await taken(session, 1, listingId=shop.listing_id, after=first["cursor"])
            assert again == second


async def taken(session: Any, count: int, **variables: Any) -> list[dict[str, Any]]:
    events: list[dict[str, Any]] = []
    async with aclosing(session.subscribe(GraphQLRequest(ACTIVITY, variable_values=variables))) as stream:
        async for event in stream:
            events.append(event["listingActivity"])
            if len(events) == count:
                break
    return events
