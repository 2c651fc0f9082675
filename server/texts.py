"""Several text messages of a WebSocket in one go: an extension of ASGI that our own server understands.

Its message is `{"type": "websocket.send", "texts": [...]}`, each a whole text in UTF-8. They are asked for as they are written, so
that of many that wait for a slow reader only a few are held. A server that does not say in `scope["extensions"]` that it
understands is sent each by itself.
"""

from collections.abc import Iterable, Iterator
from struct import Struct

from starlette.websockets import WebSocket

EXTENSION = "twinmarket.texts"

TEXT = 0x81
"""A whole message, and text: https://www.rfc-editor.org/rfc/rfc6455#section-5.2"""
TOGETHER = 16_384
"""Bytes in one write, and no further text: a quarter of what may wait in a connection's buffer."""
_MEDIUM = Struct("!BBH")
_LARGE = Struct("!BBQ")


def frame(text: bytes) -> bytes:
    """As a server sends it: unmasked."""
    size = len(text)
    if size < 126:
        return bytes((TEXT, size)) + text
    return (_MEDIUM.pack(TEXT, 126, size) if size < 65_536 else _LARGE.pack(TEXT, 127, size)) + text


def together(texts: Iterable[bytes]) -> Iterator[list[bytes]]:
    """Those that leave in one write."""
    some: list[bytes] = []
    size = 0
    for text in texts:
        some.append(text)
        size += len(text)
        if size >= TOGETHER:
            yield some
            some, size = [], 0
    if some:
        yield some


async def send(socket: WebSocket, texts: Iterable[bytes]) -> None:
    """Raises WebSocketDisconnect, and RuntimeError once it is closed, as the socket does."""
    if EXTENSION in (socket.scope.get("extensions") or ()):
        return await socket.send({"type": "websocket.send", "texts": texts})
    for text in texts:
        await socket.send_text(text.decode())
    return None
