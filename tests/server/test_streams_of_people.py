"""A person's open streams: they end within a second when she signs out, is suspended, or her session is ended elsewhere."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import httpx
import pytest
import sqlalchemy as sa

from market.states import PartyKind
from server.database import Database
from tests.server.people import a_party
from tests.server.test_accounts import LENA, OURS, PASSWORD
from tests.server.test_websocket import EVENTS, closed, heard, opened, say

SECONDS = 2.5
"""A second is promised; the rest is for a busy machine."""

End = Callable[[httpx.AsyncClient, Database], Awaitable[object]]


async def signs_out(http: httpx.AsyncClient, database: Database) -> None:
    assert (await http.delete("/session", headers=OURS)).status_code == 204


async def signs_in_again(http: httpx.AsyncClient, database: Database) -> None:
    entered = await http.post("/session", json={"email": LENA["email"], "password": PASSWORD})
    assert entered.status_code == 200


async def is_suspended(http: httpx.AsyncClient, database: Database) -> None:
    async with database.writes.begin() as connection:
        await connection.execute(sa.text("update member set suspended_at = clock() where person_id = 1"))


async def is_barred(http: httpx.AsyncClient, database: Database) -> None:
    async with database.writes.begin() as connection:
        await connection.execute(sa.text("update person set suspended_at = clock() where id = 1"))


async def is_idle(http: httpx.AsyncClient, database: Database) -> None:
    async with database.writes.begin() as connection:
        await connection.execute(sa.text("update sign_in set last_seen_at = clock() - interval '13 hours'"))


async def has_stayed_too_long(http: httpx.AsyncClient, database: Database) -> None:
    async with database.writes.begin() as connection:
        await connection.execute(sa.text("update sign_in set expires_at = clock()"))


async def joins_another_party(http: httpx.AsyncClient, database: Database) -> None:
    await a_party(database, kind=PartyKind.AGENCY, handle="agency", person_id=1)


@pytest.fixture
async def lena(http: httpx.AsyncClient) -> AsyncIterator[httpx.AsyncClient]:
    assert (await http.post("/accounts", json=LENA)).status_code == 201
    return http


@pytest.mark.parametrize(
    "end",
    [signs_out, signs_in_again, is_suspended, is_barred, is_idle, has_stayed_too_long, joins_another_party],
)
async def test_a_socket_is_closed_with_a_reason(
    lena: httpx.AsyncClient, edge: str, database: Database, end: End
) -> None:
    cookie = {"Cookie": "; ".join(f"{name}={value}" for name, value in lena.cookies.items())}
    async with opened(edge, init={}, additional_headers=cookie) as socket, opened(edge, init={}) as bystander:
        await say(socket, "subscribe", query=EVENTS)
        await asyncio.sleep(0.2)
        await end(lena, database)
        async with asyncio.timeout(SECONDS):
            assert await closed(socket) == 4403
        assert (socket.close_reason or "").startswith("Forbidden: ")
        await bystander.send('{"type": "ping"}')
        assert await heard(bystander) == {"type": "pong"}


async def test_a_stream_of_events_ends_with_a_reason(lena: httpx.AsyncClient, database: Database) -> None:
    headers = {**OURS, "Accept": "text/event-stream"}
    async with lena.stream("POST", "/graphql", json={"query": EVENTS}, headers=headers) as answer:
        lines = answer.aiter_lines()
        await anext(lines)
        await is_suspended(lena, database)
        async with asyncio.timeout(SECONDS):
            told = [line async for line in lines if line.startswith("data: {")]
    assert "FORBIDDEN" in told[-1]


async def test_another_sessions_end_does_not_touch_this_one(
    lena: httpx.AsyncClient, edge: str, database: Database
) -> None:
    async with httpx.AsyncClient(base_url=f"http://{edge}", timeout=60) as elsewhere:
        await signs_in_again(elsewhere, database)
        cookie = {"Cookie": "; ".join(f"{name}={value}" for name, value in lena.cookies.items())}
        async with opened(edge, init={}, additional_headers=cookie) as socket:
            await signs_out(elsewhere, database)
            await asyncio.sleep(1.2)
            await socket.send('{"type": "ping"}')
            assert await heard(socket) == {"type": "pong"}
