"""GraphQL over WebSocket, the graphql-transport-ws protocol: https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md"""

import asyncio
import contextlib
import logging
from collections.abc import Iterable
from contextlib import aclosing
from dataclasses import replace
from typing import Any, cast
from urllib.parse import urlsplit

import orjson
from graphql import OperationType
from starlette.websockets import WebSocket, WebSocketDisconnect

from schema.context import Context
from server import texts
from server.auth import WrongCredential
from server.callers import NOBODY, Caller
from server.graphql import errors, negotiation
from server.graphql.allowance import address_of, holder_of
from server.graphql.edge import Edge, Refused
from server.graphql.engine import Answer, Prepared
from server.graphql.negotiation import Malformed
from server.graphql.sockets import Sockets, TooManySockets
from server.outages import will_pass
from server.presence import Presence

log = logging.getLogger(__name__)

PROTOCOL = "graphql-transport-ws"
INIT_SECONDS = 5
MAXIMUM_MESSAGE = 100_000
MAXIMUM_OPERATIONS = 100


class Closed(Exception):
    """The connection ends with this code and reason."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


def is_from_our_origin(socket: WebSocket, public_url: str) -> bool:
    """A browser says which page opens the connection, and sends our cookies along; programs send no Origin."""
    origin = socket.headers.get("origin")
    if origin is None or socket.headers.get("sec-fetch-site") == "same-origin":
        return True
    parts = urlsplit(origin)
    return parts.netloc.lower() in (socket.headers.get("host", "").lower(), urlsplit(public_url).netloc.lower())


async def serve(edge: Edge, presence: Presence, sockets: Sockets, socket: WebSocket) -> None:
    """One connection, from its handshake to its end."""
    if not is_from_our_origin(socket, edge.contexts.public_url):
        await socket.close(1008)  # before it is accepted: the handshake is answered with 403
        return
    spoken = PROTOCOL in socket.scope["subprotocols"]
    await socket.accept(subprotocol=PROTOCOL if spoken else None)
    if not spoken:
        await socket.close(4406, "Subprotocol not acceptable")
        return
    await Connection(edge, presence, sockets, socket).run()


class Connection:
    def __init__(self, edge: Edge, presence: Presence, sockets: Sockets, socket: WebSocket) -> None:
        self.edge = edge
        self.presence = presence
        self.sockets = sockets
        self.socket = socket
        self.request_id: str = socket.state.request_id
        self.caller: Caller = NOBODY
        self.operations: dict[str, asyncio.Task[None]] = {}
        self._ending: asyncio.Task[None] | None = None

    async def run(self) -> None:
        try:
            with self.sockets.greeting(address_of(self.socket)):
                await self._greet()
            self.socket.state.caller = self.caller.actor.caller
            with self.sockets.open(self.holder), self.presence.here(self.caller, self._end):
                while True:
                    await self._obey(await self._message())
        except Closed as closed:
            await self._close(closed.code, closed.reason)
        except TooManySockets as full:
            await self._close(1013, str(full))
        except WebSocketDisconnect:
            pass
        except Exception as crash:
            await self._crashed(crash)
        finally:
            for task in self.operations.values():
                task.cancel()
            await asyncio.gather(*self.operations.values(), return_exceptions=True)

    @property
    def holder(self) -> str:
        return holder_of(self.caller.actor, self.socket)

    async def _crashed(self, crash: Exception) -> None:
        """Every end has a code: 1013 asks to try again, 1011 says that it is our doing."""
        if will_pass(crash):
            log.warning("a connection ends: %s", crash)
            return await self._close(1013, "The service cannot answer just now. Try again in a moment")
        log.error("crash of a connection", exc_info=crash)
        return await self._close(1011, f"Internal error. Quote request id {self.request_id}")

    async def _greet(self) -> None:
        """Until the client has said who it is, and we know. Only what it takes is counted against it."""
        try:
            async with asyncio.timeout(INIT_SECONDS):
                while (message := await self._message()).get("type") != "connection_init":
                    if message.get("type") == "subscribe":
                        raise Closed(4401, "Unauthorized")
                    await self._obey(message)
        except TimeoutError:
            raise Closed(4408, "Connection initialisation timeout") from None
        self.caller = await self._caller(message.get("payload"))
        await self._send({"type": "connection_ack", "payload": {"requestId": self.request_id}})

    async def _caller(self, payload: object) -> Caller:
        """From `{"Authorization": "Bearer ..."}` or `{"apiKey": ...}` in the payload, or else the handshake."""
        if not isinstance(payload, dict | None):
            raise Closed(4400, "The payload of connection_init must be an object")
        given = {str(name).lower(): value for name, value in (payload or {}).items()}
        try:
            if isinstance(header := given.get("authorization"), str):
                return await self.edge.authenticator.bearer(header)
            if isinstance(key := given.get("apikey"), str):
                return await self.edge.authenticator.by_key(key)
            return await self.edge.authenticator.caller_of(self.socket)
        except WrongCredential:
            raise Closed(4403, "Forbidden") from None

    async def _message(self) -> dict[str, Any]:
        frame = await self.socket.receive()
        if frame["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(frame.get("code", 1005))
        text = frame.get("text")
        if text is None:
            raise Closed(4400, "Messages are text")
        if len(text) > MAXIMUM_MESSAGE:
            raise Closed(1009, "The message is too long")
        try:
            message = negotiation.read_json(text)
        except Malformed:
            raise Closed(4400, "Messages are JSON") from None
        if not isinstance(message, dict):
            raise Closed(4400, "A message is a JSON object")
        return message

    async def _obey(self, message: dict[str, Any]) -> None:
        match message.get("type"):
            case "ping":
                await self._send({"type": "pong"})
            case "pong":
                pass
            case "subscribe":
                await self._subscribe(message)
            case "complete":
                if (task := self.operations.pop(_id(message), None)) is not None:
                    task.cancel()
            case "connection_init":
                raise Closed(4429, "Too many initialisation requests")
            case _:
                raise Closed(4400, "Unknown message type")

    async def _subscribe(self, message: dict[str, Any]) -> None:
        number = _id(message)
        if number in self.operations:
            raise Closed(4409, f"Subscriber for {number[:50]} already exists")
        if len(self.operations) >= MAXIMUM_OPERATIONS:
            many = f"One connection carries {MAXIMUM_OPERATIONS} operations."
            return await self._refuse(number, errors.problem("RATE_LIMITED", many, self.request_id))
        try:
            parameters = negotiation.from_object(message.get("payload"))
            paid = await self.edge.take(parameters, self.holder, self.request_id)
        except Malformed as fault:
            raise Closed(4400, str(fault)[:120]) from None
        except Refused as refused:
            return await self._refuse(number, refused.errors)
        told = {} if paid.prepared.kind is OperationType.SUBSCRIPTION else paid.extensions
        self.operations[number] = asyncio.create_task(self._operate(number, paid.prepared, told))
        return None

    async def _refuse(self, number: str, told: list[dict[str, Any]]) -> None:
        await self._send({"type": "error", "id": number, "payload": told})

    @property
    def _context(self) -> Context:
        address = self.socket.client.host if self.socket.client else None
        return self.edge.contexts.of(self.caller.actor, self.request_id, address)

    async def _operate(self, number: str, prepared: Prepared, extensions: dict[str, Any]) -> None:
        """Run one operation to its end. Its id is free again before the client hears of that."""
        try:
            if prepared.kind is OperationType.SUBSCRIPTION:
                last = await self._follow(number, prepared)
            else:
                answer = await self.edge.engine.execute(prepared, self._context)
                last = await self._tell(number, replace(answer, extensions=extensions))
        except WebSocketDisconnect:
            return
        except Exception as crash:
            last = {"type": "error", "payload": errors.of_stream(crash, self.request_id)}
        self.operations.pop(number, None)
        with contextlib.suppress(RuntimeError, WebSocketDisconnect):
            await self._send({**last, "id": number})

    async def _tell(self, number: str, answer: Answer) -> dict[str, Any]:
        """Send the one answer; answer the operation's last message."""
        if not answer.executed:
            return {"type": "error", "payload": answer.errors}
        await self._send_next(number, [answer.json])
        return {"type": "complete"}

    async def _follow(self, number: str, prepared: Prepared) -> dict[str, Any]:
        outcome = await self.edge.engine.subscribe(prepared, self._context)
        if isinstance(outcome, Answer):
            return await self._tell(number, outcome)
        async with aclosing(cast(Any, outcome)) as answers:
            async for some in answers:
                await self._send_next(number, some)
                del some  # while the next is waited for
        return {"type": "complete"}

    async def _send_next(self, number: str, answers: Iterable[bytes]) -> None:
        head = b'{"type":"next","id":' + orjson.dumps(number) + b',"payload":'
        await texts.send(self.socket, (head + answer + b"}" for answer in answers))

    async def _send(self, message: dict[str, Any]) -> None:
        await self.socket.send_text(orjson.dumps(message, default=str).decode())

    def _end(self) -> None:
        self._ending = asyncio.create_task(
            self._close(4403, "Forbidden: the credential was revoked, or its powers have changed")
        )

    async def _close(self, code: int, reason: str) -> None:
        with contextlib.suppress(RuntimeError, WebSocketDisconnect):  # it has ended already
            await self.socket.close(code, reason)


def _id(message: dict[str, Any]) -> str:
    number = message.get("id")
    if not isinstance(number, str) or not number:
        raise Closed(4400, "`id` must be a string")
    return number
