"""An exact amount of one currency, in its smallest unit; and what Stripe can charge of each currency. Pure.

Sources: ISO 4217 for the digits of a currency; Stripe's "Supported currencies" for `unit` (amounts must be multiples of
it), the least charge and the eight-digit maximum.
"""

from dataclasses import dataclass
from decimal import Decimal

MAXIMUM_CHARGE_MINOR = 99_999_999
"""Stripe refuses a charge of more than eight digits, as `to_stripe` counts them."""

_LARGEST_POWER = 14
"""No amount has more than fifteen digits before the point: with three after it, it fits 64 bits."""


@dataclass(frozen=True, slots=True)
class CurrencyRule:
    """`digits` after the point as people write it; `stripe_exponent` as Stripe counts it; amounts sent to Stripe
    are multiples of `unit`; nothing under `minimum_minor` can be charged.

    HUF and TWD are charged with two digits, although a payout by hand must be whole: Stripe's own carry the rest over.
    """

    digits: int
    stripe_exponent: int
    unit: int
    minimum_minor: int

    @property
    def stripe_factor(self) -> int:
        """By how much an amount is multiplied on its way to Stripe."""
        return int(10 ** (self.stripe_exponent - self.digits))


# What Stripe documents as the least charge in its own settlement currencies, in minor units.
_DOCUMENTED = {
    "EUR": 50, "USD": 50, "CHF": 50, "AUD": 50, "CAD": 50, "NZD": 50, "SGD": 50, "BRL": 50, "INR": 50,
    "GBP": 30, "SEK": 300, "NOK": 300, "DKK": 250, "PLN": 200, "RON": 200, "AED": 200, "MYR": 200, "HKD": 400,
    "MXN": 1000, "THB": 1000, "CZK": 1500, "HUF": 17500,
}  # fmt: skip

# Elsewhere the least is what converts to the settlement currency's least. These are round amounts (in whole units of
# the currency) above half a dollar, so that a price is refused when it is named and not when it is charged.
_CONVERTED = {
    1: "AWG AZN BAM BBD BMD BND BSD BZD FKP GIP KYD SHP XCG",
    5: "BOB BYN CNY FJD GEL GTQ ILS MOP PEN PGK QAR SAR TOP TTD WST XCD",
    10: "BWP LSL MAD MDL NAD SBD SCR SZL TJS ZAR",
    50: "AFN ALL CVE DOP EGP GMD HNL KGS MKD MUR MVR MZN NIO PHP RUB SLE SRD TRY TWD UAH UYU ZMW",
    100: "BDT DZD ETB HTG JMD KES LRD NPR RSD",
    500: "AMD AOA CRC GYD KZT LKR PKR SOS YER",
    2000: "ARS CDF KHR MMK MNT MWK NGN TZS",
    5000: "COP",
    20000: "IDR LAK STD UZS",
    50000: "LBP",
}

_ZERO_DIGITS = {
    "JPY": 50, "DJF": 100, "VUV": 100, "XPF": 100, "CLP": 500, "KMF": 500, "XAF": 500, "XOF": 500, "KRW": 1000,
    "RWF": 1000, "BIF": 2000, "MGA": 5000, "GNF": 5000, "PYG": 5000, "VND": 20000,
}  # fmt: skip
# MGA has a fifth by ISO 4217 and no digits at Stripe; people count whole ariary.

_THREE_DIGITS = {"BHD": 500, "JOD": 500, "KWD": 500, "OMR": 500, "TND": 2000}
# Card networks know no third digit: it must be 0.

_ZERO_DIGITS_SENT_AS_TWO = {"ISK": 100, "UGX": 2000}
# Stripe kept their old two digits for compatibility: 5 ISK are sent as 500, and the last two must be 0.


def _rules() -> dict[str, CurrencyRule]:
    rules = {code: CurrencyRule(2, 2, 1, least) for code, least in _DOCUMENTED.items()}
    rules |= {code: CurrencyRule(2, 2, 1, 100 * least) for least, codes in _CONVERTED.items() for code in codes.split()}
    rules |= {code: CurrencyRule(0, 0, 1, least) for code, least in _ZERO_DIGITS.items()}
    rules |= {code: CurrencyRule(3, 3, 10, least) for code, least in _THREE_DIGITS.items()}
    rules |= {code: CurrencyRule(0, 2, 1, least) for code, least in _ZERO_DIGITS_SENT_AS_TWO.items()}
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
        """From a decimal amount. Raises ValueError, in words for the person who typed it, when it cannot be one."""
        rule = CURRENCIES.get(currency)
        if rule is None:
            raise ValueError(f"{currency!r} is no currency that can be charged here. Use an ISO 4217 code such as EUR.")
        if not amount.is_finite() or amount.adjusted() > _LARGEST_POWER:
            raise ValueError(f"{amount} is not an amount of money.")
        minor = _whole(amount, rule.digits)
        if minor is None:
            shown = f"{rule.digits} digits after the point" if rule.digits else "no digits after the point"
            raise ValueError(f"{currency} has {shown}; {amount} has more.")
        return cls(minor, currency)

    @property
    def amount(self) -> Decimal:
        return amount_of(self.minor, self.currency)

    def __str__(self) -> str:
        return f"{self.amount:,.{CURRENCIES[self.currency].digits}f} {self.currency}"


def amount_of(minor: int, currency: str) -> Decimal:
    """As people write it: 1050 of EUR are 10.50."""
    return Decimal(minor).scaleb(-CURRENCIES[currency].digits)


def _whole(amount: Decimal, digits: int) -> int | None:
    """`amount` times ten to the `digits`, if that is a whole number. Exact, where Decimal's arithmetic would round."""
    negative, figures, exponent = amount.as_tuple()
    assert isinstance(exponent, int)  # noqa: S101 - the amount is finite
    shift = exponent + digits
    if shift < 0 and any(figures[shift:]):
        return None
    kept = figures[:shift] if shift < 0 else (*figures, *[0] * shift)
    whole = int("".join(map(str, kept)) or "0")
    return -whole if negative else whole


def to_stripe(money: Money) -> int:
    """The whole number that Stripe expects: ISK and UGX are sent times a hundred."""
    rule = CURRENCIES[money.currency]
    return money.minor * rule.stripe_factor


def from_stripe(amount: int, currency: str) -> Money:
    """From Stripe's whole number and lower-case code. Raises ValueError when it is not a whole number of our units."""
    code = currency.upper()
    rule = CURRENCIES.get(code)
    if rule is None:
        raise ValueError(f"Stripe speaks of {currency!r}, which is not a currency that can be charged here.")
    minor, rest = divmod(amount, rule.stripe_factor)
    if rest:
        raise ValueError(f"{amount} {currency} is not a whole number of {code}.")
    return Money(minor, code)
