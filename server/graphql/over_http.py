"""GraphQL over HTTP: POST with JSON, GET for queries. Whatever comes in, a GraphQL answer goes out."""

from dataclasses import dataclass

import orjson
from graphql import OperationType
from starlette.requests import Request
from starlette.responses import Response

from server.auth import Authenticator, Caller, WrongCredential, is_from_our_page
from server.graphql import errors, negotiation
from server.graphql.context import Contexts
from server.graphql.engine import Answer, Engine, Prepared, Rejected
from server.graphql.negotiation import GRAPHQL, JSON, Malformed, Parameters


@dataclass(frozen=True, slots=True)
class Edge:
    """What both transports stand on."""

    engine: Engine
    contexts: Contexts
    authenticator: Authenticator


class Turned(Exception):
    """Turned away with an HTTP status before anything ran."""

    def __init__(
        self, status: int, message: str, *, code: str = "BAD_USER_INPUT", headers: dict[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.code = code
        self.headers = headers or {}


async def answer(edge: Edge, request: Request) -> Response:
    request_id = request.state.request_id
    kind = negotiation.answer_type(request.headers.get("accept")) or ""
    try:
        if not kind:
            raise Turned(406, f"This answers with {GRAPHQL} or {JSON}; accept one of them.")
        parameters = await _parameters(request)
        caller = await _caller(edge, request)
        request.state.caller = caller.actor.caller
        prepared = edge.engine.prepare(parameters)
        request.state.operation = prepared.operation.name.value if prepared.operation.name else prepared.kind.value
        _check_kind(prepared, request.method)
        done = await edge.engine.execute(prepared, edge.contexts.of(caller.actor, request_id))
    except Turned as turned:
        told = Answer(errors=errors.problem(turned.code, turned.message, request_id), executed=False)
        return _response(told, kind or JSON, turned.status, turned.headers)
    except Rejected as rejected:
        done = Answer(errors=errors.present(rejected.errors, request_id), executed=False)
    except Exception as crash:
        if not errors.will_pass(crash):
            raise
        message = "The service cannot answer just now. Try again in a moment."
        told = Answer(errors=errors.problem("UNAVAILABLE", message, request_id), executed=False)
        return _response(told, kind or JSON, 503, {"Retry-After": "1"})
    return _response(done, kind, 200 if done.executed or kind != GRAPHQL else 400)


async def _parameters(request: Request) -> Parameters:
    try:
        if request.method == "GET":
            return negotiation.from_query_string(request.query_params)
        if request.method != "POST":
            raise Turned(405, "GraphQL is asked with POST, or with GET for queries.", headers={"Allow": "GET, POST"})
        if not negotiation.is_json(request.headers.get("content-type")):
            raise Turned(415, "The body must be JSON: send `Content-Type: application/json`.")
        return negotiation.from_body(await request.body())
    except Malformed as fault:
        raise Turned(400, str(fault)) from None


async def _caller(edge: Edge, request: Request) -> Caller:
    try:
        caller = await edge.authenticator.caller_of(request)
    except WrongCredential as wrong:
        raise Turned(401, str(wrong), code="UNAUTHENTICATED", headers={"WWW-Authenticate": "Bearer"}) from None
    if caller.by_cookie and request.method == "POST" and not is_from_our_page(request):
        raise Turned(403, "A page that is signed in must send the header X-Requested-With.", code="FORBIDDEN")
    return caller


def _check_kind(prepared: Prepared, method: str) -> None:
    if prepared.kind is OperationType.SUBSCRIPTION:
        raise Turned(400, "Subscriptions come over a WebSocket at this same address (graphql-transport-ws).")
    if prepared.kind is OperationType.MUTATION and method == "GET":
        raise Turned(405, "Mutations are sent with POST.", headers={"Allow": "POST"})


def _response(told: Answer, kind: str, status: int, headers: dict[str, str] | None = None) -> Response:
    body = orjson.dumps(told.body, default=str)
    sent = {"Cache-Control": "no-store", "Content-Type": f"{kind}; charset=utf-8", **(headers or {})}
    return Response(body, status_code=status, headers=sent)
