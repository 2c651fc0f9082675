"""Attempts to come in: every one is counted, in the database, before anything is looked at."""

import asyncio
from datetime import timedelta

import httpx
import pytest
import sqlalchemy as sa
import strawberry
from argon2 import extract_parameters
from argon2.exceptions import VerifyMismatchError
from graphql import GraphQLInputObjectType, GraphQLObjectType

from server import auth
from server.attempts import ACCOUNT, ADDRESS, Attempts, Limit, TooManyAttempts, network
from server.auth import Authenticator, WrongCredential, hash_password
from server.database import Database
from server.graphql.schema import build_schema
from tests.server.people import a_person
from tests.server.test_accounts import told

PASSWORD = "correct horse battery staple"
EMAIL = "ana@example.com"


async def passes(attempts: Attempts, *tries: tuple[Limit, str]) -> bool:
    try:
        await attempts.count(*tries)
    except TooManyAttempts:
        return False
    return True


async def test_the_count_is_exact_over_processes(database: Database) -> None:
    """Two pools of connections, as two processes have, and both limits in either order: none waits for another in a circle."""
    other = Database.connect(database.url)
    both = [(ACCOUNT, EMAIL), (ADDRESS, "192.0.2.1")]
    tries = [
        passes(Attempts(each), *(both if number % 2 else reversed(both)))
        for number in range(20)
        for each in (database, other)
    ]
    let = await asyncio.gather(*tries)
    await other.close()
    assert sum(let) == ACCOUNT.most
    async with database.reads.connect() as connection:
        counts = await connection.execute(sa.text("select count from attempt"))
    assert counts.scalars().all() == [40, 40]


async def test_a_window_ends_by_itself(database: Database) -> None:
    attempts = Attempts(database)
    limit = Limit("test", 1, timedelta(minutes=15))
    assert [await passes(attempts, (limit, "x")) for _ in range(3)] == [True, False, False]
    async with database.writes.begin() as connection:
        await connection.execute(sa.text("update attempt set ends_at = clock()"))
    assert [await passes(attempts, (limit, "x")) for _ in range(2)] == [True, False]
    assert await passes(attempts, (limit, "y"))


async def test_who_tries_too_often_is_told_until_when(http: httpx.AsyncClient, database: Database) -> None:
    await a_person(database, password_hash=await hash_password(PASSWORD))
    for _ in range(ACCOUNT.most):
        await Attempts(database).count((ACCOUNT, EMAIL))
    for email in (EMAIL, EMAIL.upper(), f" {EMAIL} "):
        turned = await http.post("/session", json={"email": email, "password": PASSWORD})
        assert (turned.status_code, told(turned)["code"]) == (429, "RATE_LIMITED")
        assert 0 < int(turned.headers["retry-after"]) <= 901
        assert "Try again after" in turned.json()["errors"][0]["message"]
        assert "set-cookie" not in turned.headers
    async with database.writes.begin() as connection:
        await connection.execute(sa.text("update attempt set ends_at = clock()"))
    assert (await http.post("/session", json={"email": EMAIL, "password": PASSWORD})).status_code == 200


async def test_it_says_the_same_of_an_email_that_nobody_has(http: httpx.AsyncClient, database: Database) -> None:
    for _ in range(ACCOUNT.most):
        await Attempts(database).count((ACCOUNT, "nobody@example.com"))
    turned = await http.post("/session", json={"email": "nobody@example.com", "password": PASSWORD})
    assert turned.status_code == 429


async def test_the_right_person_begins_anew(database: Database) -> None:
    await a_person(database, password_hash=await hash_password(PASSWORD))
    authenticator = Authenticator(database, is_https=False)
    for _ in range(ACCOUNT.most - 1):
        await Attempts(database).count((ACCOUNT, EMAIL))
    await authenticator.sign_in(EMAIL, PASSWORD, "")
    with pytest.raises(WrongCredential):
        await authenticator.sign_in(EMAIL, "wrong", "")
    async with database.reads.connect() as connection:
        counts = (await connection.execute(sa.text("select count from attempt order by count"))).scalars().all()
    assert counts == [1, 2]  # of the account since then; of the address all, a right one too


async def test_one_address_tries_so_many_accounts_and_no_more(http: httpx.AsyncClient, database: Database) -> None:
    for _ in range(ADDRESS.most):
        await Attempts(database).count((ADDRESS, network("127.0.0.1")))
    turned = await http.post("/session", json={"email": EMAIL, "password": PASSWORD})
    assert turned.status_code == 429
    assert "network" in turned.json()["errors"][0]["message"]


@pytest.mark.parametrize(("address", "whose"), [
    ("192.0.2.1", "192.0.2.1"),
    ("::ffff:192.0.2.1", "192.0.2.1"),
    ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
    ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
    (None, "unknown"),
    ("unix", "unix"),
])  # fmt: skip
def test_an_address_is_a_household(address: str | None, whose: str) -> None:
    assert network(address) == whose


class Watched(Authenticator):
    """Says how often a password was hashed, and against what."""

    checked: list[str]

    async def verify(self, known: str, password: str) -> bool:
        self.checked.append(known)
        return await super().verify(known, password)


async def test_an_answer_takes_as_long_whether_or_not_somebody_has_that_email(database: Database) -> None:
    """One argon2 of the same cost each time: of nobody's, of somebody's, of one who has no password."""
    await a_person(database, password_hash=await hash_password(PASSWORD))
    await a_person(database, email="without@example.com")
    authenticator = Watched(database, is_https=False)
    authenticator.checked = []
    for email in (EMAIL, "nobody@example.com", "without@example.com"):
        with pytest.raises(WrongCredential, match="Email and password do not match"):
            await authenticator.sign_in(email, "wrong", "")
    assert len(authenticator.checked) == 3
    assert len({repr(extract_parameters(known)) for known in authenticator.checked}) == 1
    assert not auth._hasher.check_needs_rehash(auth._NOBODYS_HASH)
    with pytest.raises(VerifyMismatchError):  # it was compared, and not turned away as no hash at all
        auth._hasher.verify(auth._NOBODYS_HASH, "wrong")
    cost = extract_parameters(auth._NOBODYS_HASH)
    assert (cost.memory_cost >= 19_456, cost.time_cost >= 2) == (True, True)  # OWASP's floor


def test_no_field_takes_a_password() -> None:
    """So that no document can try several at once, with aliases or in a batch."""
    schema: strawberry.Schema = build_schema()
    taken = {
        name
        for kind in schema._schema.type_map.values()
        for name in (
            kind.fields
            if isinstance(kind, GraphQLInputObjectType)
            else [argument for field in kind.fields.values() for argument in field.args]
            if isinstance(kind, GraphQLObjectType)
            else []
        )
    }
    assert not {name for name in taken if "password" in name.lower() or "secret" in name.lower()}
    assert "input" in taken
