"""The payees' balances, and the payouts that empty them into their banks after a while."""

import asyncio
from datetime import timedelta

from payments.sandbox import arrivals
from payments.sandbox.accounts import check_open
from payments.sandbox.calls import Call, missing, page
from payments.sandbox.store import Thing, new_id, now_milliseconds, now_seconds
from payments.sandbox.world import World

WHOLE = {"huf": 100, "twd": 100}
"""Banks take whole forints and dollars: what is left stays on the balance."""
TICK = timedelta(milliseconds=25)
FAILURE = {
    "failure_code": "account_closed",
    "failure_message": "The bank account has been closed.",
}


def receive(world: World, account: str, currency: str, amount: int) -> None:
    """A transfer arrives: the balance grows, and is paid out after the delay."""
    currency, amount = arrivals.changed(world, account, currency, amount)
    balance_id = f"balance:{account}:{currency}"
    balance = world.state.find(balance_id, "_balance")
    if balance is None:
        balance = {"object": "_balance", "id": balance_id, "account": account, "currency": currency, "amount": 0}
    balance["amount"] += amount
    world.state.put(balance)
    _plan(world, "empty", balance_id)


def take(world: World, account: str, currency: str, amount: int) -> bool:
    """A reversal takes it back, if it is still there."""
    held_currency, held = arrivals.held(world, account, currency, amount)
    balance = world.state.find(f"balance:{account}:{held_currency}", "_balance")
    if balance is None or balance["amount"] < held:
        return False
    arrivals.changed(world, account, currency, -amount)
    amount = held
    balance["amount"] -= amount
    world.state.put(balance)
    return True


def find_payout(world: World, call: Call) -> Thing:
    call.check(())
    _check_account(world, call)
    payout = world.state.find(call.ids["payout"], "payout")
    if payout is None or payout["_account"] != call.account:
        raise missing("payout", call.ids["payout"])
    return payout


def list_payouts(world: World, call: Call) -> Thing:
    call.check((), ("status", "limit", "starting_after", "ending_before"))
    _check_account(world, call)
    return page([each for each in world.state.all("payout") if each["_account"] == call.account], call)


def find_balance(world: World, call: Call) -> Thing:
    """Of the account that is asked for, or of the platform. All of it is available at once here."""
    call.check(())
    _check_account(world, call)
    if call.account is None:
        held = [(each["amount"], each["currency"]) for each in world.state.all("_platform")]
    else:
        balances = world.state.all("_balance")
        held = [(each["amount"], each["currency"]) for each in balances if each["account"] == call.account]
    available = [{"amount": amount, "currency": currency} for amount, currency in held]
    return {"object": "balance", "available": available, "livemode": False, "pending": []}


def _check_account(world: World, call: Call) -> None:
    if call.account is not None:
        check_open(world, call.account)


async def run(world: World) -> None:
    while True:
        step(world, now_milliseconds())
        await asyncio.sleep(TICK.total_seconds())


def step(world: World, until: int | None = None) -> int:
    """Does what is due by `until`, or all that was planned, and says how much that was."""
    due = [
        plan for plan in world.state.all("_plan") if until is None or (plan["at"] is not None and plan["at"] <= until)
    ]
    if not due:
        return 0
    with world.state.commit():
        for plan in due:
            world.state.drop(plan)
            _DOES[plan["what"]](world, plan["of"])
    return len(due)


def _plan(world: World, what: str, of: str) -> None:
    delay = world.settings.payout_delay
    at = None if delay is None else now_milliseconds() + delay // timedelta(milliseconds=1)
    if world.state.find(f"plan:{of}", "_plan") is None:
        world.state.put({"object": "_plan", "id": f"plan:{of}", "what": what, "of": of, "at": at})


def _empty(world: World, balance_id: str) -> None:
    balance = world.state.find(balance_id, "_balance")
    if balance is None or balance["amount"] == 0:
        return
    now, whole = now_seconds(), balance["amount"] - balance["amount"] % WHOLE.get(balance["currency"], 1)
    if whole == 0:
        return
    payout: Thing = {
        "id": new_id("po"),
        "object": "payout",
        "amount": whole,
        "arrival_date": now,
        "automatic": True,
        "created": now,
        "currency": balance["currency"],
        "failure_code": None,
        "failure_message": None,
        "livemode": False,
        "metadata": {},
        "method": "standard",
        "reconciliation_status": "in_progress",
        "source_type": "card",
        "status": "pending",
        "type": "bank_account",
        "_account": balance["account"],
        "_balance": balance_id,
    }
    balance["amount"] -= whole
    world.state.put(balance)
    world.outbox.snapshot("payout.created", payout, account=payout["_account"])
    payout["status"] = "in_transit"
    _tell(world, payout, "payout.updated")
    _plan(world, "arrive", payout["id"])


def _arrive(world: World, payout_id: str) -> None:
    payout = world.state.find(payout_id, "payout")
    if payout is None:
        return
    fault = world.faults.on_payout(payout["_account"])
    if fault and not fault.after_paid:
        _return(world, payout_id)
        return
    payout.update(status="paid", reconciliation_status="completed")
    _tell(world, payout, "payout.paid")
    if fault:
        _plan(world, "return", payout_id)


def _return(world: World, payout_id: str) -> None:
    """The bank sends it back. It waits on the balance for the next transfer: the bank details are wrong, for now."""
    payout = world.state.find(payout_id, "payout")
    balance = payout and world.state.find(payout["_balance"], "_balance")
    if payout and balance:
        balance["amount"] += payout["amount"]
        world.state.put(balance)
        payout.update(status="failed", **FAILURE)
        _tell(world, payout, "payout.failed")


def _tell(world: World, payout: Thing, event_type: str) -> None:
    world.outbox.snapshot(event_type, world.state.put(payout), account=payout["_account"])


_DOES = {"empty": _empty, "arrive": _arrive, "return": _return}
