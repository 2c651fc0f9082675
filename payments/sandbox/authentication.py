"""A charge whose card's owner is present, and has to authenticate on a page of the bank's before it goes through."""

from payments.sandbox.store import Thing
from payments.sandbox.world import World


def ask(world: World, intent: Thing, method: Thing, return_url: str) -> Thing:
    """The intent waits for its owner, at an address."""
    url = f"{world.settings.public_url}/authenticate/{intent['id']}"
    intent.update(status="requires_action", payment_method=method["id"], last_payment_error=None)
    intent["next_action"] = {"type": "redirect_to_url", "redirect_to_url": {"return_url": return_url, "url": url}}
    world.outbox.snapshot("payment_intent.requires_action", world.state.put(intent))
    return intent


def way_back(intent: Thing, return_url: str, outcome: str) -> str:
    """As Stripe sends a payer back."""
    mark = "&" if "?" in return_url else "?"
    return f"{return_url}{mark}payment_intent={intent['id']}&redirect_status={outcome}"
