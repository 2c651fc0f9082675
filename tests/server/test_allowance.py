"""What callers may spend: exact over processes, told in every answer, and nobody pays for others."""

import asyncio
import sys
import time
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import sqlalchemy as sa
import strawberry

from bench.processes import Api, deployment
from core.actor import SYSTEM
from server import store
from server.assembly import assemble
from server.database import Database
from server.graphql.allowance import REFUSED, Allowance, Beyond, Rate, Spent
from server.settings import Settings
from tests.server.conftest import FakeGateway, listening
from tests.server.people import a_party, an_api_key
from tests.server.test_websocket import heard, opened, say

POINTS = 60


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.parametrize("cost", [1, 7])
async def test_two_processes_never_give_more_than_there_is(database: Database, cost: int) -> None:
    points, per_second = 1_000, 1
    command = [sys.executable, "-m", "tests.server.spender", database.url, str(points), str(per_second), str(cost)]
    pipes = {"stdin": asyncio.subprocess.PIPE, "stdout": asyncio.subprocess.PIPE}
    spenders: Any = [await asyncio.create_subprocess_exec(*command, **pipes) for _ in range(2)]
    for spender in spenders:
        assert await spender.stdout.readline() == b"ready\n"
    began = time.monotonic()
    told = await asyncio.gather(*(spender.communicate(b"go\n") for spender in spenders))
    got = [int(out) for out, _ in told]
    restored = (time.monotonic() - began) * per_second
    assert points - cost < sum(got) <= points + restored + 1
    assert all(got)


async def test_two_servers_answer_from_one_bucket() -> None:
    points, per_second, question = 2_000, 1, {"query": "{ viewer { name } }"}
    limits = {"RATE_POINTS": str(points), "RATE_POINTS_PER_SECOND": str(per_second)}
    async with deployment(2, **limits) as (postgres, apis):
        database = Database.connect(postgres.url())
        _, key = await an_api_key(database, await a_party(database))
        await database.close()

        async def until_refused(api: Api) -> int:
            got = 0
            async with httpx.AsyncClient(headers={"Authorization": f"Bearer {key}"}) as http:
                while (
                    answer := await http.post(f"http://127.0.0.1:{api.port}/graphql", json=question)
                ).status_code == 200:
                    got += answer.json()["extensions"]["cost"]["requested"]
            assert answer.status_code == 429
            return got

        began = time.monotonic()
        got = await asyncio.gather(*(until_refused(api) for api in (*apis, *apis)))
        restored = (time.monotonic() - began) * per_second
    assert points - 4 < sum(got) <= points + restored + 1
    assert all(got)


async def test_what_is_held_does_not_outlive_what_came_back(database: Database) -> None:
    """Two processes hold some of a bucket that fills up meanwhile: together there is never more than a bucket of it."""
    rate, clocks = Rate(1000, 10), (Clock(), Clock())
    one, two = (Allowance(database, rate, rate, clock=clock) for clock in clocks)
    for allowance in (one, two):
        await allowance.take("key:1", 1)
    for clock in clocks:
        clock.now = 3600.0  # of the processes' own time: the database's bucket may be full by now
    holdings = [allowance._holdings["key:1"].usable(rate, 3600.0) for allowance in (one, two)]
    assert holdings == [0, 0]


async def test_many_requests_ask_the_database_seldom(database: Database) -> None:
    allowance, asked = Allowance(database, Rate(100_000, 1), Rate(1, 1)), 0

    def note(*_: object) -> None:
        nonlocal asked
        asked += 1

    sa.event.listen(database.reads.sync_engine, "before_cursor_execute", note)
    told = [await allowance.take("key:1", 10) for _ in range(500)]
    assert asked <= 3
    assert 100_000 - 5_000 <= told[-1]["remaining"] <= 100_000 - 5_000 + 20


async def test_waiting_brings_it_back(database: Database) -> None:
    allowance = Allowance(database, Rate(10, 20), Rate(10, 20))
    await allowance.take("key:1", 10)
    with pytest.raises(Spent) as spent:
        await allowance.take("key:1", 10)
    assert spent.value.retry_after == 1
    await allowance.take("key:2", 10)  # another's is its own
    await asyncio.sleep(0.7)
    await allowance.take("key:1", 10)
    with pytest.raises(Beyond):
        await allowance.take("key:1", 11)


