"""Accounts that people make for themselves, invitations, and passwords that change."""

import asyncio
from typing import Any

import httpx
import pytest
import sqlalchemy as sa

from core.actor import SYSTEM, Scope
from market import people
from market.states import PartyKind
from server.attempts import NEW_ACCOUNTS, Attempts
from server.auth import Authenticator
from server.database import Database
from tests.server.people import a_party

PASSWORD = "correct horse battery staple"
OURS = {"X-Requested-With": "twinmarket"}
LENA = {
    "kind": "MODEL",
    "name": "Lena Holt",
    "handle": "lena-holt",
    "country": "SE",
    "email": "Lena@Example.com",
    "password": PASSWORD,
}
BRAND = {**LENA, "kind": "BRAND", "industry": "APPAREL", "handle": "strand", "email": "bo@example.com"}
WHO = {"query": "{ who }"}


async def count(database: Database, table: str) -> int:
    async with database.reads.connect() as connection:
        return int((await connection.execute(sa.text(f"select count(*) from {table}"))).scalar_one())


async def who(http: httpx.AsyncClient) -> str:
    told: str = (await http.post("/graphql", json=WHO, headers=OURS)).json()["data"]["who"]
    return told


def told(answer: httpx.Response) -> dict[str, Any]:
    (error,) = answer.json()["errors"]
    extensions: dict[str, Any] = error["extensions"]
    return extensions


@pytest.mark.parametrize("given", [LENA, BRAND, {**LENA, "kind": "AGENCY"}])
async def test_somebody_makes_an_account_and_is_signed_in(
    http: httpx.AsyncClient, database: Database, given: dict[str, str]
) -> None:
    made = await http.post("/accounts", json=given)
    assert (made.status_code, made.json()) == (201, {"name": given["email"].lower()})
    assert made.headers["cache-control"] == "no-store"
    assert "httponly" in made.headers["set-cookie"].lower()
    assert await who(http) == "person:1"
    http.cookies.clear()
    entered = await http.post("/session", json={"email": given["email"], "password": PASSWORD})
    assert entered.status_code == 200
    async with database.reads.connect() as connection:
        kind = (await connection.execute(sa.text("select kind from party join member on party_id = id"))).scalar_one()
    assert kind == given["kind"]


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"kind": "OPERATOR"}, "kind"),
        ({"kind": None}, "kind"),
        ({"name": " "}, "name"),
        ({"name": 7}, "name"),
        ({"handle": "Lena Holt"}, "handle"),
        ({"country": "XX"}, "country"),
        ({"industry": "APPAREL"}, "industry"),
        ({"kind": "BRAND"}, "industry"),
        ({"kind": "BRAND", "industry": "WAR"}, "industry"),
        ({"email": "nobody"}, "email"),
        ({"email": "a\0@example.com"}, "email"),
        ({"password": "short"}, "password"),
        ({"password": "x" * 201}, "password"),
        ({"password": "Password1234"}, "password"),
        ({"password": "abababababababab"}, "password"),
        ({"password": "Lena@Example.com"}, "password"),
        ({"password": None}, "password"),
    ],
)
async def test_what_is_wrong_is_named(
    http: httpx.AsyncClient, database: Database, change: dict[str, Any], path: str
) -> None:
    answer = await http.post("/accounts", json=LENA | change)
    assert (answer.status_code, told(answer)["code"], told(answer)["path"]) == (400, "BAD_USER_INPUT", [path])
    assert "set-cookie" not in answer.headers
    assert await count(database, "party") == await count(database, "person") == 0


async def test_a_taken_handle_is_said_before_a_taken_email(http: httpx.AsyncClient, database: Database) -> None:
    await http.post("/accounts", json=LENA)
    both = await http.post("/accounts", json=LENA)
    assert (both.status_code, told(both)["reason"], told(both)["path"]) == (400, "HANDLE_TAKEN", ["handle"])
    email = await http.post("/accounts", json={**LENA, "handle": "another"})
    assert (email.status_code, told(email)["reason"], told(email)["path"]) == (400, "EMAIL_TAKEN", ["email"])
    assert await count(database, "party") == 1  # nothing is left of the one that was refused


async def test_of_two_at_once_one_has_the_email(http: httpx.AsyncClient, database: Database) -> None:
    given = [{**LENA, "handle": f"lena-{number}"} for number in range(3)]
    answers = await asyncio.gather(*(http.post("/accounts", json=each) for each in given))
    assert sorted(answer.status_code for answer in answers) == [201, 400, 400]
    assert await count(database, "party") == await count(database, "person") == await count(database, "member") == 1


