"""A small schema behind the real edge, and the real server in front of it."""

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterable, AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
import strawberry
import uvicorn
from strawberry.types import Info

from core.errors import NotAllowed
from core.tables import Activity
from payments.errors import ForgedEvent, OtherMode
from payments.gateway import EventSeen
from schema.activity import Following
from schema.context import Context
from server.activity import Cursor, cursor_of
from server.assembly import assemble
from server.database import Database
from server.processes.api import PROTOCOLS
from server.settings import Settings


class FakeGateway:
    """Of the payment service, no more than its signature."""

    def read_event(self, body: bytes, signature: str, secrets: tuple[str, ...]) -> EventSeen:
        if signature not in secrets:
            raise ForgedEvent("The signature does not match.")
        if body == b"evt_live":
            raise OtherMode("The event is of the other mode.")
        return EventSeen(body.decode(), "payment_intent.succeeded", None, "pi_1", {})


@strawberry.type
class Nest:
    depth: int

    @strawberry.field
    def inner(self) -> "Nest":
        return Nest(depth=self.depth + 1)


@strawberry.type
class Query:
    @strawberry.field
    def hello(self) -> str:
        return "world"

    @strawberry.field
    def who(self, info: Info[Context, Any]) -> str:
        return info.context.actor.caller

    @strawberry.field
    def double(self, number: int) -> int:
        return number * 2

    @strawberry.field
    def nest(self) -> Nest:
        return Nest(depth=0)

    @strawberry.field
    def crash(self) -> str | None:
        raise RuntimeError("secret: postgres://user:password@host")

    @strawberry.field
    def refused(self) -> str | None:
        raise NotAllowed("Only the model may see this.")


@strawberry.type
class Mutation:
    @strawberry.mutation
    def touch(self) -> str:
        return "touched"


@strawberry.type
class Event:
    cursor: str
    number: int
    key: strawberry.Private[Cursor]

    @strawberry.field
    def seen(self) -> int:
        """How often this event was executed by now."""
        EXECUTED[self.key] += 1
        return EXECUTED[self.key]


EXECUTED: Counter[Cursor] = Counter()
FORBIDDEN: set[str] = set()
"""Callers that may not be told any more."""


async def still_allowed(context: Context) -> None:
    if context.actor.caller in FORBIDDEN:
        raise NotAllowed("You may not follow this any more.")


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def events(self, info: Info[Context, Any], topic: str, after: str | None = None) -> AsyncIterable[Event]:
        begin = tuple(map(int, after.split(".")[:2])) if after else None
        pages: Any = info.context.activity.since([topic], begin)  # type: ignore[arg-type]
        caller = info.context.actor.caller

        def told(row: Activity, cursor: str) -> Event:
            return Event(cursor=cursor, number=row.body["number"], key=cursor_of(row))

        return Following(pages, told, lambda row: f"{row.tx}.{row.id}.{caller}", still_allowed)

    @strawberry.subscription
    async def once(self) -> AsyncIterator[int]:
        yield 1

    @strawberry.subscription
    async def breaks(self) -> AsyncIterator[int]:
        yield 1
        raise RuntimeError("secret: postgres://user:password@host")


@pytest.fixture(scope="session")
def small_schema() -> strawberry.Schema:
    return strawberry.Schema(Query, Mutation, Subscription)


@pytest.fixture
def settings() -> Settings:
    return Settings(_env_file=None, TWINMARKET_ENV="test")  # type: ignore[call-arg]


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@asynccontextmanager
async def listening(app: Any) -> AsyncIterator[str]:
    """The address, as host:port, of a real server in this loop."""
    config = uvicorn.Config(
        app,
        port=0,
        log_config=None,
        server_header=False,
        **PROTOCOLS,
        timeout_graceful_shutdown=3,
    )
    server = _Server(config)
    task = asyncio.create_task(server.serve())
    while not server.started:
        if task.done():
            task.result()
        await asyncio.sleep(0.01)
    host, port = server.servers[0].sockets[0].getsockname()[:2]
    try:
        yield f"{host}:{port}"
    finally:
        server.should_exit = True
        await task


@pytest.fixture
async def edge(database: Database, settings: Settings, small_schema: strawberry.Schema) -> AsyncIterator[str]:
    """host:port of the small schema behind the real edge."""
    app = assemble(settings, database, FakeGateway(), schema=small_schema, loaders=lambda read: None)  # type: ignore[arg-type,return-value]
    async with listening(app) as address:
        yield address


@pytest.fixture
async def http(edge: str) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=f"http://{edge}", timeout=60) as client:
        yield client
