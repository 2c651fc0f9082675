from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments.money import CURRENCIES, MAXIMUM_CHARGE_MINOR, Money, from_stripe, to_stripe

currencies = st.sampled_from(sorted(CURRENCIES))


@pytest.mark.parametrize(
    ("amount", "currency", "minor", "stripe", "shown"),
    [
        ("1250.00", "EUR", 125_000, 125_000, "1,250.00 EUR"),
        ("1250", "EUR", 125_000, 125_000, "1,250.00 EUR"),
        ("1.25E+3", "EUR", 125_000, 125_000, "1,250.00 EUR"),
        ("0.010", "EUR", 1, 1, "0.01 EUR"),
        ("-3.50", "USD", -350, -350, "-3.50 USD"),
        ("500", "JPY", 500, 500, "500 JPY"),
        ("500.0", "JPY", 500, 500, "500 JPY"),
        ("5", "ISK", 5, 500, "5 ISK"),
        ("3700", "UGX", 3700, 370_000, "3,700 UGX"),
        ("4500", "MGA", 4500, 4500, "4,500 MGA"),
        ("5.12", "KWD", 5120, 5120, "5.120 KWD"),
        ("10.45", "HUF", 1045, 1045, "10.45 HUF"),
        ("800.45", "TWD", 80_045, 80_045, "800.45 TWD"),
        ("99999999.99", "EUR", 9_999_999_999, 9_999_999_999, "99,999,999.99 EUR"),
    ],
)
def test_an_amount_is_read_exactly(amount: str, currency: str, minor: int, stripe: int, shown: str) -> None:
    money = Money.of(Decimal(amount), currency)
    assert (money.minor, to_stripe(money), str(money)) == (minor, stripe, shown)
    assert from_stripe(stripe, currency.lower()) == money


@pytest.mark.parametrize(
    ("amount", "currency", "complaint"),
    [
        ("1.234", "EUR", "EUR has 2 digits after the point; 1.234 has more."),
        ("0.5", "JPY", "JPY has no digits after the point; 0.5 has more."),
        ("0.5", "ISK", "ISK has no digits"),
        ("0.2", "MGA", "MGA has no digits"),
        ("1.2345", "KWD", "KWD has 3 digits"),
        ("1.00000000000000000000000000000000000001", "EUR", "has more"),
        ("1E-2000000", "EUR", "has more"),
        ("1E+2000000", "EUR", "not an amount"),
        ("1000000000000000", "EUR", "not an amount"),
        ("NaN", "EUR", "not an amount"),
        ("-Infinity", "EUR", "not an amount"),
        ("1", "XXX", "ISO 4217"),
        ("1", "eur", "ISO 4217"),
    ],
)
def test_what_is_no_amount_is_refused_in_words(amount: str, currency: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        Money.of(Decimal(amount), currency)


@pytest.mark.parametrize(
    ("amount", "currency"), [(550, "isk"), (1, "ugx"), (100, "xxx")], ids=["half a króna", "a cent", "unknown"]
)
def test_what_stripe_cannot_mean_is_refused(amount: int, currency: str) -> None:
    with pytest.raises(ValueError, match=r"whole number|not a currency"):
        from_stripe(amount, currency)


NO_DIGITS_AT_STRIPE = "BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF"


def test_the_table_says_what_stripe_says() -> None:
    by_stripe: dict[int, set[str]] = {}
    for code, rule in CURRENCIES.items():
        by_stripe.setdefault(rule.stripe_exponent, set()).add(code)
    assert by_stripe[0] == set(NO_DIGITS_AT_STRIPE.split())
    assert by_stripe[3] == {"BHD", "JOD", "KWD", "OMR", "TND"}
    assert {code for code, rule in CURRENCIES.items() if rule.digits != rule.stripe_exponent} == {"ISK", "UGX"}
    assert {code for code, rule in CURRENCIES.items() if rule.unit != 1} == by_stripe[3]


@given(currencies)
def test_every_least_charge_can_be_charged(currency: str) -> None:
    rule = CURRENCIES[currency]
    assert rule.minimum_minor > 0
    assert rule.minimum_minor % rule.unit == 0
    assert to_stripe(Money(rule.minimum_minor, currency)) <= MAXIMUM_CHARGE_MINOR
    assert len(currency) == 3
    assert currency.isupper()


@given(st.integers(1 - 10**15, 10**15 - 1), currencies)
def test_money_survives_being_written_and_sent(minor: int, currency: str) -> None:
    money = Money(minor, currency)
    assert Money.of(money.amount, currency) == money
    assert from_stripe(to_stripe(money), currency.lower()) == money


def test_money_is_of_a_currency_that_can_be_charged() -> None:
    with pytest.raises(ValueError, match="XTS"):
        Money(1, "XTS")