async def test_an_address_asks_after_so_many_emails_and_no_more(http: httpx.AsyncClient, database: Database) -> None:
    wrong = [await http.post("/accounts", json={**LENA, "handle": "-"}) for _ in range(NEW_ACCOUNTS.most + 5)]
    assert {answer.status_code for answer in wrong} == {400}  # before an email is looked at, nothing is counted
    attempts = Attempts(database)
    for _ in range(NEW_ACCOUNTS.most - 1):
        await attempts.count((NEW_ACCOUNTS, "127.0.0.1"))
    answers = await asyncio.gather(*(http.post("/accounts", json={**LENA, "handle": f"h{n}"}) for n in range(3)))
    assert sorted(answer.status_code for answer in answers) == [201, 429, 429]
    turned = max(answers, key=lambda answer: answer.status_code)
    assert (told(turned)["code"], "set-cookie" in turned.headers) == ("RATE_LIMITED", False)
    assert 0 < int(turned.headers["retry-after"]) <= 3601


# ------------------------------------------------------------------ invitations


async def invited(database: Database) -> tuple[int, str]:
    """An agency's number, and the secret of a letter that its member wrote."""
    async with database.work(SYSTEM)() as work:
        person = await people.store.parties.ensure_person(
            work, email="olle@example.com", name="Olle", password_hash=None
        )
    agency_id = await a_party(database, kind=PartyKind.AGENCY, handle="nordlys", person_id=person.id)
    actor = SYSTEM.__class__(
        caller=f"person:{person.id}",
        name="olle@example.com",
        person_id=person.id,
        scopes=frozenset(Scope),
        agency_ids=frozenset({agency_id}),
    )
    async with database.work(actor)() as work:
        _, secret = await people.invite_member(work, party_id=None)
    return agency_id, secret


async def test_who_brings_an_invitation_first_is_a_member(http: httpx.AsyncClient, database: Database) -> None:
    _, secret = await invited(database)
    given = [
        {"invitation": secret, "name": "Mia", "email": f"mia{number}@example.com", "password": PASSWORD}
        for number in range(3)
    ]
    answers = await asyncio.gather(*(http.post("/members", json=each) for each in given))
    assert sorted(answer.status_code for answer in answers) == [201, 404, 404]
    assert await count(database, "member") == await count(database, "person") == 2


async def test_who_is_signed_in_joins_as_herself(http: httpx.AsyncClient, database: Database) -> None:
    agency_id, secret = await invited(database)
    await http.post("/accounts", json=LENA)
    assert (await http.post("/members", json={"invitation": secret})).status_code == 403  # a page of others
    joined = await http.post("/members", json={"invitation": secret}, headers=OURS)
    assert (joined.status_code, joined.json()) == (201, {"name": "lena@example.com"})
    async with database.reads.connect() as connection:
        found = await connection.execute(sa.text(f"select count(*) from member where party_id = {agency_id}"))
    assert found.scalar_one() == 2
    again = await http.post("/members", json={"invitation": secret}, headers=OURS)
    assert (again.status_code, told(again)["path"]) == (404, ["invitation"])


# ------------------------------------------------------------------ passwords


async def test_a_new_password_ends_the_other_sessions(http: httpx.AsyncClient, edge: str) -> None:
    await http.post("/accounts", json=LENA)
    mine = dict(http.cookies)
    async with httpx.AsyncClient(base_url=f"http://{edge}", timeout=60) as elsewhere:
        await elsewhere.post("/session", json={"email": LENA["email"], "password": PASSWORD})
        assert await who(elsewhere) == "person:1"
        new = "a quite different phrase"
        changed = await http.post("/password", json={"current": PASSWORD, "new": new}, headers=OURS)
        assert changed.status_code == 204
        assert dict(http.cookies) != mine
        assert await who(http) == "person:1"
        assert await who(elsewhere) == "anonymous"
        http.cookies.update(mine)
        assert await who(http) == "anonymous"  # the old secret of the very session that asked, too
        for password, status in ((PASSWORD, 401), (new, 200)):
            entered = await elsewhere.post("/session", json={"email": LENA["email"], "password": password})
            assert entered.status_code == status


