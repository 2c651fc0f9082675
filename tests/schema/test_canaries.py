"""A crash in any resolver, loader, stream or page, and what it carried, never leaves the house.

Generated from the schema: each field of each type is asked by the shortest way there is from a root, with things that know
nothing on the way, and crashes when it is reached. So a new field, loader or page is tried without being named here.
"""

import inspect
import json
import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias
from unittest.mock import MagicMock

import httpx
import pytest
import sqlalchemy as sa
import strawberry
from graphql import (
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    get_named_type,
    is_leaf_type,
)
from starlette.routing import Route
from strawberry.dataloader import DataLoader
from strawberry.types import Info

from resolvers.loaders import load
from resolvers.loaders.batches import Batches
from schema.context import Context
from server.app import create_app
from server.assembly import assemble
from server.database import Database
from server.graphql.negotiation import EVENTS
from server.settings import Settings
from tests.schema.test_matrix import missing, value
from tests.server.conftest import listening
from tests.server.test_masking import CANARY, BrokenGateway, Crash, check
from tests.server.test_websocket import heard, opened, say

FREE = {"TWINMARKET_ENV": "test", "RATE_POINTS": 0, "ANONYMOUS_RATE_POINTS": 0}
PRIVATE = sa.exc.IntegrityError("select :email", {"email": CANARY}, ValueError(f"Key (email)=({CANARY}) exists"))
"""What a database tells of a row that it refuses."""

FORM = {
    "kind": "MODEL",
    "name": "Ada",
    "handle": "ada",
    "country": "SE",
    "email": "ada@example.com",
    "password": "a long enough password",
    "current": "a long enough password",
    "new": "another long password",
    "invitation": "x",
}
"""What each page that takes something would take."""

Step: TypeAlias = tuple[str, str, str]
"""A field: the type that has it, its name, and the type of what it leads to."""


class Blank:
    """Stands for anything on the way, and crashes when a field of it is read."""

    told = None

    def __init__(self, leads_to: str) -> None:
        self.leads_to = leads_to

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        raise Crash


@dataclass
class Trap:
    """The schema with blanks for resolvers, and a crash in the one that is named."""

    schema: strawberry.Schema
    target: tuple[str, str] = ("", "")
    sprung: int = 0
    way: tuple[Step, ...] = ()

    @property
    def core(self) -> GraphQLSchema:
        return self.schema._schema

    @property
    def types(self) -> list[GraphQLObjectType]:
        found = (kind for name, kind in self.core.type_map.items() if not name.startswith("__"))
        return [kind for kind in found if isinstance(kind, GraphQLObjectType)]

    def set(self, monkeypatch: pytest.MonkeyPatch) -> None:
        subscription = self.core.subscription_type
        for kind in self.core.type_map.values():
            if isinstance(kind, GraphQLInterfaceType | GraphQLUnionType):
                monkeypatch.setattr(kind, "resolve_type", lambda thing, *_: thing.leads_to)
        for kind in self.types:
            monkeypatch.setattr(kind, "is_type_of", None)
            for name, field in kind.fields.items():
                how = "subscribe" if kind is subscription else "resolve"
                monkeypatch.setattr(field, how, self._instead(kind.name, name, field, getattr(field, how)))
        for kind in self.types:
            for own in kind.extensions["strawberry-definition"].fields:
                if own.base_resolver is not None:
                    monkeypatch.setattr(own.base_resolver, "wrapped_func", self._crash)

    def _crash(self, *_: Any, **__: Any) -> Any:
        raise Crash

    def _instead(self, kind: str, name: str, field: Any, own: Any) -> Any:
        """Strawberry's own way to the resolver where the trap is; elsewhere a blank."""

        def resolve(source: Any, info: Any, **given: Any) -> Any:
            if (kind, name) != self.target:
                return blank(field.type, next(to for of, at, to in self.way if (of, at) == (kind, name)))
            self.sprung += 1
            return own(source, info, **given)

        async def subscribe(source: Any, info: Any, **given: Any) -> Any:
            told = resolve(source, info, **given)
            return _once(await told if inspect.isawaitable(told) else told)

        return subscribe if self.core.subscription_type and kind == self.core.subscription_type.name else resolve


