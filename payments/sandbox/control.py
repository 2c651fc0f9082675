"""The sandbox's own routes: what shall go wrong, what it holds, payouts at once, and what banks do."""

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from payments.sandbox import payouts
from payments.sandbox.accounts import close_account, set_transfers
from payments.sandbox.disputes import close_dispute, open_dispute
from payments.sandbox.faults import Fault, FaultKind
from payments.sandbox.refunds import move_refund
from payments.sandbox.store import Thing
from payments.sandbox.world import World

DISPUTES = {"won": "won", "lost": "lost"}
SWITCHES = {FaultKind.DISABLE_PAYEE: "restricted", FaultKind.ENABLE_PAYEE: "active"}


async def faults(request: Request) -> Response:
    """GET lists what waits, POST adds a fault, DELETE clears them."""
    world: World = request.app.state.world
    if request.method == "DELETE":
        world.faults.clear()
    elif request.method == "POST":
        try:
            cause(world, Fault.read(await request.json()))
        except (ValueError, TypeError, KeyError) as error:
            kinds = ", ".join(FaultKind)
            return JSONResponse({"error": f"That is no fault: {error}. Kinds are {kinds}."}, 400)
    return JSONResponse([fault.told() for fault in world.faults.waiting])


def cause(world: World, fault: Fault) -> None:
    """Most faults wait for their occasion; a payee is disabled, enabled and closed at once. Raises ValueError."""
    if fault.kind not in (*SWITCHES, FaultKind.CLOSE_PAYEE):
        world.faults.add(fault)
        return
    account = world.state.find(str(fault.account), "v2.core.account")
    if account is None:
        raise ValueError(f"there is no account {fault.account!r}")
    with world.state.commit():
        if fault.kind is FaultKind.CLOSE_PAYEE:
            close_account(world, account)
        else:
            set_transfers(world, account, SWITCHES[fault.kind])


async def pay_out(request: Request) -> Response:
    """POST: every balance is paid out now, and every payout on its way arrives."""
    return JSONResponse({"steps": payouts.step(request.app.state.world)})


async def refund(request: Request) -> Response:
    """POST {"refund": "re_1", "status": "succeeded" or "failed"}: what the bank makes of it."""
    world: World = request.app.state.world
    told = await request.json()
    found = world.state.find(str(told.get("refund")), "refund")
    try:
        if found is None:
            raise ValueError(f"there is no refund {told.get('refund')!r}")
        with world.state.commit():
            move_refund(world, found, str(told.get("status")))
    except ValueError as error:
        return JSONResponse({"error": f"{error}."}, 400)
    return JSONResponse({"refund": found["id"], "status": found["status"]})


async def dispute(request: Request) -> Response:
    """POST {"charge": "ch_1"} opens one, over "amount" if that is given, as an inquiry if "inquiry" is true.
    POST {"dispute": "du_1", "status": "won" or "lost"} ends it."""
    world: World = request.app.state.world
    told = await request.json()
    try:
        found = _disputed(world, told)
    except ValueError as error:
        return JSONResponse({"error": f"{error}."}, 400)
    return JSONResponse({"dispute": found["id"], "charge": found["charge"], "status": found["status"]})


def _disputed(world: World, told: dict[str, Any]) -> Thing:
    if told.get("dispute") is None:
        charge = world.state.find(str(told.get("charge")), "charge")
        if charge is None:
            raise ValueError(f"there is no charge {told.get('charge')!r}")
        with world.state.commit():
            amount = None if told.get("amount") is None else int(told["amount"])
            return open_dispute(world, charge, is_inquiry=bool(told.get("inquiry")), amount=amount)
    found = world.state.find(str(told["dispute"]), "dispute")
    if found is None:
        raise ValueError(f"there is no dispute {told['dispute']!r}")
    with world.state.commit():
        close_dispute(world, found, str(told.get("status")))
    return found


async def books(request: Request) -> Response:
    return JSONResponse(book(request.app.state.world))


def book(world: World) -> dict[str, Any]:
    """What Stripe holds to be true: amounts and currencies as Stripe writes them, our own ids from the metadata."""
    balances: dict[str, dict[str, int]] = {account["id"]: {} for account in world.state.all("v2.core.account")}
    for balance in world.state.all("_balance"):
        balances[balance["account"]][balance["currency"]] = balance["amount"]
    charges = [charge for charge in world.state.all("charge") if charge["paid"]]
    return {
        "charges": [{**_ours(charge, "payment_id"), "payment_intent": charge["payment_intent"]} for charge in charges],
        "transfers": [_transfer(transfer) for transfer in world.state.all("transfer")],
        "payouts": [
            {**_ours(payout), "account": payout["_account"], "status": payout["status"]}
            for payout in world.state.all("payout")
        ],
        "balances": balances,
        "refunds": [
            {**_ours(refund, "refund_id"), "charge": refund["charge"], "status": refund["status"]}
            for refund in world.state.all("refund")
        ],
        "reversals": [
            {**_ours(each, "reversal_id"), "transfer": each["transfer"]}
            for each in world.state.all("transfer_reversal")
        ],
        "disputes": [
            {**_ours(each), "charge": each["charge"], "status": DISPUTES.get(each["status"], "open")}
            for each in world.state.all("dispute")
            if not each["status"].startswith("warning_")
        ],
        "transactions": [
            _transaction(each) for each in world.state.all("balance_transaction") if "_account" not in each
        ],
        "platform": {each["currency"]: each["amount"] for each in world.state.all("_platform")},
    }


def _transaction(moved: Thing) -> dict[str, Any]:
    names = ("id", "source", "net", "currency")
    told = {name: moved[name] for name in names}
    return {**told, "category": moved["reporting_category"], "told": moved["description"]}


def _transfer(transfer: Thing) -> dict[str, Any]:
    ours = _ours(transfer, "share_id", "payment_id")
    return {**ours, "destination": transfer["destination"], "reversed": transfer["amount_reversed"]}


def _ours(thing: Thing, *marks: str) -> dict[str, Any]:
    told = {mark: thing["metadata"].get(mark) for mark in marks}
    ids = {mark: int(value) if value and value.isdigit() else None for mark, value in told.items()}
    return {"id": thing["id"], "amount": thing["amount"], "currency": thing["currency"], **ids}
