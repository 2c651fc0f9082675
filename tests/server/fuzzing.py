"""Many bent requests and frames, and what must hold of every answer."""

import asyncio
import json
import logging
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Subprotocol

from tests.server.mutations import Mutator

PROTOCOL = Subprotocol("graphql-transport-ws")
CLOSE_CODES = {1007, 1009, 4400, 4401, 4403, 4409, 4429}
"""With which a connection may be ended for what the client sent."""
JSONS = ("application/json; charset=utf-8", "application/graphql-response+json; charset=utf-8")
PARALLEL = 4
FRAMES = 8
"""Of one connection: what follows a frame that ends it is never read."""


@contextmanager
def crashes() -> Iterator[list[str]]:
    """What is logged as an error, and what nobody caught, while it is open."""
    found: list[str] = []

    class Keeper(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            found.append(f"{record.getMessage()} {record.exc_info}")

    keeper, loop = Keeper(logging.ERROR), asyncio.get_running_loop()
    logging.getLogger().addHandler(keeper)
    before = loop.get_exception_handler()
    loop.set_exception_handler(lambda _, context: found.append(str(context)))
    try:
        yield found
    finally:
        loop.set_exception_handler(before)
        logging.getLogger().removeHandler(keeper)


async def requests(address: str, count: int, seed: int) -> Counter[int]:
    """How often each status was answered. Raises AssertionError, with what was sent, at the first bad answer."""
    statuses: Counter[int] = Counter()
    async with httpx.AsyncClient(base_url=f"http://{address}", timeout=30) as http:

        async def send(mutator: Mutator, count: int) -> None:
            for _ in range(count):
                method, headers, given, body = mutator.request()
                answer = await http.request(method, "/graphql", headers=headers, params=given, content=body)
                assert answer.status_code < 500, (method, headers, given, body, answer.text)
                _check(answer, method, (method, headers, given, body))
                statuses[answer.status_code] += 1

        parts = [Mutator(seed * 1000 + number) for number in range(PARALLEL)]
        await asyncio.gather(*(send(mutator, count // PARALLEL) for mutator in parts))
    return statuses


def _check(answer: httpx.Response, method: str, sent: object) -> None:
    if answer.headers["content-type"].startswith("text/event-stream"):
        assert answer.text.endswith("event: complete\ndata:\n\n"), (sent, answer.text)
    elif method != "HEAD":
        assert answer.headers["content-type"] in JSONS, (sent, answer.headers)
        told = answer.json()
        assert "data" in told or told["errors"], sent
        for error in told.get("errors", []):
            assert error["extensions"]["code"] != "INTERNAL", (sent, told)


async def frames(address: str, count: int, seed: int) -> Counter[int]:
    """How often each code ended a connection."""
    codes: Counter[int] = Counter()

    async def send(mutator: Mutator, count: int) -> None:
        left = count
        while left > 0:
            async with connect(f"ws://{address}/graphql", subprotocols=[PROTOCOL]) as socket:
                await socket.send('{"type": "connection_init"}')
                left -= await _until_it_ends(socket, mutator, min(left, FRAMES), codes)

    await asyncio.gather(*(send(Mutator(seed * 1000 + number), count // PARALLEL) for number in range(PARALLEL)))
    return codes


async def _until_it_ends(socket: ClientConnection, mutator: Mutator, limit: int, codes: Counter[int]) -> int:
    """How many frames were sent before the server closed with a code of its own, or answered one last question."""
    sent: list[Any] = []
    try:
        while len(sent) < limit:
            sent.append(mutator.frame())
            await socket.send(sent[-1])
        await socket.send('{"type": "subscribe", "id": "last", "payload": {"query": "{ hello }"}}')
    except ConnectionClosed:
        pass
    async with asyncio.timeout(60):
        await _answers(socket)
        await socket.close()
    assert socket.close_code in CLOSE_CODES | {1000}, (socket.close_code, sent)
    codes[socket.close_code or 0] += 1
    return max(1, len(sent))


async def _answers(socket: ClientConnection) -> None:
    try:
        async for message in socket:
            told = json.loads(message)
            assert told["type"] in ("connection_ack", "pong", "next", "error", "complete"), told
            assert "INTERNAL" not in str(message), told
            if told["type"] == "complete" and told["id"] == "last":
                return
    except ConnectionClosed:
        pass
