"""Around every request: an id, security headers, one line of log, and an answer even to a crash."""

import logging
import re
import secrets
import time
from collections.abc import Iterable, MutableMapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeAlias

import orjson
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from core.work import ADDRESS
from server import policies
from server.graphql import errors
from server.logs import REQUEST_ID
from server.outages import will_pass

access = logging.getLogger("twinmarket.access")
log = logging.getLogger(__name__)

RawHeader: TypeAlias = tuple[bytes, bytes]
PAGES = (b"text/html", b"application/xhtml", b"image/svg")
GIVEN_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")


@dataclass(frozen=True, slots=True)
class Envelope:
    app: ASGIApp
    public_url: str

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            return await self.app(scope, receive, send)
        request_id = _request_id(scope)
        state = scope.setdefault("state", {})
        state.update(request_id=request_id, public_url=self.public_url)
        ADDRESS.set(scope["client"][0] if scope.get("client") else None)
        REQUEST_ID.set(request_id)
        status, began = 0, time.perf_counter()

        async def note(message: Message) -> None:
            nonlocal status
            if message["type"] in ("http.response.start", "websocket.http.response.start"):
                status = message["status"]
                message["headers"] = self._defended(message["headers"], state)
            elif message["type"] == "websocket.close":
                status = message.get("code", 1000)
            await send(message)

        try:
            await self.app(scope, receive, note)
        except ClientDisconnect:
            log.info("left before all of the request was read")
        except Exception as crash:
            passes = will_pass(crash)
            if passes:
                log.warning("unavailable: %s", crash)
            else:
                log.error("crash", exc_info=crash)
            if status == 0 and scope["type"] == "http":
                await (_unavailable if passes else _crashed)(request_id)(scope, receive, note)
        finally:
            _log(scope, status, time.perf_counter() - began)

    def _defended(self, given: Iterable[RawHeader], state: MutableMapping[str, Any]) -> list[RawHeader]:
        """With what the answer does not say itself. A page is whatever a browser would show as one."""
        said = {name.lower(): value for name, value in given}
        is_page = said.get(b"content-type", b"").lower().startswith(PAGES)
        policy = policies.page(policies.nonce_in(state), self.public_url) if is_page else policies.API
        ours = ((b"x-request-id", state["request_id"].encode()), *_defence(policy, self.public_url[:6] == "https:"))
        return [*given, *(each for each in ours if each[0] not in said)]


@lru_cache(maxsize=8)
def _defence(policy: str, is_https: bool) -> tuple[RawHeader, ...]:
    headers = {policies.HEADER: policy, **policies.EVERYWHERE, **(policies.HTTPS_ONLY if is_https else {})}
    return tuple((name.lower().encode(), value.encode()) for name, value in headers.items())


def _request_id(scope: Scope) -> str:
    """The caller's own, if it is one that can stand in a log."""
    given = next((value.decode("latin-1") for name, value in scope["headers"] if name == b"x-request-id"), "")
    return given if GIVEN_ID.fullmatch(given) else secrets.token_hex(12)


def _crashed(request_id: str) -> Response:
    told = errors.problem("INTERNAL", f"Internal error. Quote request id {request_id}.", request_id)
    return Response(orjson.dumps({"errors": told}), status_code=500, media_type="application/json")


def _unavailable(request_id: str) -> Response:
    """Whatever it was passes: who asks again in a moment is answered, and Stripe does so by itself."""
    told = errors.problem("UNAVAILABLE", errors.TRY_AGAIN, request_id)
    body, headers = orjson.dumps({"errors": told}), {"Retry-After": "1"}
    return Response(body, status_code=503, media_type="application/json", headers=headers)


def _log(scope: Scope, status: int, seconds: float) -> None:
    if not access.isEnabledFor(logging.INFO):
        return
    state = scope["state"]
    access.info(
        "%s %s %d",
        *(scope.get("method", "WEBSOCKET"), scope["path"], status),
        extra={
            "ms": round(seconds * 1000, 1),
            "caller": state.get("caller"),
            "operation": state.get("operation"),
        },
    )
