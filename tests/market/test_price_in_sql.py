"""The database asks what `market.pricing.quote` asks, to the last unit, whatever the card and the rights."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.actor import SYSTEM
from core.paging import Window
from market import pricing, store
from market.pricing import Card
from market.rights import Exclusivity, Medium, Rights
from market.search import TwinOrder, TwinQuery
from market.tables import RateCard, Twin
from market.territories import COUNTRIES, TREE, expand
from payments.money import CURRENCIES, MAXIMUM_CHARGE_MINOR
from server.database import Database
from tests import factories
from tests.factories import ListedTwin

PLACES = (*TREE, *COUNTRIES)
MEDIA = tuple(Medium)


@st.composite
def cards(draw: st.DrawFn) -> Card:
    industry_e4 = draw(st.integers(10_000, 1_000_000))
    few = st.sampled_from((*TREE, "SE", "NO", "DE", "US", "JP"))
    return Card(
        draw(st.sampled_from(sorted(CURRENCIES))),
        draw(st.dictionaries(st.sampled_from(MEDIA), st.integers(1, MAXIMUM_CHARGE_MINOR), min_size=1)),
        draw(st.dictionaries(st.one_of(few, st.sampled_from(PLACES)), st.integers(1, 1_000_000), max_size=8)),
        industry_e4,
        draw(st.integers(industry_e4, 1_000_000)),
        draw(st.integers(0, MAXIMUM_CHARGE_MINOR)),
    )


@st.composite
def asked(draw: st.DrawFn) -> Rights:
    starts_on = datetime.now(UTC).date() + timedelta(days=2)
    return Rights(
        frozenset(draw(st.sets(st.sampled_from(MEDIA), min_size=1, max_size=4))),
        expand(draw(st.lists(st.sampled_from((*PLACES, "EU", "APAC", "SE", "DE")), min_size=1, max_size=4))),
        factories.rights().industry,
        starts_on,
        starts_on + timedelta(days=draw(st.integers(0, 364))),
        draw(st.sampled_from(Exclusivity)),
    )


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(card=cards(), wanted=st.lists(asked(), min_size=1, max_size=3))
async def test_a_search_asks_what_a_quote_asks(database: Database, card: Card, wanted: list[Rights]) -> None:
    twin = await the_twin(database)
    await set_card(database, twin, card)
    for rights in wanted:
        expected = pricing.quote(card, rights)
        async with database.read(twin.model.actor)() as read:
            query = TwinQuery(available_for=rights, order=TwinOrder.PRICE_ASC)
            found = (await store.search.page(read, query, Window(1))).keys
            assert [key[:2] for key in found] == (
                [] if expected is None else [(expected.price.currency, expected.price.minor)]
            )
            if expected is not None:
                just = TwinQuery(available_for=rights, maximum_price=expected.price)
                assert await store.search.count(read, just) == 1


async def the_twin(database: Database) -> ListedTwin:
    """The same in every example."""
    async with database.writes.connect() as connection:
        known = (await connection.execute(sa.select(Twin.id, Twin.model_id))).one_or_none()  # type: ignore[call-overload]
    if known is None:
        return await factories.listed_twin(database)
    actor = replace(SYSTEM, caller="person:1", person_id=1, model_ids=frozenset({known.model_id}))
    return ListedTwin(known.id, "", "", factories.Player(known.model_id, "", "", "", actor))


async def set_card(database: Database, twin: ListedTwin, card: Card) -> None:
    async with database.work(twin.model.actor)() as work:
        row = await store.twins.lock(work, twin.id)
        fresh = RateCard(
            twin_id=twin.id,
            version=row.card_version + 1,
            currency=card.currency,
            rates=dict(card.rates),
            factors=dict(card.factors_e4),
            industry_exclusivity_e4=card.industry_exclusivity_e4,
            total_exclusivity_e4=card.total_exclusivity_e4,
            floor_minor=card.floor_minor,
            set_at=work.now,
            set_by="test",
        )
        await store.twins.keep_card(work, row, fresh)
