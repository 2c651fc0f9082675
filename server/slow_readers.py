"""The server's protocols, with an end for who does not read: what waits to be sent to them would stay for ever.

While a connection's buffer is full the application waits, so one slow reader costs a buffer and no more. After a while it is
told why and cut off. Nothing is lost: it comes back with its last cursor.
"""

import asyncio
import logging
from typing import Any, cast

import orjson
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.protocol import State

from server import texts
from server.waiting import Box, Signal

log = logging.getLogger(__name__)

SLOW_SECONDS = 20
"""For so long nothing may leave the buffer of a connection."""
LEAVING_SECONDS = 20
"""So long the rest of the buffer, with the reason at its end, waits to be read."""
REASON = "Read too slowly: resume with your last cursor"
TOLD = {"message": f"{REASON}.", "extensions": {"code": "RATE_LIMITED"}}
EXTENSIONS: Any = {"websocket.http.response": {}, texts.EXTENSION: {}}
LAST_EVENTS = (b"event: next\ndata: " + orjson.dumps({"errors": [TOLD]}) + b"\n\n", b"event: complete\ndata:\n\n")


class Clock:
    """Runs while the buffer of one connection is full."""

    __slots__ = ("_timer",)

    def __init__(self) -> None:
        self._timer: asyncio.TimerHandle | None = None

    def start(self, loop: asyncio.AbstractEventLoop, end: Any) -> None:
        self.stop()
        self._timer = loop.call_later(SLOW_SECONDS, end)

    def end(self, loop: asyncio.AbstractEventLoop, transport: asyncio.Transport) -> None:
        """Close it; what waits in its buffer is given up after a while."""
        transport.close()
        self._timer = loop.call_later(LEAVING_SECONDS, transport.abort)

    def stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


class WebSocketProtocol(WebSocketsSansIOProtocol):
    """Ends a slow reader with 1013, "try again later". Keeps little of a connection on which nothing happens, and takes
    several texts at once."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._slow = Clock()
        self.queue = cast(Any, Box())
        self.writable = cast(Any, Signal(is_set=True))

    def handle_connect(self, event: Any) -> None:
        super().handle_connect(event)
        if not self.close_sent:
            self.scope["extensions"] = EXTENSIONS

    async def send(self, message: Any) -> None:
        """Texts that come together are framed here and leave in one write: to write costs more than all that is written.
        The library's own way is good for whatever may be in the way."""
        if "texts" not in message:
            return await super().send(message)
        for some in texts.together(message["texts"]):
            await self.writable.wait()
            if self._may_write():
                self.transport.write(b"".join(map(texts.frame, some)))
                continue
            for text in some:
                await super().send({"type": "websocket.send", "text": text.decode()})
        return None

    def _may_write(self) -> bool:
        """Nothing is closing or lost, and a text is written as it is."""
        return not self.disconnected and self.conn.state is State.OPEN and not self.conn.extensions

    def start_keepalive(self) -> None:
        """The handshake is over: nobody reads it again."""
        super().start_keepalive()
        self.request.headers.clear()
        self.response.headers.clear()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._slow.start(self.loop, self._drop)

    def resume_writing(self) -> None:
        if not self.transport.is_closing():
            self._slow.stop()
        super().resume_writing()

    def connection_lost(self, exc: Exception | None) -> None:
        self._slow.stop()
        super().connection_lost(exc)

    def _drop(self) -> None:
        told = _request_of(getattr(self, "scope", None))
        log.warning("A WebSocket of %s read too slowly, and is closed.", self.client, extra=told)
        if self.handshake_complete and not self.close_sent:
            self.stop_keepalive()
            self.queue.put_nowait({"type": "websocket.disconnect", "code": 1013})
            self.conn.send_close(1013, REASON)
            self.transport.write(b"".join(self.conn.data_to_send()))
            self.close_sent = True
        self.disconnected = True  # the application, which waits to send, learns of it
        self.writable.set()
        self._slow.end(self.loop, self.transport)


class HttpProtocol(HttpToolsProtocol):
    """Ends a slow reader of an answer; one of a stream of events is told why in a last event."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._slow = Clock()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._slow.start(self.loop, self._drop)

    def resume_writing(self) -> None:
        if not self.transport.is_closing():
            self._slow.stop()
        super().resume_writing()

    def connection_lost(self, exc: Exception | None) -> None:
        self._slow.stop()
        super().connection_lost(exc)

    def _drop(self) -> None:
        cycle: Any = self.cycle
        told = _request_of(cycle.scope if cycle is not None else None)
        log.warning("An answer to %s was read too slowly, and is cut off.", self.client, extra=told)
        if cycle is not None and not cycle.response_complete and cycle.scope.get("state", {}).get("is_stream"):
            for event in LAST_EVENTS:
                self.transport.write(b"%x\r\n%b\r\n" % (len(event), event))
            self.transport.write(b"0\r\n\r\n")
        if cycle is not None:
            cycle.disconnected = True  # the application's next send does nothing, and its stream ends
            cycle.message_event.set()
        self.flow.resume_writing()
        self._slow.end(self.loop, self.transport)


def _request_of(scope: Any) -> dict[str, Any]:
    """For a line of the log: the timer that ends a reader runs in no request."""
    return {"request_id": ((scope or {}).get("state") or {}).get("request_id")}
