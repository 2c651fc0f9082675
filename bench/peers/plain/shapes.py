"""What can be seen, and how it is loaded. Ids are numbers."""

import os
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Generic, TypeVar

import sqlalchemy as sa
import strawberry
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from strawberry.dataloader import DataLoader

from market import bidding, rules, tables, territories
from market.bidding import Lead
from market.rights import Medium
from market.states import MandateStatus
from market.store.rights import countries_of, media_of, rights_of

T = TypeVar("T")
Info = strawberry.Info[dict[str, Any], None]

ENGINE = create_async_engine(os.environ["DATABASE_URL"], pool_size=int(os.environ.get("POOL", "10")), max_overflow=0)
Session = async_sessionmaker(ENGINE, class_=AsyncSession, expire_on_commit=False)


@strawberry.type
class Money:
    amount: Decimal
    currency: str

    @classmethod
    def of(cls, minor: int, currency: str) -> "Money":
        return cls(amount=Decimal(minor).scaleb(-2), currency=currency)


def maybe(minor: int | None, currency: str) -> Money | None:
    return None if minor is None else Money.of(minor, currency)


@strawberry.type
class Party:
    row: strawberry.Private[tables.Party]

    @strawberry.field
    def id(self) -> strawberry.ID:
        return strawberry.ID(str(self.row.id))

    @strawberry.field
    def name(self) -> str:
        return self.row.name

    @strawberry.field
    def country(self) -> str:
        return self.row.country

    @strawberry.field
    def industry(self) -> str | None:
        return self.row.industry

    @strawberry.field
    async def mandate(self, info: Info) -> "Mandate | None":
        row = await info.context["mandate"].load(self.row.id)
        return Mandate(row=row) if row else None


@strawberry.type
class Mandate:
    row: strawberry.Private[tables.Mandate]

    @strawberry.field
    def commission_basis_points(self) -> int:
        return self.row.commission_bps

    @strawberry.field
    async def agency(self, info: Info) -> Party:
        return Party(row=await info.context["party"].load(self.row.agency_id))


@strawberry.type
class Rate:
    medium: str
    per_30_days: Money


@strawberry.type
class RateCard:
    row: strawberry.Private[tables.RateCard]

    @strawberry.field
    def version(self) -> int:
        return self.row.version

    @strawberry.field
    def currency(self) -> str:
        return self.row.currency

    @strawberry.field
    def rates(self) -> list[Rate]:
        rates, currency = self.row.rates, self.row.currency
        return [Rate(medium=each, per_30_days=Money.of(rates[each], currency)) for each in Medium if each in rates]

    @strawberry.field
    def floor(self) -> Money:
        return Money.of(self.row.floor_minor, self.row.currency)


@strawberry.type
class ConsentPolicy:
    row: strawberry.Private[tables.ConsentPolicy]

    @strawberry.field
    def version(self) -> int:
        return self.row.version

    @strawberry.field
    def media(self) -> list[str]:
        return [each for each in Medium if each in media_of(self.row.media)]

    @strawberry.field
    def forbidden_industries(self) -> list[str]:
        return self.row.forbidden_industries

    @strawberry.field
    def maximum_days(self) -> int:
        return self.row.maximum_days

    @strawberry.field
    def restrictions(self) -> list[str]:
        return self.row.restrictions


@strawberry.type
class PageInfo:
    has_next_page: bool
    end_cursor: str | None


@strawberry.type
class Edge(Generic[T]):
    cursor: str
    node: T


@strawberry.type
class Connection(Generic[T]):
    edges: list[Edge[T]]
    page_info: PageInfo

    @strawberry.field
    def nodes(self) -> list[T]:
        return [edge.node for edge in self.edges]


def connection(rows: Sequence[Any], first: int, make: Callable[[Any], Any]) -> Any:
    """Of `first` rows and perhaps one more."""
    edges = [Edge(cursor=str(row.id), node=make(row)) for row in rows[:first]]
    return Connection(
        edges=edges, page_info=PageInfo(has_next_page=len(rows) > first, end_cursor=edges[-1].cursor if edges else None)
    )


@strawberry.type
class OfRights:
    media: list[str]
    territories: list[str]
    industry: str
    starts_on: date
    ends_on: date
    exclusivity: str


@strawberry.type
class Twin:
    row: strawberry.Private[tables.Twin]
    handle: str
    name: str
    status: str
    description: str
    height_cm: int | None
    bust_cm: int | None
    waist_cm: int | None
    hips_cm: int | None
    hair_colour: str | None
    eye_colour: str | None
    tags: list[str]
    preview_urls: list[str]

    @classmethod
    def of(cls, row: tables.Twin) -> "Twin":
        shown = ("handle", "name", "status", "description", "height_cm", "bust_cm", "waist_cm", "hips_cm", "hair_colour",
                 "eye_colour", "tags", "preview_urls")  # fmt: skip
        return cls(row=row, **{name: getattr(row, name) for name in shown})

    @strawberry.field
    def id(self) -> strawberry.ID:
        return strawberry.ID(str(self.row.id))

    @strawberry.field
    async def model(self, info: Info) -> Party:
        return Party(row=await info.context["party"].load(self.row.model_id))

    @strawberry.field
    async def agency(self, info: Info) -> Party | None:
        mandate = await info.context["mandate"].load(self.row.model_id)
        return Party(row=await info.context["party"].load(mandate.agency_id)) if mandate else None

    @strawberry.field
    async def consent_policy(self, info: Info) -> ConsentPolicy:
        return ConsentPolicy(row=await info.context["policy"].load((self.row.id, self.row.policy_version)))

    @strawberry.field
    async def rate_card(self, info: Info) -> RateCard:
        return RateCard(row=await info.context["card"].load((self.row.id, self.row.card_version)))

    @strawberry.field
    async def listings(self, first: int) -> "Connection[Listing]":
        asked = (
            select(tables.Listing).where(tables.Listing.twin_id == self.row.id).order_by(col(tables.Listing.id).desc())
        )
        async with Session() as session:
            rows = (await session.exec(asked.limit(first + 1))).all()
        return connection(rows, first, lambda row: Listing(row=row))


