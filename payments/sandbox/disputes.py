"""Disputes: a bank takes a charge back, and gives it again or keeps it."""

from payments.sandbox import balance
from payments.sandbox.calls import Call, missing, page
from payments.sandbox.store import Thing, new_id, now_seconds, shown
from payments.sandbox.world import World

FEE = ANSWERING_FEE = 15_00


def find_dispute(world: World, call: Call) -> Thing:
    call.check(())
    dispute = world.state.find(call.ids["dispute"], "dispute")
    if dispute is None:
        raise missing("dispute", call.ids["dispute"])
    return dispute


def list_disputes(world: World, call: Call) -> Thing:
    call.check((), ("charge", "payment_intent", "limit", "starting_after", "ending_before"))
    charge = call.text("charge")
    return page([each for each in world.state.all("dispute") if charge in (None, each["charge"])], call)


def warn(world: World, charge: Thing) -> Thing:
    """The bank suspects fraud. Nothing moves."""
    warning: Thing = {
        "id": new_id("issfr"),
        "object": "radar.early_fraud_warning",
        "actionable": True,
        "charge": charge["id"],
        "created": now_seconds(),
        "fraud_type": "unauthorized_use_of_card",
        "livemode": False,
        "payment_intent": charge["payment_intent"],
    }
    world.outbox.snapshot("radar.early_fraud_warning.created", world.state.put(warning))
    return warning


def find_warning(world: World, call: Call) -> Thing:
    call.check(())
    warning = world.state.find(call.ids["warning"], "radar.early_fraud_warning")
    if warning is None:
        raise missing("early_fraud_warning", call.ids["warning"])
    return warning


def open_dispute(world: World, charge: Thing, *, is_inquiry: bool = False, amount: int | None = None) -> Thing:
    """Over all that is left of the charge, or over `amount`: a bank may ask for what was refunded already. Raises
    ValueError. An inquiry moves no money."""
    left = charge["amount"] - charge["amount_refunded"] if amount is None else amount
    if not charge["paid"] or charge["disputed"] or left <= 0:
        raise ValueError(f"nothing of the charge {charge['id']} can be disputed")
    charge["disputed"] = True
    world.state.put(charge)
    dispute = world.state.put(_dispute(charge, left, "warning_needs_response" if is_inquiry else "needs_response"))
    if not is_inquiry:
        _move(world, dispute, -left, "dispute", fee=FEE)
    world.outbox.snapshot("charge.dispute.created", dispute)
    if not is_inquiry:
        world.outbox.snapshot("charge.dispute.funds_withdrawn", dispute)
    return dispute


def answer_dispute(world: World, dispute: Thing) -> None:
    """Evidence is handed in, which costs another fee; it comes back if the dispute is won. Raises ValueError."""
    if dispute["status"] != "needs_response":
        raise ValueError(f"a dispute that is {dispute['status']} cannot be answered")
    dispute["status"] = "under_review"
    _move(world, dispute, 0, "dispute", fee=ANSWERING_FEE)
    world.outbox.snapshot("charge.dispute.updated", world.state.put(dispute))


def close_dispute(world: World, dispute: Thing, status: str) -> None:
    """`status`: won or lost; of an inquiry, warning_closed. Raises ValueError."""
    is_inquiry = dispute["status"].startswith("warning_")
    ends = ("warning_closed",) if is_inquiry else ("won", "lost")
    if status not in ends or dispute["status"] in ("won", "lost", "warning_closed"):
        raise ValueError(f"a dispute that is {dispute['status']} cannot become {status}")
    dispute["status"] = status
    charge = world.state.find(dispute["charge"], "charge")
    if status != "lost" and charge is not None:
        charge["disputed"] = False
        world.state.put(charge)
    if status == "won":
        answered = len(dispute["balance_transactions"]) > 1
        _move(world, dispute, dispute["amount"], "dispute_reversal", fee=-ANSWERING_FEE if answered else 0)
        world.outbox.snapshot("charge.dispute.funds_reinstated", dispute)
    world.outbox.snapshot("charge.dispute.closed", world.state.put(dispute))


def _move(world: World, dispute: Thing, amount: int, category: str, *, fee: int = 0) -> None:
    changed, currency, rate = balance.exchanged(world, amount, dispute["currency"])
    moved = balance.enter(
        world,
        type="adjustment",
        category=category,
        amount=changed,
        currency=currency,
        source=dispute["id"],
        fee=fee,
        rate=rate,
    )
    dispute["balance_transactions"].append(shown(moved))
    world.state.put(dispute)


def _dispute(charge: Thing, amount: int, status: str) -> Thing:
    return {
        "id": new_id("du"),
        "object": "dispute",
        "amount": amount,
        "balance_transactions": [],
        "charge": charge["id"],
        "created": now_seconds(),
        "currency": charge["currency"],
        "enhanced_eligibility_types": [],
        "evidence": {"enhanced_evidence": {}},
        "evidence_details": {
            "due_by": None,
            "enhanced_eligibility": {},
            "has_evidence": False,
            "past_due": False,
            "submission_count": 0,
            "submission_method": "not_submitted",
        },
        "is_charge_refundable": status.startswith("warning_"),
        "livemode": False,
        "metadata": {},
        "payment_intent": charge["payment_intent"],
        "reason": "fraudulent",
        "status": status,
    }
