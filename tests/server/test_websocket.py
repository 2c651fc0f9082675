"""graphql-transport-ws: the protocol, what breaks it, and streams that end when they must."""

import asyncio
import gc
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import strawberry
from graphql.language import OperationType
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidStatus
from websockets.typing import Subprotocol

from core.actor import ANONYMOUS
from server.database import Database
from server.graphql.engine import Engine
from server.graphql.negotiation import Parameters
from tests.server.people import a_party, an_api_key, happen, revoke

EVENTS = 'subscription ($after: String) { events(topic: "t", after: $after) { cursor number } }'


@asynccontextmanager
async def opened(edge: str, *, init: object = None, **options: Any) -> AsyncIterator[ClientConnection]:
    protocol = Subprotocol("graphql-transport-ws")
    async with connect(f"ws://{edge}/graphql", subprotocols=[protocol], **options) as socket:
        if init is not None:
            await socket.send(json.dumps({"type": "connection_init", "payload": init}))
            assert (await heard(socket))["type"] == "connection_ack"
        yield socket


async def heard(socket: ClientConnection) -> dict[str, Any]:
    async with asyncio.timeout(5):
        return dict(json.loads(await socket.recv()))


async def closed(socket: ClientConnection) -> int:
    """The code with which the server ends the connection."""
    async with asyncio.timeout(8):
        await socket.wait_closed()
    assert socket.close_code is not None
    return socket.close_code


async def say(socket: ClientConnection, kind: str, number: str = "1", **payload: Any) -> None:
    await socket.send(json.dumps({"type": kind, "id": number, "payload": payload}))


async def test_questions_and_crashes_come_over_the_same_wire(edge: str) -> None:
    async with opened(edge, init={}) as socket:
        await say(socket, "subscribe", query="{ hello crash }")
        answer = await heard(socket)
        assert answer["payload"]["data"] == {"hello": "world", "crash": None}
        assert answer["payload"]["errors"][0]["extensions"]["code"] == "INTERNAL"
        assert "secret" not in json.dumps(answer)
        assert await heard(socket) == {"type": "complete", "id": "1"}


async def test_a_faulty_document_is_an_error_and_the_connection_lives(edge: str) -> None:
    async with opened(edge, init={}) as socket:
        await say(socket, "subscribe", query="{ nothing }")
        answer = await heard(socket)
        assert (answer["type"], answer["payload"][0]["extensions"]["code"]) == ("error", "BAD_USER_INPUT")
        await socket.send('{"type": "ping"}')
        assert await heard(socket) == {"type": "pong"}


@pytest.mark.parametrize(
    "frame",
    [
        "[]", "1", "null", '"x"', "{", "", "{}", "[" * 90_000, b"\x00\x01",
        '{"type": 1}', '{"type": {}}', '{"type": "nonsense"}', '{"type": "subscribe"}',
        '{"id": {}, "type": "subscribe"}',
        '{"type": "subscribe", "id": "1"}', '{"type": "subscribe", "id": "1", "payload": null}',
        '{"type": "subscribe", "id": "", "payload": {"query": "{ hello }"}}',
        '{"type": "subscribe", "id": "1", "payload": {"query": 1}}',
        '{"type": "complete"}', '{"type": "complete", "id": []}',
    ],
)  # fmt: skip
async def test_a_malformed_frame_closes_with_a_code(edge: str, frame: str | bytes) -> None:
    async with opened(edge, init={}) as socket:
        await socket.send(frame)
        assert await closed(socket) == 4400


async def test_the_handshake_has_rules(edge: str) -> None:
    async with opened(edge) as socket:
        await say(socket, "subscribe", query="{ hello }")
        assert await closed(socket) == 4401
    async with opened(edge, init={}) as socket:
        await socket.send('{"type": "connection_init"}')
        assert await closed(socket) == 4429
    async with opened(edge) as socket:
        await socket.send('{"type": "connection_init", "payload": 1}')
        assert await closed(socket) == 4400
    async with opened(edge, init={}) as socket:
        await say(socket, "subscribe", query=EVENTS)
        await say(socket, "subscribe", query=EVENTS)
        assert await closed(socket) == 4409
    async with connect(f"ws://{edge}/graphql", subprotocols=[Subprotocol("graphql-ws")]) as socket:
        assert await closed(socket) == 4406
    async with opened(edge, init={}) as socket:
        await socket.send("x" * 100_001)
        assert await closed(socket) == 1009


