"""One request as Stripe reads it, and the ways in which Stripe says no."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request

from payments.sandbox.store import State, Thing, shown

MAXIMUM_PAGE = 100


class Trouble(Exception):
    """An answer that is not a success. `kept`: it is remembered under the idempotency key: execution had begun."""

    def __init__(self, status: int, error: Thing, *, kept: bool = True, headers: dict[str, str] | None = None) -> None:
        super().__init__(error.get("message"))
        self.status = status
        self.headers = headers or {}
        self.body: Thing = {"error": error}
        self.kept = kept


def invalid(message: str, *, code: str | None = None, status: int = 400, kept: bool = True, **more: Any) -> Trouble:
    error: Thing = {"type": "invalid_request_error", "message": message, **more}
    return Trouble(status, error if code is None else {**error, "code": code}, kept=kept)


def missing(kind: str, thing_id: object) -> Trouble:
    return invalid(f"No such {kind}: '{thing_id}'", code="resource_missing", status=404)


@dataclass(frozen=True, slots=True)
class Call:
    """`params` are text throughout for v1 (a form, lists as objects with indices), and JSON for v2. `account`: the
    one in whose name the platform asks."""

    method: str
    path: str
    ids: dict[str, str]
    params: dict[str, Any]
    key: str | None
    account: str | None

    @classmethod
    async def of(cls, request: Request) -> "Call":
        body = await request.body()
        if request.method == "GET":
            params = read_form(request.url.query)
        else:
            params = json.loads(body or b"{}") if request.url.path.startswith("/v2/") else read_form(body.decode())
        return cls(
            method=request.method,
            path=request.url.path,
            ids=dict(request.path_params),
            params=params,
            key=request.headers.get("idempotency-key"),
            account=request.headers.get("stripe-account") or request.headers.get("stripe-context"),
        )

    @property
    def fingerprint(self) -> str:
        told = json.dumps([self.method, self.path, self.params], sort_keys=True)
        return sha256(told.encode()).hexdigest()

    def check(self, required: Sequence[str], optional: Sequence[str] = ()) -> None:
        """Stripe's own check of the parameters, before anything is executed: its refusal is not kept under the key."""
        for name in self.params:
            if name not in (*required, *optional, "expand"):
                message = f"Received unknown parameter: {name}"
                raise invalid(message, code="parameter_unknown", kept=False, param=name)
        for name in required:
            if self.params.get(name) in (None, ""):
                raise invalid(f"Missing required param: {name}.", code="parameter_missing", kept=False, param=name)

    def text(self, name: str) -> str | None:
        value = self.params.get(name)
        return value if isinstance(value, str) else None

    def integer(self, name: str) -> int:
        value = str(self.params.get(name))
        if not value.lstrip("-").isdigit():
            message = f"Invalid integer: {value}"
            raise invalid(message, code="parameter_invalid_integer", kept=False, param=name)
        return int(value)

    def texts(self, name: str) -> list[str]:
        value = self.params.get(name) or {}
        return list(value.values() if isinstance(value, dict) else value)

    @property
    def metadata(self) -> dict[str, str]:
        return dict(self.params.get("metadata") or {})


def read_form(text: str) -> dict[str, Any]:
    form: dict[str, Any] = {}
    for key, value in parse_qsl(text, keep_blank_values=True):
        *way, last = [part.rstrip("]") for part in key.split("[")]
        place = form
        for part in way:
            place = place.setdefault(part, {})
        place[last] = value
    return form


def page(things: Sequence[Thing], call: Call) -> Thing:
    """One page of a list, the newest first."""
    newest = list(reversed(things))
    after = call.text("starting_after")
    if after is not None:
        ids = [thing["id"] for thing in newest]
        newest = newest[ids.index(after) + 1 :] if after in ids else []
    limit = min(call.integer("limit"), MAXIMUM_PAGE) if "limit" in call.params else 10
    return {"object": "list", "url": call.path, "has_more": len(newest) > limit, "data": newest[:limit]}


def present(state: State, thing: Thing, call: Call) -> Thing:
    """What is answered: without notes, and with the ids that `expand` names replaced by their objects."""
    answer: Thing = shown(thing)
    if call.path.startswith("/v1/"):
        for way in call.texts("expand"):
            _expand(state, answer, way.split("."))
    return answer


def _expand(state: State, value: Any, way: Sequence[str]) -> None:
    if not way or not isinstance(value, dict):
        return
    name, *rest = way
    inner = value.get(name)
    if isinstance(inner, str):
        found = state.look_up(inner)
        value[name] = inner = shown(found) if found else inner
    for item in inner if isinstance(inner, list) else [inner]:
        _expand(state, item, rest)
