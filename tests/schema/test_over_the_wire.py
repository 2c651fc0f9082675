"""The same tables, asked over HTTP and over a WebSocket by callers with keys: what the edge adds must hide nothing and show no more."""

import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from itertools import count
from typing import Any, TypeAlias, cast

import httpx
import pytest
from graphql import get_named_type, is_leaf_type
from websockets.asyncio.client import connect
from websockets.typing import Subprotocol

from core.actor import SYSTEM, Actor, Scope
from market import parties
from payments.gateway import Gateway
from resolvers.loaders import load
from server.assembly import assemble
from server.graphql.errors import MAXIMUM_ERRORS
from server.settings import Settings
from tests.schema.conftest import SEAL, Api
from tests.schema.crawl import fields, written
from tests.schema.test_authorisation import everybody as everybody
from tests.schema.test_authorisation import is_connection
from tests.schema.test_authorisation import things as things
from tests.schema.test_matrix import missing, mutations, names_a_thing, value
from tests.schema.who_sees import TABLE, WHO
from tests.server.conftest import listening
from tests.server.people import an_api_key

Ask: TypeAlias = Callable[[str, dict[str, Any]], Awaitable[dict[str, Any]]]
"""Sends a document with its variables and tells the answer."""

SECRET = "a secret of at least sixteen characters"
AT_ONCE = 18
"""Fields in one document: under the limits of one."""


@pytest.fixture
async def address(api: Api) -> AsyncIterator[str]:
    """host:port of the whole API behind its real edge."""
    options = {
        "TWINMARKET_ENV": "test",
        "TWINMARKET_SECRET": SECRET,
        "RATE_POINTS": 10**6,
        "ANONYMOUS_RATE_POINTS": 10**6,
    }
    settings = Settings(_env_file=None, **options)  # type: ignore[arg-type]
    app = assemble(settings, api.database, cast(Gateway, None), schema=api.schema, loaders=load)
    async with listening(app) as address:
        yield address


async def key(api: Api, actor: Actor) -> str | None:
    """A secret by which the edge knows the caller; nobody has none."""
    if actor.is_anonymous:
        return None
    if not actor.is_operator:
        (party_id,) = actor.party_ids
        return (await an_api_key(api.database, party_id))[1]
    async with api.database.work(SYSTEM)() as work:
        return await parties.create_operator_key(work, person_id=actor.person_id or 0, name="wire", scopes=list(Scope))


@asynccontextmanager
async def over_http(address: str, headers: dict[str, str]) -> AsyncIterator[Ask]:
    async with httpx.AsyncClient(base_url=f"http://{address}", headers=headers, timeout=60) as client:

        async def ask(document: str, variables: dict[str, Any]) -> dict[str, Any]:
            return dict((await client.post("/graphql", json={"query": document, "variables": variables})).json())

        yield ask


@asynccontextmanager
async def over_websocket(address: str, headers: dict[str, str]) -> AsyncIterator[Ask]:
    numbers = count(1)
    async with connect(f"ws://{address}/graphql", subprotocols=[Subprotocol("graphql-transport-ws")]) as socket:
        await socket.send(json.dumps({"type": "connection_init", "payload": headers}))
        assert json.loads(await socket.recv())["type"] == "connection_ack"

        async def ask(document: str, variables: dict[str, Any]) -> dict[str, Any]:
            payload = {"query": document, "variables": variables}
            await socket.send(json.dumps({"type": "subscribe", "id": str(next(numbers)), "payload": payload}))
            told = json.loads(await socket.recv())
            assert told["type"] == "next", told
            assert json.loads(await socket.recv())["type"] == "complete"
            return dict(told["payload"])

        yield ask


WIRES = (over_http, over_websocket)


@asynccontextmanager
async def wires(api: Api, address: str, actor: Actor) -> AsyncIterator[list[Ask]]:
    secret = await key(api, actor)
    headers = {"Authorization": f"Bearer {secret}"} if secret else {}
    async with AsyncExitStack() as stack:
        yield [await stack.enter_async_context(wire(address, headers)) for wire in WIRES]


async def seen(api: Api, ask: Ask, kind: str, id: str, names: list[str]) -> dict[str, str]:
    """By field, the letter of what the caller sees. An answer names few of its errors, so if it may have left some out
    the question is asked again by halves."""
    told = await ask(f"query ($id: ID!) {{ {' '.join(asked(api, kind, each) for each in names)} }}", {"id": id})
    errors = told.get("errors", [])
    if len(errors) == MAXIMUM_ERRORS and len(names) > 1:
        half = len(names) // 2
        return await seen(api, ask, kind, id, names[:half]) | await seen(api, ask, kind, id, names[half:])
    codes = {error["path"][0]: error["extensions"]["code"] for error in errors}
    return {name: letter(codes.get(name), (told["data"] or {}).get(name), kind, name) for name in names}


