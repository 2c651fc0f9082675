"""Payment intents and their charges. An intent succeeds at most once, whatever is asked of it and how often."""

from payments.money import CURRENCIES, MAXIMUM_CHARGE_MINOR
from payments.sandbox import authentication, balance
from payments.sandbox.calls import Call, Trouble, invalid, missing, page
from payments.sandbox.faults import FaultKind
from payments.sandbox.payers import usable_method
from payments.sandbox.store import Thing, new_id, now_seconds, shown
from payments.sandbox.world import World

FEE_BASIS_POINTS = 150
FEE_FIXED = 25

REFUSALS = {
    "authentication_required": "Your card was declined. This transaction requires authentication.",
    "payment_intent_authentication_failure": "The owner of the card did not authenticate.",
}

CONFIRMABLE = ("requires_confirmation", "requires_payment_method", "requires_action")
CANCELABLE = (*CONFIRMABLE, "requires_capture")


def create_intent(world: World, call: Call) -> Thing:
    known = ("customer", "payment_method", "allowed_payment_method_types", "capture_method")
    call.check(("amount", "currency"), (*known, "transfer_group", "description", "metadata"))
    amount, currency = _chargeable(call)
    customer, method = call.text("customer"), call.text("payment_method")
    if customer is not None and world.state.find(customer, "customer") is None:
        raise missing("customer", customer)
    saved = usable_method(world.state, method, customer) if method else None
    return world.state.put(
        {
            "id": new_id("pi"),
            "object": "payment_intent",
            "amount": amount,
            "amount_capturable": 0,
            "amount_received": 0,
            "capture_method": call.text("capture_method") or "automatic_async",
            "confirmation_method": "automatic",
            "created": now_seconds(),
            "currency": currency,
            "customer": customer,
            "description": call.text("description"),
            "last_payment_error": None,
            "latest_charge": None,
            "livemode": False,
            "metadata": call.metadata,
            "next_action": None,
            "payment_method": saved["id"] if saved else None,
            "payment_method_types": ["card"],
            "status": "requires_confirmation" if saved else "requires_payment_method",
            "transfer_group": call.text("transfer_group"),
        }
    )


def find_intent(world: World, call: Call) -> Thing:
    call.check(())
    return _intent(world, call)


def list_intents(world: World, call: Call) -> Thing:
    call.check((), ("customer", "limit", "starting_after", "ending_before"))
    customer = call.text("customer")
    intents = world.state.all("payment_intent")
    return page([intent for intent in intents if customer in (None, intent["customer"])], call)


def list_charges(world: World, call: Call) -> Thing:
    call.check((), ("customer", "payment_intent", "limit", "starting_after", "ending_before"))
    intent = call.text("payment_intent")
    return page([each for each in world.state.all("charge") if intent in (None, each["payment_intent"])], call)


def confirm_intent(world: World, call: Call) -> Thing:
    call.check((), ("payment_method", "off_session", "return_url"))
    intent = _intent(world, call)
    if intent["status"] not in CONFIRMABLE:
        raise _unexpected(intent, "confirm")
    chosen = call.text("payment_method") or intent["payment_method"]
    method = usable_method(world.state, chosen, intent["customer"])
    fault = world.faults.on_customer(intent["customer"])
    asks = method["_behaves"] == "authenticates" or (fault is not None and fault.kind is FaultKind.AUTHENTICATE)
    if asks and call.text("return_url") and not call.text("off_session"):
        return authentication.ask(world, intent, method, str(call.text("return_url")))
    if asks:
        raise refuse(world, intent, method, "authentication_required", "authentication_required")
    if method["_behaves"] == "declines" or fault:
        raise refuse(world, intent, method, "card_declined", fault.code if fault else "generic_decline")
    return succeed(world, intent, method)


def succeed(world: World, intent: Thing, method: Thing) -> Thing:
    charge = _charge(world, intent, method, status="succeeded")
    received = intent["amount"]
    intent.update(status="succeeded", amount_received=received, payment_method=method["id"], latest_charge=charge["id"])
    intent["last_payment_error"] = intent["next_action"] = None
    world.state.put(intent)
    world.outbox.snapshot("charge.succeeded", charge)
    world.outbox.snapshot("payment_intent.succeeded", intent)
    return intent