async def _once(thing: Any) -> AsyncIterator[Any]:
    yield thing


def blank(kind: Any, leads_to: str) -> Any:
    if isinstance(kind, GraphQLNonNull):
        return blank(kind.of_type, leads_to)
    return [blank(kind.of_type, leads_to)] if isinstance(kind, GraphQLList) else Blank(leads_to)


def ways(core: GraphQLSchema) -> Iterator[tuple[str, tuple[Step, ...]]]:
    """To each field of each type, from the root where it begins: the shortest way."""
    seen: set[str] = set()
    roots = [("query", core.query_type), ("mutation", core.mutation_type), ("subscription", core.subscription_type)]
    waiting: list[tuple[str, tuple[Step, ...], Any]] = [(name, (), root) for name, root in roots]
    while waiting:
        root, way, kind = waiting.pop(0)
        if kind.name in seen:
            continue
        seen.add(kind.name)
        for name, field in kind.fields.items():
            named = get_named_type(field.type)
            yield root, (*way, (kind.name, name, named.name))
            if not is_leaf_type(named):
                possible = [named] if isinstance(named, GraphQLObjectType) else core.get_possible_types(named)
                waiting += [(root, (*way, (kind.name, name, each.name)), each) for each in possible]


def document(core: GraphQLSchema, root: str, way: tuple[Step, ...]) -> tuple[str, dict[str, Any]]:
    """What is asked, with values for whatever must be given."""
    declared, given, text = [], {}, ""
    for depth, (kind, name, _) in reversed(list(enumerate(way))):
        field: Any = core.type_map[kind].fields[name]  # type: ignore[attr-defined]
        passed = []
        for each, argument in field.args.items():
            if isinstance(argument.type, GraphQLNonNull):
                given[f"v{depth}{each}"] = value(argument.type, each, missing)
                declared.append(f"$v{depth}{each}: {argument.type}")
                passed.append(f"{each}: $v{depth}{each}")
        below = text or ("" if is_leaf_type(get_named_type(field.type)) else "{ __typename }")
        call = f"{name}({', '.join(passed)})" if passed else name
        text = f"{{ ... on {kind} {{ {call} {below} }} }}" if depth else f"{{ {call} {below} }}"
    return f"{root} ({', '.join(declared)}) {text}" if declared else f"{root} {text}", given


@pytest.fixture
async def trap(monkeypatch: pytest.MonkeyPatch, schema: strawberry.Schema) -> Trap:
    made = Trap(schema)
    made.set(monkeypatch)
    return made


@pytest.fixture
async def address(trap: Trap, database: Database) -> AsyncIterator[str]:
    settings = Settings(_env_file=None, **FREE)  # type: ignore[arg-type]
    app = assemble(settings, database, BrokenGateway(), schema=trap.schema, loaders=load)  # type: ignore[arg-type]
    async with listening(app) as address:
        yield address


@pytest.mark.timeout(300)
async def test_no_field_tells_of_its_crash(trap: Trap, address: str) -> None:
    asked = 0
    async with httpx.AsyncClient(base_url=f"http://{address}") as http, opened(address, init={}) as socket:
        for root, way in ways(trap.core):
            text, given = document(trap.core, root, way)
            trap.way, trap.target, trap.sprung = way, way[-1][:2], 0
            body, streamed = {"query": text, "variables": given}, {"Accept": EVENTS}
            if root != "subscription":
                answer = await http.post("/graphql", json=body)
                assert answer.status_code == 200, (text, answer.text)
                masked(text, answer)
            masked(text, await http.post("/graphql", json=body, headers=streamed))
            await say(socket, "subscribe", str(asked), **body)
            told = [await heard(socket)]
            while told[-1]["type"] == "next":
                told.append(await heard(socket))
            check(json.dumps(told))
            assert trap.sprung == (3 if root != "subscription" else 2), (text, told)
            asked += 1
    assert asked == sum(len(kind.fields) for kind in trap.types if kind.name in reached(trap.core))
    assert asked > 500


