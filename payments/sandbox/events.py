"""The events of the last days, for who missed them."""

from payments.sandbox.calls import Call, page
from payments.sandbox.store import Thing
from payments.sandbox.world import World


def list_events(world: World, call: Call) -> Thing:
    """The platform's own, or those of the account that it asks for. `delivery_success`: which arrived, or did not."""
    call.check((), ("type", "types", "delivery_success", "limit", "starting_after", "ending_before"))
    undelivered = {delivery["event"] for delivery in world.outbox.waiting}
    wanted, types = call.text("delivery_success"), call.texts("types") or [call.text("type") or "*"]
    events = [
        event
        for event in world.state.all("event")
        if event.get("account") == call.account
        and (types == ["*"] or event["type"] in types)
        and (wanted is None or (wanted == "true") == (event["id"] not in undelivered))
    ]
    return page(events, call)
