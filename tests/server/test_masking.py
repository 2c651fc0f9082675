"""A canary that is raised anywhere in the house never leaves it."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
import strawberry
from strawberry.dataloader import DataLoader
from strawberry.types import Info

from payments.gateway import EventSeen
from schema.context import Context
from server.assembly import assemble
from server.database import Database
from server.graphql.negotiation import EVENTS
from server.settings import Settings
from tests.server.conftest import listening
from tests.server.test_websocket import heard, opened, say

CANARY = "canary-7f3a postgres://user:password@host sk_live_1"


class Crash(Exception):
    """Not one of ours: also its attributes must stay inside."""

    def __init__(self) -> None:
        super().__init__(CANARY)
        self.extensions = {"code": "NOT_FOUND", "why": CANARY}
        self.code = "NOT_FOUND"
        self.message = CANARY


async def _breaks(keys: list[int]) -> list[int]:
    raise Crash


@dataclass
class Loaders:
    broken: DataLoader[int, int]


@strawberry.type
class Query:
    @strawberry.field
    def fine(self) -> str:
        return "fine"

    @strawberry.field
    def resolver(self) -> str | None:
        raise Crash

    @strawberry.field
    async def loader(self, info: Info[Context, Any]) -> int | None:
        return await info.context.load.broken.load(1)  # type: ignore[attr-defined,no-any-return]

    @strawberry.field
    def chained(self) -> str:
        try:
            raise Crash
        except Crash as crash:
            raise ValueError(CANARY) from crash

    @strawberry.field
    def listed(self) -> list[str]:
        return Lazy()  # type: ignore[return-value]

    @strawberry.field
    def wrong_type(self) -> int | None:
        return CANARY  # type: ignore[return-value]

    @strawberry.field
    def exits(self) -> str | None:
        raise KeyError(CANARY)


class Lazy(list[str]):
    def __iter__(self) -> Any:
        raise Crash


@strawberry.type
class Mutation:
    @strawberry.mutation
    async def change(self, info: Info[Context, Any]) -> str:
        async with info.context.work():
            raise Crash


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def at_once(self) -> AsyncIterator[int]:
        raise Crash
        yield 1

    @strawberry.subscription
    async def later(self) -> AsyncIterator[int]:
        yield 1
        raise Crash

    @strawberry.subscription
    async def inside(self) -> AsyncIterator[Query]:
        yield Query()


class BrokenGateway:
    def read_event(self, body: bytes, signature: str, secrets: tuple[str, ...]) -> EventSeen:
        raise Crash


@pytest.fixture
async def address(database: Database, settings: Settings) -> AsyncIterator[str]:
    schema = strawberry.Schema(Query, Mutation, Subscription)
    loaders = lambda read: Loaders(DataLoader(_breaks))
    app = assemble(settings, database, BrokenGateway(), schema=schema, loaders=loaders)  # type: ignore[arg-type,return-value]
    async with listening(app) as address:
        yield address


QUERIES = [f"{{ {field} }}" for field in ("resolver", "loader", "chained", "listed", "wrongType", "exits")]
SUBSCRIPTIONS = [
    "subscription { atOnce }",
    "subscription { later }",
    "subscription { inside { fine resolver loader } }",
]
DOCUMENTS = [*QUERIES, "mutation { change }"]


def check(told: str) -> None:
    assert "canary" not in told
    assert "sk_live" not in told
    assert "INTERNAL" in told


async def test_over_http(address: str) -> None:
    async with httpx.AsyncClient(base_url=f"http://{address}") as http:
        for document in DOCUMENTS:
            answer = await http.post("/graphql", json={"query": document})
            assert answer.status_code == 200
            check(f"{answer.text} {answer.headers}")
        for document in [*DOCUMENTS, *SUBSCRIPTIONS]:
            answer = await http.post("/graphql", json={"query": document}, headers={"Accept": EVENTS})
            assert answer.text.endswith("event: complete\ndata:\n\n")
            check(f"{answer.text} {answer.headers}")


async def test_over_a_websocket(address: str) -> None:
    async with opened(address, init={}) as socket:
        for number, document in enumerate([*DOCUMENTS, *SUBSCRIPTIONS]):
            await say(socket, "subscribe", str(number), query=document)
            told = []
            while not told or told[-1]["type"] == "next":
                told.append(await heard(socket))
            check(json.dumps(told))


async def test_at_the_webhook(address: str) -> None:
    async with httpx.AsyncClient(base_url=f"http://{address}") as http:
        for path in ("/webhooks/stripe", "/webhooks/stripe/connect"):
            answer = await http.post(path, content=b"{}", headers={"Stripe-Signature": "x"})
            assert answer.status_code == 500
            check(f"{answer.text} {answer.headers}")
