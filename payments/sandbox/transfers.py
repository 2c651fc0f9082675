"""Transfers from the platform to its payees. Together they never exceed the charge that they come from."""

from typing import Any

from payments.sandbox import payouts
from payments.sandbox.calls import Call, invalid, missing, page
from payments.sandbox.store import Thing, new_id, now_seconds
from payments.sandbox.world import World


def create_transfer(world: World, call: Call) -> Thing:
    call.check(
        ("amount", "currency", "destination"), ("source_transaction", "transfer_group", "description", "metadata")
    )
    amount, currency = call.integer("amount"), call.params["currency"]
    if amount <= 0:
        raise invalid("This value must be greater than or equal to 1.", kept=False, param="amount")
    account = _receiver(world, call.params["destination"])
    charge = _source(world, call.params.get("source_transaction"), amount, currency)
    charge["_transferred"] += amount
    world.state.put(charge)
    transfer_id = new_id("tr")
    reversals = {"object": "list", "data": [], "has_more": False, "url": f"/v1/transfers/{transfer_id}/reversals"}
    transfer: Thing = {
        "id": transfer_id,
        "object": "transfer",
        "amount": amount,
        "amount_reversed": 0,
        "balance_transaction": None,
        "created": now_seconds(),
        "currency": currency,
        "description": call.text("description"),
        "destination": account["id"],
        "livemode": False,
        "metadata": call.metadata,
        "reversals": reversals,
        "reversed": False,
        "source_transaction": charge["id"],
        "source_type": "card",
        "transfer_group": call.text("transfer_group") or charge["transfer_group"],
    }
    world.outbox.snapshot("transfer.created", world.state.put(transfer))
    payouts.receive(world, account["id"], currency, amount)
    return transfer


def list_transfers(world: World, call: Call) -> Thing:
    call.check((), ("transfer_group", "destination", "limit", "starting_after", "ending_before"))
    group, destination = call.text("transfer_group"), call.text("destination")
    transfers = [
        transfer
        for transfer in world.state.all("transfer")
        if group in (None, transfer["transfer_group"]) and destination in (None, transfer["destination"])
    ]
    return page(transfers, call)


def _receiver(world: World, destination: Any) -> Thing:
    account = world.state.find(str(destination), "v2.core.account")
    if account is None:
        raise invalid(f"No such destination: '{destination}'", code="resource_missing", param="destination")
    if account["_transfers"] != "active":
        message = "Your destination account needs to have at least one of the following capabilities enabled: transfers"
        raise invalid(message, code="insufficient_capabilities_for_transfer")
    return account


def _source(world: World, source: Any, amount: int, currency: str) -> Thing:
    """The charge that pays for it. Its settlement decides the currency and the most that can be sent."""
    if source is None:
        raise invalid("You have insufficient available funds in your Stripe account.", code="balance_insufficient")
    charge = world.state.find(str(source), "charge")
    if charge is None:
        raise missing("charge", source)
    if not charge["paid"]:
        raise invalid("The source charge has not succeeded.", param="source_transaction")
    if charge["currency"] != currency:
        message = (
            f"The currency of source_transaction's balance transaction ({charge['currency']}) must be the transfer's."
        )
        raise invalid(message, code="transfer_source_balance_parameters_mismatch", param="currency")
    if charge["_transferred"] + amount > charge["amount"]:
        left = charge["amount"] - charge["_transferred"]
        message = (
            f"Transfers using this transaction as a source must not exceed the source amount of {charge['amount']}."
        )
        raise invalid(f"{message} (The source has {left} left to transfer.)", param="amount")
    return charge
