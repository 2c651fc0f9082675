from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from market.pricing import DEFAULT_FACTORS_E4, Card, default_factor_e4, quote, weight
from market.rights import Exclusivity, Industry, Medium, Rights
from market.territories import COUNTRIES, TREE, expand
from payments.money import CURRENCIES, Money

SOCIAL, SHOP, CINEMA = Medium.SOCIAL_PAID, Medium.ECOMMERCE, Medium.CINEMA

CARD = Card(
    "EUR",
    {SOCIAL: 30_000, SHOP: 20_001},
    {"US": 20_000, "NORDICS": 24_000, "NO": 30_000},
    industry_exclusivity_e4=15_000,
    total_exclusivity_e4=30_000,
    floor_minor=10_000,
)


def rights(
    *media: Medium, places: str = "DE", days: int = 30, exclusivity: Exclusivity = Exclusivity.NON_EXCLUSIVE
) -> Rights:
    starts_on = date(2027, 6, 1)
    ends_on = starts_on + timedelta(days=days - 1)
    return Rights(frozenset(media), expand(places.split()), Industry.SWIMWEAR, starts_on, ends_on, exclusivity)


@pytest.mark.parametrize(
    ("asked", "price"),
    [
        (rights(SOCIAL), "300.00"),
        (rights(SOCIAL, days=60), "600.00"),
        (rights(SOCIAL, days=31), "310.00"),
        (rights(SOCIAL, SHOP), "500.01"),
        (rights(SOCIAL, places="DE AT"), "600.00"),
        (rights(SOCIAL, places="DE AT CH"), "660.00"),  # DACH weighs 2.2, its parts 3
        (rights(SOCIAL, places="US"), "540.00"),  # NORTH_AMERICA weighs 1.8, the US alone 2: the whole is cheaper
        (rights(SOCIAL, places="NO"), "720.00"),  # NORDICS weigh 2.4, Norway alone 3
        (rights(SOCIAL, places="NORDICS"), "720.00"),
        (rights(SOCIAL, places="EUROPE"), "1,800.00"),
        (rights(SOCIAL, places="WORLD"), "3,600.00"),
        (rights(SOCIAL, exclusivity=Exclusivity.INDUSTRY), "450.00"),
        (rights(SOCIAL, exclusivity=Exclusivity.TOTAL), "900.00"),
        (rights(SHOP, days=45, exclusivity=Exclusivity.INDUSTRY), "450.02"),  # 450.0225
        (rights(SHOP, days=15), "100.01"),  # 100.005: half up
        (rights(SOCIAL, days=1), "100.00"),  # the floor
    ],
)
def test_rights_have_a_price(asked: Rights, price: str) -> None:
    found = quote(CARD, asked)
    assert found is not None
    assert str(found.price) == f"{price} EUR"


@pytest.mark.parametrize("asked", [rights(CINEMA), rights(SOCIAL, CINEMA), rights(), rights(SOCIAL, places="")])
def test_what_no_rate_covers_has_no_price(asked: Rights) -> None:
    assert quote(CARD, asked) is None


def test_every_step_is_a_line_that_says_what_it_adds() -> None:
    found = quote(CARD, rights(SHOP, SOCIAL, days=45, exclusivity=Exclusivity.INDUSTRY))
    assert found is not None
    assert [(line.description, str(line.amount)) for line in found.lines] == [
        ("Paid social media advertising: 45 days, territories weighing 1", "450.00 EUR"),
        ("Online shops: 45 days, territories weighing 1", "300.02 EUR"),
        ("Exclusive within its industry: times 1.5", "375.01 EUR"),
        ("Rounding", "-0.01 EUR"),
    ]
    assert str(found.price) == "1,125.02 EUR"


def test_the_floor_is_a_line() -> None:
    found = quote(CARD, rights(SOCIAL, days=1))
    assert found is not None
    assert [(line.description, str(line.amount)) for line in found.lines] == [
        ("Paid social media advertising: 1 day, territories weighing 1", "10.00 EUR"),
        ("Up to the least that the model takes", "90.00 EUR"),
    ]


@pytest.mark.parametrize(
    ("currency", "rate", "floor", "price"),
    [
        ("JPY", 45_005, 0, 22_503),
        ("KWD", 12_345, 0, 6_170),  # 6.1725: Stripe wants a last digit of 0
        ("KWD", 12_350, 0, 6_180),  # 6.175: half up
        ("KWD", 1, 5_001, 5_010),  # never under the floor
        ("ISK", 3, 0, 2),
    ],
)
def test_a_price_can_be_charged_in_its_currency(currency: str, rate: int, floor: int, price: int) -> None:
    card = Card(currency, {SOCIAL: rate}, {}, 15_000, 30_000, floor)
    found = quote(card, rights(SOCIAL, days=15))
    assert found is not None
    assert found.price == Money(price, currency)


