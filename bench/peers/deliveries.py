"""How many events a second one process delivers, from the commit to so many subscribers of one listing, and what that costs."""

import asyncio
import base64
import os
import resource
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

import asyncpg
import orjson
import uvloop

from bench.peers.data import Size
from bench.peers.questions import SEAL
from bench.peers.servers import Server
from server.auth import digest

DOCUMENT = "subscription ($id: ID!) { listingActivity(listingId: $id) { cursor kind at listing { id currentPrice { amount currency } bidCount } } }"
NEXT = b'{"type":"next"'
TEXT, PING, PONG = 0x81, 0x89, 0x8A
EVENTS = 20
"""Of one commit."""
ROUNDS = 5
AT_ONCE = 50
PATIENCE_SECONDS = 60
WRITE = """insert into activity (topic, kind, body) select $1, 'BID_PLACED', jsonb_build_object('listing_id', $2::bigint)
             from generate_series(1, $3)"""


@dataclass(frozen=True, slots=True)
class Delivered:
    """Medians of some rounds. `microseconds`: of the server's processor time, for one delivery; `kb`: kept of a connection."""

    subscribers: int
    callers: int
    per_second: float
    microseconds: float
    first_ms: float
    last_ms: float
    kb: float


class Counter:
    """Of all subscribers together."""

    def __init__(self) -> None:
        self.acknowledged = 0
        self.seen = 0
        self.wanted = 0
        self.first_at = 0.0
        self.all_seen: asyncio.Future[float] | None = None

    def expect(self, number: int) -> "asyncio.Future[float]":
        self.seen, self.wanted, self.first_at = 0, number, 0.0
        self.all_seen = asyncio.get_running_loop().create_future()
        return self.all_seen

    def add(self, number: int) -> None:
        if self.seen == 0:
            self.first_at = time.perf_counter()
        self.seen += number
        if self.all_seen is not None and self.seen >= self.wanted and not self.all_seen.done():
            self.all_seen.set_result(time.perf_counter())


class Subscriber(asyncio.Protocol):
    """Reads of a message how it begins, and answers pings."""

    def __init__(self, counter: Counter, key: str, listing: str) -> None:
        self.counter, self.key, self.listing = counter, key, listing
        self.tail = b""
        self.greeted = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        nonce = base64.b64encode(os.urandom(16)).decode()
        self.transport.write(
            "GET /graphql HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            f"Sec-WebSocket-Key: {nonce}\r\nSec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n".encode()
        )

    def data_received(self, data: bytes) -> None:
        read = self.tail + data
        place = 0
        if self.greeted == 0:
            place = read.find(b"\r\n\r\n") + 4
            if place < 4:
                self.tail = read
                return
            self.greeted = 1
            self._say({"type": "connection_init", "payload": {"apiKey": self.key}})
        seen = 0
        while (ends := _end_of_frame(read, place)) <= len(read):
            kind = read[place]
            if kind == TEXT and read.startswith(NEXT, place + (2 if read[place + 1] < 126 else 4)):
                seen += 1
            elif kind == TEXT and self.greeted == 1:
                self._subscribe()
            elif kind == PING:
                self.transport.write(bytes([PONG, 0x80 | read[place + 1]]) + b"\0\0\0\0" + read[place + 2 : ends])
            place = ends
        self.tail = read[place:]
        if seen:
            self.counter.add(seen)

    def _subscribe(self) -> None:
        """The first message was the acknowledgement."""
        self.greeted = 2
        self.counter.acknowledged += 1
        payload = {"query": DOCUMENT, "variables": {"id": self.listing}}
        self._say({"type": "subscribe", "id": "1", "payload": payload})

    def _say(self, message: object) -> None:
        """Masked with zeros, which changes nothing."""
        body = orjson.dumps(message)
        size = bytes([0x80 | len(body)]) if len(body) < 126 else b"\xfe" + len(body).to_bytes(2, "big")
        self.transport.write(b"\x81" + size + b"\0\0\0\0" + body)


def _end_of_frame(read: bytes, place: int) -> int:
    """Beyond the end of what was read, if it has not all come yet."""
    left = len(read) - place
    if left < 2:
        return len(read) + 1
    if (size := read[place + 1]) < 126:
        return place + 2 + size
    if left < 4:
        return len(read) + 1
    return place + 4 + int.from_bytes(read[place + 2 : place + 4], "big")


