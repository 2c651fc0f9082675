"""The web app, from the same origin as the API: its pages, its files, and portraits for twins without a picture.

`frontend/build.py` makes the files in `server/web`. Without them the API works, and the page says what to do.
"""

import mimetypes
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Match, Route

from server import portraits
from server.early import Early
from server.graphql import errors

WEB = Path(__file__).parent / "web"
NONCE = "__CSP_NONCE__"
"""What Vite writes where a page's own nonce belongs."""

POLICY = (
    "default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src {styles}; img-src 'self' data: https:; media-src 'self'; "
    "font-src 'self' data:; connect-src 'self'; worker-src 'self'; manifest-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
OWN_STYLES = "'self' 'nonce-{nonce}'"
EDITORS_STYLES = "'self' 'unsafe-inline'"
"""GraphiQL's editor writes styles into the page by itself; its scripts are held as strictly as everybody's."""

IMMUTABLE = "public, max-age=31536000, immutable"
PACKED = (("br", ".br"), ("gzip", ".gz"))
ASSET = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")

NOT_BUILT = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Twinmarket</title>
<h1>Twinmarket</h1>
<p>A marketplace where models license digital twins of themselves, and every payment is split.
<p>The web app is not built yet. Run <code>make web</code>, with a connection to npm's registry, and load this page again.
<p>The API works without it. It is GraphQL, at <a href="/graphql">/graphql</a>: questions and mutations by POST, subscriptions
over a WebSocket (graphql-transport-ws) or as server-sent events (<code>Accept: text/event-stream</code>). Send an API key as
<code>Authorization: Bearer tm_...</code>; introspection tells the rest.
"""


@dataclass(slots=True)
class App:
    """`others` come first; what only they have is not answered with a page, nor is what begins like one of them: `taken`."""

    others: tuple[BaseRoute, ...]
    taken: frozenset[str]
    shows_graphiql: bool
    folder: Path
    _pages: dict[str, tuple[float, str]] = field(default_factory=dict)
    _early: Early = field(init=False)

    def __post_init__(self) -> None:
        self._early = Early(self.folder / "manifest.json")

    async def page(self, request: Request) -> Response:
        """The app, whatever its own path is: it finds the screen by itself."""
        if methods := {each for route in self.others for each in _methods(route, request)}:
            return Response(status_code=405, headers={"Allow": ", ".join(sorted(methods))})
        path = request.path_params["path"]
        first, last = path.partition("/")[0], path.rpartition("/")[2]
        if request.method not in ("GET", "HEAD") or first in self.taken or "." in last:
            return _nothing_there(request)
        return self._answer("index.html", OWN_STYLES, early=self._early.links(path))

    async def graphiql(self, request: Request) -> Response:
        return self._answer("graphiql.html", EDITORS_STYLES) if self.shows_graphiql else _nothing_there(request)

    async def asset(self, request: Request) -> Response:
        """A file whose name changes with its content."""
        name = request.path_params["name"]
        file = self.folder / "assets" / name
        if not ASSET.fullmatch(name) or not file.is_file():
            return _nothing_there(request)
        kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
        headers = {"Cache-Control": IMMUTABLE, "Vary": "Accept-Encoding"}
        accepted = {word.split(";")[0].strip() for word in request.headers.get("accept-encoding", "").split(",")}
        for encoding, ending in PACKED:
            packed = file.with_name(name + ending)
            if encoding in accepted and packed.is_file():
                return FileResponse(packed, media_type=kind, headers={**headers, "Content-Encoding": encoding})
        return FileResponse(file, media_type=kind, headers=headers)

    async def notices(self, request: Request) -> Response:
        file = self.folder / "licenses.md"
        return FileResponse(file, media_type="text/plain") if file.is_file() else _nothing_there(request)

    def _answer(self, name: str, styles: str, early: str = "") -> Response:
        text = self._text(name)
        if text is None:
            return HTMLResponse(NOT_BUILT, status_code=503, headers={"Cache-Control": "no-store"})
        nonce = secrets.token_urlsafe(16)
        policy = POLICY.format(nonce=nonce, styles=styles.format(nonce=nonce))
        headers = {"Content-Security-Policy": policy, "Cache-Control": "no-cache"}
        return HTMLResponse(text.replace("</head>", f"{early}</head>").replace(NONCE, nonce), headers=headers)

    def _text(self, name: str) -> str | None:
        """Read anew when it was built anew."""
        file = self.folder / name
        try:
            changed = file.stat().st_mtime
        except FileNotFoundError:
            return None
        known = self._pages.get(name)
        if known is None or known[0] != changed:
            known = self._pages[name] = (changed, file.read_text())
        return known[1]


def routes(others: Iterable[BaseRoute], *, shows_graphiql: bool, folder: Path = WEB) -> list[BaseRoute]:
    """To stand behind all the others."""
    others = tuple(others)
    taken = {route.path.split("/")[1] for route in others if hasattr(route, "path")} - {""}
    app = App(others, frozenset({*taken, "assets", "portraits"}), shows_graphiql, folder)
    return [
        Route("/assets/{name}", app.asset),
        Route("/portraits/{model}/{twin}.svg", portraits.answer),
        Route("/graphiql", app.graphiql),
        Route("/licenses.md", app.notices),
        Route("/{path:path}", app.page, methods=["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]),
    ]


def _methods(route: BaseRoute, request: Request) -> set[str]:
    """Those with which a route of this very address would have answered."""
    match, _ = route.matches(request.scope)
    return set(getattr(route, "methods", None) or ()) if match is Match.PARTIAL else set()


def _nothing_there(request: Request) -> Response:
    told = errors.problem("NOT_FOUND", "There is nothing at this address.", request.state.request_id)
    return JSONResponse({"errors": told}, status_code=404)
