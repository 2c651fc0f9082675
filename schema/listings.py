"""Listings: rights to a twin on offer, for which competing brands bid."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Self, TypeAlias

import strawberry

from market import rules, tables
from market.store.rights import rights_of
from schema import policy
from schema.context import Info
from schema.enums import Industry, ListingFormat, ListingStatus, Medium
from schema.errors import IdempotencyConflict, InvalidInput, NotAllowed, RightsUnavailable, WrongState
from schema.ids import Node, stored
from schema.money import Money, MoneyInput
from schema.paging import Connection, Page
from schema.relations import column, derived, related
from schema.rights import Rights, RightsInput
from schema.twins import Twin

if TYPE_CHECKING:
    from schema.bids import Bid, BidConnection

Bids: TypeAlias = Annotated["BidConnection", strawberry.lazy("schema.bids")]
ListOfBids: TypeAlias = list[Annotated["Bid", strawberry.lazy("schema.bids")]]


@strawberry.type(description="Rights to a twin on offer, for which competing brands bid.")
class Listing(Node):
    row: strawberry.Private[tables.Listing]
    now: strawberry.Private[datetime]
    beside: strawberry.Private[Twin | None]
    """Its twin, where that was found with it."""
    rights: Rights = derived(lambda listing: Rights.of(rights_of(listing.row)))
    format: ListingFormat = column("format")
    status: ListingStatus = derived(lambda listing: listing.state)
    starting_price: Money = derived(lambda listing: Money.minor(listing.row.starting_minor, listing.row.currency))
    current_price: Money | None = derived(
        lambda listing: (
            Money.minor_if_any(listing.row.current_minor, listing.row.currency)
            if listing.row.format is ListingFormat.OPEN
            else None
        ),
        description="OPEN listings only: the price that the leading bid stands at.",
    )
    opens_at: datetime = column("opens_at")
    closes_at: datetime = column("closes_at")
    soft_close_seconds: int = column(
        "soft_close_seconds",
        description="A bid in the last seconds moves closesAt to this many seconds after the bid.",
    )
    twin: Twin = related(lambda listing, load: load.twin.load(listing.row.twin_id))

    @classmethod
    def of(cls, row: tables.Listing, now: datetime, beside: tables.Twin | None = None) -> Self:
        return cls(row_id=stored(row.id), row=row, now=now, beside=None if beside is None else Twin.of(beside))

    @property
    def state(self) -> ListingStatus:
        return rules.listing_status(self.row, self.now)

    @strawberry.field
    async def reserve_met(self, info: Info) -> bool:
        return await info.context.load.reserve_met(self)

    @strawberry.field(description="The least that the next bid must offer.")
    async def minimum_bid(self, info: Info) -> Money:
        return await info.context.load.minimum_bid(self)

    @strawberry.field(description="On a SEALED listing, how many of them the caller may see.")
    async def bid_count(self, info: Info) -> int:
        return await info.context.load.bid_count(self)

    @strawberry.field(description="The seller's side sees all; a brand sees its own.")
    async def bids(
        self,
        info: Info,
        first: int | None = strawberry.UNSET,
        after: str | None = strawberry.UNSET,
        last: int | None = strawberry.UNSET,
        before: str | None = strawberry.UNSET,
    ) -> Bids:
        return await info.context.load.bids_on(self.row_id, Page.of(info, first, after, last, before))

    @strawberry.field(
        description=(
            "The seller's side only: the bids that, accepted together, earn the most without conflict, among this "
            "twin's pending bids."
        )
    )
    async def best_outcome(self, info: Info) -> ListOfBids:
        twin = await info.context.load.twin.load(self.row.twin_id)
        policy.require_seller(info.context.actor, twin.row.model_id)
        return await info.context.load.best_outcome(self)

    @strawberry.field(
        description=(
            "The seller's side only: whether it is proven that no bids earn more together than bestOutcome. False only "
            "where conflicts are so entangled that the search ended after some seconds, with the best that it had found."
        )
    )
    async def best_outcome_proven(self, info: Info) -> bool:
        twin = await info.context.load.twin.load(self.row.twin_id)
        policy.require_seller(info.context.actor, twin.row.model_id)
        return await info.context.load.best_outcome_proven(self)


@strawberry.type
class ListingConnection(Connection[Listing]):
    pass


@strawberry.input
class ListingFilter:
    twin_id: strawberry.ID | None
    status: list[ListingStatus] | None
    format: ListingFormat | None
    media: list[Medium] | None
    industry: Industry | None


# ------------------------------------------------------------------ mutations


@strawberry.input
class CreateListingInput:
    twin_id: strawberry.ID
    rights: RightsInput
    format: ListingFormat
    starting_price: MoneyInput
    reserve: MoneyInput | None
    opens_at: datetime | None
    closes_at: datetime
    soft_close_seconds: int = 120
    idempotency_key: str | None


@strawberry.type
class ListingCreated:
    listing: Listing


CreateListingResult: TypeAlias = Annotated[
    ListingCreated | InvalidInput | NotAllowed | WrongState | RightsUnavailable | IdempotencyConflict,
    strawberry.union("CreateListingResult"),
]


@strawberry.input
class WithdrawListingInput:
    listing_id: strawberry.ID


@strawberry.type
class ListingWithdrawn:
    listing: Listing


WithdrawListingResult: TypeAlias = Annotated[
    ListingWithdrawn | NotAllowed | WrongState, strawberry.union("WithdrawListingResult")
]
