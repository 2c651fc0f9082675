"""Searches find exactly what Python finds by looking at every twin, in every order, page by page, either way."""

import random
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import col

from core.actor import SYSTEM
from core.errors import InvalidInput
from core.paging import Window
from core.work import Read
from market import availability, quotes, store, twins
from market.rights import Exclusivity, Industry, Medium
from market.search import TwinOrder, TwinQuery, folded, is_slip
from market.showing import Showing, Shown, Tagged
from market.states import TwinStatus
from market.tables import Twin
from server.database import Database
from tests import factories
from tests.factories import ListedTwin, Player, euros

TAGS = ("runway", "ballet", "surf")
ORDERS = (TwinOrder.NEWEST, TwinOrder.NAME, TwinOrder.PRICE_ASC, TwinOrder.PRICE_DESC)


async def crowd(database: Database, size: int = 24) -> list[ListedTwin]:
    dice = random.Random(5)
    lumen = await factories.brand(database)
    found = []
    for place in range(size):
        media = dice.sample(tuple(Medium), 12)
        made = await factories.listed_twin(
            database,
            name=dice.choice(("Ada", "Bo", "Cleo")),
            tags=dice.sample(TAGS, dice.randint(0, 3)),
            height_cm=dice.choice((None, *range(165, 190))),
            hair_colour=dice.choice((None, "Blonde", "black")),
            policy={"media": media, "maximum_days": dice.choice((20, 365)), "forbidden_industries": _some(dice)},
            rates={
                "currency": "EUR" if place % 4 == 0 else dice.choice(("EUR", "USD")),
                "rates": {medium: Decimal(dice.randint(1, 5) * 100) for medium in media[: dice.choice((9, 12))]},
                "factors": dice.choice(({}, {"SE": Decimal(2)}, {"NORDICS": Decimal("0.5")})),
            },
        )
        found.append(made)
        if place % 4 == 0:
            await factories.licence(database, lumen, made, replace(_rights(), media=frozenset(media[:1])))
        if place % 7 == 6:
            await factories.set_status(database, made, TwinStatus.PAUSED)
    return found


def _some(dice: random.Random) -> list[Industry]:
    return dice.choice(([], [Industry.BEAUTY], [Industry.BEAUTY, Industry.OTHER]))


def _rights() -> Any:
    return factories.rights(places=["SE", "NO", "DE"], days=14, exclusivity=Exclusivity.TOTAL)


BEAUTY = {"industry": Industry.BEAUTY, "media": frozenset({Medium.ECOMMERCE, Medium.ONLINE_VIDEO})}

QUERIES: list[Callable[[], TwinQuery]] = [
    lambda: TwinQuery(available_for=_rights()),
    lambda: TwinQuery(available_for=replace(_rights(), **BEAUTY)),
    lambda: TwinQuery(available_for=_rights(), maximum_price=euros(700), tags=("ballet",), height_cm=(168, 186)),
    lambda: TwinQuery(available_for=_rights(), hair_colour=("blonde",)),
    lambda: TwinQuery(available_for=_rights(), tags=("surf",), hair_colour=("blonde", "black")),
    lambda: TwinQuery(available_for=_rights(), tags=("ballet", "surf")),
]


@pytest.mark.parametrize("order", ORDERS)
async def test_what_is_found_is_what_there_is(database: Database, order: TwinOrder) -> None:
    made = await crowd(database)
    actor = made[0].model.actor
    for make in QUERIES:
        query = replace(make(), order=order)
        async with database.read(SYSTEM)() as read:
            everything = list((await store.twins.by_ids(read, [each.id for each in made])).values())
            wanted = await expected(read, everything, query)
        async with database.read(actor)() as read:
            assert await pages(read, query, backwards=False) == wanted
            assert await pages(read, query, backwards=True) == wanted[::-1]
            if order is TwinOrder.NEWEST:
                assert await store.search.count(read, query) == len(wanted)
                told = await store.search.facets(read, query)
                of_those = [each for each in everything if each.id in wanted]
                assert told["tags"] == {
                    tag: n for tag in told["tags"] if (n := sum(tag in each.tags for each in of_those))
                }
                assert sum(told["tags"].values()) == sum(len(each.tags) for each in of_those)


