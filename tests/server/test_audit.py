"""The audit log: written with the act, chained without a gap however many write at once, and every change is seen."""

import asyncio
import contextlib
import dataclasses
import typing
from datetime import datetime, timedelta
from enum import StrEnum

import httpx
import pytest
import sqlalchemy as sa

from core.actor import SYSTEM, Actor
from core.store import append_audit, forget_origins
from core.work import ADDRESS
from market import facts
from server import auditing
from server.database import Database
from server.reactions import REACTIONS, UNAUDITED
from tests.server.test_accounts import LENA, OURS, PASSWORD

ADA = Actor(caller="person:7", name="ada@example.com", person_id=7)


async def write(database: Database, number: int, *, address: str | None = "192.0.2.1") -> None:
    token = ADDRESS.set(address)
    async with database.work(ADA)() as work:
        await append_audit(work, kind="Tested", body={"number": number})
    ADDRESS.reset(token)


async def verdict(database: Database, anchor: tuple[int, str] | None = None) -> auditing.Verdict:
    async with database.snapshot(SYSTEM)() as read:
        return await auditing.verify(read, anchor=anchor)


async def by_force(database: Database, *commands: str) -> None:
    """As somebody does who owns the database and goes around its triggers."""
    async with database.writes.begin() as connection:
        await connection.execute(sa.text("set local session_replication_role = replica"))
        for command in commands:
            await connection.execute(sa.text(command))


async def rows(database: Database) -> list[tuple[str, str, str]]:
    async with database.reads.connect() as connection:
        found = await connection.execute(sa.text("select kind, actor, body from audit order by id"))
        return [(row.kind, row.actor, row.body) for row in found]


# ------------------------------------------------------------------ the chain


async def test_whoever_writes_at_once_makes_one_chain(database: Database) -> None:
    await asyncio.gather(*(write(database, number) for number in range(40)))
    found = await verdict(database)
    assert (found.rows, found.fault) == (40, None)
    async with database.reads.connect() as connection:
        numbers = await connection.execute(sa.text("select number from audit_seal order by number"))
    assert numbers.scalars().all() == list(range(1, 41))


async def test_what_was_not_done_is_not_in_it(database: Database) -> None:
    with contextlib.suppress(ZeroDivisionError):
        async with database.work(ADA)() as work:
            await append_audit(work, kind="Tested", body={})
            raise ZeroDivisionError
    await write(database, 1)
    assert (await verdict(database)).rows == 1


async def test_an_empty_log_holds(database: Database) -> None:
    assert await verdict(database) == auditing.Verdict(0, "")


@pytest.mark.parametrize("change", [
    "update audit set body = '{}' where id = 3",
    "update audit set actor = 'person:8' where id = 3",
    "update audit set kind = 'Other' where id = 3",
    "update audit set at = at + interval '1 microsecond' where id = 3",
    "update audit set origin_digest = null where id = 3",
    "update audit_seal set digest = sha256('x') where number = 3",
    "update audit_seal set audit_id = 99 where number = 3",
])  # fmt: skip
async def test_a_changed_row_is_named(database: Database, change: str) -> None:
    for number in range(5):
        await write(database, number)
    await by_force(database, change)
    found = await verdict(database)
    assert found.rows == 2
    assert found.fault is not None
    assert "3" in found.fault or "99" in found.fault


@pytest.mark.parametrize(("commands", "rows_before", "words"), [
    (["delete from audit where id = 3"], 2, "Row 3, under seal 3, is missing"),
    (["delete from audit_seal where number = 3"], 2, "Seal 3 is missing"),
    (["delete from audit where id = 3", "delete from audit_seal where audit_id = 3"], 2, "Seal 3 is missing"),
    (["insert into audit (at, kind, actor, body) values (clock(), 'Forged', 'system', '{}')"], 5, "Row 6 is under no seal"),
    (["update audit_origin set address = '198.51.100.9' where audit_id = 4"], 3, "The address of row 4 was changed"),
])  # fmt: skip
async def test_what_goes_or_comes_around_the_triggers_is_named(
    database: Database, commands: list[str], rows_before: int, words: str
) -> None:
    for number in range(5):
        await write(database, number)
    await by_force(database, *commands)
    found = await verdict(database)
    assert found.rows == rows_before
    assert words in (found.fault or "")


async def test_a_head_kept_elsewhere_shows_a_chain_that_was_cut_or_made_anew(database: Database) -> None:
    for number in range(5):
        await write(database, number)
    head = (await verdict(database)).head
    await write(database, 6)
    assert (await verdict(database, (5, head))).fault is None
    assert "made anew" in ((await verdict(database, (4, head))).fault or "")
    await by_force(database, "delete from audit_seal where number >= 5", "delete from audit where id >= 5")
    assert (await verdict(database)).fault is None  # by itself, what is left holds
    assert "cut off" in ((await verdict(database, (5, head))).fault or "")


