"""The pages that Stripe would show: one on which a brand saves a card, one on which a payee completes its details."""

from html import escape
from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from payments.sandbox.accounts import account_of, complete_onboarding
from payments.sandbox.payers import CARDS, complete_session
from payments.sandbox.store import Thing
from payments.sandbox.world import World

LAYOUT = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width">
<style>body{{font:1rem/1.5 system-ui;max-width:32rem;margin:10vh auto;padding:0 1rem}}
fieldset{{border:1px solid #bbb;border-radius:.5rem}}label{{display:block;padding:.25rem 0}}
button{{font:inherit;padding:.5rem 1.25rem;margin-top:1rem}}</style></head><body><main><h1>{title}</h1>
<p>This is a sandbox: no card, no bank and no money is real.</p>{body}</main></body></html>"""


async def checkout(request: Request) -> Response:
    """GET shows the page, POST saves the card; GET with `?complete=ok` (or another test card) does both at once."""
    world: World = request.app.state.world
    session = world.state.find(request.path_params["session"], "checkout.session")
    if session is None:
        return shown_page("There is no such session", "", status=404)
    if session["status"] == "complete":
        return RedirectResponse(_return_url(session), 303)
    card = await chosen(request, "card", "ok")
    if card is None:
        return shown_page("Save a test card", _card_form(session))
    if card not in CARDS:
        return shown_page("There is no such test card", _card_form(session), status=400)
    with world.state.commit():
        complete_session(world, session, card)
    return RedirectResponse(_return_url(session), 303)


async def onboarding(request: Request) -> Response:
    """Likewise, for a payee. A link that was used leads to the address that makes another."""
    world: World = request.app.state.world
    link = world.state.find(request.path_params["link"], "v2.core.account_link")
    if link is None:
        return shown_page("There is no such link", "", status=404)
    way = link["use_case"]["account_onboarding"]
    if link["_used"]:
        return RedirectResponse(way["refresh_url"], 303)
    if await chosen(request, "done", "yes") is None:
        name = escape(str(account_of(world, link["account"])["display_name"]))
        form = f'<form method="post"><p>Complete the details of <strong>{name}</strong>?</p>'
        return shown_page("Get paid", f'{form}<button name="done" value="yes">Complete</button></form>')
    with world.state.commit():
        complete_onboarding(world, link)
    return RedirectResponse(way.get("return_url") or way["refresh_url"], 303)


async def chosen(request: Request, name: str, usual: str) -> str | None:
    if request.method == "POST":
        form: dict[str, Any] = dict(parse_qsl((await request.body()).decode()))
        return str(form.get(name, usual))
    told = request.query_params.get("complete")
    return usual if told in ("", "1", "true") else told


def _return_url(session: Thing) -> str:
    return str(session["success_url"] or "/").replace("{CHECKOUT_SESSION_ID}", session["id"])


def _card_form(session: Thing) -> str:
    choices = "".join(
        f'<label><input type="radio" name="card" value="{card}"{" checked" if card == "ok" else ""}>'
        f" •••• {last4}: {escape(told)}</label>"
        for card, (last4, told) in CARDS.items()
    )
    cancel = escape(str(session["cancel_url"] or "/"), quote=True)
    buttons = f'<button>Save the card</button> <a href="{cancel}">Go back</a>'
    return f'<form method="post"><fieldset><legend>Test cards</legend>{choices}</fieldset>{buttons}</form>'


def shown_page(title: str, body: str, *, status: int = 200) -> Response:
    return HTMLResponse(LAYOUT.format(title=escape(title), body=body), status)
