"""Checks requests and answers against the SDK's own shapes, and an ASGI middleware that does so for all that pass."""

import json
import re
from typing import Any
from urllib.parse import parse_qsl

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .operations import Operations
from .shapes import Mismatch, Record
from .source import ROOT

FORM, JSON = "application/x-www-form-urlencoded", "application/json"
OPERATIONS = Operations()


def api_version() -> str:
    found = re.search(r'CURRENT = "([^"]+)"', (ROOT / "_api_version.py").read_text())
    assert found is not None
    return found[1]


API_VERSION = api_version()


def decode_form(text: str) -> dict[str, Any]:
    """`a[b][0]=x` as {"a": {"b": {"0": "x"}}}; what is a list, its shape knows."""
    form: dict[str, Any] = {}
    for key, value in parse_qsl(text, keep_blank_values=True):
        *way, last = [part.rstrip("]") for part in key.split("[")]
        place = form
        for part in way:
            place = place.setdefault(part, {})
            if not isinstance(place, dict):
                raise Mismatch(key, "is both a value and an object")
        if last in place:
            raise Mismatch(key, "comes twice")
        place[last] = value
    return form


def check_request(method: str, path: str, query: str, headers: dict[str, str], body: bytes) -> None:
    """Raises Mismatch when the SDK's sources know no such operation, parameter or type."""
    operation = OPERATIONS.find(method, path)
    if operation is None:
        raise Mismatch(f"{method} {path}", "is no operation of the services that we use")
    if headers.get("stripe-version") != API_VERSION:
        raise Mismatch("Stripe-Version", f"is {headers.get('stripe-version')}, the SDK is of {API_VERSION}")
    if method == "GET":
        operation.takes.read(decode_form(query), "", form=True)
        return
    expected = JSON if path.startswith("/v2/") else FORM
    if body and not headers.get("content-type", "").startswith(expected):
        raise Mismatch("Content-Type", f"is {headers.get('content-type')}, should be {expected}")
    if len(headers.get("idempotency-key", "")) > 255:
        raise Mismatch("Idempotency-Key", "is longer than 255 characters")
    parameters = json.loads(body or b"{}") if expected == JSON else decode_form(body.decode())
    operation.takes.read(parameters, "", form=expected == FORM)


def check_answer(method: str, path: str, status: int, body: bytes) -> None:
    """Raises Mismatch when the SDK's resource of this answer has no such field or another type of it."""
    operation = OPERATIONS.find(method, path)
    assert operation is not None
    shape = operation.answers if status < 400 else OPERATIONS.error()
    try:
        shape.read(json.loads(body), "", form=False)
    except Mismatch as fault:
        name = shape.name if isinstance(shape, Record) else "answer"
        raise Mismatch(f"{method} {path} -> {status} {name}", str(fault)) from fault


class SpecCheck:
    """Stands before a double of Stripe. A wrong request is refused, and every violation is kept in `violations`."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.violations: list[str] = []
        self.checked: list[str] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith(("/v1/", "/v2/")):
            await self.app(scope, receive, send)
            return
        body = await _whole(receive)
        headers = {name.decode().lower(): value.decode() for name, value in scope["headers"]}
        method, path = scope["method"], scope["path"]
        self.checked.append(f"{method} {path}")
        try:
            check_request(method, path, scope["query_string"].decode(), headers, body)
        except Mismatch as fault:
            self.violations.append(f"request {method} {path}: {fault}")
            await _refuse(send, str(fault))
            return
        answer = _Answer(send)
        try:
            await self.app(scope, _replay(body, receive), answer)
        except Exception as crash:  # the SDK would take it for a broken connection, and try again
            self.violations.append(f"crash in {method} {path}: {crash!r}")
            raise
        if answer.complete:
            try:
                check_answer(method, path, answer.status, bytes(answer.body))
            except Mismatch as fault:
                self.violations.append(f"answer {fault}")


class _Answer:
    """Passes an answer on and remembers it. One that breaks off is not checked: nobody gets to read it."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.status = 0
        self.body = bytearray()
        self.complete = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
        elif message["type"] == "http.response.body":
            self.body += message.get("body", b"")
            self.complete = not message.get("more_body", False)
        await self._send(message)


async def _whole(receive: Receive) -> bytes:
    body, more = b"", True
    while more:
        message = await receive()
        body, more = body + message.get("body", b""), message.get("more_body", False)
    return body


def _replay(body: bytes, receive: Receive) -> Receive:
    waiting = [{"type": "http.request", "body": body, "more_body": False}]

    async def again() -> Message:
        return waiting.pop() if waiting else await receive()

    return again


async def _refuse(send: Send, message: str) -> None:
    body = json.dumps({"error": {"type": "invalid_request_error", "message": f"Not in the SDK: {message}"}}).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 400, "headers": headers})
    await send({"type": "http.response.body", "body": body})
