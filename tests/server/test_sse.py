"""Server-sent events: who gets a stream, what it looks like, and that it ends when it must."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx

from server.database import Database
from server.graphql.negotiation import EVENTS, GRAPHQL, JSON
from tests.server.people import a_party, an_api_key, happen, revoke

FOLLOW = {"query": 'subscription ($after: String) { events(topic: "t", after: $after) { cursor number } }'}
HELLO = {"query": "{ hello }"}
URQL = f"{GRAPHQL}, application/graphql+json, {JSON}, {EVENTS}, multipart/mixed"
"""What urql sends with every query."""


@asynccontextmanager
async def streaming(
    http: httpx.AsyncClient, body: dict[str, Any], **headers: str
) -> AsyncIterator[AsyncIterator[tuple[str, Any]]]:
    """The events of a stream: (name, data)."""
    async with http.stream("POST", "/graphql", json=body, headers={"Accept": EVENTS, **headers}) as answer:
        assert answer.status_code == 200
        assert answer.headers["content-type"] == f"{EVENTS}; charset=utf-8"
        yield events(answer)


async def events(answer: httpx.Response) -> AsyncIterator[tuple[str, Any]]:
    text = ""
    async for piece in answer.aiter_text():
        assert "\r" not in piece  # urql splits at LF LF alone
        text += piece
        *whole, text = text.split("\n\n")
        for frame in whole:
            if frame != ":":
                name, data = frame.split("\n")
                yield name.removeprefix("event: "), json.loads(data.removeprefix("data:") or "null")


async def following(
    http: httpx.AsyncClient, database: Database, stream: AsyncIterator[tuple[str, Any]]
) -> dict[str, Any]:
    """The first event of a stream that has begun; one happens until it is heard."""
    heard = asyncio.ensure_future(anext(stream))  # type: ignore[arg-type]
    while not (await asyncio.wait({heard}, timeout=0.2))[0]:
        await happen(database, "t", 1)
    name, data = heard.result()
    assert name == "next"
    return dict(data["data"]["events"])


async def test_json_is_preferred_where_it_is_accepted_and_can_be(http: httpx.AsyncClient) -> None:
    once = {"query": "subscription { once }"}
    cases: list[tuple[str, dict[str, str], str]] = [
        (EVENTS, HELLO, EVENTS),
        (f"{EVENTS};q=0.9, {JSON};q=0.1", HELLO, JSON),
        (f"{EVENTS}, {JSON};q=0", HELLO, EVENTS),
        (URQL, HELLO, GRAPHQL),
        (f"{EVENTS}, */*;q=0.1", HELLO, JSON),
        (EVENTS, {"query": "mutation { touch }"}, EVENTS),
        (EVENTS, {"query": "{ nothing }"}, EVENTS),
        (f"{EVENTS}, multipart/mixed", once, EVENTS),
        (URQL, once, EVENTS),
    ]
    for accept, body, kind in cases:
        answer = await http.post("/graphql", json=body, headers={"Accept": accept})
        assert (answer.status_code, answer.headers["content-type"]) == (200, f"{kind}; charset=utf-8"), accept


async def test_a_stream_must_be_asked_for_by_name(http: httpx.AsyncClient) -> None:
    for accept in ("*/*", JSON, GRAPHQL, f"{EVENTS};q=0, */*", "text/*"):
        assert (await http.post("/graphql", json=FOLLOW, headers={"Accept": accept})).status_code == 406, accept


async def test_what_never_was_a_request_is_refused_in_json(http: httpx.AsyncClient) -> None:
    for body in (b"{", b'{"query": 1}'):
        answer = await http.post("/graphql", content=body, headers={"Accept": EVENTS, "Content-Type": JSON})
        assert (answer.status_code, answer.headers["content-type"]) == (400, f"{JSON}; charset=utf-8")


async def test_one_answer_is_a_stream_of_one(http: httpx.AsyncClient) -> None:
    answer = await http.post("/graphql", json={"query": "{ hello crash }"}, headers={"Accept": EVENTS})
    opening, following, complete, end = answer.text.split("\n\n")
    assert (opening, complete, end) == (":", "event: complete\ndata:", "")
    told = json.loads(following.removeprefix("event: next\ndata: "))
    assert told["data"] == {"hello": "world", "crash": None}
    assert told["errors"][0]["extensions"]["code"] == "INTERNAL"
    assert "secret" not in answer.text


async def test_a_stream_that_breaks_says_so_and_tells_nothing(http: httpx.AsyncClient) -> None:
    async with streaming(http, {"query": "subscription { breaks }"}) as stream:
        told = [event async for event in stream]
    assert [name for name, _ in told] == ["next", "next", "complete"]
    assert told[1][1]["errors"][0]["extensions"]["code"] == "INTERNAL"
    assert "secret" not in json.dumps(told)


async def test_a_stream_resumes_where_it_was_left(http: httpx.AsyncClient, database: Database) -> None:
    async with streaming(http, FOLLOW) as stream:
        first = await following(http, database, stream)
    await happen(database, "t", 2)
    async with streaming(http, {**FOLLOW, "variables": {"after": first["cursor"]}}) as stream:
        async for _, data in stream:
            if data["data"]["events"]["number"] == 2:
                break


async def test_a_revoked_keys_stream_ends_within_a_second(http: httpx.AsyncClient, database: Database) -> None:
    key_id, key = await an_api_key(database, await a_party(database))
    async with streaming(http, FOLLOW, Authorization=f"Bearer {key}") as stream:
        await following(http, database, stream)
        await revoke(database, key_id)
        async with asyncio.timeout(1.5):
            rest = [event async for event in stream]
    assert rest[-2][1]["errors"][0]["extensions"]["code"] == "FORBIDDEN"
    assert rest[-1] == ("complete", None)


async def test_a_key_that_does_not_hold_opens_no_stream(http: httpx.AsyncClient) -> None:
    headers = {"Accept": EVENTS, "Authorization": "Bearer tm_wrong"}
    assert (await http.post("/graphql", json=FOLLOW, headers=headers)).status_code == 401


async def test_streams_are_counted(http: httpx.AsyncClient, edge: str) -> None:
    limits = httpx.Limits(max_connections=None)
    async with httpx.AsyncClient(base_url=f"http://{edge}", limits=limits, timeout=30) as many:
        requests = [many.build_request("POST", "/graphql", json=FOLLOW, headers={"Accept": EVENTS}) for _ in range(101)]
        opened = [await many.send(request, stream=True) for request in requests]
        assert [answer.status_code for answer in opened] == [200] * 100 + [429]
        for answer in opened:
            await answer.aclose()
    await asyncio.sleep(0.3)
    async with streaming(http, {"query": "subscription { once }"}) as stream:  # there is room again
        assert [name async for name, _ in stream] == ["next", "complete"]


async def test_get_opens_a_stream_only_for_who_no_page_of_others_can_be(
    http: httpx.AsyncClient, database: Database
) -> None:
    _, key = await an_api_key(database, await a_party(database))
    own, both = {"Authorization": f"Bearer {key}"}, f"{EVENTS}, {JSON}"
    for accept, headers, status, of_query in (
        (EVENTS, own, 200, 200),
        (EVENTS, {}, 405, 405),
        (both, own, 405, 200),
        ("*/*", own, 406, 200),
        (JSON, own, 406, 200),
    ):
        for query, expected in (
            ("subscription { once }", status),
            ("{ hello }", of_query),
            ("mutation { touch }", 405),
        ):
            answer = await http.get("/graphql", params={"query": query}, headers={"Accept": accept, **headers})
            assert answer.status_code == expected, (accept, headers, query)
