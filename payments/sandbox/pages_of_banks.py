"""The page that a bank would show: the owner of a card approves a payment, or does not."""

from html import escape

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from payments.sandbox.authentication import way_back
from payments.sandbox.charges import refuse, succeed
from payments.sandbox.pages import chosen, shown_page
from payments.sandbox.world import World

FAILURE = "payment_intent_authentication_failure"


async def authenticate(request: Request) -> Response:
    """GET shows the page, POST answers; GET with `?complete=approve` (or `decline`) does both at once."""
    world: World = request.app.state.world
    intent = world.state.find(request.path_params["intent"], "payment_intent")
    if intent is None or intent["status"] != "requires_action":
        return shown_page("There is nothing to approve", "", status=404 if intent is None else 410)
    answer = await chosen(request, "answer", "approve")
    if answer not in ("approve", "decline"):
        price = f"{intent['amount']} {escape(intent['currency'].upper())}, {escape(str(intent['description'] or ''))}"
        buttons = "".join(
            f'<button name="answer" value="{value}">{said}</button> '
            for value, said in (("approve", "Approve"), ("decline", "Decline"))
        )
        return shown_page("Approve a payment", f'<form method="post"><p>{price}</p>{buttons}</form>')
    return_url = intent["next_action"]["redirect_to_url"]["return_url"]
    method = world.state.find(intent["payment_method"], "payment_method")
    with world.state.commit():
        if answer == "approve" and method is not None:
            succeed(world, intent, method)
        elif method is not None:
            refuse(world, intent, method, FAILURE, "authentication_required")
    outcome = "succeeded" if answer == "approve" else "failed"
    return RedirectResponse(way_back(intent, return_url, outcome), 303)
