"""Clients that follow one subscription each, read with as little as possible, and can be cut off without a word."""

import asyncio
import base64
import os
import socket
import struct
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any, Protocol, cast

import orjson

DOCUMENT = (
    "subscription ($party: ID!, $after: String)"
    " { payoutActivity(partyId: $party, after: $after) { cursor kind amount { amount } } }"
)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a subscriber sends: its key, and the variables of its subscription."""

    key: str
    variables: dict[str, Any]
    document: str = DOCUMENT

    @property
    def payload(self) -> dict[str, Any]:
        return {"query": self.document, "variables": self.variables}


class Ended(Exception):
    """The server ended it: `code` is the WebSocket's, 0 without one."""

    def __init__(self, code: int, reason: str = "") -> None:
        super().__init__(f"{code} {reason}")
        self.code = code


class Line(Protocol):
    """One open subscription."""

    async def open(self, port: int, asked: Asked) -> None: ...

    def events(self) -> AsyncIterator[Any]: ...

    def cut(self, *, reset: bool) -> None: ...


class _Line:
    """`buffer`: how much the machine may receive for a client that does not read."""

    _reader: asyncio.StreamReader
    _writer: asyncio.StreamWriter | None = None

    def __init__(self, buffer: int | None = None) -> None:
        self._buffer = buffer

    async def _connect(self, port: int) -> None:
        own = socket.socket()
        own.setblocking(False)
        if self._buffer is not None:
            own.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, self._buffer)
        try:
            await asyncio.get_running_loop().sock_connect(own, ("127.0.0.1", port))
            self._reader, self._writer = await asyncio.open_connection(sock=own, limit=2**20)
        except OSError:
            own.close()
            raise

    def pause(self) -> None:
        """Read no more."""
        if self._writer is not None:
            cast(Any, self._writer.transport).pause_reading()

    def go_on(self) -> None:
        if self._writer is not None:
            cast(Any, self._writer.transport).resume_reading()

    def _write(self, data: bytes) -> None:
        if self._writer is not None:
            self._writer.write(data)

    async def _head(self) -> int:
        """The status of the answer's head."""
        head = await self._reader.readuntil(b"\r\n\r\n")
        return int(head.split(b" ", 2)[1])

    def cut(self, *, reset: bool) -> None:
        """Without a goodbye: as a mobile that loses its network, or a proxy that resets."""
        if self._writer is None:
            return
        if reset and (own := self._writer.get_extra_info("socket")) is not None:
            own.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._writer.transport.abort()
        self._writer = None


class WebSocketLine(_Line):
    """graphql-transport-ws."""

    async def open(self, port: int, asked: Asked) -> None:
        await self._connect(port)
        key = base64.b64encode(os.urandom(16)).decode()
        self._write(
            f"GET /graphql HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n"
            f"Sec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n".encode()
        )
        if (status := await self._head()) != 101:
            raise Ended(0, f"status {status}")
        self._say({"type": "connection_init", "payload": {"apiKey": asked.key}})
        while (await self._message())["type"] != "connection_ack":
            pass
        self._say({"type": "subscribe", "id": "1", "payload": asked.payload})

    async def events(self) -> AsyncIterator[Any]:
        """The field's values, as they come. Raises Ended."""
        while True:
            message = await self._message()
            if message["type"] == "next":
                payload = message["payload"]
                if payload.get("errors"):
                    raise Ended(0, str(payload["errors"]))
                yield next(iter(payload["data"].values()))
            elif message["type"] in ("error", "complete"):
                raise Ended(0, str(message))

    def _say(self, message: dict[str, Any]) -> None:
        self._frame(1, orjson.dumps(message))

    def _frame(self, kind: int, body: bytes) -> None:
        """Masked with zeros, which changes nothing."""
        size = len(body)
        head = bytes([0x80 | kind, 0x80 | size]) if size < 126 else bytes([0x80 | kind, 0xFE]) + struct.pack(">H", size)
        self._write(head + b"\0\0\0\0" + body)

    async def _message(self) -> Any:
        while True:
            first, size = await self._reader.readexactly(2)
            if size == 126:
                (size,) = struct.unpack(">H", await self._reader.readexactly(2))
            elif size == 127:
                (size,) = struct.unpack(">Q", await self._reader.readexactly(8))
            body = await self._reader.readexactly(size)
            match first & 15:
                case 1:
                    return orjson.loads(body)
                case 8:
                    raise Ended(struct.unpack(">H", body[:2])[0] if body else 1005, body[2:].decode())
                case 9:
                    self._frame(10, body)


class EventsLine(_Line):
    """Server-sent events."""

    async def open(self, port: int, asked: Asked) -> None:
        await self._connect(port)
        body = orjson.dumps(asked.payload)
        self._write(
            f"POST /graphql HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAccept: text/event-stream\r\n"
            f"Authorization: Bearer {asked.key}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\n\r\n".encode()
            + body
        )
        if (status := await self._head()) != 200:
            raise Ended(0, f"status {status}")

    async def events(self) -> AsyncIterator[Any]:
        """The server writes whole events and signs of life, those that come together as one chunk."""
        while size := int(await self._reader.readuntil(b"\r\n"), 16):
            chunk = (await self._reader.readexactly(size + 2))[:-2]
            for frame in chunk.split(b"\n\n"):
                if frame.startswith(b"event: next"):
                    payload = orjson.loads(frame[frame.index(b"data: ") + 6 :])
                    if payload.get("errors"):
                        raise Ended(0, str(payload["errors"]))
                    yield next(iter(payload["data"].values()))
        raise Ended(0, "complete")
