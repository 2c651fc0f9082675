"""Documents known by their hash: in every process, for queries by GET, and for nobody who only guesses."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import sqlalchemy as sa
import strawberry

from core.actor import SYSTEM
from server import store
from server.assembly import assemble
from server.database import Database
from server.graphql.documents import hash_of
from server.graphql.negotiation import EVENTS
from server.settings import Settings
from tests.server.conftest import FakeGateway, listening
from tests.server.people import a_party, an_api_key
from tests.server.test_websocket import heard, opened, say

HELLO, TOUCH, ONCE = "{ hello }", "mutation { touch }", "subscription { once }"


def persisted(text: str, hash: str | None = None) -> dict[str, Any]:
    return {"persistedQuery": {"version": 1, "sha256Hash": hash or hash_of(text)}}


def by_get(text: str) -> dict[str, str]:
    return {"extensions": json.dumps(persisted(text))}


async def keep(http: httpx.AsyncClient, text: str) -> None:
    body = {"query": text, "extensions": persisted(text)}
    assert (
        await http.post("/graphql", json=body, headers={"Accept": f"{EVENTS}, application/json"})
    ).status_code == 200


@pytest.fixture
async def other(
    database: Database, settings: Settings, small_schema: strawberry.Schema
) -> AsyncIterator[httpx.AsyncClient]:
    """Another process of the same deployment."""
    gateway: Any = FakeGateway()
    app = assemble(settings, database, gateway, schema=small_schema, loaders=lambda read: None)  # type: ignore[arg-type,return-value]
    async with listening(app) as address, httpx.AsyncClient(base_url=f"http://{address}") as client:
        yield client


async def test_once_sent_by_post_every_process_knows_it(http: httpx.AsyncClient, other: httpx.AsyncClient) -> None:
    unknown = await http.get("/graphql", params=by_get(HELLO))
    error = unknown.json()["errors"][0]
    assert (error["message"], error["extensions"]["code"]) == ("PersistedQueryNotFound", "PERSISTED_QUERY_NOT_FOUND")
    assert unknown.headers["cache-control"] == "no-store"
    await keep(http, HELLO)
    for client in (http, other):
        answer = await client.get("/graphql", params=by_get(HELLO))
        assert answer.json()["data"] == {"hello": "world"}
        assert answer.headers["cache-control"] == "public, max-age=5"
        assert {"Authorization", "Cookie"} <= set(answer.headers["vary"].split(", "))
        assert (await client.post("/graphql", json={"extensions": persisted(HELLO)})).json()["data"]


async def test_only_what_anybody_may_see_is_left_to_caches(http: httpx.AsyncClient, database: Database) -> None:
    _, key = await an_api_key(database, await a_party(database))
    await keep(http, "{ who }")
    await keep(http, "{ crash }")
    for text, headers in (
        ("{ who }", {"Authorization": f"Bearer {key}"}), ("{ who }", {"Cookie": "a=b"}), ("{ crash }", {}),
    ):  # fmt: skip
        answer = await http.get("/graphql", params=by_get(text), headers=headers)
        assert answer.headers["cache-control"] == "no-store", (text, headers)


async def test_nothing_but_queries_by_get(http: httpx.AsyncClient) -> None:
    for text in (TOUCH, ONCE):
        await keep(http, text)
    assert (await http.get("/graphql", params=by_get(TOUCH))).status_code == 405
    assert (await http.get("/graphql", params=by_get(ONCE), headers={"Accept": EVENTS})).status_code == 405
    assert (await http.get("/graphql", params=by_get(ONCE))).status_code == 406
    touched = await http.post("/graphql", json={"extensions": persisted(TOUCH)})
    assert touched.json()["data"] == {"touch": "touched"}


async def test_get_keeps_nothing_and_a_wrong_hash_is_said(http: httpx.AsyncClient, database: Database) -> None:
    await http.get("/graphql", params={"query": HELLO, **by_get(HELLO)})
    bad = await http.post("/graphql", json={"query": HELLO, "extensions": persisted(HELLO, "0" * 64)})
    assert (bad.status_code, bad.json()["errors"][0]["extensions"]["code"]) == (400, "BAD_USER_INPUT")
    faulty = await http.post("/graphql", json={"query": "{ nothing }", "extensions": persisted("{ nothing }")})
    assert faulty.json()["errors"]
    async with database.read(SYSTEM)() as read:
        assert (await read.session.execute(sa.text("select count(*) from document"))).scalar_one() == 0
    for wrong in (1, "x", {}, {"sha256Hash": 1}, {"sha256Hash": ""}, {"sha256Hash": "x" * 101}):
        answer = await http.post("/graphql", json={"extensions": {"persistedQuery": wrong}})
        assert answer.status_code == 400, wrong


async def test_over_a_websocket(edge: str) -> None:
    async with opened(edge, init={}) as socket:
        await say(socket, "subscribe", "1", extensions=persisted(HELLO))
        assert (await heard(socket))["payload"][0]["message"] == "PersistedQueryNotFound"
        await say(socket, "subscribe", "2", query=HELLO, extensions=persisted(HELLO))
        assert (await heard(socket))["payload"]["data"] == {"hello": "world"}
        assert (await heard(socket))["type"] == "complete"
        await say(socket, "subscribe", "3", extensions=persisted(HELLO))
        assert (await heard(socket))["payload"]["data"] == {"hello": "world"}


async def test_there_is_an_end_to_what_is_kept(database: Database) -> None:
    async with database.reads.connect() as connection:
        for number in range(4):
            assert await store.keep_document(connection, str(number), "{ a }", at_most=3) is (number < 3)
        assert await store.find_document(connection, "0") == "{ a }"  # so it is used last
    async with database.work(SYSTEM)() as work:
        await store.drop_unused_documents(work, beyond=2)
    async with database.reads.connect() as connection:
        assert [await store.find_document(connection, str(number)) for number in range(3)] == ["{ a }", None, "{ a }"]


async def test_with_a_list_nothing_else_is_answered(
    database: Database, small_schema: strawberry.Schema, tmp_path: Path
) -> None:
    listed = tmp_path / "documents.json"
    listed.write_text(json.dumps({"of-a-compiler": HELLO}))
    settings = Settings(_env_file=None, TWINMARKET_ENV="test", TRUSTED_DOCUMENTS=str(listed))  # type: ignore[call-arg]
    gateway: Any = FakeGateway()
    app = assemble(settings, database, gateway, schema=small_schema, loaders=lambda read: None)  # type: ignore[arg-type,return-value]
    async with listening(app) as address, httpx.AsyncClient(base_url=f"http://{address}") as http:
        for body in (
            {"query": HELLO},
            {"extensions": persisted(HELLO)},
            {"extensions": persisted("", "of-a-compiler")},
            {"query": HELLO, "extensions": persisted("", "of-a-compiler")},
        ):
            assert (await http.post("/graphql", json=body)).json()["data"] == {"hello": "world"}, body
        for text, code in (("{ who }", "FORBIDDEN"), ("{ __typename }", "FORBIDDEN")):
            answer = await http.post("/graphql", json={"query": text, "extensions": persisted(text)})
            assert answer.json()["errors"][0]["extensions"]["code"] == code
        unknown = await http.post("/graphql", json={"extensions": persisted("{ who }")})
        assert unknown.json()["errors"][0]["message"] == "PersistedQueryNotFound"