async def expected(read: Read, everything: Sequence[Twin], query: TwinQuery) -> list[int]:
    """By looking at every one."""
    rights = query.available_for
    assert rights is not None
    free = await availability.check_all(read, everything, rights)
    asked = await quotes.ask(read, everything, rights)
    kept: list[tuple[Any, ...]] = []
    for twin, told in zip(everything, free, strict=True):
        quote = asked[twin.id].quote if twin.id in asked else None
        shortest, tallest = query.height_cm
        if not told.available or (query.hair_colour and (twin.hair_colour or "").lower() not in query.hair_colour):
            continue
        if shortest and tallest and not shortest <= (twin.height_cm or 0) <= tallest:
            continue
        if not set(query.tags) <= set(twin.tags):
            continue
        by_price = query.order in (TwinOrder.PRICE_ASC, TwinOrder.PRICE_DESC)
        if (by_price or query.maximum_price) and quote is None:
            continue
        most = query.maximum_price
        if most and quote and (quote.price.currency != most.currency or quote.price.minor > most.minor):
            continue
        price = (quote.price.currency, quote.price.minor) if quote else ("", 0)
        key = {TwinOrder.NEWEST: (), TwinOrder.NAME: (twin.name,)}.get(query.order, price)
        kept.append((*key, twin.id))
    kept.sort(reverse=query.order in (TwinOrder.NEWEST, TwinOrder.PRICE_DESC))
    return [each[-1] for each in kept]


async def pages(read: Read, query: TwinQuery, *, backwards: bool) -> list[int]:
    """All of it, three at a time, from the front or from the back."""
    found: list[int] = []
    window = Window(3, backwards=backwards)
    while True:
        page = await store.search.page(read, query, window)
        ids = [each.id or 0 for each in page.rows]
        found += ids[::-1] if backwards else ids
        if not (page.has_previous if backwards else page.has_next):
            return found
        window = Window(3, backwards=backwards, **{"before": page.keys[0]} if backwards else {"after": page.keys[-1]})


async def test_rows_by_tag_are_what_listed_twins_show(database: Database) -> None:
    twin, other = (await crowd(database, 5))[2:4]
    assert await differing(database) == []
    await change(database, twin, {"tags": ["tango", "ballet"], "height_cm": 191})
    assert await tagged(database, "tango") == [twin.id]
    await factories.set_rates(database, twin, currency="SEK")
    await factories.set_policy(database, twin, maximum_days=3)
    assert await differing(database) == []
    await factories.set_status(database, twin, TwinStatus.PAUSED)
    await change(database, other, {"tags": []})
    assert await tagged(database, "tango") == []
    await change(database, twin, {"tags": ["surf"]})
    assert await differing(database) == []
    await factories.set_status(database, twin, TwinStatus.LISTED)
    assert twin.id in await tagged(database, "surf")
    assert await differing(database) == []


async def change(database: Database, twin: ListedTwin, changes: dict[str, Any]) -> None:
    async with database.work(twin.model.actor)() as work:
        await twins.update(work, twin_id=twin.id, changes=changes)


async def tagged(database: Database, tag: str) -> list[int]:
    async with database.writes.connect() as connection:
        return list(await connection.scalars(sa.select(col(Tagged.twin_id)).where(col(Tagged.tag) == tag)))


