"""Refunds: out of the platform's balance, whatever became of the transfers of their charge."""

from payments.sandbox import balance
from payments.sandbox.calls import Call, invalid, missing, page
from payments.sandbox.faults import FaultKind
from payments.sandbox.store import Thing, new_id, now_seconds
from payments.sandbox.world import World


def create_refund(world: World, call: Call) -> Thing:
    call.check((), ("charge", "payment_intent", "amount", "metadata", "reason"))
    charge = world.state.find(str(call.text("charge")), "charge")
    if charge is None or not charge["paid"]:
        raise missing("charge", call.text("charge"))
    if charge["disputed"]:
        message = f"Charge {charge['id']} has been charged back; cannot issue a refund."
        raise invalid(message, code="charge_disputed")
    left = charge["amount"] - charge["amount_refunded"]
    amount = call.integer("amount") if "amount" in call.params else left
    if left == 0:
        raise invalid(f"Charge {charge['id']} has already been refunded.", code="charge_already_refunded")
    if not 0 < amount <= left:
        raise invalid(f"Refund amount ({amount}) is greater than unrefunded amount on charge ({left}).", param="amount")
    waits = world.faults.on(FaultKind.PEND_REFUND, f"{call.method} {call.path}")
    refund = _refund(charge, call, amount, status="pending" if waits else "succeeded")
    moved = _move(world, refund, "refund", -amount)
    refund["balance_transaction"] = moved["id"]
    _restate(world, charge, amount)
    world.outbox.snapshot("refund.created", world.state.put(refund))
    world.outbox.snapshot("charge.refunded", charge)
    return refund


def _refund(charge: Thing, call: Call, amount: int, *, status: str) -> Thing:
    return {
        "id": new_id("re"),
        "object": "refund",
        "amount": amount,
        "balance_transaction": None,
        "charge": charge["id"],
        "created": now_seconds(),
        "currency": charge["currency"],
        "metadata": call.metadata,
        "payment_intent": charge["payment_intent"],
        "reason": call.text("reason"),
        "receipt_number": None,
        "source_transfer_reversal": None,
        "status": status,
        "transfer_reversal": None,
        **({"pending_reason": "insufficient_funds"} if status == "pending" else {}),
    }


def find_refund(world: World, call: Call) -> Thing:
    call.check(())
    refund = world.state.find(call.ids["refund"], "refund")
    if refund is None:
        raise missing("refund", call.ids["refund"])
    return refund


def list_refunds(world: World, call: Call) -> Thing:
    call.check((), ("charge", "payment_intent", "limit", "starting_after", "ending_before"))
    charge = call.text("charge")
    return page([each for each in world.state.all("refund") if charge in (None, each["charge"])], call)


def move_refund(world: World, refund: Thing, status: str) -> None:
    """What the bank does: a refund that waits succeeds, and any may fail. Raises ValueError."""
    if (refund["status"], status) not in (("pending", "succeeded"), ("pending", "failed"), ("succeeded", "failed")):
        raise ValueError(f"a refund that is {refund['status']} cannot become {status}")
    refund["status"] = status
    refund.pop("pending_reason", None)
    if status == "failed":
        charge = world.state.find(refund["charge"], "charge")
        back = _move(world, refund, "refund_failure", refund["amount"])
        refund.update(failure_reason="expired_or_canceled_card", failure_balance_transaction=back["id"])
        if charge is not None:
            _restate(world, charge, -refund["amount"])
    world.outbox.snapshot("refund.failed" if status == "failed" else "refund.updated", world.state.put(refund))


def _move(world: World, refund: Thing, kind: str, minor: int) -> Thing:
    amount, currency, rate = balance.exchanged(world, minor, refund["currency"])
    return balance.enter(
        world, type=kind, category=kind, amount=amount, currency=currency, source=refund["id"], rate=rate
    )


def _restate(world: World, charge: Thing, amount: int) -> None:
    charge["amount_refunded"] += amount
    charge["refunded"] = charge["amount_refunded"] == charge["amount"]
    world.state.put(charge)
