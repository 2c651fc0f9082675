"""A new password for who forgot hers: by a link that an operator hands over, good once and for an hour.

The link names the person and the password that she had: with a new one it opens nothing. Its secret stands behind the `#`,
which browsers send to nobody.
"""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from html import escape
from struct import Struct

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from core.actor import ANONYMOUS, SYSTEM
from core.errors import NotFound
from core.seal import Broken, Seal
from core.work import Read
from market import people
from market.tables import Person
from server import forms, passwords, policies, store
from server.attempts import ACCOUNT, ADDRESS, network
from server.database import Database
from server.forms import Page

HOLDS = timedelta(hours=1)
PURPOSE = "password reset"

_WHO_AND_WHEN = Struct(">qq")


def link(seal: Seal, public_url: str, person: Person, now: datetime) -> str:
    """For her alone: whoever has it sets her password."""
    until = int((now + HOLDS).timestamp())
    token = seal.close(PURPOSE, _WHO_AND_WHEN.pack(person.id or 0, until) + _mark(person.password_hash))
    return f"{public_url}/new-password#{token}"


@dataclass(frozen=True, slots=True)
class Resets:
    page: Page
    database: Database
    seal: Seal

    async def reset(self, request: Request) -> Response:
        """{"token", "new"}: 204. Every session of hers has ended, and whoever tried her password before is forgotten."""
        given = await forms.object_of(request)
        token = forms.text(given, "token", most=200)
        address = request.client.host if request.client else None
        await self.page.authenticator.attempts.count((ADDRESS, network(address)))
        async with self.database.read(SYSTEM)() as read:
            person = await self._person(read, token)
        new = passwords.check(forms.text(given, "new"), path="new", near=(person.email,))
        hashed = await self.page.authenticator.hash(new)
        async with self.database.work(ANONYMOUS)() as work:
            await people.reset_password(
                work, person_id=person.id or 0, known_hash=person.password_hash, password_hash=hashed
            )
        await self.page.authenticator.attempts.succeeded(ACCOUNT, person.email)
        return Response(status_code=204, headers=forms.NO_STORE)

    async def _person(self, read: Read, token: str) -> Person:
        """Raises NotFound."""
        try:
            content = self.seal.open(PURPOSE, token)
        except Broken:
            raise _unknown() from None
        number, until = _WHO_AND_WHEN.unpack(content[: _WHO_AND_WHEN.size])
        person = await store.person(read, number)
        is_hers = content[_WHO_AND_WHEN.size :] == _mark(person.password_hash)
        if not is_hers or person.suspended_at is not None or datetime.fromtimestamp(until, UTC) <= read.now:
            raise _unknown()
        return person

    async def show(self, request: Request) -> Response:
        """The page behind the link."""
        language = "sv" if request.headers.get("accept-language", "").lower().startswith("sv") else "en"
        words = {name: escape(text) for name, text in WORDS[language].items()}
        shown = PAGE.format(language=language, nonce=policies.nonce(request), least=passwords.LEAST, **words)
        return HTMLResponse(shown, headers={**forms.NO_STORE, "Vary": "Accept-Language"})


def _mark(password_hash: str | None) -> bytes:
    """Of the password that she has, which tells nothing about it."""
    return hashlib.sha256((password_hash or "").encode()).digest()[:16]


def _unknown() -> NotFound:
    return NotFound("This link is unknown, used or too old. Ask for a new one.", path=["token"])


WORDS = {
    "en": {
        "title": "A new password",
        "label": "New password",
        "hint": "At least 12 characters. A few words in a row are good.",
        "show": "Show it",
        "save": "Save the password",
        "done": "Your password is new, and every browser has been signed out.",
        "go": "Sign in",
        "silent": "No connection. Try again in a moment.",
    },
    "sv": {
        "title": "Ett nytt lösenord",
        "label": "Nytt lösenord",
        "hint": "Minst 12 tecken. Några ord i rad är bra.",
        "show": "Visa det",
        "save": "Spara lösenordet",
        "done": "Du har ett nytt lösenord, och alla webbläsare har loggats ut.",
        "go": "Logga in",
        "silent": "Ingen anslutning. Försök igen om en stund.",
    },
}

PAGE = """<!doctype html>
<html lang="{language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{title}</title>
<style nonce="{nonce}">:root{{color-scheme:light dark}}body{{font:1rem/1.5 system-ui;max-width:26rem;margin:10vh auto;padding:0 1rem}}
label{{display:block;margin-top:1rem}}input[name=new]{{display:block;font:inherit;width:100%;box-sizing:border-box;padding:.6rem}}
button{{font:inherit;padding:.6rem 1.25rem;margin-top:1rem;min-height:44px}}label:has(#show){{min-height:44px}}</style></head>
<body><main><h1>{title}</h1>
<form id="form"><p id="wrong" role="alert"></p>
<label>{label}<input name="new" type="password" autocomplete="new-password" required minlength="{least}" aria-describedby="hint"></label>
<p id="hint">{hint}</p><label><input id="show" type="checkbox"> {show}</label><button>{save}</button></form>
<p id="done" role="status" hidden>{done} <a href="/sign-in">{go}</a></p></main>
<template id="silent">{silent}</template>
<script nonce="{nonce}">
const token = location.hash.slice(1), form = document.getElementById("form"), wrong = document.getElementById("wrong");
history.replaceState(null, "", location.pathname);
document.getElementById("show").onchange = event => {{ form.new.type = event.target.checked ? "text" : "password"; }};
form.onsubmit = async event => {{
  event.preventDefault();
  wrong.textContent = "";
  const headers = {{"Content-Type": "application/json", "X-Requested-With": "twinmarket"}};
  const body = JSON.stringify({{token: token || "-", new: form.new.value}});
  try {{
    const answer = await fetch("/password/reset", {{method: "POST", headers, body}});
    if (answer.ok) {{ form.hidden = true; document.getElementById("done").hidden = false; }}
    else wrong.textContent = (await answer.json()).errors[0].message;
  }} catch {{ wrong.textContent = document.getElementById("silent").content.textContent; }}
}};
</script></body></html>
"""
