"""Who showed a key a moment ago is known to queries for a second, and not when anything was committed here."""

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest
import strawberry

from core.actor import ANONYMOUS, SYSTEM, Actor
from market.facts import ApiKeyRevoked
from market.tables import ApiKey
from server import store
from server.assembly import assemble
from server.auth import Authenticator
from server.callers import MOST, Caller, Known
from server.database import Database
from server.settings import Settings
from tests.server.conftest import FakeGateway, listening
from tests.server.people import a_party, an_api_key, revoke

WHO, TOUCH = {"query": "{ who }"}, {"query": "mutation { touch }"}
MOMENT = datetime(2026, 6, 1, tzinfo=UTC)


@pytest.fixture
async def http(
    database: Database, settings: Settings, small_schema: strawberry.Schema
) -> AsyncIterator[httpx.AsyncClient]:
    """The edge as it is outside of tests, where callers are known for a second."""
    knowing = settings.model_copy(update={"keys_remembered_seconds": 1})
    app = assemble(knowing, database, FakeGateway(), schema=small_schema, loaders=lambda read: None)  # type: ignore[arg-type,return-value]
    async with listening(app) as address, httpx.AsyncClient(base_url=f"http://{address}", timeout=60) as client:
        yield client


@pytest.fixture
async def elsewhere(database: Database) -> AsyncIterator[Database]:
    """Another process, which forgets nothing for us."""
    other = Database.connect(database.url)
    yield other
    await other.close()


