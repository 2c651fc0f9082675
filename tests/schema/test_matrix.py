"""Who may do what: every mutation, as everybody, on things of others and on things that are not there.

Each is tried for real, in a transaction that is then rolled back, so that every try finds the same market.
"""

import logging
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    get_named_type,
)
from sqlalchemy.ext.asyncio import AsyncSession

from core.actor import Actor, Scope
from core.work import Work
from market import people
from server.reactions import react
from tests.schema.conftest import SEAL, Api
from tests.schema.scenes import RIGHTS
from tests.schema.test_authorisation import everybody as everybody
from tests.schema.test_authorisation import things as things
from tests.schema.who_may import MAY, SCOPES
from tests.schema.who_sees import TABLE, WHO

PASSED = {"LAST_MEMBER", "LAST_WAY_IN"}
"""What is not allowed to those who may."""
SOON = datetime.now(UTC) + timedelta(days=3)
WORDS: dict[str, Any] = {
    "Money": {"amount": "2500", "currency": "EUR"},
    "Date": str((datetime.now(UTC) + timedelta(days=30)).date()),
    "DateTime": SOON.isoformat(),
    "Int": 100,
    "Boolean": True,
    "Decimal": "2",
    "RightsInput": RIGHTS,
}
NAMED: dict[str, Any] = {
    "country": "NO",
    "currency": "EUR",
    "email": "new@example.com",
    "handle": "new-one",
    "territories": ["SE"],
    "territory": "SE",
    "returnUrl": "https://x.example/back",
    "url": "https://x.example/asset",
    "sha256": "cd" * 32,
    "closesAt": SOON.isoformat(),
    "since": "2020-01-01T00:00:00Z",
}
THINGS = {"party": "Brand", "endpoint": "WebhookEndpoint"}


def value(kind: Any, name: str, ids: Callable[[str], str]) -> Any:
    """Something of an input type that means something; ids of things are those that `ids` gives."""
    if isinstance(kind, GraphQLNonNull):
        return value(kind.of_type, name, ids)
    if name in NAMED:
        return NAMED[name]
    if isinstance(kind, GraphQLList):
        return [value(kind.of_type, name, ids)]
    if str(kind) in WORDS:
        return WORDS[str(kind)]
    if isinstance(kind, GraphQLEnumType):
        return next(iter(kind.values))
    if isinstance(kind, GraphQLInputObjectType):
        return {each: value(field.type, each, ids) for each, field in kind.fields.items() if wanted(each, field)}
    return ids(name[:-2]) if name.endswith("Id") else "new words"


def wanted(name: str, field: Any) -> bool:
    """What must be there; and whose it is, so that it is never the caller's own by silence."""
    return isinstance(field.type, GraphQLNonNull) or name in ("partyId", "brandId", "agencyId", "modelId")


def mutations(api: Api) -> dict[str, Any]:
    root = api.schema._schema.mutation_type
    assert root is not None
    return root.fields


def dry(api: Api, actor: Actor) -> Callable[[], AbstractAsyncContextManager[Work]]:
    """Work of which nothing is kept."""

    @asynccontextmanager
    async def work() -> AsyncIterator[Work]:
        async with AsyncSession(api.database.writes, expire_on_commit=False) as session:
            transaction = await session.begin()
            now = (await session.execute(sa.select(sa.func.clock()))).scalar_one()
            opened = Work(session=session, actor=actor, now=now)
            yield opened
            await session.flush()
            await react(opened)
            await transaction.rollback()

    return work