async def differing(database: Database) -> list[Any]:
    """Rows that only one of the two copies has."""
    names = list(Shown.model_fields)
    by_tag = sa.select(col(Tagged.tag), *(col(getattr(Tagged, name)) for name in names))
    tag = sa.func.unnest(col(Showing.tags)).label("tag")
    listed = col(Showing.status) == TwinStatus.LISTED.value
    by_twin = sa.select(tag, *(col(getattr(Showing, name)) for name in names)).where(listed)
    async with database.writes.connect() as connection:
        only = [(await connection.execute(ours.except_all(theirs))).all()
                for ours, theirs in ((by_tag, by_twin), (by_twin, by_tag))]  # fmt: skip
    return [*only[0], *only[1]]


# ------------------------------------------------------------------ words


async def found(database: Database, words: str, order: TwinOrder = TwinOrder.RELEVANCE) -> list[str]:
    reader = await factories.brand(database)
    async with database.read(reader.actor)() as read:
        page = await store.search.page(read, TwinQuery(search=words, order=order), Window(20))
        assert await store.search.count(read, TwinQuery(search=words)) == len(page.rows)
    return [each.name for each in page.rows]


async def faces(database: Database) -> tuple[Player, ListedTwin]:
    zoe = await factories.model(database, "Zoë Sandqvist")
    words = {"name": "Zoë in motion", "tags": ["ballet"], "description": "A dancer; calm light."}
    twin = await factories.listed_twin(database, zoe, **words)  # type: ignore[arg-type]
    await factories.listed_twin(database, name="Ballet", description="Nothing more.")
    return zoe, twin


@pytest.mark.parametrize(
    "words",
    ["zoe", "ZOË", "sandqvist", "Sandquist", "sandq", "andqvis", "dancer calm", "danser", "zoe, ballet!", "mtoion"],
)
async def test_words_are_found_wherever_they_stand_and_slips_are_forgiven(database: Database, words: str) -> None:
    await faces(database)
    assert await found(database, words) == ["Zoë in motion"]


async def test_the_better_the_place_the_earlier(database: Database) -> None:
    await faces(database)
    assert await found(database, "ballet") == ["Ballet", "Zoë in motion"]
    assert await found(database, "balet") == ["Ballet", "Zoë in motion"]
    assert await found(database, "ballet calm") == ["Zoë in motion"]
    assert await found(database, "tango") == []


async def test_a_twin_is_found_by_its_agency_while_the_mandate_lasts(database: Database) -> None:
    zoe, _ = await faces(database)
    nordlys = await factories.agency(database, "Nordlys Models")
    assert await found(database, "nordlys") == []
    await factories.mandate(database, nordlys, zoe, days=30)
    assert await found(database, "nordlys") == ["Zoë in motion"]
    assert await found(database, "nordlis zoe") == ["Zoë in motion"]
    await factories.move_clock(database, timedelta(days=31))
    assert await found(database, "nordlys") == []


async def test_what_changes_is_found_at_once(database: Database) -> None:
    zoe, twin = await faces(database)
    async with database.work(zoe.actor)() as work:
        await twins.update(work, twin_id=twin.id, changes={"name": "Zoë at rest", "description": "", "tags": ["tango"]})
    assert await found(database, "tango") == ["Zoë at rest"]
    assert await found(database, "dancer") == []
    await factories.set_status(database, twin, TwinStatus.PAUSED)
    assert await found(database, "tango") == []


async def test_words_without_a_letter_are_no_words(database: Database) -> None:
    with pytest.raises(InvalidInput):
        await found(database, "!?")


@pytest.mark.parametrize(
    ("typed", "word", "slip"),
    [
        ("balet", "ballet", True),
        ("blaelt", "ballet", True),
        ("ada", "ida", True),
        ("ad", "ida", False),
        ("ballroom", "ballet", False),
        ("surf", "scarf", False),
    ],
)
def test_a_slip_is_small(typed: str, word: str, slip: bool) -> None:
    assert is_slip(typed, word) is slip


def test_folding_leaves_letters() -> None:
    assert folded("Åsa ÖBERG") == "asa oberg"