@pytest.mark.parametrize(
    ("places", "weighs"),
    [
        ("SE", 10_000),
        ("SE NO DK", 25_000),
        ("NORDICS DACH BENELUX BRITISH_ISLES", 60_000),
        ("NORDICS DACH", 47_000),
        ("EU", 60_000),
        ("IS LI", 20_000),
        ("US CA", 18_000),
        ("JP KR IN TH", 40_000),
        ("EAST_ASIA SOUTH_ASIA SOUTHEAST_ASIA", 60_000),
        ("EMEA", 120_000),
        ("AQ", 10_000),
    ],
)
def test_territories_weigh_the_cheapest_way_to_buy_them(places: str, weighs: int) -> None:
    assert weight(expand(places.split()), default_factor_e4, min) == weighs


def test_nothing_has_no_weight() -> None:
    with pytest.raises(ValueError, match="No country"):
        weight(frozenset(), default_factor_e4, min)


def test_only_regions_have_defaults_of_their_own() -> None:
    assert set(DEFAULT_FACTORS_E4) == set(TREE)


class Told(str):
    """An algebra that writes down what it would do, as a database's expressions do."""

    def __add__(self, other: str) -> "Told":
        return Told(f"{self} + {other}")


def test_the_weight_is_the_same_expression_in_any_algebra() -> None:
    def told(places: str) -> str:
        return weight(expand(places.split()), Told, lambda *options: Told(f"least({', '.join(options)})"))

    assert told("SE DK JP") == (
        "least(WORLD, least(EUROPE, least(NORDICS, DK + SE)) + least(ASIA, least(EAST_ASIA, JP)))"
    )


factors = st.dictionaries(st.sampled_from((*TREE, "SE", "NO", "DE", "US", "JP")), st.integers(0, 200_000), max_size=8)


@st.composite
def cards(draw: st.DrawFn) -> Card:
    industry_e4 = draw(st.integers(10_000, 40_000))
    return Card(
        draw(st.sampled_from(["EUR", "JPY", "KWD", "ISK"])),
        {medium: draw(st.integers(0, 10**7)) for medium in Medium},
        draw(factors),
        industry_e4,
        draw(st.integers(industry_e4, 80_000)),
        draw(st.integers(0, 10**6)),
    )


@st.composite
def asked(draw: st.DrawFn) -> Rights:
    places = st.lists(st.sampled_from((*TREE, *COUNTRIES[:40], "EU", "US", "JP")), min_size=1, max_size=4)
    starts_on = date(2027, 1, 1)
    return Rights(
        frozenset(draw(st.sets(st.sampled_from(Medium), min_size=1, max_size=4))),
        expand(draw(places)),
        Industry.SWIMWEAR,
        starts_on,
        starts_on + timedelta(days=draw(st.integers(0, 400))),
        draw(st.sampled_from(Exclusivity)),
    )


def price_of(card: Card, rights: Rights) -> int:
    found = quote(card, rights)
    assert found is not None
    assert sum(line.amount.minor for line in found.lines) == found.price.minor
    assert found.price.minor % CURRENCIES[card.currency].unit == 0
    return found.price.minor


@settings(max_examples=200, deadline=None)
@given(cards(), asked(), asked())
def test_more_rights_never_cost_less(card: Card, less: Rights, other: Rights) -> None:
    cost = price_of(card, less)
    levels = list(Exclusivity)
    more_exclusive = levels[max(levels.index(less.exclusivity), levels.index(other.exclusivity))]
    for more in (
        replace(less, media=less.media | other.media),
        replace(less, territories=less.territories | other.territories),
        replace(less, ends_on=max(less.ends_on, other.ends_on)),
        replace(less, exclusivity=more_exclusive),
    ):
        assert price_of(card, more) >= cost
    assert cost >= card.floor_minor


@settings(max_examples=150, deadline=None)
@given(cards(), asked())
def test_a_price_is_the_formula_rounded_half_up(card: Card, rights: Rights) -> None:
    def weighs(place: str) -> Fraction:
        own = Fraction(card.factors_e4.get(place, DEFAULT_FACTORS_E4.get(place, 10_000)), 10_000)
        if place not in TREE:
            return own if place in rights.territories else Fraction(0)
        return min(own, sum(map(weighs, TREE[place]), Fraction(0)))

    factor_e4 = {
        Exclusivity.NON_EXCLUSIVE: 10_000,
        Exclusivity.INDUSTRY: card.industry_exclusivity_e4,
        Exclusivity.TOTAL: card.total_exclusivity_e4,
    }[rights.exclusivity]
    exact = sum(card.rates[medium] for medium in rights.media) * Fraction(rights.days, 30) * weighs("WORLD")
    unit = CURRENCIES[card.currency].unit
    half_up = (exact * Fraction(factor_e4, 10_000 * unit) + Fraction(1, 2)).__floor__() * unit
    floor = -(-card.floor_minor // unit) * unit
    assert price_of(card, rights) == max(half_up, floor)