async def _keys(connection: asyncpg.Connection, size: Size, callers: int) -> list[str]:
    """So many keys, of as many brands as there are."""
    made = []
    for number in range(callers):
        party = size.brand_ids[number % len(size.brand_ids)]
        key = f"tm_{number:08x}_{'subscribers'.ljust(35, 'x')}{number:08x}"
        made.append((party, key, digest(key)))
    await connection.executemany(
        "insert into api_key (party_id, name, prefix, secret_hash, scopes) values ($1, 'subscriber', left($2, 11), $3, '{READ}')"
        " on conflict (secret_hash) do nothing",
        made,
    )
    return [key for _, key, _ in made]


async def _follow(server: Server, size: Size, subscribers: int, callers: int) -> Delivered:
    number, counter, loop = size.listings.start, Counter(), asyncio.get_running_loop()
    listing = SEAL.id("Listing", number)
    connection = await asyncpg.connect(server.place.plain_url)
    keys = await _keys(connection, size, min(callers, subscribers))
    before, lines = server.resident_mb[0], []
    for begin in range(0, subscribers, AT_ONCE):
        made = (
            loop.create_connection(
                lambda n=n: Subscriber(counter, keys[n % len(keys)], listing), "127.0.0.1", server.port
            )
            for n in range(begin, min(subscribers, begin + AT_ONCE))
        )
        lines += await asyncio.gather(*made)
        async with asyncio.timeout(PATIENCE_SECONDS):
            while counter.acknowledged < len(lines):  # noqa: ASYNC110 - they are many
                await asyncio.sleep(0.01)
    await _warm(connection, counter, number, subscribers)
    kept = (server.resident_mb[0] - before) * 1024 / subscribers
    rounds = [await _round(server, connection, counter, number, subscribers) for _ in range(ROUNDS)]
    for transport, _ in lines:
        transport.abort()
    await connection.close()
    return Delivered(subscribers, len(keys), *(statistics.median(column) for column in zip(*rounds, strict=True)), kept)


async def _warm(connection: asyncpg.Connection, counter: Counter, listing: int, subscribers: int) -> None:
    """Until a whole event has come: then everybody is subscribed."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            seen = counter.expect(subscribers)
            await _write(connection, listing, 1)
            try:
                async with asyncio.timeout(5):
                    await seen
                break
            except TimeoutError:
                continue
    await asyncio.sleep(1)


async def _round(
    server: Server, connection: asyncpg.Connection, counter: Counter, listing: int, subscribers: int
) -> Sequence[float]:
    """(deliveries a second, microseconds of processor time each, milliseconds until the first came, and the last)"""
    seen, cpu = counter.expect(subscribers * EVENTS), server.cpu_seconds
    began = time.perf_counter()
    await _write(connection, listing, EVENTS)
    async with asyncio.timeout(PATIENCE_SECONDS):
        took = await seen - began
    spent = server.cpu_seconds - cpu
    first = counter.first_at - began
    await asyncio.sleep(0.3)
    return counter.wanted / took, spent / counter.wanted * 1e6, first * 1000, took * 1000


async def _write(connection: asyncpg.Connection, listing: int, number: int) -> None:
    await connection.execute(WRITE, f"listing:{listing}", listing, number)
    await connection.execute("notify twinmarket")


def deliver(server: Server, size: Size, subscribers: int, callers: int) -> Delivered:
    """`callers`: how many different keys they have."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(_follow(server, size, subscribers, callers))


def table(found: Sequence[Delivered]) -> str:
    head = f"{'subscribers':>12}{'callers':>9}{'deliveries/s':>14}{'us each':>9}{'first ms':>10}{'last ms':>9}{'KB each':>9}"
    return "\n".join([head, *(_line(each) for each in found)])


def _line(each: Delivered) -> str:
    return (
        f"{each.subscribers:>12,}{each.callers:>9,}{each.per_second:>14,.0f}{each.microseconds:>9.1f}{each.first_ms:>10.1f}"
        f"{each.last_ms:>9.0f}{each.kb:>9.1f}"
    )
