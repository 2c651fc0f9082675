"""The sandbox's own routes: what shall go wrong, what it holds, and payouts at once."""

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from payments.sandbox import payouts
from payments.sandbox.accounts import set_transfers
from payments.sandbox.faults import Fault, FaultKind
from payments.sandbox.store import Thing
from payments.sandbox.world import World

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
    """Most faults wait for their occasion; a payee is disabled and enabled at once. Raises ValueError."""
    if fault.kind not in SWITCHES:
        world.faults.add(fault)
        return
    account = world.state.find(str(fault.account), "v2.core.account")
    if account is None:
        raise ValueError(f"there is no account {fault.account!r}")
    with world.state.commit():
        set_transfers(world, account, SWITCHES[fault.kind])


async def pay_out(request: Request) -> Response:
    """POST: every balance is paid out now, and every payout on its way arrives."""
    return JSONResponse({"steps": payouts.step(request.app.state.world)})


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
    }


def _transfer(transfer: Thing) -> dict[str, Any]:
    ours = _ours(transfer, "share_id", "payment_id")
    return {**ours, "destination": transfer["destination"], "reversed": transfer["amount_reversed"]}


def _ours(thing: Thing, *marks: str) -> dict[str, Any]:
    told = {mark: thing["metadata"].get(mark) for mark in marks}
    ids = {mark: int(value) if value and value.isdigit() else None for mark, value in told.items()}
    return {"id": thing["id"], "amount": thing["amount"], "currency": thing["currency"], **ids}
