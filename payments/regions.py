"""Where payees can be paid. Pure.

Source: Stripe's "Cross-border transfers": platforms and payees in these countries reach each other by themselves, in any
direction. Elsewhere money needs an agreement that we do not have.
"""

from payments.errors import PaymentProblem

EEA = frozenset(
    {
        "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IT", "LI", "LT", "LU",
        "LV", "MT", "NL", "NO", "PL", "PT", "RO", "SE", "SI", "SK",
    }
)  # fmt: skip
"""Without Iceland, where Stripe opens no accounts."""

PAYABLE = EEA | {"CA", "CH", "GB", "US"}


def check_payable(name: str, country: str) -> None:
    """Raises PaymentProblem."""
    if country not in PAYABLE:
        raise PaymentProblem(
            f"{name} is in {country}, where the payment service cannot pay anybody yet. It can in the EEA, "
            "the United Kingdom, Switzerland, the United States and Canada.",
            code="COUNTRY_NOT_PAYABLE",
        )