@pytest.mark.parametrize(
    ("given", "status", "path"),
    [
        ({"current": "wrong", "new": "a quite different phrase"}, 400, ["current"]),
        ({"current": PASSWORD, "new": "short"}, 400, ["new"]),
        ({"current": PASSWORD, "new": "lena@example.com"}, 400, ["new"]),
        ({"new": "a quite different phrase"}, 400, ["current"]),
    ],
)
async def test_a_password_that_does_not_do(
    http: httpx.AsyncClient, given: dict[str, str], status: int, path: list[str]
) -> None:
    await http.post("/accounts", json=LENA)
    answer = await http.post("/password", json=given, headers=OURS)
    assert (answer.status_code, told(answer)["path"]) == (status, path)
    assert await who(http) == "person:1"


async def test_of_two_new_passwords_at_once_one_stands(http: httpx.AsyncClient) -> None:
    await http.post("/accounts", json=LENA)
    news = ["a quite different phrase", "another quite different phrase"]
    answers = await asyncio.gather(
        *(http.post("/password", json={"current": PASSWORD, "new": new}, headers=OURS) for new in news)
    )
    assert sorted(answer.status_code for answer in answers) == [204, 409]


async def test_who_has_not_signed_in_changes_nothing(http: httpx.AsyncClient) -> None:
    for path in ("/password", "/passkeys", "/passkeys/options"):
        answer = await http.post(path, json={"current": PASSWORD, "new": "a quite different phrase"}, headers=OURS)
        assert (answer.status_code, told(answer)["code"]) == (401, "UNAUTHENTICATED")


# ------------------------------------------------------------------ sessions


async def test_signing_in_again_ends_the_session_that_the_browser_had(http: httpx.AsyncClient) -> None:
    await http.post("/accounts", json=LENA)
    before = dict(http.cookies)
    await http.post("/session", json={"email": LENA["email"], "password": PASSWORD})
    assert dict(http.cookies) != before
    assert await who(http) == "person:1"
    http.cookies.update(before)
    assert await who(http) == "anonymous"


@pytest.mark.parametrize(
    ("operator", "later", "holds"),
    [
        (False, "11 hours", True),
        (False, "13 hours", False),
        (True, "29 minutes", True),
        (True, "31 minutes", False),
    ],
)
async def test_a_session_that_is_idle_ends(
    database: Database, http: httpx.AsyncClient, operator: bool, later: str, holds: bool
) -> None:
    await http.post("/accounts", json=LENA)
    async with database.writes.begin() as connection:
        await connection.execute(sa.text(f"update person set is_operator = {operator}"))
        await connection.execute(sa.text(f"update sign_in set last_seen_at = clock() - interval '{later}'"))
    assert (await who(http) == "person:1") is holds


async def test_a_session_that_is_used_ends_all_the_same_after_a_week(
    database: Database, http: httpx.AsyncClient
) -> None:
    await http.post("/accounts", json=LENA)
    async with database.writes.begin() as connection:
        left = await connection.execute(sa.text("select expires_at - created_at from sign_in"))
        assert left.scalar_one().days in (6, 7)
        await connection.execute(sa.text("update sign_in set expires_at = clock()"))
    assert await who(http) == "anonymous"


async def test_being_seen_is_written_down(database: Database, http: httpx.AsyncClient) -> None:
    await http.post("/accounts", json=LENA)
    async with database.writes.begin() as connection:
        await connection.execute(sa.text("update sign_in set last_seen_at = clock() - interval '11 hours'"))
    assert await who(http) == "person:1"
    async with asyncio.timeout(5):
        while True:
            async with database.reads.connect() as connection:
                idle = await connection.execute(
                    sa.text("select clock() - last_seen_at < interval '1 hour' from sign_in")
                )
                if idle.scalar_one():
                    break
            await asyncio.sleep(0.1)


async def test_the_twenty_newest_sessions_are_kept(database: Database) -> None:
    async with database.work(SYSTEM)() as work:
        person = await people.store.parties.ensure_person(work, email="a@example.com", name="A", password_hash=None)
        for _ in range(25):
            secret = await people.begin_session(work, person, method="password", user_agent="", replaces=None)
    async with database.read(SYSTEM)() as read:
        assert len(await people.store.people.sign_ins(read, person.id or 0)) == people.store.people.MAXIMUM_SIGN_INS
    assert (await Authenticator(database, is_https=False)._by_cookie(secret)).actor.person_id == person.id