@pytest.mark.parametrize("table", ["audit", "audit_seal"])
async def test_the_database_refuses_to_change_it(database: Database, table: str) -> None:
    await write(database, 1)
    for command in (f"delete from {table}", f"truncate {table} cascade", f"update {table} set audit_id = audit_id"):
        with pytest.raises(sa.exc.DBAPIError):
            async with database.writes.begin() as connection:
                await connection.execute(sa.text(command))
    assert (await verdict(database)).rows == 1


async def test_a_person_is_forgotten_and_the_chain_still_holds(database: Database) -> None:
    for number in range(3):
        await write(database, number)
    async with database.work(SYSTEM)() as work:
        assert await forget_origins(work, person_ids=[8]) == 0
        assert await forget_origins(work, person_ids=[7]) == 3
    async with database.reads.connect() as connection:
        kept = await connection.execute(sa.text("select row_to_json(audit)::text from audit"))
    assert not any("192.0.2.1" in row for row in kept.scalars())
    assert await verdict(database) == await verdict(database)
    assert (await verdict(database)).rows == 3


# ------------------------------------------------------------------ what is in it


async def test_where_somebody_signed_in_is_forgotten_with_her(http: httpx.AsyncClient, database: Database) -> None:
    await http.post("/accounts", json=LENA)
    async with database.work(SYSTEM)() as work:
        assert await forget_origins(work, older_than=timedelta(days=1)) == 0
        assert await forget_origins(work, person_ids=[1]) == 2  # the account, and signing in: by nobody yet, of her
    assert (await verdict(database)).fault is None


async def test_coming_and_going_is_written_down(http: httpx.AsyncClient, database: Database) -> None:
    await http.post("/accounts", json=LENA)
    await http.delete("/session", headers=OURS)
    await http.post("/session", json={"email": LENA["email"], "password": "wrong"})
    await http.post("/session", json={"email": "nobody@example.com", "password": PASSWORD})
    await http.post("/session", json={"email": LENA["email"], "password": PASSWORD})
    new = {"current": PASSWORD, "new": "a quite different phrase"}
    assert (await http.post("/password", json=new, headers=OURS)).status_code == 204
    found = await rows(database)
    assert [(kind, actor) for kind, actor, _ in found] == [
        ("AccountCreated", "anonymous"),
        ("SignedIn", "anonymous"),
        ("SessionEnded", "anonymous"),
        ("SignInRefused", "anonymous"),
        ("SignInRefused", "anonymous"),
        ("SignedIn", "anonymous"),
        ("PasswordChanged", "person:1"),
        ("SessionEnded", "person:1"),
        ("SignedIn", "person:1"),
    ]
    assert found[3][2] == '{"method":"password","person_id":1}'
    assert found[4][2] == '{"method":"password","person_id":null}'
    told = " ".join(body for *_, body in found)
    assert not any(word in told for word in ("@", "Lena", PASSWORD))
    async with database.reads.connect() as connection:
        addresses = await connection.execute(sa.text("select distinct address from audit_origin"))
    assert addresses.scalars().all() == ["127.0.0.1"]
    assert (await verdict(database)).fault is None


PLAIN = (int, bool, str, datetime, type(None))


@pytest.mark.parametrize("fact", [fact for fact in REACTIONS if fact not in UNAUDITED])
def test_no_audited_fact_carries_words_of_people(fact: type) -> None:
    """Numbers, moments, and words of a fixed list: nothing that has to be forgotten with a person."""
    fixed = {"method", "currency"}
    for name, kind in typing.get_type_hints(fact).items():
        for each in typing.get_args(kind) or (kind,):
            assert each in PLAIN or issubclass(each, StrEnum), (fact, name)
            assert each is not str or name in fixed, (fact, name)


def test_every_fact_about_people_and_consent_is_audited() -> None:
    told = {fact.__name__ for fact in REACTIONS if fact not in UNAUDITED}
    kinds = [kind for kind in vars(facts).values() if isinstance(kind, type) and dataclasses.is_dataclass(kind)]
    people = {kind.__name__ for kind in kinds if kind.__module__ == "market.facts"}
    assert {"SignedIn", "SignInRefused", "ApiKeyCreated", "ApiKeyRevoked", "MemberSuspended", "LicenceAccepted"} <= told
    assert {"PolicySet", "RatesSet", "TwinStatusSet", "MandateAnswered", "RefundRequested"} <= told
    assert {fact.__name__ for fact in UNAUDITED} & people == {
        "ListingOpened",
        "ListingWithdrawn",
        "ListingAwarded",
        "BidPlaced",
        "BidAnswered",
        "LicencePaymentFailed",
        "AssetDueSoon",
    }