def asked(api: Api, kind: str, name: str) -> str:
    field = fields(api.schema._schema, kind)[name]
    named = get_named_type(field.type)
    below = "" if is_leaf_type(named) else " { nodes { __typename } }" if is_connection(named) else " { __typename }"
    call = written(name, field.args) + below
    on = f"... on Model {{ payee {{ {call} }} }}" if kind == "Payee" else f"... on {kind} {{ {call} }}"
    return f"{name}: node(id: $id) {{ {on} }}"


def letter(code: str | None, told: Any, kind: str, name: str) -> str:
    if code is not None:
        return {"UNAUTHENTICATED": "U", "FORBIDDEN": "F"}[code]
    if told is not None and kind == "Payee":
        told = told["payee"]
    if told is None:
        return "-"
    return "0" if told[name] is None else "E" if told[name] in ([], {"nodes": []}) else "S"


async def every(api: Api, ask: Ask, names: list[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for start in range(0, len(names), AT_ONCE):
        found |= await changed(api, ask, names[start : start + AT_ONCE])
    return found


async def whole(api: Api, ask: Ask, ids: Callable[[str], str]) -> dict[str, dict[str, str]]:
    """What one caller sees of every field there is."""
    found: dict[str, dict[str, str]] = {}
    for kind in TABLE:
        names = list(fields(api.schema._schema, kind))
        parts = [names[start : start + AT_ONCE] for start in range(0, len(names), AT_ONCE)]
        id = ids("Model" if kind == "Payee" else kind)
        found[kind] = {name: each for part in parts for name, each in (await seen(api, ask, kind, id, part)).items()}
    return found


async def changed(api: Api, ask: Ask, names: list[str]) -> dict[str, str]:
    """By mutation, its letter for what is not there: D denied, U without a name. Asked by halves, like the fields."""
    given: dict[str, Any] = {}
    declared, calls = [], []
    for name in names:
        for each, argument in mutations(api)[name].args.items():
            given[f"{name}_{each}"] = value(argument.type, each, missing)
            declared.append(f"${name}_{each}: {argument.type}")
        passed = ", ".join(f"{each}: ${name}_{each}" for each in mutations(api)[name].args)
        calls.append(f"{name}({passed}) {{ __typename ... on UserError {{ code }} }}")
    told = await ask(f"mutation ({', '.join(declared)}) {{ {' '.join(calls)} }}", given)
    if told.get("errors") and len(names) > 1:
        half = len(names) // 2
        return await changed(api, ask, names[:half]) | await changed(api, ask, names[half:])
    if told.get("errors"):
        return {names[0]: {"UNAUTHENTICATED": "U", "FORBIDDEN": "D"}[told["errors"][0]["extensions"]["code"]]}
    answers = {name: (told["data"][name]["__typename"], told["data"][name]["code"]) for name in names}
    return {name: "D" if kind == "NotAllowed" or code == "NOT_FOUND" else "A" for name, (kind, code) in answers.items()}


async def test_everybody_is_told_the_same_over_both_wires(
    api: Api, address: str, everybody: dict[str, Actor], things: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    """Of what is theirs, of what is another's, and of what is not there."""
    caplog.set_level(logging.CRITICAL)
    absent = [name for name, field in mutations(api).items() if names_a_thing(field)]
    for number in range(len(WIRES)):
        there, nowhere, denied = Letters(), Letters(), Letters()
        for who in WHO:
            async with wires(api, address, everybody[who]) as asks:
                there.add(await whole(api, asks[number], things.__getitem__))
                nowhere.add(await whole(api, asks[number], lambda kind: SEAL.id(kind, 999_999)))
                denied.add({"": await every(api, asks[number], absent)})
        assert there.kept == TABLE, WIRES[number]
        assert {each for lines in nowhere.kept.values() for each in lines.values()} == {"-------U"}, WIRES[number]
        assert set(denied.kept[""].values()) == {"DDDDDDDU"}, WIRES[number]


class Letters:
    """Of one caller after another, put together as in the table."""

    def __init__(self) -> None:
        self.kept: dict[str, dict[str, str]] = {}

    def add(self, seen: dict[str, dict[str, str]]) -> None:
        for kind, lines in seen.items():
            kept = self.kept.setdefault(kind, {})
            for name, letter in lines.items():
                kept[name] = kept.get(name, "") + letter
