"""One execution for all who may see the same; for each of them its own cursor, its own pace, its own right."""

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from typing import Any

import pytest
import strawberry

from core.actor import ANONYMOUS, SYSTEM, Actor, Scope
from core.errors import NotAllowed
from core.store import append_activity
from core.tables import Activity
from server.database import Database
from server.graphql import sharing
from server.graphql.engine import Engine
from server.graphql.negotiation import Parameters
from server.graphql.sharing import Group, powers
from tests.server.conftest import FORBIDDEN
from tests.server.people import a_party, an_api_key, happen
from tests.server.test_websocket import heard, opened, say

DOCUMENT = 'subscription ($after: String) { events(topic: "t", after: $after) { cursor number seen } }'


async def followed(stack: AsyncExitStack, edge: str, init: dict[str, str], **variables: Any) -> Any:
    socket = await stack.enter_async_context(opened(edge, init=init))
    await say(socket, "subscribe", query=DOCUMENT, variables=variables)
    return socket


async def test_equals_share_one_execution_and_each_has_its_own_cursor(edge: str, database: Database) -> None:
    party, other = await a_party(database), await a_party(database, handle="other")
    keys = [(await an_api_key(database, each))[1] for each in (party, party, other)]
    await happen(database, "t", 0)
    async with AsyncExitStack() as stack:
        sockets = [await followed(stack, edge, {"apiKey": key}) for key in (*keys, *keys[:1])]
        await asyncio.sleep(0.3)
        await happen(database, "t", 1)
        told = [(await heard(socket))["payload"]["data"]["events"] for socket in sockets]
        assert [event["number"] for event in told] == [1, 1, 1, 1]
        seen = [event["seen"] for event in told]
        assert {seen[0], seen[2]} == {1, 2}  # another party's key is no equal
        assert seen[0] == seen[1] == seen[3]  # two keys of one party are, and so are two streams of one key
        cursors = [event["cursor"] for event in told]
        assert cursors[0] == cursors[3]
        assert len(set(cursors)) == 3
        late = await followed(stack, edge, {"apiKey": keys[1]}, after="0.0")
        again = [(await heard(late))["payload"]["data"]["events"] for _ in range(2)]
        assert [event["number"] for event in again] == [0, 1]
        assert again[1] == told[1]  # written already: where one goes on is not what one may see


async def test_a_right_that_is_lost_ends_the_stream_with_the_event(edge: str, database: Database) -> None:
    key_id, key = await an_api_key(database, await a_party(database))
    async with AsyncExitStack() as stack:
        socket = await followed(stack, edge, {"apiKey": key})
        await asyncio.sleep(0.3)
        FORBIDDEN.add(f"key:{key_id}")
        await happen(database, "t", 1)
        told = await heard(socket)
        FORBIDDEN.clear()
    assert told["type"] == "error"
    assert told["payload"][0]["extensions"]["code"] == "FORBIDDEN"


async def test_who_leaves_takes_nothing_from_the_others(edge: str, database: Database) -> None:
    async with AsyncExitStack() as stack:
        sockets = [await followed(stack, edge, {}) for _ in range(20)]
        await asyncio.sleep(0.3)
        for number in range(10):
            await happen(database, "t", number)
            await sockets[number].close()
        for socket in sockets[10:]:
            assert [(await heard(socket))["payload"]["data"]["events"]["number"] for _ in range(10)] == list(range(10))


def test_all_that_decides_what_may_be_seen_is_in_the_powers() -> None:
    one = Actor("key:1", "One", api_key_id=1, scopes=frozenset({Scope.READ}), brand_ids=frozenset({1}))
    assert powers(one) == powers(replace(one, caller="key:2", name="Two", api_key_id=2))
    for different in (
        {"person_id": 7}, {"scopes": frozenset(Scope)}, {"brand_ids": frozenset({2})}, {"model_ids": frozenset({1})},
        {"agency_ids": frozenset({1})}, {"represented_ids": frozenset({1})}, {"is_operator": True},
    ):  # fmt: skip
        assert powers(one) != powers(replace(one, **different)), different  # type: ignore[arg-type]


