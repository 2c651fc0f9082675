"""Every movement of the platform's balance, as Stripe lists them; of a payee's account, those that were changed on arrival."""

from payments.sandbox.accounts import check_open
from payments.sandbox.calls import Call, page
from payments.sandbox.store import Thing
from payments.sandbox.world import World


def list_transactions(world: World, call: Call) -> Thing:
    call.check((), ("created", "source", "type", "limit", "starting_after", "ending_before"))
    if call.account is not None:
        check_open(world, call.account)
    source, kind = call.text("source"), call.text("type")
    moved = [each for each in world.state.all("balance_transaction") if each.get("_account") == call.account]
    return page([e for e in moved if source in (None, e["source"]) and kind in (None, e["type"])], call)
