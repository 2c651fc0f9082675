"""Who is asking: keys, sessions, and pages of others that would ask in somebody's name."""

import asyncio
from datetime import timedelta

import httpx
import pytest
from sqlalchemy.dialects.postgresql.ranges import Range

from core.actor import SYSTEM, Scope
from market.states import MandateStatus, PartyKind
from market.tables import ApiKey, Mandate, Person
from server.auth import Authenticator, WrongCredential, hash_password
from server.database import Database
from tests.server.people import a_party, a_person, an_api_key, revoke

PASSWORD = "correct horse battery staple"
WHO = {"query": "{ who }"}


async def test_a_key_stands_for_its_party_with_its_scopes(database: Database) -> None:
    party_id = await a_party(database)
    key_id, key = await an_api_key(database, party_id, scopes=[Scope.READ])
    caller = await Authenticator(database, is_https=False).by_key(key)
    assert (caller.actor.caller, caller.actor.model_ids, caller.actor.scopes) == (
        f"key:{key_id}",
        {party_id},
        {Scope.READ},
    )
    assert not caller.actor.is_anonymous


async def test_a_person_stands_for_all_of_its_parties(database: Database) -> None:
    person_id = await a_person(database, password_hash=await hash_password(PASSWORD))
    model_id = await a_party(database, person_id=person_id)
    agency_id = await a_party(database, kind=PartyKind.AGENCY, handle="agency", person_id=person_id)
    auth = Authenticator(database, is_https=False)
    _, secret = await auth.sign_in("Ana@Example.com", PASSWORD, "tests")
    caller = await auth._by_cookie(secret)
    assert (caller.actor.model_ids, caller.actor.agency_ids) == ({model_id}, {agency_id})
    assert caller.actor.scopes == set(Scope)
    assert (caller.actor.caller, caller.actor.name) == (f"person:{person_id}", "ana@example.com")


@pytest.mark.parametrize(("status", "first", "length", "represents"), [
    (MandateStatus.ACTIVE, 0, 30, True),
    (MandateStatus.ACTIVE, 1, 30, False),
    (MandateStatus.ACTIVE, -30, 30, False),
    (MandateStatus.PROPOSED, 0, 30, False),
])  # fmt: skip
async def test_an_agency_represents_whom_it_has_a_mandate_for_today(
    database: Database, status: MandateStatus, first: int, length: int, represents: bool
) -> None:
    model_id = await a_party(database)
    agency_id = await a_party(database, kind=PartyKind.AGENCY, handle="agency")
    async with database.work(SYSTEM)() as work:
        begins = work.today + timedelta(days=first)
        days = Range(begins, begins + timedelta(days=length))
        work.session.add(
            Mandate(
                model_id=model_id,
                agency_id=agency_id,
                status=status,
                commission_bps=1000,
                territories=[Range(1, 9)],
                days=days,
            )
        )
    _, key = await an_api_key(database, agency_id)
    caller = await Authenticator(database, is_https=False).by_key(key)
    assert caller.actor.represented_ids == ({model_id} if represents else set())


async def test_a_key_that_does_not_hold_is_refused(http: httpx.AsyncClient, database: Database) -> None:
    key_id, key = await an_api_key(database, await a_party(database))
    good = await http.post("/graphql", json=WHO, headers={"Authorization": f"Bearer {key}"})
    assert good.json()["data"] == {"who": f"key:{key_id}"}
    await revoke(database, key_id)
    for header in (f"Bearer {key}", "Bearer", "Bearer x", "Basic YTpi", f"Bearer {key[:-1]}", "Bearer \xff"):
        answer = await http.post("/graphql", json=WHO, headers={"Authorization": header.encode("latin-1")})
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"] == "Bearer"
        assert answer.json()["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


async def test_the_last_use_of_a_key_is_noted_once_a_minute(http: httpx.AsyncClient, database: Database) -> None:
    key_id, key = await an_api_key(database, await a_party(database))
    noted = set()
    for _ in range(3):
        await http.post("/graphql", json=WHO, headers={"Authorization": f"Bearer {key}"})
        await asyncio.sleep(0.7)
        async with database.read(SYSTEM)() as read:
            row = await read.session.get(ApiKey, key_id)
            assert row is not None
            noted.add(row.last_used_at)
    assert len(noted) == 1
    assert None not in noted


async def test_signing_in_and_out(http: httpx.AsyncClient, database: Database) -> None:
    person_id = await a_person(database, password_hash=await hash_password(PASSWORD))
    entered = await http.post("/session", json={"email": "ana@example.com", "password": PASSWORD})
    assert entered.json() == {"name": "ana@example.com"}
    cookie = entered.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert (await http.get("/graphql", params=WHO)).json()["data"] == {"who": f"person:{person_id}"}

    assert (await http.post("/graphql", json=WHO)).status_code == 403  # a page of others sends the cookie too
    ours = await http.post("/graphql", json=WHO, headers={"X-Requested-With": "twinmarket"})
    assert ours.json()["data"] == {"who": f"person:{person_id}"}
    same = await http.post("/graphql", json=WHO, headers={"Sec-Fetch-Site": "same-origin"})
    assert same.status_code == 200

    kept = dict(http.cookies)
    assert (await http.delete("/session")).status_code == 403
    assert (await http.delete("/session", headers={"X-Requested-With": "twinmarket"})).status_code == 204
    http.cookies.update(kept)
    assert (await http.get("/graphql", params=WHO)).json()["data"] == {"who": "anonymous"}


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"email": "ana@example.com", "password": "wrong"}, 401),
        ({"email": "nobody@example.com", "password": PASSWORD}, 401),
        ({"email": "ana@example.com"}, 400),
        ({"email": "a\0", "password": ""}, 400),
        ([], 400),
    ],
)
async def test_a_wrong_sign_in_tells_nothing(
    http: httpx.AsyncClient, database: Database, body: object, status: int
) -> None:
    await a_person(database, password_hash=await hash_password(PASSWORD))
    answer = await http.post("/session", json=body)
    assert answer.status_code == status
    if status == 401:
        assert (
            answer.json()["errors"][0]["message"]
            == "Email and password do not match. Forgotten? Ask whoever runs this for a link."
        )


async def test_a_suspended_person_is_nobody(database: Database) -> None:
    person_id = await a_person(database, password_hash=await hash_password(PASSWORD))
    auth = Authenticator(database, is_https=True)
    _, secret = await auth.sign_in("ana@example.com", PASSWORD, "tests")
    async with database.work(SYSTEM)() as work:
        person = await work.session.get(Person, person_id)
        assert person is not None
        person.suspended_at = work.now
    assert (await auth._by_cookie(secret)).actor.is_anonymous
    with pytest.raises(WrongCredential):
        await auth.sign_in("ana@example.com", PASSWORD, "tests")
    assert auth.cookie == "__Host-twinmarket"
