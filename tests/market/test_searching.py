from collections.abc import Sequence
from decimal import Decimal
from random import Random
from typing import Any

import pytest

from core.actor import ANONYMOUS
from core.errors import InvalidInput
from core.paging import Window
from market import pricing, store
from market.rights import Exclusivity, Industry, Medium, Rights
from market.search import TwinOrder, TwinQuery
from market.states import ListingStatus, TwinStatus
from market.tables import Twin
from payments.money import Money
from server.database import Database
from tests import factories


async def names(database: Database, query: TwinQuery, limit: int = 50) -> list[str]:
    lumen = factories.Actor(caller="person:0", name="somebody", person_id=0, brand_ids=frozenset({10**9}))
    async with database.read(lumen)() as read:
        found = await store.search.page(read, query, Window(limit))
        assert await store.search.count(read, query) == len(found.rows)
    return [twin.name for twin in found.rows]


@pytest.fixture
async def cast(database: Database) -> dict[str, factories.ListedTwin]:
    """Four twins on the market, and one that is not."""
    ada = await factories.model(database, "Ada Lindqvist")
    made = {
        "Ada": await factories.listed_twin(
            database,
            ada,
            name="Ada",
            description="Calm, at ease in knitwear.",
            tags=["knitwear", "editorial"],
            height_cm=178,
            hair_colour="Blonde",
            eye_colour="blue",
        ),
        "Ada, studio": await factories.listed_twin(
            database, ada, name="Ada, studio", tags=["ecommerce"], height_cm=178, hair_colour="blonde"
        ),
        "Ebba": await factories.listed_twin(
            database, name="Ebba", tags=["denim", "editorial"], height_cm=170, hair_colour="red", eye_colour="green"
        ),
        "Tom": await factories.listed_twin(database, name="Tom", tags=["denim"], waist_cm=80),
        "Hidden": await factories.twin(database, name="Hidden", tags=["denim"]),
    }
    nordlys = await factories.agency(database, "Nordlys Models")
    await factories.mandate(database, nordlys, ada)
    made["Ada"].model.actor = ada.actor
    return made


async def test_everything_that_can_be_asked_of_looks_and_words(
    database: Database, cast: dict[str, factories.ListedTwin]
) -> None:
    cases: list[tuple[dict[str, Any], list[str]]] = [
        ({}, ["Tom", "Ebba", "Ada, studio", "Ada"]),
        ({"order": TwinOrder.NAME}, ["Ada", "Ada, studio", "Ebba", "Tom"]),
        ({"tags": ("denim",)}, ["Tom", "Ebba"]),
        ({"tags": ("denim", "editorial")}, ["Ebba"]),
        ({"height_cm": (175, None)}, ["Ada, studio", "Ada"]),
        ({"height_cm": (None, 170)}, ["Ebba"]),
        ({"height_cm": (170, 170)}, ["Ebba"]),
        ({"waist_cm": (80, 80)}, ["Tom"]),
        ({"hair_colour": ("BLONDE", "red")}, ["Ebba", "Ada, studio", "Ada"]),
        ({"eye_colour": ("blue",)}, ["Ada"]),
        ({"search": "knitwear"}, ["Ada"]),
        ({"search": "LINDQVIST ebba"}, ["Ebba"]),
        ({"search": "nordlys studio"}, ["Ada, studio"]),
        ({"search": "100%"}, []),
        ({"search": "ada", "order": TwinOrder.RELEVANCE}, ["Ada, studio", "Ada"]),
        ({"model_id": cast["Ada"].model.id}, ["Ada, studio", "Ada"]),
        ({"model_id": cast["Hidden"].model.id}, []),
        ({"agency_id": 10**6}, []),
    ]
    for asked, expected in cases:
        assert await names(database, TwinQuery(**asked)) == expected, asked


async def test_an_agencys_twins_are_those_of_whom_it_represents(
    database: Database, cast: dict[str, factories.ListedTwin]
) -> None:
    async with database.read(cast["Ada"].model.actor)() as read:
        mandates = await store.mandates.in_force(read, [cast["Ada"].model.id])
    agency_id = mandates[cast["Ada"].model.id][0].agency_id
    assert await names(database, TwinQuery(agency_id=agency_id)) == ["Ada, studio", "Ada"]


