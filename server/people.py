"""The addresses at which people make accounts and sign in. (What they do then is GraphQL.)"""

import asyncio
from collections.abc import Awaitable, Callable
from importlib import import_module
from typing import Any

from starlette.middleware import Middleware
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from core.seal import Seal
from server.accounts import Accounts
from server.auth import Authenticator
from server.database import Database
from server.forms import Page
from server.resets import Resets
from server.sessions import Sessions
from server.settings import Settings

Answer = Callable[[Request], Awaitable[Response]]

MAXIMUM_BODY = 20_000
"""A passkey's answer is two kilobytes."""


def routes(settings: Settings, database: Database, authenticator: Authenticator) -> list[BaseRoute]:
    page = Page(authenticator, settings.url)
    accounts, sessions = Accounts(page, database), Sessions(page)
    seal = Seal(settings.secret.get_secret_value())
    resets = Resets(page, database, seal)

    def passkey(ceremony: str) -> Answer:
        async def answer(request: Request) -> Response:
            """What verifies passkeys is large, and few processes are ever asked to: it is loaded then, while the loop goes on."""
            found: Any = await asyncio.to_thread(import_module, "server.passkeys")
            passkeys = found.Passkeys(page, database, seal, found.Site.at(settings.url))
            answered: Response = await getattr(passkeys, ceremony)(request)
            return answered

        return answer

    posts: dict[str, Answer] = {
        "/accounts": accounts.create,
        "/members": accounts.join,
        "/password": accounts.change_password,
        "/password/reset": resets.reset,
        "/passkeys": passkey("register"),
        "/passkeys/options": passkey("registration_options"),
        "/session/passkey": passkey("sign_in"),
        "/session/passkey/options": passkey("sign_in_options"),
    }
    at_most = Middleware(RequestBodyLimitMiddleware, max_body_size=MAXIMUM_BODY)
    return [
        Route("/session", page.answering(sessions.answer), methods=["POST", "DELETE"], middleware=[at_most]),
        Route("/new-password", resets.show),
        *(Route(path, page.answering(do), methods=["POST"], middleware=[at_most]) for path, do in posts.items()),
    ]
