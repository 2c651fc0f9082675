"""What a browser may do with an answer of ours: the Content-Security-Policy of pages, and the headers of everything.

A page is answered as usual; `server.envelope` gives it the strict policy below. Its own scripts and styles carry the
nonce of the request, `<script nonce="...">`:

    HTMLResponse(page.replace("{nonce}", policies.nonce(request)))

A page that needs more says so, directive by directive, and gets the rest as strict as ever:

    HTMLResponse(page, headers=policies.allowing(request, style_src="'self' 'unsafe-inline'", worker_src="blob:"))
"""

import secrets
from collections.abc import MutableMapping
from typing import Any

from starlette.requests import HTTPConnection

HEADER = "Content-Security-Policy"

API = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
"""Of whatever is no page: a browser that is made to show it runs nothing."""

PAGE = {
    "default-src": "'none'",
    "script-src": "'self' 'nonce-{nonce}'",
    "style-src": "'self' 'nonce-{nonce}'",
    "img-src": "'self' data: blob:",
    "font-src": "'self'",
    "connect-src": "'self' {sockets}",
    "manifest-src": "'self'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
    "object-src": "'none'",
}

EVERYWHERE = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
HTTPS_ONLY = {"Strict-Transport-Security": "max-age=63072000; includeSubDomains"}


def nonce(request: HTTPConnection) -> str:
    """Of this request alone: whoever can write into a page cannot know it."""
    return nonce_in(request.scope["state"])


def nonce_in(state: MutableMapping[str, Any]) -> str:
    """Made when it is first asked for: most answers are no pages."""
    made: str = state.get("nonce") or state.setdefault("nonce", secrets.token_urlsafe(16))
    return made


def page(nonce: str, public_url: str, **changes: str) -> str:
    """The policy of a page. `changes` names directives as Python can: `style_src="'self' 'unsafe-inline'"`. "" removes one."""
    scheme, _, host = public_url.partition("://")
    sockets = f"{'wss' if scheme == 'https' else 'ws'}://{host}"  # browsers differ in whether 'self' covers sockets
    directives = PAGE | {name.replace("_", "-"): value for name, value in changes.items()}
    return "; ".join(
        f"{name} {value.format(nonce=nonce, sockets=sockets)}" for name, value in directives.items() if value
    )


def allowing(request: HTTPConnection, **changes: str) -> dict[str, str]:
    """The header of one page that needs other sources than the strict ones."""
    return {HEADER: page(nonce(request), request.state.public_url, **changes)}
