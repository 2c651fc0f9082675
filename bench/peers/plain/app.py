"""What can be asked and done: the same documents as ours. `uvicorn bench.peers.plain.app:app`, with DATABASE_URL."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Annotated, Any

import sqlalchemy as sa
import strawberry
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession
from strawberry.asgi import GraphQL

from bench.peers.plain.shapes import Bid, Connection, Info, Listing, Money, Session, Twin, connection, lead_of, loaders
from market import bidding, rules, tables, territories
from market.rights import Exclusivity, Industry, Medium, Rights
from market.showing import Showing
from market.states import LIVE, TwinStatus
from market.store import conflicts, prices
from market.store.rights import country_numbers, policy_of, rights_of
from payments import regions
from payments.rules import can_pay
from payments.tables import Payer

strawberry.enum(Medium)
strawberry.enum(Industry)
strawberry.enum(Exclusivity)


@strawberry.input
class RightsInput:
    media: list[Medium]
    territories: list[str]
    industry: Industry
    starts_on: date
    ends_on: date
    exclusivity: Exclusivity

    def to_value(self) -> Rights:
        return Rights(
            frozenset(self.media),
            territories.expand(self.territories),
            self.industry,
            self.starts_on,
            self.ends_on,
            self.exclusivity,
        )


@strawberry.input
class MoneyInput:
    amount: Decimal
    currency: str


@strawberry.input
class TwinFilter:
    available_for: RightsInput
    maximum_price: MoneyInput
    tags: list[str] | None


@strawberry.type
class Query:
    @strawberry.field
    async def twins(self, filter: TwinFilter, first: int, after: str | None = None) -> Connection[Twin]:
        rights, most, shown = filter.available_for.to_value(), int(filter.maximum_price.amount * 100), Showing
        media = sum(1 << (each.number - 1) for each in rights.media)
        held = sa.select(1).where(
            col(tables.Licence.twin_id) == col(shown.twin_id),
            col(tables.Licence.status).in_(LIVE),
            conflicts.with_asked(tables.Licence, rights.exclusivity),
        )
        agreed = sa.and_(
            col(shown.media).op("&")(media) == media,
            col(shown.forbidden).op("&")(1 << rights.industry.number) == 0,
            col(shown.maximum_days) >= rights.days,
            col(shown.territories).contains(country_numbers(rights.territories)),
        )
        cheap = prices.price(prices.Priced.of(rights)) <= most
        asked = (
            select(tables.Twin)
            .join(shown, col(shown.twin_id) == col(tables.Twin.id))
            .where(
                col(shown.status) == TwinStatus.LISTED.value,
                col(shown.tags).contains(list(filter.tags or ())),
                sa.func.coalesce(agreed, sa.false(), type_=sa.Boolean),
                col(shown.currency) == filter.maximum_price.currency,
                sa.func.coalesce(cheap, sa.false(), type_=sa.Boolean),
                sa.not_(sa.exists(held.offset(0).correlate(shown))),
            )
        )
        if after is not None:
            asked = asked.where(col(shown.twin_id) < int(after))
        async with Session() as session:
            asked = asked.order_by(col(shown.twin_id).desc()).limit(first + 1)
            rows = (await session.exec(asked, params=prices.values(rights) | conflicts.values(rights))).all()
        return connection(rows, first, Twin.of)

    @strawberry.field
    async def twin(self, handle: str) -> Twin | None:
        async with Session() as session:
            row = (await session.exec(select(tables.Twin).where(tables.Twin.handle == handle))).one_or_none()
        return Twin.of(row) if row else None

    @strawberry.field
    async def node(self, id: strawberry.ID) -> Listing | None:
        async with Session() as session:
            row = await session.get(tables.Listing, int(id))
        return Listing(row=row) if row else None


# ------------------------------------------------------------------ a bid


@strawberry.interface
class UserError:
    code: str
    message: str


@strawberry.type
class Refused(UserError):
    pass


@strawberry.type
class BidTooLow(UserError):
    minimum: Money


@strawberry.type
class BidPlaced:
    bid: Bid


@strawberry.input
class PlaceBidInput:
    listing_id: strawberry.ID
    amount: MoneyInput
    intended_use: str


Placed = Annotated[BidPlaced | BidTooLow | Refused, strawberry.union("PlaceBidResult")]


@strawberry.type
class Mutation:
    @strawberry.mutation
    async def place_bid(self, info: Info, input: PlaceBidInput) -> Placed:
        async with Session() as session, session.begin():
            return await _place(session, info.context["brand_id"], input)


async def _place(session: AsyncSession, brand_id: int, input: PlaceBidInput) -> Any:
    now, number, amount = datetime.now(UTC), int(input.listing_id), int(input.amount.amount * 100)
    its_twin = sa.select(col(tables.Listing.twin_id)).where(col(tables.Listing.id) == number).scalar_subquery()
    twin = (
        await session.exec(select(tables.Twin).where(tables.Twin.id == its_twin).with_for_update(key_share=True))
    ).one()
    listing = (
        await session.exec(select(tables.Listing).where(tables.Listing.id == number).with_for_update(key_share=True))
    ).one()
    rules.check_window(listing, now)
    if (
        input.amount.currency != listing.currency
        or not 50 <= amount <= 99_999_999
        or len(input.intended_use.strip()) < 10
    ):
        return Refused(code="INVALID_INPUT", message="That cannot be bid.")
    payer = await session.get(Payer, brand_id)
    model = (await session.exec(select(tables.Party).where(tables.Party.id == twin.model_id))).one()
    policy = (await session.exec(select(tables.ConsentPolicy).where(
        tables.ConsentPolicy.twin_id == twin.id, tables.ConsentPolicy.version == twin.policy_version))).one()  # fmt: skip
    card = (await session.exec(select(tables.RateCard).where(
        tables.RateCard.twin_id == twin.id, tables.RateCard.version == twin.card_version))).one()  # fmt: skip
    rights, agreed = rights_of(listing), policy_of(policy)
    licence, clashes = tables.Licence, conflicts.with_asked(tables.Licence, rights.exclusivity)
    held = select(licence.id).where(licence.twin_id == twin.id, col(licence.status).in_(LIVE), clashes)
    if not can_pay(payer, listing.closes_at.date()):
        return Refused(code="NO_PAYMENT_METHOD", message="There is no payment method on file.")
    if model.country not in regions.PAYABLE:
        return Refused(code="COUNTRY_NOT_PAYABLE", message="The model cannot be paid.")
    consents = (
        rights.media <= agreed.media
        and rights.territories <= agreed.territories
        and rights.industry not in agreed.forbidden_industries
        and rights.days <= agreed.maximum_days
    )
    shut_out = (await session.exec(held.limit(1), params=conflicts.values(rights))).first()
    if twin.status is not TwinStatus.LISTED or not consents or shut_out:
        return Refused(code="RIGHTS_UNAVAILABLE", message="These rights cannot be had.")
    live = list((await session.exec(select(tables.Bid).where(
        tables.Bid.listing_id == number, tables.Bid.status == "PENDING").order_by(col(tables.Bid.id)))).all())  # fmt: skip
    own = next((each for each in live if each.brand_id == brand_id), None)
    leads = own.maximum_minor if own is not None and own.id == listing.leading_bid_id else None
    least = bidding.minimum_bid(
        lead_of(listing), listing.starting_minor, listing.currency, own_maximum_minor=leads
    ).minor
    minimum = max(least, card.floor_minor if card.currency == listing.currency else 0)
    if amount < minimum:
        return BidTooLow(code="BID_TOO_LOW", message="Too low.", minimum=Money.of(minimum, listing.currency))
    if own is None:
        own = tables.Bid(twin_id=twin.id, listing_id=number, brand_id=brand_id, twin_version=twin.version, currency=listing.currency,
                         amount_minor=amount, maximum_minor=amount, intended_use=input.intended_use, created_at=now, placed_at=now,
                         media=listing.media, territories=listing.territories, industry=listing.industry, days=listing.days,
                         exclusivity=listing.exclusivity)  # fmt: skip
        session.add(own)
        live.append(own)
    own.maximum_minor, own.amount_minor, own.intended_use, own.placed_at = amount, amount, input.intended_use, now
    await session.flush()
    standings = [bidding.Standing(each.id or 0, each.maximum_minor or 0, each.placed_at) for each in live]
    lead = bidding.outcome(
        standings, listing.starting_minor, listing.reserve_minor, listing.currency, before=lead_of(listing)
    )
    for each in live:
        each.amount_minor = lead.price_minor if lead and lead.bid_id == each.id else each.maximum_minor or 0
    listing.bid_count = len(live)
    listing.leading_bid_id, listing.current_minor = (lead.bid_id, lead.price_minor) if lead else (None, None)
    listing.reserve_met = lead.reserve_met if lead else listing.reserve_minor is None
    listing.closes_at = max(listing.closes_at, now + timedelta(seconds=listing.soft_close_seconds))
    return BidPlaced(bid=Bid(row=own))


class View(GraphQL):
    async def get_context(self, request: Any, response: Any) -> dict[str, Any]:
        """Who asks is believed: the number is in the header."""
        return {"brand_id": int(request.headers.get("x-party", "0")), **loaders()}


app = View(strawberry.Schema(Query, Mutation), graphql_ide=None)