def test_only_what_says_where_to_go_on_is_no_difference(small_schema: strawberry.Schema) -> None:
    engine = Engine(small_schema, lambda context: context)

    def group(document: str, **variables: Any) -> Group:
        parameters = Parameters(document, variables)
        return engine.sharing.group(engine.prepare(parameters).understood, parameters, ANONYMOUS)

    first = group(DOCUMENT, after="1")
    assert group(DOCUMENT, after="2") is first
    twice = "subscription ($t: String!) { events(topic: $t, after: $t) { number } }"
    kept = group(twice, t="1")
    assert group(twice, t="2") is not kept
    topic = "subscription ($t: String!) { events(topic: $t) { number } }"
    kept = group(topic, t="1")
    assert group(topic, t="2") is not kept


def row(number: int) -> Activity:
    return Activity(tx=1, id=number, topic="t", kind="TEST", body={"number": number})


async def test_what_passes_is_waited_for_and_what_does_not_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sharing, "FIRST_WAIT_SECONDS", 0.001)
    tries = 0

    async def run(rows: Sequence[Activity]) -> list[list[bytes]]:
        nonlocal tries
        tries += 1
        if tries < 4:
            raise ConnectionResetError
        return [[b"told"]]

    assert await Group().written([row(1)], run) == [[b"told"]]
    assert tries == 4

    async def breaks(rows: Sequence[Activity]) -> list[list[bytes]]:
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        await Group().written([row(1)], breaks)


async def test_what_comes_together_is_executed_together_and_once() -> None:
    group, executed = Group(), []

    async def run(rows: Sequence[Activity]) -> list[list[bytes]]:
        executed.append([row.id for row in rows])
        await asyncio.sleep(0.01)
        return [[b"%d" % (row.id or 0)] for row in rows]

    rows = [row(number) for number in range(6)]
    asked = [rows[:4], rows[:4], rows[2:], rows[1:3], rows]
    leaving = asyncio.create_task(group.written(rows[:4], run))
    told = asyncio.gather(*(group.written(some, run) for some in asked))
    await asyncio.sleep(0.001)
    leaving.cancel()
    assert await told == [[[b"%d" % (one.id or 0)] for one in some] for some in asked]
    assert executed == [[0, 1, 2, 3], [4, 5]]


@pytest.mark.parametrize(
    ("cost", "expected"), [(0, 32), (1, 32), (62, 32), (63, 31), (500, 4), (2_000, 1), (50_000, 1)]
)
def test_of_a_costly_document_fewer_events_are_executed_together(cost: int, expected: int) -> None:
    assert sharing.at_once(cost) == expected


async def test_what_fails_is_executed_anew_for_who_comes_next() -> None:
    group, failing = Group(), True

    async def run(rows: Sequence[Activity]) -> list[list[bytes]]:
        if failing:
            raise NotAllowed("no")
        return [[b"told"] for _ in rows]

    for _ in range(2):
        waiting = [group.written([row(1), row(2)], run) for _ in range(3)]
        results = await asyncio.gather(*waiting, return_exceptions=True)
        assert [type(each) for each in results] == [NotAllowed] * 3
    failing = False
    assert await group.written([row(1), row(2)], run) == [[b"told"]] * 2


async def test_what_comes_before_the_one_that_fails_is_told(edge: str, database: Database) -> None:
    async with AsyncExitStack() as stack:
        socket = await followed(stack, edge, {})
        await asyncio.sleep(0.3)
        async with database.work(SYSTEM)() as work:
            for number in (1, 2, "nonsense", 3):
                await append_activity(
                    work, topic="t", kind="TEST", body={"number": number} if number != "nonsense" else {}
                )
        for call in database.after_commit:
            call()
        told = [await heard(socket) for _ in range(3)]
    assert [each["payload"]["data"]["events"]["number"] for each in told[:2]] == [1, 2]
    assert told[2]["type"] == "error"