def cancel_intent(world: World, call: Call) -> Thing:
    call.check((), ("cancellation_reason",))
    intent = _intent(world, call)
    if intent["status"] not in CANCELABLE:
        raise _unexpected(intent, "cancel")
    intent["next_action"] = None
    intent.update(status="canceled", canceled_at=now_seconds(), cancellation_reason=call.text("cancellation_reason"))
    world.outbox.snapshot("payment_intent.canceled", world.state.put(intent))
    return intent


def _intent(world: World, call: Call) -> Thing:
    intent = world.state.find(call.ids["intent"], "payment_intent")
    if intent is None:
        raise missing("payment_intent", call.ids["intent"])
    return intent


def _chargeable(call: Call) -> tuple[int, str]:
    amount, currency = call.integer("amount"), str(call.params["currency"])
    rule = CURRENCIES.get(currency.upper())
    if rule is None or not currency.islower():
        raise invalid(f"Invalid currency: {currency}.", kept=False, param="currency")
    if amount < rule.minimum_minor:
        raise invalid("Amount must convert to at least the minimum charge.", code="amount_too_small", param="amount")
    if amount > MAXIMUM_CHARGE_MINOR:
        raise invalid("Amount must be no more than 8 digits.", code="amount_too_large", param="amount")
    return amount, currency


def _charge(world: World, intent: Thing, method: Thing, *, status: str) -> Thing:
    paid = status == "succeeded"
    charge: Thing = {
        "id": new_id("ch"),
        "object": "charge",
        "amount": intent["amount"],
        "amount_captured": intent["amount"] if paid else 0,
        "amount_refunded": 0,
        "balance_transaction": None,
        "billing_details": {"address": None, "email": None, "name": None, "phone": None},
        "captured": paid,
        "created": now_seconds(),
        "currency": intent["currency"],
        "customer": intent["customer"],
        "description": intent["description"],
        "disputed": False,
        "livemode": False,
        "metadata": dict(intent["metadata"]),
        "paid": paid,
        "payment_intent": intent["id"],
        "payment_method": method["id"],
        "refunded": False,
        "status": status,
        "transfer_group": intent["transfer_group"],
        "_transferred": 0,
    }
    if paid:
        charge["balance_transaction"] = _settle(world, charge)["id"]
    return world.state.put(charge)


def _settle(world: World, charge: Thing) -> Thing:
    """Into the platform's balance, less Stripe's fee."""
    amount, currency, rate = balance.exchanged(world, charge["amount"], charge["currency"])
    fee = (amount * FEE_BASIS_POINTS + 5_000) // 10_000 + FEE_FIXED
    return balance.enter(
        world,
        type="charge",
        category="charge",
        amount=amount,
        fee=fee,
        currency=currency,
        source=charge["id"],
        told=charge["description"] or "",
        rate=rate,
    )


def refuse(world: World, intent: Thing, method: Thing, code: str, decline_code: str) -> Trouble:
    """A card's refusal. Its charge is kept as a failed one, and the intent waits for another card."""
    message = REFUSALS.get(code, "Your card was declined.")
    error: Thing = {"type": "card_error", "code": code, "decline_code": decline_code, "message": message}
    charge = _charge(world, intent, method, status="failed")
    charge.update(failure_code=code, failure_message=message)
    intent.update(status="requires_payment_method", payment_method=None, latest_charge=charge["id"], next_action=None)
    intent["last_payment_error"] = {**error, "charge": charge["id"], "payment_method": shown(method)}
    world.state.put(intent)
    world.outbox.snapshot("charge.failed", charge)
    world.outbox.snapshot("payment_intent.payment_failed", intent)
    return Trouble(402, {**error, "charge": charge["id"], "payment_intent": shown(intent)})


def _unexpected(intent: Thing, verb: str) -> Trouble:
    message = f"You cannot {verb} this PaymentIntent because it has a status of {intent['status']}."
    return invalid(message, code="payment_intent_unexpected_state", payment_intent=shown(intent))
