"""What is sent to an account that holds another currency is changed as it arrives, and again when it is taken back."""

import json
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from payments.sandbox.store import Thing, new_id, now_seconds
from payments.sandbox.world import World


def hold(account: Thing, currency: str, rates: dict[str, Decimal]) -> None:
    """From now on the account holds `currency` alone: `rates` are what a unit of each other is worth in it."""
    account["_holds"] = {"currency": currency, "rates": {code: str(rate) for code, rate in rates.items()}}


def held(world: World, account_id: str, currency: str, amount: int) -> tuple[str, int]:
    """What `amount` of `currency` is on the account."""
    account = world.state.find(account_id, "v2.core.account")
    holds = account.get("_holds") if account is not None else None
    if holds is None or currency not in holds["rates"]:
        return currency, amount
    return holds["currency"], int((amount * Decimal(holds["rates"][currency])).quantize(Decimal(1), ROUND_HALF_UP))


def changed(world: World, account_id: str, currency: str, amount: int) -> tuple[str, int]:
    """Likewise, with the transaction of the account's own that tells of it. Negative: it is taken back."""
    into, came = held(world, account_id, currency, amount)
    if into != currency:
        rate = world.state.look_up(account_id)["_holds"]["rates"][currency]  # type: ignore[index]
        world.state.put(_transaction(account_id, _source(currency, amount), into, came, rate))
    return into, came


def _transaction(account_id: str, source: Thing, currency: str, amount: int, rate: str) -> Thing:
    kind = "payment" if amount > 0 else "payment_refund"
    return {
        "id": new_id("txn"),
        "object": "balance_transaction",
        "amount": amount,
        "available_on": now_seconds(),
        "balance_type": "payments",
        "created": now_seconds(),
        "currency": currency,
        "description": None,
        "exchange_rate": json.loads(rate),
        "fee": 0,
        "fee_details": [],
        "net": amount,
        "reporting_category": "charge" if amount > 0 else "refund",
        "source": source,
        "status": "pending",
        "type": kind,
        "_account": account_id,
    }


def _source(currency: str, amount: int) -> Thing:
    """The payment on the account that a transfer makes, or its refund."""
    both: dict[str, Any] = {"amount": abs(amount), "created": now_seconds(), "currency": currency, "metadata": {}}
    if amount < 0:
        refund = {"balance_transaction": None, "charge": None, "payment_intent": None, "reason": None}
        return {"id": new_id("pyr"), "object": "refund", **both, **refund, "status": "succeeded"}
    return {
        "id": new_id("py"),
        "object": "charge",
        **both,
        "amount_captured": amount,
        "amount_refunded": 0,
        "balance_transaction": None,
        "billing_details": {"address": None, "email": None, "name": None, "phone": None},
        "captured": True,
        "disputed": False,
        "livemode": False,
        "paid": True,
        "refunded": False,
        "status": "succeeded",
    }
