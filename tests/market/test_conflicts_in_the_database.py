"""The exclusion constraint on licences and `Rights.conflicts_with` say the same."""

import random
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.dialects.postgresql.ranges import MultiRange, Range
from sqlalchemy.ext.asyncio import AsyncConnection

from market import territories
from market.rights import Exclusivity, Industry, Medium, Rights
from market.states import BidStatus, LicenceStatus, PartyKind
from market.tables import LICENCE_NO_CONFLICT, Bid, Licence, Party, Twin
from server.database import Database

PAIRS = 400
MEDIA = (Medium.SOCIAL_PAID, Medium.ECOMMERCE, Medium.INTERNAL)
COUNTRIES = ("SE", "DE", "JP")
FIRST_DAY = date(2030, 1, 1)


def any_rights(dice: random.Random) -> Rights:
    """Drawn from so little that about half of all pairs meet."""
    starts_on = FIRST_DAY + timedelta(days=dice.randrange(4))
    return Rights(
        media=frozenset(dice.sample(MEDIA, dice.randint(1, 2))),
        territories=frozenset(dice.sample(COUNTRIES, dice.randint(1, 2))),
        industry=dice.choice((Industry.APPAREL, Industry.OTHER)),
        starts_on=starts_on,
        ends_on=starts_on + timedelta(days=dice.randrange(3)),
        exclusivity=dice.choice(tuple(Exclusivity)),
    )


async def test_the_database_refuses_exactly_what_conflicts(database: Database) -> None:
    dice = random.Random(1926)
    seen = {True: 0, False: 0}
    async with database.writes.connect() as connection:
        twin_id, bid_ids = await two_bids(connection)
        for _ in range(PAIRS):
            one, other = any_rights(dice), any_rights(dice)
            async with connection.begin_nested() as attempt:
                assert await granted(connection, twin_id, bid_ids[0], one)
                refused = not await granted(connection, twin_id, bid_ids[1], other)
                await attempt.rollback()
            assert refused == one.conflicts_with(other), f"{one}\n{other}"
            seen[refused] += 1
    assert min(seen.values()) > PAIRS * 0.1  # both were met often enough to mean something


async def test_a_licence_that_no_longer_lives_is_in_nobodys_way(database: Database) -> None:
    dice = random.Random(1927)
    rights = any_rights(dice)
    async with database.writes.connect() as connection:
        twin_id, bid_ids = await two_bids(connection)
        for status in LicenceStatus:
            async with connection.begin_nested() as attempt:
                total = replace(rights, exclusivity=Exclusivity.TOTAL)
                assert await granted(connection, twin_id, bid_ids[0], total, status=status)
                lives = status in (LicenceStatus.AWAITING_PAYMENT, LicenceStatus.ACTIVE, LicenceStatus.SUSPENDED)
                assert await granted(connection, twin_id, bid_ids[1], rights) != lives
                await attempt.rollback()


async def granted(
    connection: AsyncConnection,
    twin_id: int,
    bid: dict[str, int],
    rights: Rights,
    *,
    status: LicenceStatus = LicenceStatus.ACTIVE,
) -> bool:
    licence = insert(Licence).values(
        **columns(rights),
        **bid,
        twin_id=twin_id,
        twin_version=1,
        currency="EUR",
        price_minor=100,
        policy_version=1,
        card_version=1,
        status=status,
        payment_due_at=sa.func.clock(),
    )
    kept = licence.on_conflict_do_nothing(constraint=LICENCE_NO_CONFLICT).returning(sa.literal(1))
    return (await connection.execute(kept)).scalar_one_or_none() is not None


def columns(rights: Rights) -> dict[str, Any]:
    countries = [Range(low, high) for low, high in territories.to_ranges(rights.territories)]
    return {
        "media": MultiRange(Range(medium.number, medium.number + 1) for medium in sorted(rights.media)),
        "territories": MultiRange(countries),
        "industry": rights.industry,
        "days": Range(rights.starts_on, rights.ends_on + timedelta(days=1)),
        "exclusivity": rights.exclusivity,
    }


async def two_bids(connection: AsyncConnection) -> tuple[int, list[dict[str, int]]]:
    """A model's twin, and two bids of one brand: a brand's own licences count too."""

    async def add(table: type[Any], **values: Any) -> int:
        return int((await connection.execute(insert(table).values(**values).returning(table.id))).scalar_one())

    model = await add(Party, kind=PartyKind.MODEL, handle="ada", name="Ada", country="SE")
    brand = await add(
        Party, kind=PartyKind.BRAND, handle="havsand", name="Havsand", country="SE", industry=Industry.APPAREL
    )
    twin = await add(Twin, model_id=model, handle="ada", name="Ada")
    rights = columns(any_rights(random.Random(0)))
    bid = {"twin_id": twin, "brand_id": brand, "currency": "EUR", "amount_minor": 100, "intended_use": "A test"}
    placed = {"placed_at": datetime(2030, 1, 1).astimezone(), "status": BidStatus.ACCEPTED}
    bids = [await add(Bid, **rights, **bid, **placed) for _ in range(2)]
    return twin, [{"bid_id": number, "brand_id": brand, "model_id": model} for number in bids]