@pytest.fixture
def looked_up(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    asked: list[bytes] = []
    look_up = store.key_holder

    async def noted(fetch: store.Fetch, secret_hash: bytes) -> store.Credential | None:
        asked.append(secret_hash)
        return await look_up(fetch, secret_hash)

    monkeypatch.setattr(store, "key_holder", noted)
    return asked


async def test_a_key_that_asks_often_is_looked_up_once(
    http: httpx.AsyncClient, database: Database, looked_up: list[bytes]
) -> None:
    keys = dict([await an_api_key(database, await a_party(database, handle=handle)) for handle in ("ana", "bea")])
    began = time.monotonic()
    for _ in range(10):
        for number, key in keys.items():
            told = await http.post("/graphql", json=WHO, headers={"Authorization": f"Bearer {key}"})
            assert told.json()["data"] == {"who": f"key:{number}"}
    assert len(looked_up) <= 2 * (1 + int(time.monotonic() - began))
    assert not any(key.encode() in looked_up for key in keys.values())


async def test_a_key_that_is_revoked_here_opens_nothing_more(http: httpx.AsyncClient, database: Database) -> None:
    number, key = await an_api_key(database, await a_party(database))
    shown = {"Authorization": f"Bearer {key}"}
    assert (await http.post("/graphql", json=WHO, headers=shown)).status_code == 200
    async with database.work(SYSTEM)() as work:
        row = await work.session.get(ApiKey, number)
        assert row is not None
        row.revoked_at = work.now
        work.record(ApiKeyRevoked(api_key_id=number))
    assert (await http.post("/graphql", json=WHO, headers=shown)).status_code == 401


async def test_a_key_that_is_revoked_elsewhere_opens_nothing_after_a_second_and_changes_nothing_at_once(
    http: httpx.AsyncClient, database: Database, elsewhere: Database
) -> None:
    number, key = await an_api_key(database, await a_party(database))
    shown = {"Authorization": f"Bearer {key}"}
    assert (await http.post("/graphql", json=TOUCH, headers=shown)).json()["data"] == {"touch": "touched"}
    asked_at = time.monotonic()
    assert (await http.post("/graphql", json=WHO, headers=shown)).status_code == 200
    await revoke(elsewhere, number)
    assert (await http.post("/graphql", json=TOUCH, headers=shown)).status_code == 401
    events = {**shown, "Accept": "text/event-stream"}
    stream = {"query": "subscription { once }"}
    assert (await http.post("/graphql", json=stream, headers=events)).status_code == 401
    if time.monotonic() - asked_at < 0.8:  # what a query is told meanwhile is what it was told before
        assert (await http.post("/graphql", json=WHO, headers=shown)).status_code == 200
    await asyncio.sleep(max(0, asked_at + 1.1 - time.monotonic()))
    assert (await http.post("/graphql", json=WHO, headers=shown)).status_code == 401


class Desk:
    """Looks keys up, and a clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = 100.0
        self.asked: list[bytes] = []
        self.known = Known(1, clock=lambda: self.now)
        self.commits_meanwhile = False

    async def look_up(self, digest: bytes) -> Caller:
        self.asked.append(digest)
        self.now += 0.2  # it takes its time
        if self.commits_meanwhile:
            self.known.forget()
        return Caller(Actor(caller=digest.decode(), name=""), key_id=1, at=MOMENT)

    async def caller(self, digest: bytes) -> Caller:
        return await self.known.caller(digest, self.look_up)


async def test_the_moment_that_is_told_goes_on_with_the_clock_and_never_ahead_of_it() -> None:
    desk = Desk()
    first = await desk.caller(b"a")
    assert (first.at, first.is_known) == (MOMENT, False)
    desk.now += 0.5
    later = await desk.caller(b"a")
    assert (later.at, later.is_known, later.actor) == (MOMENT + timedelta(seconds=0.5), True, first.actor)


async def test_a_work_begins_when_its_caller_was_looked_up_and_no_later_than_now(database: Database) -> None:
    """By the database's clock, without asking it."""
    _, key = await an_api_key(database, await a_party(database))
    moments: list[datetime] = []
    for _ in range(2):
        caller = await Authenticator(database, is_https=False).by_key(key)
        await asyncio.sleep(0.05)
        for clock in (caller.clock, None):
            async with database.work(caller.actor, clock)() as work:
                moments.append(work.now)
    assert moments == sorted(moments)
    assert caller.at is not None
    assert caller.at + timedelta(seconds=0.05) <= moments[2] <= moments[3]


async def test_a_second_counts_from_when_it_was_asked() -> None:
    desk = Desk()
    await desk.caller(b"a")
    desk.now += 0.79
    assert (await desk.caller(b"a")).is_known
    desk.now += 0.02
    assert not (await desk.caller(b"a")).is_known


async def test_what_was_committed_while_it_was_asked_is_not_known() -> None:
    desk = Desk()
    desk.commits_meanwhile = True
    await desk.caller(b"a")
    assert not (await desk.caller(b"a")).is_known


async def test_no_more_are_known_than_fit() -> None:
    desk = Desk()
    desk.known = Known(10**6, clock=lambda: desk.now)
    for number in range(MOST + 1):
        await desk.caller(str(number).encode())
    assert (await desk.caller(b"1")).is_known
    assert not (await desk.caller(b"0")).is_known


async def test_a_key_that_does_not_hold_is_never_known() -> None:
    known = Known(1)

    async def refuse(digest: bytes) -> Caller:
        raise LookupError

    for _ in range(2):
        with pytest.raises(LookupError):
            await known.caller(b"a", refuse)


async def test_nobody_is_known_where_nothing_is_remembered() -> None:
    known, asked = Known(0), []

    async def look_up(digest: bytes) -> Caller:
        asked.append(digest)
        return Caller(ANONYMOUS)

    for _ in range(3):
        assert not (await known.caller(b"a", look_up)).is_known
    assert len(asked) == 3


async def test_nobody_is_kept_longer_than_told() -> None:
    async def look_up(digest: bytes) -> Caller:
        return Caller(ANONYMOUS)

    now = 0.0
    known = Known(1, clock=lambda: now)
    for number in range(100):
        now = number / 10
        await known.caller(b"%d" % number, look_up)
    assert len(known) == 10
    assert (await known.caller(b"99", look_up)).is_known
    assert not (await known.caller(b"89", look_up)).is_known


async def test_who_is_found_late_is_not_kept() -> None:
    """An answer that took longer than it is good for."""
    now = 0.0

    async def look_up(digest: bytes) -> Caller:
        nonlocal now
        now += 2
        return Caller(ANONYMOUS)

    known = Known(1, clock=lambda: now)
    for _ in range(2):
        assert not (await known.caller(b"a", look_up)).is_known
    assert len(known) == 0
