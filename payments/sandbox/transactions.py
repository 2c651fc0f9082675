"""Every movement of the platform's balance, as Stripe lists them."""

from payments.sandbox.calls import Call, page
from payments.sandbox.store import Thing
from payments.sandbox.world import World


def list_transactions(world: World, call: Call) -> Thing:
    call.check((), ("created", "source", "limit", "starting_after", "ending_before"))
    source = call.text("source")
    moved = world.state.all("balance_transaction")
    return page([each for each in moved if source in (None, each["source"])], call)