async def test_what_is_found_in_the_name_is_worth_more(database: Database) -> None:
    await factories.listed_twin(database, name="Denim")
    await factories.listed_twin(database, name="Other", description="Loves denim.")
    found = await names(database, TwinQuery(search="denim", order=TwinOrder.RELEVANCE))
    assert found == ["Denim", "Other"]


async def test_facets_count_the_whole_result(database: Database, cast: dict[str, factories.ListedTwin]) -> None:
    async with database.read(cast["Ada"].model.actor)() as read:
        facets = await store.search.facets(read, TwinQuery())
        narrow = await store.search.facets(read, TwinQuery(tags=("denim",)))
    assert facets["tags"] == {"denim": 2, "editorial": 2, "ecommerce": 1, "knitwear": 1}
    assert facets["eyeColour"] == {"blue": 1, "green": 1}
    assert narrow["tags"] == {"denim": 2, "editorial": 1}


async def test_pages_forwards_and_backwards_meet(database: Database, cast: dict[str, factories.ListedTwin]) -> None:
    wanted = factories.rights()
    actor = cast["Ada"].model.actor
    for order in TwinOrder:
        query = TwinQuery(order=order, available_for=wanted, search="a" if order is TwinOrder.RELEVANCE else None)
        async with database.read(actor)() as read:
            whole = await store.search.page(read, query, Window(50))
            forwards: list[Twin] = []
            after = None
            for _ in range(10):
                page = await store.search.page(read, query, Window(2, after=after))
                forwards += page.rows
                assert page.has_previous is (after is not None)
                if not page.has_next:
                    break
                after = page.keys[-1]
            backwards: list[Twin] = []
            before = None
            for _ in range(10):
                page = await store.search.page(read, query, Window(1, before=before, backwards=True))
                backwards = [*page.rows, *backwards]
                if not page.has_previous:
                    break
                before = page.keys[0]
            between = await store.search.page(read, query, Window(50, after=whole.keys[0], before=whole.keys[-1]))
        assert [twin.id for twin in forwards] == [twin.id for twin in backwards] == [twin.id for twin in whole.rows]
        assert between.rows == whole.rows[1:-1]


async def test_only_twins_that_are_free_and_consent(database: Database, cast: dict[str, factories.ListedTwin]) -> None:
    lumen = await factories.brand(database)
    wanted = factories.rights(exclusivity=Exclusivity.INDUSTRY)
    await factories.licence(database, lumen, cast["Ada"], factories.rights(places=["SE"]))
    await factories.licence(database, lumen, cast["Ebba"], factories.rights(industry=Industry.BEAUTY))
    await factories.set_policy(database, cast["Tom"], forbidden_industries=[Industry.APPAREL])
    assert await names(database, TwinQuery(available_for=wanted)) == ["Ebba", "Ada, studio"]
    await factories.set_policy(database, cast["Ebba"], maximum_days=29)
    await factories.set_status(database, cast["Ada, studio"], TwinStatus.PAUSED)
    assert await names(database, TwinQuery(available_for=wanted)) == []


async def test_at_most_that_price_in_that_currency(database: Database, cast: dict[str, factories.ListedTwin]) -> None:
    wanted = factories.rights(places=["SE", "NO"])  # 100 EUR x 2 countries
    await factories.set_rates(database, cast["Ebba"], rates={Medium.SOCIAL_PAID: Decimal(300)})
    await factories.set_rates(database, cast["Tom"], rates={Medium.EMAIL: Decimal(1)})
    await factories.set_rates(database, cast["Ada"], currency="SEK")
    at_most = TwinQuery(available_for=wanted, maximum_price=Money(200_00, "EUR"))
    assert await names(database, at_most) == ["Ada, studio"]
    by_price = TwinQuery(available_for=wanted, order=TwinOrder.PRICE_ASC)
    assert await names(database, by_price) == ["Ada, studio", "Ebba", "Ada"]  # EUR before SEK; no rate, no price
    by_price = TwinQuery(available_for=wanted, order=TwinOrder.PRICE_DESC)
    assert await names(database, by_price) == ["Ada", "Ebba", "Ada, studio"]


