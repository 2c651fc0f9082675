"""The addresses at which people make accounts and sign in. (What they do then is GraphQL.)"""

from collections.abc import Awaitable, Callable

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
from server.passkeys import Passkeys, Site
from server.resets import Resets
from server.sessions import Sessions
from server.settings import Settings

MAXIMUM_BODY = 20_000
"""A passkey's answer is two kilobytes."""


def routes(settings: Settings, database: Database, authenticator: Authenticator) -> list[BaseRoute]:
    page = Page(authenticator, settings.url)
    accounts, sessions = Accounts(page, database), Sessions(page)
    seal = Seal(settings.secret.get_secret_value())
    passkeys, resets = Passkeys(page, database, seal, Site.at(settings.url)), Resets(page, database, seal)
    posts: dict[str, Callable[[Request], Awaitable[Response]]] = {
        "/accounts": accounts.create,
        "/members": accounts.join,
        "/password": accounts.change_password,
        "/password/reset": resets.reset,
        "/passkeys": passkeys.register,
        "/passkeys/options": passkeys.registration_options,
        "/session/passkey": passkeys.sign_in,
        "/session/passkey/options": passkeys.sign_in_options,
    }
    at_most = Middleware(RequestBodyLimitMiddleware, max_body_size=MAXIMUM_BODY)
    return [
        Route("/session", page.answering(sessions.answer), methods=["POST", "DELETE"], middleware=[at_most]),
        Route("/new-password", resets.show),
        *(Route(path, page.answering(do), methods=["POST"], middleware=[at_most]) for path, do in posts.items()),
    ]
