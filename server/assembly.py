"""The web application, put together from a schema and what it stands on."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial

import strawberry
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocket

from core.seal import Seal
from core.work import OpenRead
from payments.gateway import Gateway
from schema.loaders import Loaders
from server import files, people, spa
from server.activity import Feed
from server.auth import Authenticator
from server.certificates import Certificates
from server.database import Database
from server.documents.links import Documents
from server.envelope import Envelope
from server.exports import Exports
from server.graphql import over_http, over_websocket
from server.graphql.allowance import Allowance, Rate
from server.graphql.context import Contexts
from server.graphql.edge import Edge
from server.graphql.engine import Engine
from server.graphql.over_sse import Streams
from server.graphql.sockets import Sockets
from server.graphql.trusted import Trusted, read_list
from server.health import Health
from server.pay_page import PayPage
from server.presence import Presence
from server.proofs import Proofs
from server.settings import Settings
from server.statements import Sheets
from server.uploads import Uploads
from server.webhooks import Webhook
from server.wire import Wire

MAXIMUM_BODY = 100_000
MAXIMUM_EVENT = 1_000_000
"""Stripe's own are a few kilobytes, an invoice's a few hundred."""

ANY = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]


def assemble(
    settings: Settings,
    database: Database,
    gateway: Gateway,
    *,
    schema: strawberry.Schema,
    loaders: Callable[[OpenRead], Loaders],
) -> Starlette:
    is_https = settings.url.startswith("https:")
    feed, wire = Feed(database), Wire(database.url)
    authenticator = Authenticator(database, is_https=is_https, remembers=settings.keys_remembered_seconds)
    presence = Presence(database, authenticator)
    seal = Seal(settings.secret.get_secret_value())
    contexts = Contexts(database, gateway, seal, feed, Proofs(database, seal), settings.url, loaders)
    edge = _edge(settings, database, schema, contexts, authenticator, presence)
    sockets = Sockets(settings.connections_per_caller)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            database.after_commit.append(wire.nudge)
            stack.callback(database.after_commit.remove, wire.nudge)
            await wire.start()
            stack.push_async_callback(wire.stop)
            await presence.start()
            stack.push_async_callback(presence.stop)
            await feed.start(wire.waker())
            stack.push_async_callback(feed.stop)
            yield

    ours = [
        Route("/graphql", _never, methods=ANY),
        *_others(settings, database, gateway, authenticator),
        *_proofs(database, seal),
        *_files(settings, database, seal),
    ]
    return Starlette(
        routes=[*ours, *spa.routes(ours, shows_graphiql=settings.shows_graphiql)],
        middleware=[
            Middleware(Envelope, public_url=settings.url),
            Middleware(TrustedHostMiddleware, allowed_hosts=settings.hosts),
            Middleware(
                Shortcut,
                path="/graphql",
                sockets=partial(over_websocket.serve, edge, presence, sockets),
                requests=RequestBodyLimitMiddleware(partial(over_http.serve, edge), MAXIMUM_BODY),
            ),
        ],
        lifespan=lifespan,
    )


def _edge(
    settings: Settings,
    database: Database,
    schema: strawberry.Schema,
    contexts: Contexts,
    authenticator: Authenticator,
    presence: Presence,
) -> Edge:
    engine = Engine(schema, contexts.fresh, settings.compiled_completion)
    listed = read_list(settings.trusted_documents) if settings.trusted_documents else None
    allowance = Allowance(
        database,
        Rate(settings.rate_points, settings.rate_points_per_second),
        Rate(settings.anonymous_rate_points, settings.anonymous_rate_points_per_second),
    )
    trusted = Trusted(database, engine.documents, listed)
    return Edge(engine, contexts, authenticator, Streams(engine, presence), trusted, allowance)


async def _never(request: Request) -> Response:
    """The address is taken; `Shortcut` answers there."""
    raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Shortcut:
    """GraphQL is answered directly: a router and its layers cost a request more than its own edge, and all that they make on
    the way would stay as long as a WebSocket does."""

    app: ASGIApp
    path: str
    sockets: Callable[[WebSocket], Awaitable[None]]
    requests: ASGIApp

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        if scope.get("path") != self.path:
            return self.app(scope, receive, send)
        if scope["type"] == "websocket":
            return self.sockets(WebSocket(scope, receive, send))
        return self.requests(scope, receive, send)


def _others(settings: Settings, database: Database, gateway: Gateway, authenticator: Authenticator) -> list[BaseRoute]:
    sheets = Sheets(database, authenticator, Seal(settings.secret.get_secret_value()))
    pay = PayPage(database, gateway, Seal(settings.secret.get_secret_value()), settings.url)
    own = Webhook(database, gateway, settings.webhook_secrets)
    seal = Seal(settings.secret.get_secret_value())
    connect = Webhook(database, gateway, settings.connect_webhook_secrets)
    return [
        Route("/health", Health(database).answer),
        *people.routes(settings, database, authenticator),
        Route("/statements/{payee}/{month}/{currency}.csv", sheets.answer),
        Route("/pay/{token}", pay.answer, methods=["GET", "POST"], middleware=[_at_most(10_000)]),
        Route("/exports/{ticket}", Exports(database, authenticator, seal).answer),
        Route("/webhooks/stripe", own.answer, methods=["POST"], middleware=[_at_most(MAXIMUM_EVENT)]),
        Route("/webhooks/stripe/connect", connect.answer, methods=["POST"], middleware=[_at_most(MAXIMUM_EVENT)]),
    ]


def _proofs(database: Database, seal: Seal) -> list[BaseRoute]:
    certificates = Certificates(database, seal)
    return [
        Route("/.well-known/jwks.json", certificates.keys),
        Route("/certificates/{token}", certificates.status),
    ]


def _files(settings: Settings, database: Database, seal: Seal) -> list[BaseRoute]:
    uploads = Uploads(database, files.connect(settings), seal, settings.upload_bytes)
    return [
        Route("/uploads/{token}", uploads.put, methods=["PUT"]),
        Route("/files/{token}", uploads.get),
        Route("/documents/{token}", Documents(database, seal, settings.url).get),
    ]


def _at_most(size: int) -> Middleware:
    return Middleware(RequestBodyLimitMiddleware, max_body_size=size)