async def test_the_database_prices_as_the_quote_does(database: Database) -> None:
    dice = Random(7)
    twins = [await factories.listed_twin(database, name=f"Twin {place}") for place in range(6)]
    for twin, currency in zip(twins, ["EUR", "JPY", "KWD", "USD", "ISK", "EUR"], strict=True):
        step = Decimal("0.01") if currency in ("EUR", "USD") else Decimal(1)
        await factories.set_rates(
            database,
            twin,
            currency=currency,
            rates={medium: dice.randint(1, 9000) * step for medium in Medium},
            factors={
                code: Decimal(dice.randint(1, 50_000)).scaleb(-4) for code in ("SE", "NORDICS", "EUROPE", "WORLD")
            },
            industry_exclusivity=Decimal("1.2345"),
            total_exclusivity=Decimal("2.3456"),
            floor=Decimal(dice.randint(0, 100)),
        )
    asked = [factories.rights(places=["WORLD"], media=list(Medium), days=365, exclusivity=Exclusivity.TOTAL)]
    asked += [
        factories.rights(
            media=dice.sample(list(Medium), dice.randint(1, 5)),
            places=dice.sample(["SE", "NO", "DACH", "EUROPE", "ASIA", "US", "EEA"], dice.randint(1, 4)),
            days=dice.randint(1, 300),
            exclusivity=dice.choice(list(Exclusivity)),
        )
        for _ in range(15)
    ]
    for wanted in asked:
        await _compare(database, twins, wanted)


async def _compare(database: Database, twins: Sequence[factories.ListedTwin], wanted: Rights) -> None:
    async with database.read(twins[0].model.actor)() as read:
        query = TwinQuery(available_for=wanted, order=TwinOrder.PRICE_ASC)
        found = await store.search.page(read, query, Window(50))
        cards = await store.twins.cards(read, found.rows)
    assert len(found.rows) == len(twins)
    for twin, (currency, price, _) in zip(found.rows, found.keys, strict=True):
        assert twin.id is not None
        quote = pricing.quote(cards[twin.id], wanted)
        assert quote is not None
        assert Money(price, currency) == quote.price


@pytest.mark.parametrize(
    ("asked", "path"),
    [
        ({"order": TwinOrder.PRICE_ASC}, ("orderBy",)),
        ({"order": TwinOrder.RELEVANCE}, ("orderBy",)),
        ({"maximum_price": Money(1, "EUR")}, ("filter", "maximumPrice")),
        ({"search": " ".join("abcdefghijk")}, ("filter", "search")),
        ({"search": "a\x00"}, ("filter", "search")),
        ({"tags": ("a\x00",)}, ("filter", "tags")),
        ({"available_for": factories.rights(start=-1)}, ("filter", "availableFor", "startsOn")),
    ],
)
async def test_questions_that_contradict_themselves(
    database: Database, asked: dict[str, Any], path: tuple[str, ...]
) -> None:
    with pytest.raises(InvalidInput) as refused:
        await names(database, TwinQuery(**asked))
    assert refused.value.path == path


async def test_the_anonymous_find_nothing(database: Database, cast: dict[str, factories.ListedTwin]) -> None:
    async with database.read(ANONYMOUS)() as read:
        assert await store.search.count(read, TwinQuery()) == 0
        assert await store.search.count(read, TwinQuery(model_id=cast["Ada"].model.id)) == 0
        assert await store.listings.count(read, store.listings.ListingQuery()) == 0


async def test_listings_are_found_by_what_they_offer(database: Database, cast: dict[str, factories.ListedTwin]) -> None:
    wanted = factories.rights(media=[Medium.EMAIL, Medium.CINEMA], industry=Industry.BEAUTY)
    listing = await factories.listing(database, cast["Ada"], wanted=wanted)
    query = store.listings.ListingQuery
    cases = [
        (query(), 1),
        (query(twin_id=cast["Ada"].id), 1),
        (query(twin_id=cast["Tom"].id), 0),
        (query(statuses=[ListingStatus.OPEN]), 1),
        (query(statuses=[]), 0),
        (query(media=frozenset({Medium.EMAIL})), 1),
        (query(media=frozenset({Medium.EMAIL, Medium.PACKAGING})), 0),
        (query(industry=Industry.BEAUTY), 1),
        (query(industry=Industry.APPAREL), 0),
    ]
    lumen = await factories.brand(database)
    for asked, expected in cases:
        async with database.read(lumen.actor)() as read:
            assert await store.listings.count(read, asked) == expected, asked
    await factories.set_status(database, cast["Ada"], TwinStatus.PAUSED)
    async with database.read(lumen.actor)() as read:
        assert await store.listings.by_ids(read, [factories.number(listing)]) == {}