@strawberry.type
class Listing:
    row: strawberry.Private[tables.Listing]

    @strawberry.field
    def id(self) -> strawberry.ID:
        return strawberry.ID(str(self.row.id))

    @strawberry.field
    def status(self) -> str:
        return rules.listing_status(self.row, datetime.now(UTC))

    @strawberry.field
    def format(self) -> str:
        return self.row.format

    @strawberry.field
    def rights(self) -> OfRights:
        value = rights_of(self.row)
        return OfRights(
            media=[each for each in Medium if each in value.media],
            territories=list(territories.shortest(countries_of(self.row.territories))),
            industry=value.industry,
            starts_on=value.starts_on,
            ends_on=value.ends_on,
            exclusivity=value.exclusivity,
        )

    @strawberry.field
    def starting_price(self) -> Money:
        return Money.of(self.row.starting_minor, self.row.currency)

    @strawberry.field
    def current_price(self) -> Money | None:
        return maybe(self.row.current_minor, self.row.currency)

    @strawberry.field
    async def minimum_bid(self, info: Info) -> Money:
        twin = await info.context["twin"].load(self.row.twin_id)
        card = await info.context["card"].load((twin.id, twin.card_version))
        least = bidding.minimum_bid(lead_of(self.row), self.row.starting_minor, self.row.currency).minor
        floor = card.floor_minor if card.currency == self.row.currency else 0
        return Money.of(max(least, floor), self.row.currency)

    @strawberry.field
    def reserve_met(self) -> bool:
        return self.row.reserve_met

    @strawberry.field
    def bid_count(self) -> int:
        return self.row.bid_count

    @strawberry.field
    def closes_at(self) -> datetime:
        return self.row.closes_at

    @strawberry.field
    async def twin(self, info: Info) -> Twin:
        return Twin.of(await info.context["twin"].load(self.row.twin_id))

    @strawberry.field
    async def bids(self, first: int) -> "Connection[Bid]":
        asked = select(tables.Bid).where(tables.Bid.listing_id == self.row.id).order_by(col(tables.Bid.id).desc())
        async with Session() as session:
            rows = (await session.exec(asked.limit(first + 1))).all()
        return connection(rows, first, lambda row: Bid(row=row))


@strawberry.type
class Bid:
    row: strawberry.Private[tables.Bid]

    @strawberry.field
    def id(self) -> strawberry.ID:
        return strawberry.ID(str(self.row.id))

    @strawberry.field
    def amount(self) -> Money:
        return Money.of(self.row.amount_minor, self.row.currency)

    @strawberry.field
    def status(self) -> str:
        return rules.bid_status(self.row, datetime.now(UTC))

    @strawberry.field
    def intended_use(self) -> str:
        return self.row.intended_use

    @strawberry.field
    def created_at(self) -> datetime:
        assert self.row.created_at is not None
        return self.row.created_at

    @strawberry.field
    async def leading(self, info: Info) -> bool:
        listing = await info.context["listing"].load(self.row.listing_id)
        return bool(listing.leading_bid_id == self.row.id)

    @strawberry.field
    async def brand(self, info: Info) -> Party:
        return Party(row=await info.context["party"].load(self.row.brand_id))


# ------------------------------------------------------------------ loaders


def loaders() -> dict[str, Any]:
    return {
        "party": DataLoader(lambda keys: by_id(tables.Party, keys)),
        "twin": DataLoader(lambda keys: by_id(tables.Twin, keys)),
        "listing": DataLoader(lambda keys: by_id(tables.Listing, keys)),
        "mandate": DataLoader(mandates),
        "policy": DataLoader(lambda keys: by_version(tables.ConsentPolicy, keys)),
        "card": DataLoader(lambda keys: by_version(tables.RateCard, keys)),
    }


async def by_id(table: Any, keys: list[int]) -> list[Any]:
    async with Session() as session:
        rows = {row.id: row for row in (await session.exec(select(table).where(col(table.id).in_(keys)))).all()}
    return [rows[key] for key in keys]


async def by_version(table: Any, keys: list[tuple[int, int]]) -> list[Any]:
    wanted = sa.tuple_(table.twin_id, table.version).in_(keys)
    async with Session() as session:
        rows = {(row.twin_id, row.version): row for row in (await session.exec(select(table).where(wanted))).all()}
    return [rows[key] for key in keys]


async def mandates(keys: list[int]) -> list[Any]:
    table: Any = tables.Mandate
    asked = select(table).where(
        col(table.model_id).in_(keys),
        table.status == MandateStatus.ACTIVE,
        table.days.contains(datetime.now(UTC).date()),
    )
    async with Session() as session:
        rows = {row.model_id: row for row in (await session.exec(asked.order_by(col(table.id).desc()))).all()}
    return [rows.get(key) for key in keys]


def lead_of(listing: tables.Listing) -> Lead | None:
    if listing.leading_bid_id is None or listing.current_minor is None:
        return None
    return Lead(listing.leading_bid_id, listing.current_minor, listing.reserve_met)
