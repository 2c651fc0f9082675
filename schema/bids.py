"""Bids: binding offers, on a listing or straight to a twin."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Self, TypeAlias

import strawberry

from market import rules, tables
from market.store.rights import rights_of
from schema import policy
from schema.consent import ConsentDocument
from schema.context import Info
from schema.enums import BidStatus
from schema.errors import (
    BidTooLow,
    IdempotencyConflict,
    InvalidInput,
    NotAllowed,
    PaymentProblem,
    RightsUnavailable,
    WrongState,
)
from schema.ids import Node, stored
from schema.listings import Listing
from schema.money import Money, MoneyInput
from schema.paging import Connection
from schema.parties import Brand
from schema.rates import SharePreview
from schema.relations import column, derived, related
from schema.rights import Rights, RightsInput
from schema.twins import Twin

if TYPE_CHECKING:
    from schema.licences import Licence

MaybeLicence: TypeAlias = Annotated["Licence", strawberry.lazy("schema.licences")] | None


@strawberry.type(
    description="A brand's binding offer: on a listing, or straight to a twin for rights of the brand's own choosing."
)
class Bid(Node):
    row: strawberry.Private[tables.Bid]
    now: strawberry.Private[datetime]
    rights: Rights = derived(lambda bid: Rights.of(rights_of(bid.row)))
    amount: Money = derived(
        lambda bid: Money.minor(bid.row.amount_minor, bid.row.currency),
        description="On an OPEN listing, what the brand would pay now; elsewhere what it offers.",
    )
    intended_use: str = column(
        "intended_use",
        description="A reasonably specific description of the intended use; it becomes part of the consent.",
    )
    status: BidStatus = derived(lambda bid: rules.bid_status(bid.row, bid.now))
    counter_amount: Money | None = derived(
        lambda bid: Money.minor_if_any(bid.row.counter_minor, bid.row.currency),
        description="What the seller asks instead, after counterBid.",
    )
    created_at: datetime = column("created_at")
    expires_at: datetime | None = column("expires_at")
    twin_version: int = column("twin_version", description="The capture for which it was made.")
    leading: bool | None = related(lambda bid, load: load.leads(bid), description="On an OPEN listing only.")
    brand: Brand = related(lambda bid, load: load.brand.load(bid.row.brand_id))
    twin: Twin = related(lambda bid, load: load.twin.load(bid.row.twin_id))

    @classmethod
    def of(cls, row: tables.Bid, now: datetime) -> Self:
        return cls(row_id=stored(row.id), row=row, now=now)

    @strawberry.field
    async def listing(self, info: Info) -> Listing | None:
        return None if self.row.listing_id is None else await info.context.load.listing.load(self.row.listing_id)

    @strawberry.field(description="Its own brand only.")
    def maximum(self, info: Info) -> Money | None:
        is_own = self.row.brand_id in info.context.actor.brand_ids
        return Money.minor_if_any(self.row.maximum_minor, self.row.currency) if is_own else None

    @strawberry.field(
        description=(
            "The seller's side only: pending bids for the same twin that could not be accepted beside this one."
        ),
    )
    async def conflicts_with(self, info: Info) -> list["Bid"]:
        await self._require_seller(info)
        return await info.context.load.conflicts(self)

    @strawberry.field(description="The exact text that the model would sign. The seller's side only.")
    async def consent_document(self, info: Info) -> ConsentDocument:
        await self._require_seller(info)
        return await info.context.load.consent_document(self)

    @strawberry.field(description="Who would receive what of the amount, were it accepted now. The seller's side only.")
    async def shares(self, info: Info) -> list[SharePreview]:
        await self._require_seller(info)
        return await info.context.load.shares_of_bid(self)

    @strawberry.field
    async def licence(self, info: Info) -> MaybeLicence:
        return await info.context.load.licence_of_bid.load(self.row_id)

    async def _require_seller(self, info: Info) -> None:
        twin = await info.context.load.twin.load(self.row.twin_id)
        policy.require_seller(info.context.actor, twin.row.model_id)


@strawberry.type
class BidConnection(Connection[Bid]):
    pass


# ------------------------------------------------------------------ mutations


@strawberry.input
class PlaceBidInput:
    brand_id: strawberry.ID | None = strawberry.field(description="May be left out by a caller who acts for one brand.")
    listing_id: strawberry.ID
    amount: MoneyInput
    maximum: MoneyInput | None = strawberry.field(
        description="OPEN listings: bid on my behalf up to this; nobody else learns it.",
    )
    intended_use: str
    idempotency_key: str | None


@strawberry.type
class BidPlaced:
    bid: Bid


PlaceBidResult: TypeAlias = Annotated[
    BidPlaced
    | InvalidInput
    | NotAllowed
    | WrongState
    | BidTooLow
    | RightsUnavailable
    | PaymentProblem
    | IdempotencyConflict,
    strawberry.union("PlaceBidResult"),
]


@strawberry.input
class MakeOfferInput:
    brand_id: strawberry.ID | None
    twin_id: strawberry.ID
    rights: RightsInput
    amount: MoneyInput
    intended_use: str
    expires_at: datetime | None
    idempotency_key: str | None


MakeOfferResult: TypeAlias = Annotated[
    BidPlaced
    | InvalidInput
    | NotAllowed
    | WrongState
    | BidTooLow
    | RightsUnavailable
    | PaymentProblem
    | IdempotencyConflict,
    strawberry.union("MakeOfferResult"),
]


@strawberry.input
class CounterBidInput:
    bid_id: strawberry.ID
    amount: MoneyInput
    message: str | None


@strawberry.type
class BidCountered:
    bid: Bid


CounterBidResult: TypeAlias = Annotated[
    BidCountered | InvalidInput | NotAllowed | WrongState, strawberry.union("CounterBidResult")
]


@strawberry.input
class AcceptCounterInput:
    bid_id: strawberry.ID


@strawberry.type
class CounterAccepted:
    bid: Bid


AcceptCounterResult: TypeAlias = Annotated[
    CounterAccepted | NotAllowed | WrongState | PaymentProblem, strawberry.union("AcceptCounterResult")
]


@strawberry.input
class WithdrawBidInput:
    bid_id: strawberry.ID


@strawberry.type
class BidWithdrawn:
    bid: Bid


WithdrawBidResult: TypeAlias = Annotated[BidWithdrawn | NotAllowed | WrongState, strawberry.union("WithdrawBidResult")]


@strawberry.input
class DeclineBidInput:
    bid_id: strawberry.ID
    reason: str | None


@strawberry.type
class BidDeclined:
    bid: Bid


DeclineBidResult: TypeAlias = Annotated[BidDeclined | NotAllowed | WrongState, strawberry.union("DeclineBidResult")]
