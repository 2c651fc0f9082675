"""The database restarts under a whole deployment: everybody is asked to try again, everything goes on, and nothing is called a crash."""

import asyncio
import logging
from collections import Counter
from typing import Any

import asyncpg
import httpx
import pytest
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql.asyncpg import AsyncAdapt_asyncpg_dbapi

from bench.processes import Api, deployment, restart
from bench.resume import CRASH
from server.database import Database
from server.outages import outlived, will_pass
from tests.server.people import a_party, an_api_key
from tests.server.test_websocket import heard, opened, say

FORM = {"email": "ana@example.com", "password": "a long enough password"}
ASKED: list[tuple[str, str, dict[str, Any]]] = [
    ("POST", "/graphql", {"json": {"query": "{ viewer { name } }"}}),
    ("POST", "/graphql", {"json": {"query": "{ viewer { name } }"}, "headers": {"Accept": "text/event-stream"}}),
    ("POST", "/session", {"json": FORM}),
    ("GET", "/health", {}),
    ("GET", "/.well-known/jwks.json", {}),
    ("POST", "/webhooks/stripe", {"content": b"{}", "headers": {"Stripe-Signature": "x"}}),
]
RESTARTS = 3


async def ask(api: Api, key: str, seen: Counter[int]) -> None:
    """Again and again, each time over a new connection or an old one."""
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{api.port}", timeout=60) as http:
        while True:
            for method, path, options in ASKED:
                given = {"Authorization": f"Bearer {key}"} if path == "/graphql" else {}
                sent = {**options, "headers": {**given, **options.get("headers", {})}}
                answer = await http.request(method, path, **sent)
                assert answer.status_code != 500, (path, answer.text)
                assert "INTERNAL" not in answer.text
                seen[answer.status_code] += 1
            await asyncio.sleep(0.01)


@pytest.mark.timeout(600)
async def test_a_restart_of_the_database_is_nobodys_crash() -> None:
    seen: Counter[int] = Counter()
    async with deployment(1, workers=1, RATE_POINTS="0") as (postgres, [api, worker]):
        database = Database.connect(postgres.url())
        _, key = await an_api_key(database, await a_party(database))
        asking = [asyncio.create_task(ask(api, key, seen)) for _ in range(4)]
        for _ in range(RESTARTS):
            await asyncio.sleep(2)
            await asyncio.to_thread(restart, postgres)
        await asyncio.sleep(2)
        for task in asking:
            task.cancel()
        ended = await asyncio.gather(*asking, return_exceptions=True)
        async with opened(f"127.0.0.1:{api.port}", init={"apiKey": key}) as socket:  # and all is as it was
            await say(socket, "subscribe", query="{ viewer { name } }")
            assert (await heard(socket))["type"] == "next"
        await database.close()
        logs = api.log + worker.log
    assert [line for line in logs.splitlines() if CRASH.search(line)] == [], logs
    assert [error for error in ended if not isinstance(error, asyncio.CancelledError)] == []
    assert seen[200] > 10
    assert seen[503] > 0


def told_by_the_dialect(said: Exception) -> Exception:
    """As its pool raises it when it connects anew: its own kind, with what the driver said for a cause."""
    error = AsyncAdapt_asyncpg_dbapi.Error(str(said), said)
    error.__cause__ = said
    return error


@pytest.mark.parametrize(
    "error",
    [
        asyncpg.ConnectionDoesNotExistError("gone"),
        asyncpg.CannotConnectNowError("starting"),
        asyncpg.InterfaceError("the connection is closed"),
        ConnectionResetError(),
        RuntimeError("unable to perform operation on <UnixTransport closed=True reading=False>; the handler is closed"),
        TimeoutError(),
        sa.exc.TimeoutError("the pool is full"),
        told_by_the_dialect(asyncpg.CannotConnectNowError("starting up")),
        sa.exc.DBAPIError("", {}, told_by_the_dialect(asyncpg.InterfaceError("connection is closed"))),
    ],
)
def test_what_a_driver_says_of_a_lost_connection_passes(error: Exception) -> None:
    assert will_pass(error)


def test_a_fault_of_ours_does_not_end_a_task_and_is_logged_as_one(caplog: pytest.LogCaptureFixture) -> None:
    log = logging.getLogger("server.some")
    assert not will_pass(asyncpg.UniqueViolationError("taken"))
    assert not will_pass(RuntimeError("ours"))
    assert not will_pass(sa.exc.DBAPIError("", {}, told_by_the_dialect(asyncpg.DataError("out of range"))))
    for error in (ValueError("ours"), asyncpg.CannotConnectNowError("theirs")):
        with outlived(log, "the round"):
            raise error
    assert [record.levelname for record in caplog.records] == ["ERROR", "WARNING"]
    assert caplog.records[0].exc_info is not None
    assert caplog.records[1].exc_info is None
