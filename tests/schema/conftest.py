"""The API without its edge: documents executed as a caller, on a real database."""

from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, cast

import orjson
import pytest
import strawberry
from graphql import DocumentNode, ExecutionResult, GraphQLError, parse, validate

from core.actor import SYSTEM, Actor, Scope
from core.seal import Seal
from core.work import OpenRead
from market import parties
from market.rights import Industry
from market.states import PartyKind
from payments.gateway import Gateway
from resolvers.loaders import keeping
from schema.context import Context
from schema.loaders import Loaders
from server.activity import Feed
from server.database import Database
from server.graphql.completion import Compiled
from server.graphql.documents import Understood
from server.graphql.engine import Engine, Prepared
from server.graphql.negotiation import Parameters
from server.graphql.schema import build_schema
from server.proofs import Proofs

SEAL = Seal("a secret of at least sixteen characters")


@pytest.fixture(scope="session")
def schema() -> strawberry.Schema:
    return build_schema()


@dataclass
class Api:
    """Executes documents as one caller or another."""

    schema: strawberry.Schema
    database: Database
    feed: Feed
    given_up: int = 0
    """How often a compiled answer was not what was expected."""
    _known: dict[tuple[str, bool], tuple[DocumentNode, list[GraphQLError], Compiled | None]] = field(
        default_factory=dict
    )

    @cached_property
    def loaders(self) -> Callable[[OpenRead], Loaders]:
        """They remember from one answer to the next, as those of a process that serves do."""
        return keeping()

    @cached_property
    def engine(self) -> Engine:
        return Engine(self.schema, lambda context: replace(context, load=self.loaders(context.read)))

    def context(self, actor: Actor) -> Context:
        read = self.database.read(actor)
        return Context(
            actor=actor,
            work=self.database.work(actor),
            read=read,
            load=self.loaders(read),
            seal=SEAL,
            gateway=cast(Gateway, None),  # nothing here speaks with the payment service
            activity=self.feed,
            proofs=Proofs(self.database, SEAL),
            public_url="http://localhost",
            request_id="test",
        )

    async def execute(
        self, document: str, variables: dict[str, Any], context: Context, *, compiles: bool = True
    ) -> ExecutionResult:
        """By functions written for the document, unless they are not to be; beyond all limits of the edge."""
        if (document, compiles) not in self._known:  # the crawls ask the same again as others and later
            parsed = parse(document)
            written = Compiled(parsed, self.schema.schema_converter, worth_it=1, caution=0) if compiles else None
            self._known[document, compiles] = parsed, validate(self.schema._schema, parsed), written
        parsed, errors, written = self._known[document, compiles]
        if errors:
            return ExecutionResult(None, errors)
        understood = Understood("", parsed, frozenset(), frozenset(), None, written)
        prepared = Prepared(understood, understood.operation(None), Parameters(document, variables), 0)
        before = written.given_up if written is not None else 0
        done = await self.engine.done(prepared, context)
        if done.data is not None:  # parts of it may be written already
            done.data = orjson.loads(orjson.dumps(done.data, default=str))
        self.given_up += written.given_up - before if written is not None else 0
        return done

    async def errors(self, actor: Actor, document: str, **variables: Any) -> list[tuple[str, str]]:
        """The code and message of each error."""
        result = await self.execute(document, variables, self.context(actor))
        return [((error.extensions or {}).get("code", ""), error.message) for error in result.errors or []]

    async def ask(self, actor: Actor, document: str, **variables: Any) -> Any:
        """The data of an answer without errors."""
        result = await self.execute(document, variables, self.context(actor))
        assert result.errors is None, result.errors
        return result.data

    async def do(self, actor: Actor, mutation: str, input: dict[str, Any], fields: str = "") -> Any:
        """What a mutation answers: `fields` of its success, or all that a refusal tells."""
        kind = f"{mutation[0].upper()}{mutation[1:]}Input"
        document = f"""mutation ($input: {kind}!) {{ {mutation}(input: $input) {{
            __typename ... on UserError {{ code message path }} {fields} }} }}"""
        return (await self.ask(actor, document, input=input))[mutation]

    async def follow(self, actor: Actor, document: str, **variables: Any) -> AsyncIterator[Any]:
        """The data of each event. Close it to stop following."""
        source = await self.schema.subscribe(document, variables, self.context(actor))
        async with aclosing(cast(Any, source)) as results:
            async for result in results:
                assert result.errors is None, result.errors
                yield result.data

    async def party(self, kind: PartyKind, handle: str, *, industry: Industry | None = None) -> Actor:
        """A new party's member."""
        async with self.database.work(SYSTEM)() as work:
            row = await parties.create(
                work, kind=kind, handle=handle, name=handle.replace("-", " ").title(), country="SE", industry=industry
            )
            email = f"{handle}@example.test"
            person = await parties.add_member(
                work, party_id=row.id or 0, email=email, person_name=row.name, password_hash=None
            )
        ids = {PartyKind.MODEL: "model_ids", PartyKind.AGENCY: "agency_ids", PartyKind.BRAND: "brand_ids"}
        return Actor(
            caller=f"person:{person.id}",
            name=email,
            person_id=person.id,
            scopes=frozenset(Scope),
            **{ids[kind]: frozenset({row.id or 0})},
        )


@pytest.fixture
async def api(schema: strawberry.Schema, database: Database) -> AsyncIterator[Api]:
    feed = Feed(database)
    await feed.start()
    yield Api(schema, database, feed)
    await feed.stop()


@pytest.fixture
async def ada(api: Api) -> Actor:
    return await api.party(PartyKind.MODEL, "ada-lindqvist")


@pytest.fixture
async def lumen(api: Api) -> Actor:
    return await api.party(PartyKind.BRAND, "lumen", industry=Industry.APPAREL)
