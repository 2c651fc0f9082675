"""Every line of the log says in which request, or job, it was written; every answer says the same."""

import io
import json
import logging
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
import strawberry

from core.actor import SYSTEM
from core.store import enqueue
from server import logs
from server.assembly import assemble
from server.database import Database
from server.graphql.negotiation import EVENTS, GRAPHQL
from server.settings import Settings
from server.worker import Again, Tools, Worker
from tests.server.conftest import FakeGateway, listening
from tests.server.test_websocket import heard, opened, say

LIBRARY = logging.getLogger("some.library")
MINE = "a-caller-chose-this-one"


@strawberry.type
class Query:
    @strawberry.field
    def hello(self) -> str:
        LIBRARY.warning("said in a query")
        return "world"

    @strawberry.field
    def crash(self) -> str | None:
        raise RuntimeError("said in a crash")


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def counted(self) -> AsyncIterator[int]:
        LIBRARY.warning("said in a subscription")
        yield 1


Lines = list[dict[str, Any]]


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    stream = io.StringIO()
    handler, root = logs.handler("json", stream), logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    yield stream
    root.removeHandler(handler)
    root.setLevel(before)


def lines(written: io.StringIO) -> Lines:
    return [json.loads(line) for line in written.getvalue().splitlines()]


@pytest.fixture
async def address(database: Database, settings: Settings) -> AsyncIterator[str]:
    schema = strawberry.Schema(Query, subscription=Subscription)
    app = assemble(settings, database, FakeGateway(), schema=schema, loaders=lambda read: None)  # type: ignore[arg-type,return-value]
    async with listening(app) as address:
        yield address


async def test_over_http(address: str, written: io.StringIO) -> None:
    async with httpx.AsyncClient(base_url=f"http://{address}") as http:
        for document, headers in (
            ("{ hello crash }", {}),
            ("{ hello nothing }", {"Accept": GRAPHQL}),
            ("subscription { counted }", {"Accept": EVENTS}),
            ("{", {"X-Request-Id": MINE}),
        ):
            before = len(lines(written))
            answer = await http.post("/graphql", json={"query": document}, headers=headers)
            request_id = answer.headers["x-request-id"]
            assert (request_id == MINE) == (headers.get("X-Request-Id") == MINE)
            told = [line for line in lines(written)[before:] if line["logger"] != "httpx"]  # which is the client
            assert {line.get("request_id") for line in told} == {request_id}, told
            if not headers:
                assert {line["logger"] for line in told} >= {"some.library", "server.graphql.errors"}
                assert answer.json()["extensions"]["requestId"] == request_id
            if "Accept" not in headers or headers["Accept"] == GRAPHQL:
                assert {error["extensions"]["requestId"] for error in answer.json()["errors"]} == {request_id}


async def test_over_a_websocket(address: str, written: io.StringIO) -> None:
    async with opened(address) as socket:
        await socket.send('{"type": "connection_init"}')
        request_id = (await heard(socket))["payload"]["requestId"]
        for number, document in enumerate(("{ hello crash }", "subscription { counted }", "{ nothing }")):
            await say(socket, "subscribe", str(number), query=document)
            told = await heard(socket)
            while told["type"] == "next":
                for error in told["payload"].get("errors", ()):
                    assert error["extensions"]["requestId"] == request_id
                told = await heard(socket)
        assert told["payload"][0]["extensions"]["requestId"] == request_id
    said = [line for line in lines(written) if line["logger"] in ("some.library", "server.graphql.errors")]
    assert [line["message"] for line in said] == ["said in a query", "crash at crash", "said in a subscription"]
    assert {line["request_id"] for line in said} == {request_id}


async def test_in_a_job(database: Database, written: io.StringIO) -> None:
    async def do(tools: Tools, body: dict[str, Any]) -> Again:
        LIBRARY.warning("said in a job")
        raise OSError("gone")

    worker = Worker(database, FakeGateway(), {"work": do}, lease=timedelta(seconds=5))  # type: ignore[arg-type]
    async with database.work(SYSTEM)() as work:
        await enqueue(work, "work", key="7")
    await worker.drain()
    told = lines(written)
    assert {line["logger"] for line in told} == {"some.library", "server.worker"}
    assert {line["job"] for line in told} == {"work:7"}


def test_a_line_for_people_says_it_too() -> None:
    stream = io.StringIO()
    logs.REQUEST_ID.set("abcdefgh")
    record = logging.LogRecord("here", logging.WARNING, __file__, 1, "said %s", ("so",), None)
    logs.handler("plain", stream).handle(record)
    assert stream.getvalue().endswith("here: said so request_id=abcdefgh\n")


def test_a_pool_that_closes_what_is_gone_warns() -> None:
    stream, out = io.StringIO(), io.StringIO()
    for target, cause in ((stream, BrokenPipeError(32, "Broken pipe")), (out, ValueError("ours"))):
        record = logging.LogRecord("sqlalchemy.pool.impl.Queue", logging.ERROR, __file__, 1, "closing %s", ("x",), None)
        record.exc_info = (type(cause), cause, None)
        logs.handler("plain", target).handle(record)
    assert "WARNING sqlalchemy.pool.impl.Queue: closing x: BrokenPipeError(32, 'Broken pipe')" in stream.getvalue()
    assert "ERROR " in out.getvalue()
    assert "ValueError: ours" in out.getvalue()
