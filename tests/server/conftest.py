"""A small schema behind the real edge, and the real server in front of it."""

import asyncio
import contextlib
import hashlib
import secrets
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest
import strawberry
import uvicorn
from strawberry.types import Info

from core.actor import SYSTEM, Scope
from core.errors import NotAllowed
from core.store import append_activity
from market.tables import ApiKey, Member, Party, PartyKind, Person
from payments.errors import ForgedEvent
from payments.gateway import EventSeen
from schema.context import Context
from server.assembly import assemble
from server.auth import digest
from server.database import Database
from server.settings import Settings


class FakeGateway:
    """Of the payment service, no more than its signature."""

    def read_event(self, body: bytes, signature: str, secrets: tuple[str, ...]) -> EventSeen:
        if signature not in secrets:
            raise ForgedEvent("The signature does not match.")
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


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def events(self, info: Info[Context, Any], topic: str, after: str | None = None) -> AsyncIterator[Event]:
        cursor = tuple(map(int, after.split("."))) if after else None
        async for row in info.context.activity.since([topic], cursor):  # type: ignore[arg-type]
            yield Event(cursor=f"{row.tx}.{row.id}", number=row.body["number"])


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
        ws="websockets-sansio",
        ws_max_size=100_000,
        ws_per_message_deflate=False,
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
    async with httpx.AsyncClient(base_url=f"http://{edge}") as client:
        yield client


async def a_person(database: Database, *, email: str = "ana@example.com", password_hash: str | None = None) -> int:
    async with database.work(SYSTEM)() as work:
        person = Person(email=email, name="Ana", password_hash=password_hash)
        work.session.add(person)
        await work.session.flush()
    assert person.id is not None
    return person.id


async def a_party(database: Database, *, kind: PartyKind = PartyKind.MODEL, handle: str = "ana", person_id: int | None = None) -> int:
    async with database.work(SYSTEM)() as work:
        party = Party(kind=kind, handle=handle, name=handle.title(), country="SE")
        work.session.add(party)
        await work.session.flush()
        assert party.id is not None
        if person_id is not None:
            work.session.add(Member(party_id=party.id, person_id=person_id))
    return party.id


async def an_api_key(database: Database, party_id: int, *, scopes: list[Scope] | None = None) -> tuple[int, str]:
    text = f"tm_{secrets.token_hex(4)}_{secrets.token_urlsafe(32)}"
    key = ApiKey(party_id=party_id, name="tests", prefix=text[:11], secret_hash=digest(text), scopes=scopes or list(Scope))
    assert hashlib.sha256(text.encode()).digest() == key.secret_hash
    async with database.work(SYSTEM)() as work:
        work.session.add(key)
        await work.session.flush()
    assert key.id is not None
    return key.id, text


async def happen(database: Database, topic: str, number: int) -> None:
    """One row of activity, committed, and nudged."""
    async with database.work(SYSTEM)() as work:
        await append_activity(work, topic=topic, kind="TEST", body={"number": number})
    for call in database.after_commit:
        call()




async def revoke(database: Database, key_id: int) -> None:
    async with database.work(SYSTEM)() as work:
        key = await work.session.get(ApiKey, key_id)
        assert key is not None
        key.revoked_at = work.now