async def tried(api: Api, actor: Actor, name: str, ids: Callable[[str], str]) -> str:
    """A: it is not for lack of right that it fails, if it does; D: it is; U: the caller has no name."""
    field = mutations(api)[name]
    given = {each: value(argument.type, each, ids) for each, argument in field.args.items()}
    declared = ", ".join(f"${each}: {argument.type}" for each, argument in field.args.items())
    passed = ", ".join(f"{each}: ${each}" for each in given)
    head, call = (f"({declared})", f"({passed})") if passed else ("", "")
    document = f"mutation {head} {{ {name}{call} {{ __typename ... on UserError {{ code }} }} }}"
    context = replace(api.context(actor), work=dry(api, actor))
    result = await api.execute(document, given, context)
    if result.errors:
        code = (result.errors[0].extensions or {}).get("code", "")
        if code == "UNAUTHENTICATED":
            return "U"
        if code == "FORBIDDEN":
            return "D"
        # beyond the door: there is no payment service here, and what was rolled back cannot be read again
        assert result.errors[0].path is not None, (name, result.errors)
        return "A"
    told = (result.data or {})[name]
    denied = told["__typename"] == "NotAllowed" and told["code"] not in PASSED
    return "D" if denied or told.get("code") == "NOT_FOUND" else "A"


def known(things: dict[str, str]) -> Callable[[str], str]:
    """A thing of the table's cast: of Ada's, her agency's or Lumen's."""
    names = {kind.lower(): id for kind, id in things.items()}
    return lambda noun: names.get(THINGS.get(noun, noun).lower()) or SEAL.id(noun.title(), 1)


def missing(noun: str) -> str:
    kinds = {kind.lower(): kind for kind in (*TABLE, "Member", "Passkey", "Session", "Invitation")}
    return SEAL.id(kinds.get(THINGS.get(noun, noun).lower(), noun.title()), 999_999)


# ------------------------------------------------------------------ the tables


@pytest.fixture
async def more(api: Api, everybody: dict[str, Actor], things: dict[str, str]) -> dict[str, str]:
    """What is one person's own: a session and a passkey of Ada's; and a letter of Lumen's."""
    ada, lumen = everybody["model"], everybody["brand"]
    async with api.database.work(ada)() as work:
        passkey = await people.add_passkey(work, name="phone", credential_id=b"1", public_key=b"", sign_count=0)
        person = await people.store.parties.person(work, ada.person_id or 0)
        await people.begin_session(work, person, method="password", user_agent="", replaces=None)
        (session,) = await people.store.people.sign_ins(work, person.id or 0)
    async with api.database.work(lumen)() as work:
        invitation, _ = await people.invite_member(work, party_id=None)
    return things | {
        "Session": SEAL.id("Session", session.id or 0),
        "Passkey": SEAL.id("Passkey", passkey.id or 0),
        "Invitation": SEAL.id("Invitation", invitation.id or 0),
    }


async def test_everybody_may_what_the_tables_say(
    api: Api, everybody: dict[str, Actor], more: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    """A new mutation says there who may, and with which scope, or this fails. What is not there is denied to everybody
    alike, so that nobody learns from an answer which numbers exist."""
    caplog.set_level(logging.CRITICAL)
    may = {
        name: "".join([await tried(api, everybody[who], name, known(more)) for who in WHO]) for name in mutations(api)
    }
    scopes = {name: await by_scope(api, everybody, more, name, may[name]) for name in may if "A" in may[name]}
    asked = [name for name, field in mutations(api).items() if names_a_thing(field)]
    absent = {name: "".join([await tried(api, everybody[who], name, missing) for who in WHO]) for name in asked}
    assert may == MAY
    assert scopes == SCOPES
    assert set(absent.values()) == {"DDDDDDDU"}, absent
    assert len(absent) > 20


async def by_scope(api: Api, everybody: dict[str, Actor], things: dict[str, str], name: str, may: str) -> str:
    """As the first who may at all, with a key of no scope, or of one alone."""
    holder = everybody[WHO[may.index("A")]]
    key = replace(holder, caller="key:1", person_id=None, api_key_id=1, sign_in_id=None)
    each = [frozenset[Scope](), *(frozenset({scope}) for scope in Scope)]
    return "".join([await tried(api, replace(key, scopes=scopes), name, known(things)) for scopes in each])


def names_a_thing(field: Any) -> bool:
    return any(
        each.endswith("Id") and isinstance(inner.type, GraphQLNonNull)
        for argument in field.args.values()
        for each, inner in getattr(get_named_type(argument.type), "fields", {}).items()
    )
