"""An exact amount of one currency, counted in its smallest unit; and what Stripe can charge of each currency. Pure.

Sources: ISO 4217 for the digits of a currency; Stripe's "Supported currencies" for `unit` (amounts must be multiples of it), the least
charge and the eight-digit maximum.
"""

from dataclasses import dataclass
from decimal import Decimal

MAXIMUM_CHARGE_MINOR = 99_999_999
"""Stripe refuses a charge of more than eight digits."""


@dataclass(frozen=True, slots=True)
class CurrencyRule:
    """`digits` after the decimal point as people write it; `stripe_exponent` as Stripe counts it; amounts sent to Stripe
    are multiples of `unit`; nothing under `minimum_minor` can be charged."""

    digits: int
    stripe_exponent: int
    unit: int
    minimum_minor: int


def _rules() -> dict[str, CurrencyRule]:
    minimums = {
        "EUR": 50, "USD": 50, "CHF": 50, "AUD": 50, "CAD": 50, "NZD": 50, "SGD": 50, "BRL": 50, "GBP": 30, "SEK": 300, "NOK": 300,
        "DKK": 250, "PLN": 200, "CZK": 1500, "HUF": 17500, "HKD": 400, "MXN": 1000, "RON": 200, "BGN": 100, "AED": 200, "MYR": 200,
        "THB": 1000, "INR": 50, "ZAR": 50, "ILS": 50, "TRY": 50, "TWD": 1000, "PHP": 50, "IDR": 50, "SAR": 200, "QAR": 200,
    }  # fmt: skip
    rules = {code: CurrencyRule(2, 2, 1, least) for code, least in minimums.items()}
    for code in ("JPY", "KRW", "CLP", "VND", "XAF", "XOF", "XPF", "PYG", "RWF", "BIF", "DJF", "GNF", "KMF", "VUV"):
        rules[code] = CurrencyRule(0, 0, 1, 50)
    for code in ("KWD", "BHD", "JOD", "OMR", "TND"):
        rules[code] = CurrencyRule(3, 3, 10, 500)
    for code in ("ISK", "UGX"):
        rules[code] = CurrencyRule(0, 2, 1, 100)
    return rules


CURRENCIES: dict[str, CurrencyRule] = _rules()
"""Every currency that can be charged here, by its ISO 4217 code."""


@dataclass(frozen=True, slots=True, order=True)
class Money:
    """`minor` of the currency's smallest unit as people count it: cents of EUR, whole JPY, fils of KWD, whole ISK."""

    minor: int
    currency: str

    def __post_init__(self) -> None:
        if self.currency not in CURRENCIES:
            raise ValueError(f"{self.currency!r} is not a currency that can be charged here.")

    @classmethod
    def of(cls, amount: Decimal, currency: str) -> "Money":
        """From a decimal amount. Raises ValueError, in words for the person who typed it, when it has too many digits."""
        rule = CURRENCIES.get(currency)
        if rule is None:
            raise ValueError(f"{currency!r} is not a currency that can be charged here. Use an ISO 4217 code such as EUR.")
        scaled = amount.scaleb(rule.digits) if amount.is_finite() else amount
        if not scaled.is_finite() or scaled != scaled.to_integral_value():
            shown = f"{rule.digits} digits after the point" if rule.digits else "no digits after the point"
            raise ValueError(f"{currency} has {shown}; {amount} has more.")
        return cls(int(scaled), currency)

    @property
    def amount(self) -> Decimal:
        return Decimal(self.minor).scaleb(-CURRENCIES[self.currency].digits)

    def __str__(self) -> str:
        return f"{self.amount:,.{CURRENCIES[self.currency].digits}f} {self.currency}"


def to_stripe(money: Money) -> int:
    """The whole number that Stripe expects: ISK and UGX are sent times a hundred."""
    rule = CURRENCIES[money.currency]
    return money.minor * 10 ** (rule.stripe_exponent - rule.digits)


def from_stripe(amount: int, currency: str) -> Money:
    """From Stripe's whole number and lower-case code. Raises ValueError when it is not a whole number of our units."""
    code = currency.upper()
    rule = CURRENCIES.get(code)
    if rule is None:
        raise ValueError(f"Stripe speaks of {currency!r}, which is not a currency that can be charged here.")
    minor, rest = divmod(amount, 10 ** (rule.stripe_exponent - rule.digits))
    if rest:
        raise ValueError(f"{amount} {currency} is not a whole number of {code}.")
    return Money(minor, code)
