"""The platform's balance, moved by balance transactions and by nothing else."""

import json
from decimal import ROUND_HALF_UP, Decimal

from payments.money import CURRENCIES
from payments.sandbox.store import Thing, new_id, now_seconds
from payments.sandbox.world import World


def enter(
    world: World,
    *,
    type: str,
    category: str,
    amount: int,
    currency: str,
    source: str,
    fee: int = 0,
    told: str = "",
    rate: Decimal | None = None,
) -> Thing:
    """A balance transaction of `amount` less `fee`; both may be negative. `rate`: at which it was changed."""
    detail = {
        "amount": fee,
        "application": None,
        "currency": currency,
        "description": "Stripe fees",
        "type": "stripe_fee",
    }
    balance_id = f"platform:{currency}"
    balance = world.state.find(balance_id, "_platform") or {
        "object": "_platform",
        "id": balance_id,
        "currency": currency,
        "amount": 0,
    }
    balance["amount"] += amount - fee
    world.state.put(balance)
    return world.state.put(
        {
            "id": new_id("txn"),
            "object": "balance_transaction",
            "amount": amount,
            "available_on": now_seconds(),
            "balance_type": "payments",
            "created": now_seconds(),
            "currency": currency,
            "description": told or None,
            "exchange_rate": None if rate is None else json.loads(str(rate)),
            "fee": fee,
            "fee_details": [detail] if fee else [],
            "net": amount - fee,
            "reporting_category": category,
            "source": source,
            "status": "pending",
            "type": type,
        }
    )


def exchanged(world: World, amount: int, currency: str) -> tuple[int, str, Decimal | None]:
    """What it is on the balance, in which currency, and at which rate of today. Rates are between whole units of both."""
    rate = world.rates.get(currency)
    if rate is None:
        return amount, currency, None
    digits = (
        CURRENCIES[world.settings.settles_in.upper()].stripe_exponent - CURRENCIES[currency.upper()].stripe_exponent
    )
    changed = (Decimal(amount) * rate).scaleb(digits).quantize(Decimal(1), ROUND_HALF_UP)
    return int(changed), world.settings.settles_in, rate


def available(world: World, currency: str) -> int:
    balance = world.state.find(f"platform:{currency}", "_platform")
    return int(balance["amount"]) if balance else 0
