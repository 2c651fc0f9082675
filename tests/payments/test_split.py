from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments.money import CURRENCIES, Money
from payments.split import Part, split, split_refund

units = st.sampled_from([1, 10, 100])
weights = st.lists(st.fractions(0, 10), min_size=1, max_size=6).filter(any)
currencies = st.sampled_from(sorted(CURRENCIES))
"""With no digits, two and three, and those that Stripe treats in a way of its own: ISK, UGX, HUF, TWD, KWD."""


def parts(*claims: Fraction | int) -> list[Part]:
    return [Part(f"PART{place}", place, Fraction(claim)) for place, claim in enumerate(claims)]


@pytest.mark.parametrize(
    ("minor", "currency", "claims", "amounts", "basis_points"),
    [
        (100_001, "EUR", (68, 17, 15), [68_001, 17_000, 15_000], [6800, 1700, 1500]),
        (100, "EUR", (1, 1, 1), [34, 33, 33], [3334, 3333, 3333]),
        (200, "EUR", (1, 1, 1), [67, 67, 66], [3334, 3333, 3333]),
        (1, "EUR", (1, 1), [1, 0], [5000, 5000]),
        (0, "EUR", (1, 1), [0, 0], [5000, 5000]),
        (1000, "KWD", (1, 1, 1), [340, 330, 330], [3334, 3333, 3333]),
        (5, "ISK", (1, 1), [3, 2], [5000, 5000]),
        (7, "EUR", (0, 1, 0), [0, 7, 0], [0, 10_000, 0]),
        (99, "EUR", (1,), [99], [10_000]),
    ],
)
def test_an_amount_is_divided(
    minor: int, currency: str, claims: tuple[int, ...], amounts: list[int], basis_points: list[int]
) -> None:
    portions = split(Money(minor, currency), parts(*claims))
    assert [portion.amount.minor for portion in portions] == amounts
    assert [portion.basis_points for portion in portions] == basis_points
    assert [portion.payee_id for portion in portions] == list(range(len(claims)))


@given(st.integers(0, 10**9), weights, currencies)
def test_portions_sum_to_the_amount_and_are_within_one_unit_of_exact(
    count: int, claims: list[Fraction], currency: str
) -> None:
    unit = CURRENCIES[currency].unit
    amount = Money(count * unit, currency)
    portions = split(amount, parts(*claims))
    assert sum(portion.amount.minor for portion in portions) == amount.minor
    assert sum(portion.basis_points for portion in portions) == 10_000
    for portion, claim in zip(portions, claims, strict=True):
        assert abs(portion.amount.minor - Fraction(amount.minor * claim, sum(claims))) < unit
        assert portion.amount.minor % unit == 0
        assert claim or not portion.amount.minor


@pytest.mark.parametrize("claims", [(), (0, 0), (1, -1), (-1, 2)])
def test_weights_that_divide_nothing_are_refused(claims: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="weights"):
        split(Money(100, "EUR"), parts(*claims))


@pytest.mark.parametrize("amount", [Money(-1, "EUR"), Money(1234, "KWD")])
def test_an_amount_that_cannot_be_charged_is_not_divided(amount: Money) -> None:
    with pytest.raises(ValueError, match="units of"):
        split(amount, parts(1, 1))


@pytest.mark.parametrize(
    ("remaining", "refund", "unit", "expected"),
    [
        ([68_001, 17_000, 15_000], 100_001, 1, [68_001, 17_000, 15_000]),
        ([68_001, 17_000, 15_000], 50_000, 1, [34_000, 8_500, 7_500]),
        ([1, 1, 1], 1, 1, [1, 0, 0]),
        ([0, 5, 5], 3, 1, [0, 2, 1]),
        ([340, 330, 330], 500, 10, [170, 170, 160]),
    ],
)
def test_a_refund_is_borne(remaining: list[int], refund: int, unit: int, expected: list[int]) -> None:
    assert split_refund(remaining, refund, unit) == expected


@pytest.mark.parametrize(
    ("remaining", "refund", "unit"),
    [([5, 5], 11, 1), ([5, 5], 0, 1), ([5, 5], -1, 1), ([], 1, 1), ([0], 1, 1), ([10, -5], 5, 1), ([10, 10], 5, 10)],
)
def test_a_refund_that_cannot_be_borne_is_refused(remaining: list[int], refund: int, unit: int) -> None:
    with pytest.raises(ValueError, match="unit"):
        split_refund(remaining, refund, unit)


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=5).filter(any), units, st.data())
def test_any_row_of_refunds_takes_no_more_than_there_is_and_the_last_empties_all(
    counts: list[int], unit: int, data: st.DataObject
) -> None:
    left = [count * unit for count in counts]
    for _ in range(6):
        if not sum(left):
            break
        refund = unit * data.draw(st.integers(1, sum(left) // unit))
        borne = split_refund(left, refund, unit)
        assert sum(borne) == refund
        assert all(0 <= taken <= have and taken % unit == 0 for taken, have in zip(borne, left, strict=True))
        left = [have - taken for have, taken in zip(left, borne, strict=True)]
    if sum(left):
        assert split_refund(left, sum(left), unit) == left


@given(st.integers(1, 10**6), weights, currencies, st.data())
def test_a_split_that_is_refunded_in_any_row_of_parts_leaves_nothing_and_owes_nothing(
    count: int, claims: list[Fraction], currency: str, data: st.DataObject
) -> None:
    """From the price to the last refund: at each step all parts sum to what is left of the price."""
    unit = CURRENCIES[currency].unit
    left = [portion.amount.minor for portion in split(Money(count * unit, currency), parts(*claims))]
    price = count * unit
    while price:
        refund = unit * data.draw(st.integers(max(1, price // unit // 3), price // unit))
        left = [have - taken for have, taken in zip(left, split_refund(left, refund, unit), strict=True)]
        price -= refund
        assert sum(left) == price
        assert all(have >= 0 and have % unit == 0 for have in left)
    assert not any(left)
