"""Who does not read is told why, cut off, and can resume; a buffer is all that it costs meanwhile."""

import asyncio
from contextlib import aclosing
from typing import Any

import orjson
import pytest

from bench.subscribers import Asked, Ended, EventsLine, Line, WebSocketLine
from core.actor import SYSTEM
from core.store import append_activity
from server import slow_readers
from server.database import Database
from tests.server.people import a_party, an_api_key

ALIASES = " ".join(f"a{number}: cursor" for number in range(40))
DOCUMENT = f'subscription ($after: String) {{ events(topic: "t", after: $after) {{ cursor number {ALIASES} }} }}'
EVENTS = 8_000


async def many(database: Database) -> None:
    async with database.work(SYSTEM)() as work:
        await append_activity(work, topic="t", kind="TEST", body={"number": 0})
    async with database.writes.begin() as connection:
        await connection.exec_driver_sql(
            "insert into activity (topic, kind, body)"
            f" select 't', 'TEST', jsonb_build_object('number', n) from generate_series(1, {EVENTS}) n"
        )


async def read(line: Line, asked: Asked, numbers: list[int]) -> None:
    async for event in line.events():
        numbers.append(event["number"])
        asked.variables["after"] = event["cursor"]


@pytest.mark.timeout(120)
@pytest.mark.parametrize("line_of", [WebSocketLine, EventsLine])
async def test_a_reader_that_does_not_read(
    edge: str,
    database: Database,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    line_of: type[Any],
) -> None:
    monkeypatch.setattr(slow_readers, "SLOW_SECONDS", 0.5)
    _, key = await an_api_key(database, await a_party(database))
    await many(database)
    asked = Asked(key, {"after": "0.0"}, DOCUMENT)
    line = line_of(32_768)
    await line.open(int(edge.split(":")[1]), asked)
    line.pause()
    async with asyncio.timeout(60):
        while "too slowly" not in caplog.text:  # noqa: ASYNC110
            await asyncio.sleep(0.1)
    line.go_on()
    numbers: list[int] = []
    with pytest.raises((Ended, EOFError)) as ended:
        await asyncio.wait_for(read(line, asked, numbers), 30)
    line.cut(reset=False)
    assert "Read too slowly" in str(ended.value)
    assert numbers == list(range(len(numbers)))
    assert 0 < len(numbers) < EVENTS
    line = line_of()  # and comes back
    await line.open(int(edge.split(":")[1]), asked)
    async with aclosing(line.events()) as events:
        assert (await anext(events))["number"] == len(numbers)
    line.cut(reset=False)
    assert orjson.loads(orjson.dumps(slow_readers.TOLD))["extensions"]["code"] == "RATE_LIMITED"
