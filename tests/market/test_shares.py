from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from market.shares import parts
from payments.money import Money
from payments.split import split


@pytest.mark.parametrize(
    ("agency_id", "commission_bps", "expected"),
    [
        (None, None, [("MODEL", 1, Fraction(85, 100)), ("PLATFORM", None, Fraction(15, 100))]),
        (2, 0, [("MODEL", 1, Fraction(85, 100)), ("PLATFORM", None, Fraction(15, 100))]),
        (
            2,
            2000,
            [("MODEL", 1, Fraction(68, 100)), ("AGENCY", 2, Fraction(17, 100)), ("PLATFORM", None, Fraction(15, 100))],
        ),
    ],
)
def test_the_agency_takes_its_commission_on_what_the_platform_leaves(
    agency_id: int | None, commission_bps: int | None, expected: list[tuple[str, int | None, Fraction]]
) -> None:
    found = parts(model_id=1, agency_id=agency_id, commission_bps=commission_bps)
    assert [(part.role, part.payee_id, part.weight) for part in found] == expected


@pytest.mark.parametrize(
    ("price", "model", "agency", "platform"),
    [
        (Money(100_001, "EUR"), 68_001, 17_000, 15_000),
        (Money(10, "EUR"), 7, 2, 1),
        (Money(1000, "KWD"), 680, 170, 150),
        (Money(777, "JPY"), 528, 132, 117),
    ],
)
def test_a_price_is_shared_to_the_last_minor_unit(price: Money, model: int, agency: int, platform: int) -> None:
    portions = split(price, parts(model_id=1, agency_id=2, commission_bps=2000))
    assert [portion.amount.minor for portion in portions] == [model, agency, platform]
    assert [portion.basis_points for portion in portions] == [6800, 1700, 1500]


@given(st.integers(1, 10**10), st.integers(0, 2000))
def test_the_basis_points_of_the_others_never_take_from_the_model(price: int, commission_bps: int) -> None:
    claims = parts(model_id=1, agency_id=2, commission_bps=commission_bps)
    model, *others = split(Money(price, "EUR"), claims)
    assert model.amount.minor + sum(portion.amount.minor for portion in others) == price
    assert Fraction(model.basis_points, 10_000) >= claims[0].weight
