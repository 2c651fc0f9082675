"""A GraphQL client as a brand's developer might write one: HTTP for questions, graphql-transport-ws for streams."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import count
from typing import Any

import httpx
import orjson
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

_OPERATION = re.compile(r"^\s*(?:query|mutation|subscription)\s+(\w+)")
_ids = count(1)


class Rejected(Exception):
    """The API answered with top-level errors. `codes` are their extensions.code."""

    def __init__(self, errors: list[dict[str, Any]]) -> None:
        super().__init__("; ".join(str(error.get("message")) for error in errors))
        self.codes = [str(error.get("extensions", {}).get("code", "")) for error in errors]


def operation_name(document: str) -> str:
    found = _OPERATION.match(document)
    if found is None:
        raise ValueError("name the operation")
    return found[1]


@dataclass(frozen=True, slots=True)
class Client:
    """Speaks for the holder of `key`."""

    url: str
    key: str | None
    http: httpx.AsyncClient

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.key}"} if self.key else {}

    async def ask(self, document: str, **variables: Any) -> dict[str, Any]:
        """The answer's data. Raises Rejected on top-level errors."""
        body = {"query": document, "variables": variables, "operationName": operation_name(document)}
        answer = (await self.http.post(self.url, json=body, headers=self.headers)).json()
        if answer.get("errors"):
            raise Rejected(answer["errors"])
        return dict(answer["data"])

    async def do(self, document: str, **input: Any) -> dict[str, Any]:
        """Run a mutation that takes one `$input`; answer the member of its union, refusals included."""
        data = await self.ask(document, input=input)
        return dict(next(iter(data.values())))

    @asynccontextmanager
    async def stream(self, document: str, **variables: Any) -> AsyncIterator["Stream"]:
        """Follow a subscription until the block ends, which cuts the connection."""
        url = self.url.replace("http", "ws", 1)
        async with connect(url, subprotocols=[Subprotocol("graphql-transport-ws")]) as socket:
            await socket.send(_frame("connection_init", payload=self.headers))
            opened = orjson.loads(await socket.recv())
            if opened["type"] != "connection_ack":
                raise Rejected([opened])
            number = str(next(_ids))
            payload = {"query": document, "variables": variables, "operationName": operation_name(document)}
            await socket.send(_frame("subscribe", id=number, payload=payload))
            yield Stream(socket)


@dataclass(frozen=True, slots=True)
class Stream:
    socket: ClientConnection

    async def next(self, *, within: float) -> dict[str, Any]:
        """The next event's only field. Raises TimeoutError."""
        async with asyncio.timeout(within):
            while True:
                message = orjson.loads(await self.socket.recv())
                if message["type"] == "ping":
                    await self.socket.send(_frame("pong"))
                elif message["type"] == "next":
                    payload = message["payload"]
                    if payload.get("errors"):
                        raise Rejected(payload["errors"])
                    return dict(next(iter(payload["data"].values())))
                elif message["type"] == "error":
                    raise Rejected(message["payload"])


def _frame(kind: str, **parts: Any) -> str:
    return orjson.dumps({"type": kind, **parts}).decode()
