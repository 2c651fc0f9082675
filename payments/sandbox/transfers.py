"""Transfers from the platform to its payees, and their reversals.

Together they never exceed the charge that they come from; what comes from none is paid out of the platform's balance. A
reversal needs the money to be on the payee's balance still.
"""

from typing import Any

from payments.sandbox import balance, payouts
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
    if charge is not None:
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
        "source_transaction": charge["id"] if charge is not None else None,
        "source_type": "card",
        "transfer_group": call.text("transfer_group") or (charge["transfer_group"] if charge is not None else None),
    }
    moved = balance.enter(
        world, type="transfer", category="transfer", amount=-amount, currency=currency, source=transfer_id
    )
    transfer["balance_transaction"] = moved["id"]
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


def reverse(world: World, call: Call) -> Thing:
    call.check((), ("amount", "description", "metadata"))
    transfer = _transfer(world, call)
    left = transfer["amount"] - transfer["amount_reversed"]
    amount = call.integer("amount") if "amount" in call.params else left
    if not 0 < amount <= left:
        raise invalid(
            f"Reversal amount ({amount}) is greater than unreversed amount on transfer ({left}).", param="amount"
        )
    if not payouts.take(world, transfer["destination"], transfer["currency"], amount):
        raise invalid("The connected account's balance is insufficient to reverse.", code="balance_insufficient")
    reversal: Thing = {
        "id": new_id("trr"),
        "object": "transfer_reversal",
        "amount": amount,
        "balance_transaction": None,
        "created": now_seconds(),
        "currency": transfer["currency"],
        "destination_payment_refund": None,
        "metadata": call.metadata,
        "source_refund": None,
        "transfer": transfer["id"],
    }
    moved = balance.enter(
        world,
        type="transfer_refund",
        category="transfer_reversal",
        amount=amount,
        currency=transfer["currency"],
        source=reversal["id"],
    )
    reversal["balance_transaction"] = moved["id"]
    world.state.put(reversal)
    transfer["amount_reversed"] += amount
    transfer["reversed"] = transfer["amount_reversed"] == transfer["amount"]
    world.outbox.snapshot("transfer.reversed", world.state.put(transfer))
    return reversal


def list_reversals(world: World, call: Call) -> Thing:
    call.check((), ("limit", "starting_after", "ending_before"))
    transfer = _transfer(world, call)
    return page([each for each in world.state.all("transfer_reversal") if each["transfer"] == transfer["id"]], call)


def _transfer(world: World, call: Call) -> Thing:
    transfer = world.state.find(call.ids["transfer"], "transfer")
    if transfer is None:
        raise missing("transfer", call.ids["transfer"])
    return transfer


def _receiver(world: World, destination: Any) -> Thing:
    account = world.state.find(str(destination), "v2.core.account")
    if account is None:
        raise invalid(f"No such destination: '{destination}'", code="resource_missing", param="destination")
    if account["_transfers"] != "active":
        message = "Your destination account needs to have at least one of the following capabilities enabled: transfers"
        raise invalid(message, code="insufficient_capabilities_for_transfer")
    return account


def _source(world: World, source: Any, amount: int, currency: str) -> Thing | None:
    """The charge that pays for it. Its settlement decides the currency and the most that can be sent."""
    if source is None and balance.available(world, currency) >= amount:
        return None
    if source is None:
        raise invalid("You have insufficient available funds in your Stripe account.", code="balance_insufficient")
    charge = world.state.find(str(source), "charge")
    if charge is None:
        raise missing("charge", source)
    if not charge["paid"]:
        raise invalid("The source charge has not succeeded.", param="source_transaction")
    settled = world.state.find(charge["balance_transaction"], "balance_transaction") or charge
    if settled["currency"] != currency:
        message = (
            f"The currency of source_transaction's balance transaction ({settled['currency']}) must be the transfer's."
        )
        raise invalid(message, code="transfer_source_balance_parameters_mismatch", param="currency")
    if charge["_transferred"] + amount > settled["amount"]:
        left = settled["amount"] - charge["_transferred"]
        message = (
            f"Transfers using this transaction as a source must not exceed the source amount of {settled['amount']}."
        )
        raise invalid(f"{message} (The source has {left} left to transfer.)", param="amount")
    return charge