async def test_who_says_nothing_is_not_kept(edge: str) -> None:
    async with opened(edge) as socket:
        assert await closed(socket) == 4408


@pytest.mark.parametrize("origin", ["https://evil.example", "null"])
async def test_pages_of_others_are_turned_away(edge: str, origin: str) -> None:
    with pytest.raises(InvalidStatus) as turned:
        async with opened(edge, additional_headers={"Origin": origin}):
            pass
    assert turned.value.response.status_code == 403


async def test_a_key_comes_in_the_first_message_or_in_the_header(edge: str, database: Database) -> None:
    key_id, key = await an_api_key(database, await a_party(database))
    header = {"Authorization": f"Bearer {key}"}
    for init, headers in (({"Authorization": f"Bearer {key}"}, {}), ({"apiKey": key}, {}), ({}, header)):
        async with opened(edge, init=init, additional_headers=headers) as socket:
            await say(socket, "subscribe", query="{ who }")
            assert (await heard(socket))["payload"]["data"] == {"who": f"key:{key_id}"}
    async with opened(edge) as socket:
        await say(socket, "connection_init", Authorization="Bearer tm_wrong")
        assert await closed(socket) == 4403


async def test_a_stream_is_resumed_where_it_was_left(edge: str, database: Database) -> None:
    async with opened(edge, init={}) as socket:
        await say(socket, "subscribe", query=EVENTS)
        await asyncio.sleep(0.2)
        await happen(database, "t", 1)
        first = (await heard(socket))["payload"]["data"]["events"]
        assert first["number"] == 1
    await happen(database, "t", 2)
    async with opened(edge, init={}) as socket:
        await say(socket, "subscribe", query=EVENTS, variables={"after": first["cursor"]})
        assert (await heard(socket))["payload"]["data"]["events"]["number"] == 2
        await happen(database, "t", 3)
        assert (await heard(socket))["payload"]["data"]["events"]["number"] == 3
        await say(socket, "complete")
        await say(socket, "subscribe", query="{ hello }")  # the id is free again
        assert (await heard(socket))["payload"]["data"] == {"hello": "world"}


async def test_a_revoked_keys_streams_end_within_a_second(edge: str, database: Database) -> None:
    key_id, key = await an_api_key(database, await a_party(database))
    _, other = await an_api_key(database, await a_party(database, handle="other"))
    async with opened(edge, init={"apiKey": key}) as socket, opened(edge, init={"apiKey": other}) as bystander:
        await say(socket, "subscribe", query=EVENTS)
        await asyncio.sleep(0.2)
        await revoke(database, key_id)
        async with asyncio.timeout(1.5):
            assert await closed(socket) == 4403
        await bystander.send('{"type": "ping"}')
        assert await heard(bystander) == {"type": "pong"}


async def test_a_long_stream_keeps_no_memory_of_its_events() -> None:
    """graphql-core 3.3 adds to the cache of collected fields at every event; `Executor` gives each event its own."""

    @strawberry.type
    class Inner:
        c: str = "y"

    @strawberry.type
    class Outer:
        a: str = "x"

        @strawberry.field
        def b(self) -> Inner:
            return Inner()

    @strawberry.type
    class Query:
        a: str

    @strawberry.type
    class Subscription:
        @strawberry.subscription
        async def ev(self) -> AsyncIterator[Outer]:
            for _ in range(10_001):
                yield Outer()
                await asyncio.sleep(0)  # the loop puts its own clocks away

    class FakeContext:
        request_id = "tests"
        actor = ANONYMOUS

    engine = Engine(strawberry.Schema(Query, subscription=Subscription), lambda context: context)
    prepared = engine.prepare(Parameters("subscription { ev { a b { c } } }"))
    assert prepared.kind is OperationType.SUBSCRIPTION
    stream = await engine.subscribe(prepared, FakeContext())  # type: ignore[arg-type]
    seen, counts = 0, {}
    async for [answer] in stream:  # type: ignore[union-attr,misc]
        assert json.loads(answer)["data"] == {"ev": {"a": "x", "b": {"c": "y"}}}
        seen += 1
        if seen in (1_000, 10_000):
            gc.collect()
            counts[seen] = len(gc.get_objects())
    assert counts[10_000] - counts[1_000] < 1_000