def reached(core: GraphQLSchema) -> set[str]:
    return {step[0] for _, way in ways(core) for step in way}


def masked(text: str, answer: httpx.Response) -> None:
    check(f"{answer.text} {answer.headers}")
    assert f'"requestId":"{answer.headers["x-request-id"]}"' in answer.text, (text, answer.text)


# ------------------------------------------------------------------ loaders, and all that is no GraphQL


class Closed:
    """A database that tells what it must not: at every question, and every piece of work."""

    def __init__(self, crash: Exception) -> None:
        self.crash = crash
        self.asked = 0

    def __call__(self, *_: Any, **__: Any) -> Any:
        self.asked += 1
        raise self.crash


@pytest.mark.parametrize("crash", [Crash(), PRIVATE], ids=["crash", "row"])
async def test_no_loader_tells_of_its_crash(database: Database, crash: Exception) -> None:
    closed, names = Closed(crash), loaders()

    @strawberry.type
    class Query:
        @strawberry.field
        async def load(self, info: Info[Context, Any], name: str) -> str | None:
            await asked(getattr(info.context.load, name))
            return None

    settings = Settings(_env_file=None, **FREE)  # type: ignore[arg-type]
    app = assemble(settings, database, BrokenGateway(), schema=strawberry.Schema(Query), loaders=lambda _: load(closed))  # type: ignore[arg-type]
    async with listening(app) as address, httpx.AsyncClient(base_url=f"http://{address}") as http:
        for number, name in enumerate(names, 1):
            masked(name, await http.post("/graphql", json={"query": f'{{ load(name: "{name}") }}'}))
            assert closed.asked == number, name
    assert len(names) > 50


def loaders() -> list[str]:
    """By name: what loads by a key, and the questions."""
    made = load(Closed(Crash()))
    own = set(dir(made)) - set(dir(Batches)) - {"read"}
    return sorted(name for name in own if not name.startswith("_"))


async def asked(loader: Any) -> None:
    if isinstance(loader, DataLoader):
        await loader.load(1)
    else:
        await loader(*(MagicMock() for _ in inspect.signature(loader).parameters))


@pytest.mark.parametrize("crash", [Crash(), PRIVATE], ids=["crash", "row"])
async def test_no_page_tells_of_its_crash(
    database: Database, monkeypatch: pytest.MonkeyPatch, crash: Exception
) -> None:
    """Each address that there is, with nothing behind it that works."""
    settings = Settings(_env_file=None, **FREE)  # type: ignore[arg-type]
    app = create_app(settings, database, BrokenGateway())  # type: ignore[arg-type]
    closed = Closed(crash)
    async with listening(app) as address, httpx.AsyncClient(base_url=f"http://{address}") as http:
        http.headers.update({"Authorization": "Bearer tm_x", "X-Requested-With": "x", "Stripe-Signature": "x"})
        for name in ("read", "work", "snapshot"):
            monkeypatch.setattr(Database, name, lambda *_: closed)
        crashed = 0
        for route in app.routes:
            if isinstance(route, Route):
                for method in sorted(route.methods or {"GET"}):
                    answer = await http.request(method, re.sub(r"{[^}]*}", "x", route.path), json=FORM)
                    told = f"{answer.text} {answer.headers}"
                    assert "canary" not in told, (method, route.path, told)
                    assert "x-request-id" in answer.headers
                    if answer.status_code == 500:
                        crashed += 1
                        check(f"{told} INTERNAL" if method == "HEAD" else told)
    assert crashed > 8
