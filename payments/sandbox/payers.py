"""Customers, their saved cards, and the sessions in which a card is saved."""

from typing import Any

from payments.sandbox.calls import Call, invalid, missing, page
from payments.sandbox.store import State, Thing, new_id, now_seconds
from payments.sandbox.world import World

SESSION_SECONDS = 24 * 3600
CARD_YEARS = 4

CARDS = {
    "ok": ("4242", "Pays"),
    "declines": ("0341", "Is saved, and declines every charge"),
    "authenticates": ("3184", "Is saved, and asks for its owner at every charge"),
}
"""The test cards: how each behaves, the last four digits, and what to tell who chooses."""

TOKENS = {
    "pm_card_visa": "ok",
    "pm_card_chargeCustomerFail": "declines",
    "pm_card_authenticationRequired": "authenticates",
}
"""Stripe's names of test cards, usable without saving them first."""


def create_customer(world: World, call: Call) -> Thing:
    call.check((), ("name", "email", "description", "metadata"))
    return world.state.put(
        {
            "id": new_id("cus"),
            "object": "customer",
            "created": now_seconds(),
            "description": call.text("description"),
            "email": call.text("email"),
            "livemode": False,
            "metadata": call.metadata,
            "name": call.text("name"),
        }
    )


def list_methods(world: World, call: Call) -> Thing:
    call.check((), ("type", "limit", "starting_after", "ending_before"))
    customer = _customer(world.state, call.ids["customer"])
    methods = [method for method in world.state.all("payment_method") if method["customer"] == customer["id"]]
    kind = call.text("type")
    return page([method for method in methods if kind in (None, method["type"])], call)


def create_session(world: World, call: Call) -> Thing:
    optional = ("success_url", "cancel_url", "allowed_payment_method_types", "currency", "metadata")
    call.check(("mode", "customer"), optional)
    if call.text("mode") != "setup":
        raise invalid("The sandbox opens sessions of mode 'setup' only.", param="mode")
    if not call.texts("allowed_payment_method_types") and not call.text("currency"):
        raise invalid("You must provide `currency` or `allowed_payment_method_types` in setup mode.", param="currency")
    customer, now = _customer(world.state, call.params["customer"]), now_seconds()
    session_id = new_id("cs_test")
    return world.state.put(
        {
            "id": session_id,
            "object": "checkout.session",
            "automatic_tax": {"enabled": False, "liability": None, "provider": None, "status": None},
            "cancel_url": call.text("cancel_url"),
            "created": now,
            "currency": call.text("currency"),
            "custom_fields": [],
            "custom_text": {},
            "customer": customer["id"],
            "expires_at": now + SESSION_SECONDS,
            "livemode": False,
            "metadata": call.metadata,
            "mode": "setup",
            "payment_method_types": ["card"],
            "payment_status": "no_payment_required",
            "setup_intent": None,
            "shipping_options": [],
            "status": "open",
            "success_url": call.text("success_url"),
            "url": f"{world.settings.public_url}/checkout/{session_id}",
        }
    )


def complete_session(world: World, session: Thing, card: str) -> Thing:
    """What the brand does on the page: the card is saved, its owner has authenticated."""
    method = new_method(world.state, card, session["customer"])
    setup = world.state.put(
        {
            "id": new_id("seti"),
            "object": "setup_intent",
            "created": now_seconds(),
            "customer": session["customer"],
            "livemode": False,
            "metadata": {},
            "payment_method": method["id"],
            "payment_method_types": ["card"],
            "status": "succeeded",
            "usage": "off_session",
        }
    )
    session.update(status="complete", setup_intent=setup["id"], url=None)
    world.state.put(session)
    world.outbox.snapshot("payment_method.attached", method)
    world.outbox.snapshot("setup_intent.succeeded", setup)
    world.outbox.snapshot("checkout.session.completed", session)
    return session


def usable_method(state: State, method_id: Any, customer: str | None) -> Thing:
    """A saved card of this customer, or one of Stripe's test cards. Raises Trouble."""
    if method_id in TOKENS:
        return new_method(state, TOKENS[method_id], None)
    method = state.find(str(method_id), "payment_method")
    if method is None:
        raise missing("PaymentMethod", method_id)
    if method["customer"] not in (None, customer):
        raise invalid("The payment method does not belong to the customer.", param="payment_method")
    return method


def new_method(state: State, card: str, customer: str | None) -> Thing:
    last4, _ = CARDS[card]
    year = 1970 + now_seconds() // (365 * 24 * 3600) + CARD_YEARS
    return state.put(
        {
            "id": new_id("pm"),
            "object": "payment_method",
            "billing_details": {"address": None, "email": None, "name": None, "phone": None},
            "card": {
                "brand": "visa",
                "country": "US",
                "display_brand": "visa",
                "exp_month": 12,
                "exp_year": year,
                "funding": "credit",
                "last4": last4,
            },
            "created": now_seconds(),
            "customer": customer,
            "livemode": False,
            "metadata": {},
            "type": "card",
            "_behaves": card,
        }
    )


def _customer(state: State, customer_id: Any) -> Thing:
    customer = state.find(str(customer_id), "customer")
    if customer is None:
        raise missing("customer", customer_id)
    return customer
