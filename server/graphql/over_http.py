"""GraphQL over HTTP: POST with JSON, GET for queries. Whatever comes in, a GraphQL answer goes out.

Subscriptions are streamed to who accepts server-sent events. Queries and mutations are too, if nothing else is
accepted: clients such as urql list every type that they can read, JSON first, and mean JSON.
"""

from graphql import OperationType
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from server.auth import WrongCredential, is_from_our_page
from server.callers import Caller
from server.graphql import errors, negotiation, over_sse
from server.graphql.allowance import holder_of
from server.graphql.edge import Edge, Refused
from server.graphql.engine import Answer, Prepared
from server.graphql.negotiation import EVENTS, GRAPHQL, JSON, Malformed, Parameters
from server.graphql.over_sse import TooManyStreams
from server.outages import will_pass

CACHED = {"Cache-Control": "public, max-age=5", "Vary": "Accept, Authorization, Cookie"}


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


async def serve(edge: Edge, scope: Scope, receive: Receive, send: Send) -> None:
    response = await answer(edge, Request(scope, receive, send))
    await response(scope, receive, send)


async def answer(edge: Edge, request: Request) -> Response:
    request_id = request.state.request_id
    accept = request.headers.get("accept")
    kind, events = negotiation.answer_type(accept) or "", negotiation.accepts_events(accept)
    try:
        if not kind and not events:
            raise Turned(406, f"This answers with {GRAPHQL}, {JSON} or {EVENTS}; accept one of them.")
        return await _answered(edge, request, kind, events)
    except Turned as turned:
        return _response(_problem(turned.code, turned.message, request_id), kind, turned.status, turned.headers)
    except TooManyStreams as full:
        return _response(_problem("RATE_LIMITED", str(full), request_id), kind, 429, {"Retry-After": "1"})
    except Refused as refused:
        told = Answer(errors=refused.errors, executed=False)
        if refused.retry_after is not None:
            return _response(told, kind, 429, {"Retry-After": str(refused.retry_after)})
        return _response(told, kind, 400 if kind == GRAPHQL else 200) if kind else over_sse.told(told)
    except Exception as crash:
        if not will_pass(crash):
            raise
        return _response(_problem("UNAVAILABLE", errors.TRY_AGAIN, request_id), kind, 503, {"Retry-After": "1"})


async def _answered(edge: Edge, request: Request, kind: str, events: bool) -> Response:
    request_id = request.state.request_id
    parameters = await _parameters(request)
    caller = await _caller(edge, request)
    request.state.caller = caller.actor.caller
    holder = holder_of(caller.actor, request)
    try:
        paid = await edge.take(parameters, holder, request_id, may_keep=request.method == "POST")
    except Malformed as fault:
        raise Turned(400, str(fault)) from None
    prepared = paid.prepared
    if caller.is_known and prepared.kind is not OperationType.QUERY:
        caller = await _caller(edge, request, anew=True)
    request.state.operation = prepared.name
    address = request.client.host if request.client else None
    at = caller.at if prepared.kind is OperationType.QUERY else None  # what is seen after a change is asked anew
    clock = caller.clock if prepared.kind is OperationType.MUTATION else None
    context = edge.contexts.of(caller.actor, request_id, address, at=at, clock=clock)
    if _is_streamed(prepared, request, kind, events):
        request.state.is_stream = True
        return edge.streams.open(prepared, context, caller, holder)
    done = await edge.engine.execute(prepared, context)
    if request.method == "GET" and _may_be_cached(parameters, request, done):
        return _response(done, kind, 200, CACHED)
    told = done.with_extensions(paid.extensions)
    return _response(told, kind, 200 if done.executed or kind != GRAPHQL else 400)


def _may_be_cached(parameters: Parameters, request: Request, done: Answer) -> bool:
    """What anybody may see, asked by a short address: a cache before us may keep it for a moment."""
    known = {"authorization", "cookie"} & set(request.headers)
    return parameters.hash is not None and not parameters.query and not known and done.executed and not done.errors


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


async def _caller(edge: Edge, request: Request, *, anew: bool = False) -> Caller:
    ask = edge.authenticator.caller_of if anew else edge.authenticator.asker_of
    try:
        caller = await ask(request)
    except WrongCredential as wrong:
        raise Turned(401, str(wrong), code="UNAUTHENTICATED", headers={"WWW-Authenticate": "Bearer"}) from None
    if caller.by_cookie and request.method == "POST" and not is_from_our_page(request):
        raise Turned(403, "A page that is signed in must send the header X-Requested-With.", code="FORBIDDEN")
    if caller.by_cookie and request.headers.get("sec-fetch-site") in ("cross-site", "same-site"):
        raise Turned(403, "Pages of others may not ask in the name of who is signed in here.", code="FORBIDDEN")
    return caller


def _is_streamed(prepared: Prepared, request: Request, kind: str, events: bool) -> bool:
    """A page of others can make a browser GET this with its cookie, but can neither name what it accepts nor set the
    Authorization header: streams by GET ask for both. (So `EventSource`, which cannot either, does not work here.)"""
    if prepared.kind is OperationType.MUTATION and request.method == "GET":
        raise Turned(405, "Mutations are sent with POST.", headers={"Allow": "POST"})
    if kind and prepared.kind is not OperationType.SUBSCRIPTION:
        return False
    if not events:
        raise Turned(
            406,
            f"Subscriptions come as {EVENTS}, which must be accepted by name, or over a WebSocket at this same address "
            "(graphql-transport-ws).",
        )
    if request.method == "GET" and (kind or "authorization" not in request.headers):
        message = f"Streams are opened with POST; with GET only if {EVENTS} alone is accepted and an API key is sent."
        raise Turned(405, message, headers={"Allow": "POST"})
    return True


def _problem(code: str, message: str, request_id: str) -> Answer:
    return Answer(errors=errors.problem(code, message, request_id), executed=False)


def _response(told: Answer, kind: str, status: int, headers: dict[str, str] | None = None) -> Response:
    """Who accepts nothing but a stream is still told in JSON why there is none."""
    sent = {"Cache-Control": "no-store", "Content-Type": f"{kind or JSON}; charset=utf-8", **(headers or {})}
    return Response(told.json, status_code=status, headers=sent)
