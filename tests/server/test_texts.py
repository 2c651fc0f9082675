"""Several texts in one message: the same bytes as the library's, and its own way whenever something is in the way."""

import asyncio
from typing import Any, cast

import pytest
from starlette.websockets import WebSocket
from uvicorn.config import Config
from uvicorn.protocols.utils import ClientDisconnected
from uvicorn.server import ServerState
from websockets.frames import Frame, Opcode

from server import texts
from server.slow_readers import WebSocketProtocol

HANDSHAKE = (
    b"GET /graphql HTTP/1.1\r\nHost: here\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)


class Transport:
    """Keeps what is written. A buffer that is full after `room` writes pauses its protocol, as a real one does."""

    def __init__(self, room: int = 1_000) -> None:
        self.room = room
        self.written: list[bytes] = []
        self.protocol: Any = None

    def write(self, data: bytes) -> None:
        self.written.append(data)
        if len(self.written) == self.room:
            self.protocol.pause_writing()

    def get_extra_info(self, name: str) -> Any:
        return None

    def is_closing(self) -> bool:
        return False

    def close(self) -> None:
        pass

    abort = pause_reading = resume_reading = close


async def connected(**options: Any) -> tuple[Any, Transport, dict[str, Any]]:
    """A protocol whose handshake is over, what it writes to, and what its application saw."""
    seen: dict[str, Any] = {}

    async def app(scope: Any, receive: Any, send: Any) -> None:
        seen.update(scope)
        await send({"type": "websocket.accept"})
        await asyncio.Event().wait()

    config = Config(app, ws_per_message_deflate=False, ws_ping_interval=None, log_config=None, **options)
    protocol, transport = cast(Any, WebSocketProtocol(config, ServerState(), {})), Transport()
    transport.protocol = protocol
    protocol.connection_made(transport)
    protocol.data_received(HANDSHAKE)
    await asyncio.sleep(0.01)
    assert transport.written.pop().startswith(b"HTTP/1.1 101")
    return protocol, transport, seen


@pytest.mark.parametrize("size", [0, 1, 125, 126, 127, 65_535, 65_536, 70_000])
async def test_a_text_is_framed_as_the_library_frames_it(size: int) -> None:
    text = ("é" * (size // 2) + "x" * (size % 2)).encode()
    assert len(text) == size
    assert texts.frame(text) == Frame(Opcode.TEXT, text).serialize(mask=False)
    protocol, transport, _ = await connected()
    await protocol.send({"type": "websocket.send", "texts": [text]})
    fast = b"".join(transport.written)
    transport.written.clear()
    await protocol.send({"type": "websocket.send", "text": text.decode()})
    assert b"".join(transport.written) == fast


async def test_who_is_paused_is_sent_no_more_until_it_has_read() -> None:
    protocol, transport, _ = await connected()
    transport.room = 2
    texts_of = [str(number).encode() * 6_000 for number in range(10)]
    asked: list[bytes] = []

    def made() -> Any:
        for text in texts_of:
            asked.append(text)
            yield text

    sending = asyncio.create_task(protocol.send({"type": "websocket.send", "texts": made()}))
    await asyncio.sleep(0.01)
    assert len(transport.written) == 2
    assert asked == texts_of[:9]  # and of those that wait no more was made than leaves in one write
    protocol.resume_writing()
    await sending
    assert len(transport.written) == 4
    assert b"".join(transport.written) == b"".join(map(texts.frame, texts_of))


async def test_texts_that_come_together_leave_in_one_write() -> None:
    protocol, transport, _ = await connected()
    await protocol.send({"type": "websocket.send", "texts": [b"a", b"b", b"c"]})
    assert transport.written == [b"".join(map(texts.frame, (b"a", b"b", b"c")))]
    await protocol.send({"type": "websocket.send", "texts": []})
    assert len(transport.written) == 1


async def test_after_a_close_nothing_is_written() -> None:
    protocol, transport, _ = await connected()
    await protocol.send({"type": "websocket.close", "code": 1000})
    transport.written.clear()
    with pytest.raises(RuntimeError, match="after sending"):
        await protocol.send({"type": "websocket.send", "texts": [b"late"]})
    assert transport.written == []


async def test_who_has_gone_is_written_nothing() -> None:
    protocol, transport, _ = await connected()
    protocol.connection_lost(None)
    with pytest.raises(ClientDisconnected):
        await protocol.send({"type": "websocket.send", "texts": [b"late"]})
    assert transport.written == []


async def test_who_said_goodbye_is_written_nothing() -> None:
    protocol, transport, _ = await connected()
    protocol.data_received(b"\x88\x82\0\0\0\0\x03\xe8")  # closes with 1000, masked with zeros
    transport.written.clear()
    with pytest.raises(ClientDisconnected):
        await protocol.send({"type": "websocket.send", "texts": [b"late"]})
    assert transport.written == []


async def test_a_server_that_does_not_understand_is_sent_one_at_a_time() -> None:
    sent: list[Any] = []

    async def receive() -> Any:
        return {"type": "websocket.connect"}

    async def send(message: Any) -> None:
        sent.append(message)

    _, _, ours = await connected()
    for extensions, expected in (
        ({}, [{"type": "websocket.send", "text": text} for text in "ab"]),
        (ours["extensions"], [{"type": "websocket.send", "texts": [b"a", b"b"]}]),
    ):
        socket = WebSocket({"type": "websocket", "extensions": extensions}, receive, send)
        await socket.accept()
        sent.clear()
        await texts.send(socket, [b"a", b"b"])
        assert sent == expected