async def test_full_buckets_are_dropped(database: Database) -> None:
    allowance = Allowance(database, Rate(10, 1000), Rate(10, 1))
    await allowance.take("key:1", 10)
    await allowance.take("address:x", 10)
    await asyncio.sleep(0.1)
    async with database.work(SYSTEM)() as work:
        await store.drop_full_buckets(work)
        left = (await work.session.execute(sa.text("select caller from bucket"))).scalars().all()
    assert left == ["address:x"]


@pytest.fixture
async def poor(database: Database, small_schema: strawberry.Schema) -> AsyncIterator[str]:
    """The small schema for callers who may spend little."""
    limits: dict[str, Any] = {"RATE_POINTS": POINTS, "ANONYMOUS_RATE_POINTS": POINTS, "RATE_POINTS_PER_SECOND": 1}
    limits["ANONYMOUS_RATE_POINTS_PER_SECOND"] = 1
    settings = Settings(_env_file=None, TWINMARKET_ENV="test", **limits)
    gateway: Any = FakeGateway()
    app = assemble(settings, database, gateway, schema=small_schema, loaders=lambda read: None)  # type: ignore[arg-type,return-value]
    async with listening(app) as address:
        yield address


async def test_every_answer_tells_what_it_cost_and_what_is_left(poor: str) -> None:
    async with httpx.AsyncClient(base_url=f"http://{poor}") as http:
        answer = (await http.post("/graphql", json={"query": "{ hello }"})).json()
        cost = answer["extensions"]["cost"]
        assert (cost["requested"], cost["limit"], cost["capacity"], cost["remaining"]) == (
            1,
            POINTS,
            POINTS,
            POINTS - 1,
        )
        assert cost["fullAt"].endswith("Z")
        assert answer["extensions"]["requestId"]
        changed = (await http.post("/graphql", json={"query": "mutation { touch }"})).json()
        assert changed["extensions"]["cost"]["requested"] == 10


async def test_who_has_spent_it_waits_and_nobody_else(poor: str, database: Database) -> None:
    _, key = await an_api_key(database, await a_party(database))
    mutation = {"query": "mutation { touch }"}
    async with httpx.AsyncClient(base_url=f"http://{poor}") as http:
        statuses = [(await http.post("/graphql", json=mutation)).status_code for _ in range(6)]
        assert statuses == [200] * 6
        answer = await http.post("/graphql", json=mutation)
        error = answer.json()["errors"][0]["extensions"]
        assert (answer.status_code, error["code"]) == (429, "RATE_LIMITED")
        assert answer.headers["retry-after"] == str(error["retryAfterSeconds"])
        assert 5 <= error["retryAfterSeconds"] <= 11
        header = {"Authorization": f"Bearer {key}"}
        assert (await http.post("/graphql", json=mutation, headers=header)).status_code == 200
        elsewhere = {"X-Forwarded-For": "2001:db8::7"}  # a proxy on this machine says so, which is believed
        assert (await http.post("/graphql", json=mutation, headers=elsewhere)).status_code == 200
    async with opened(poor, init={}) as socket:
        await say(socket, "subscribe", query="mutation { touch }")
        told = await heard(socket)
        assert (told["type"], told["payload"][0]["extensions"]["code"]) == ("error", "RATE_LIMITED")
        assert told["payload"][0]["extensions"]["retryAfterSeconds"] > 0


async def test_refusals_are_paid_for_and_what_can_never_be_paid_is_too_costly(poor: str) -> None:
    async with httpx.AsyncClient(base_url=f"http://{poor}") as http:
        for _ in range(POINTS // REFUSED):
            assert (await http.post("/graphql", json={"query": "{ nothing }"})).status_code == 200
        assert (await http.post("/graphql", json={"query": "{ nothing }"})).status_code == 429
        elsewhere = {"X-Forwarded-For": "192.0.2.1"}
        dear = {
            "query": "{ " + " ".join(f"a{n}: nest {{ depth }}" for n in range(19)) + " __schema { types { name } } }"
        }
        answer = (await http.post("/graphql", json=dear, headers=elsewhere)).json()
        assert answer["errors"][0]["extensions"]["code"] == "TOO_COSTLY"
        assert answer["errors"][0]["extensions"]["cost"] == {"requested": 120, "limit": POINTS}
