"""Requests and frames, bent out of shape: the same for the same seed."""

import json
import random
from collections.abc import Callable
from typing import Any

DOCUMENTS = (
    "{ hello }",
    "query Twice($n: Int!) { double(number: $n) }",
    "query A { hello } query B { who nest { inner { depth } } }",
    "mutation { touch }",
    "subscription { once }",
    "{ ...F } fragment F on Query { hello nest { depth @include(if: true) } }",
    '{ refused __typename __schema { queryType { name } } a: __type(name: "Nest") { name } }',
)
VALUES: tuple[Any, ...] = (
    None, True, 0, -1, 2**31, 2**63, 2**64, 1e308, "", "x", "\0", "\ud7ff\ue000\U0001f600", "4", [], [[]], {},
    {"": None}, {"n": 4}, [{"n": 4}], {"n": "4"}, {"n": [4]}, {"n": None}, {"persistedQuery": 1},
    {"persistedQuery": {"version": 1, "sha256Hash": "x"}}, "a" * 5000, {"n": 10**30}, {"n": 1.5},
)  # fmt: skip
KEYS = ("query", "variables", "operationName", "extensions", "id", "type", "payload", "nonsense", "")
TYPES = ("subscribe", "complete", "ping", "pong", "connection_init", "next", "error", "start", "stop", "")
PIECES = (
    b"{",
    b"}",
    b"[",
    b"]",
    b'"',
    b"\\u",
    b"\\ud800",
    b"\0",
    b"\xff",
    b"\xc3",
    b",",
    b":",
    b"null",
    b"1e999",
    b"//",
)
CONTENT_TYPES = (
    "application/json",
    "application/json; charset=utf-8",
    "APPLICATION/JSON",
    "text/plain",
    "",
    "application/json;",
)
ACCEPTS = (
    "*/*", "application/json", "application/graphql-response+json", "text/event-stream", "text/event-stream;q=x",
    "application/*;q=0.000, text/event-stream", "application/json;q=-1", "image/png", "a/b;q=nan", ";;;,,,",
    "application/json;q=inf",
)  # fmt: skip
METHODS = ("POST", "POST", "POST", "POST", "GET", "GET", "PUT", "DELETE", "OPTIONS", "HEAD", "PATCH")


class Mutator:
    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def request(self) -> tuple[str, dict[str, str], dict[str, str], bytes]:
        """(method, headers, the query string, the body)"""
        pick, method = self.random.choice, self.random.choice(METHODS)
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if self.random.random() < 0.3:
            headers["Content-Type"] = pick(CONTENT_TYPES)
        if self.random.random() < 0.4:
            headers["Accept"] = pick(ACCEPTS)
        if self.random.random() < 0.1:
            headers["Authorization"] = pick(("Bearer", "Bearer x", "Basic eDp5", "", "Bearer tm_" + "a" * 52))
        given: dict[str, str] = {}
        if method == "GET" or self.random.random() < 0.1:
            given = {name: self._text(value) for name, value in self._parameters().items() if name}
        return method, headers, given, b"" if method in ("GET", "HEAD") else self.body(self._parameters())

    def frame(self) -> str | bytes:
        message: dict[str, Any] = {"type": self.random.choice(TYPES), "id": str(self.random.randrange(9))}
        if self.random.random() < 0.8:
            message |= {"type": "subscribe", "payload": self._parameters()}
        if self.random.random() < 0.2:
            self._bend(message)
        body = self.body(message)
        try:
            return body.decode() if self.random.random() < 0.97 else body
        except UnicodeDecodeError:
            return body

    def body(self, content: object) -> bytes:
        if self.random.random() < 0.05:
            content = self.random.choice(VALUES)
        text = json.dumps(content).encode()
        if self.random.random() < 0.35:
            for _ in range(self.random.randint(1, 4)):
                text = self.random.choice((self._cut, self._insert, self._flip, self._repeat))(text)
        return text[:90_000]

    def _parameters(self) -> dict[str, Any]:
        query: Any = self.random.choice(DOCUMENTS)
        if self.random.random() < 0.4:
            query = self.random.choice((self._cut, self._insert, self._flip, self._repeat))(query.encode())
            query = query.decode(errors="replace")
        found = {"query": query, "variables": {"n": 4}, "operationName": self.random.choice((None, "A", "Twice", "x"))}
        if self.random.random() < 0.4:
            self._bend(found)
        return found

    def _bend(self, content: dict[str, Any]) -> None:
        content[self.random.choice(KEYS)] = self.random.choice(VALUES)
        if self.random.random() < 0.3:
            content.pop(self.random.choice(sorted(content)))

    def _text(self, value: object) -> str:
        text = value if isinstance(value, str) else json.dumps(value)
        return text[: self.random.randint(0, 3000)]

    def _place(self, text: bytes) -> int:
        return self.random.randint(0, len(text))

    def _cut(self, text: bytes) -> bytes:
        place = self._place(text)
        return text[:place] + text[place + self.random.randint(1, 12) :]

    def _insert(self, text: bytes) -> bytes:
        place = self._place(text)
        return text[:place] + self.random.choice(PIECES) * self.random.choice((1, 1, 2, 2000)) + text[place:]

    def _flip(self, text: bytes) -> bytes:
        changed = bytearray(text)
        if changed:
            changed[self.random.randrange(len(changed))] ^= 1 << self.random.randrange(8)
        return bytes(changed)

    def _repeat(self, text: bytes) -> bytes:
        place = self._place(text)
        piece: Callable[[], bytes] = lambda: text[place : place + self.random.randint(1, 30)]
        return text[:place] + piece() * self.random.choice((2, 40, 400)) + text[place:]
