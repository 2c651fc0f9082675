"""What the inputs imply, reckoned apart from the product's own split, so that the demo's checks can fail."""

from decimal import Decimal
from typing import Any

CENT = Decimal("0.01")
PLATFORM_PER_TEN_THOUSAND = 1500


def expected_shares(price: Decimal, commission: int | None) -> dict[str, Decimal]:
    """Of a price in a currency with cents: fifteen per cent to the platform, the commission on what remains to the agency,
    the rest to the model; cents that rounding leaves over go to the largest remainders, the model's first on a tie."""
    cents = int(price / CENT)
    weights = {"MODEL": 8500 * (10_000 - (commission or 0))}
    if commission is not None:
        weights["AGENCY"] = 8500 * commission
    weights["PLATFORM"] = PLATFORM_PER_TEN_THOUSAND * 10_000
    whole = 10_000 * 10_000
    parts = {role: divmod(cents * weight, whole) for role, weight in weights.items()}
    left = cents - sum(quotient for quotient, _ in parts.values())
    favoured = sorted(parts, key=lambda role: -parts[role][1])[:left]
    return {role: (quotient + (role in favoured)) * CENT for role, (quotient, _) in parts.items()}


def amount(money: dict[str, Any]) -> Decimal:
    return Decimal(money["amount"])


def shown(money: dict[str, Any]) -> str:
    return f"{amount(money):,.2f} {money['currency']}"
