"""What subscriptions tell: one event each, with the cursor from which to go on."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Generic, TypeVar

import strawberry

from core.tables import Activity
from schema.assets import Asset
from schema.context import Context, Info
from schema.licences import Licence
from schema.listings import Listing
from schema.money import Money
from schema.payments import Payout, Share

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Following(Generic[T]):
    """A topic as a caller may follow it: what the resolver of a subscription answers.

    `pages` are the rows of the log that it may see, together what came together. `told` makes an event of a row and a cursor;
    `cursor` seals the caller's own, after that row. `still_allowed` raises when a caller may not be told any more.
    """

    pages: AsyncGenerator[Sequence[Activity], None]
    told: Callable[[Activity, str], T]
    cursor: Callable[[Activity], str]
    still_allowed: Callable[[Context], Awaitable[None]]

    async def __aiter__(self) -> AsyncGenerator[T, None]:
        """One event after the other, for whoever executes each by itself."""
        async with aclosing(self.pages) as pages:
            async for page in pages:
                for row in page:
                    yield self.told(row, self.cursor(row))


@strawberry.enum
class PayoutActivityKind(StrEnum):
    SHARE_EARNED = "SHARE_EARNED"
    SHARE_HELD = "SHARE_HELD"
    SHARE_TRANSFERRED = "SHARE_TRANSFERRED"
    SHARE_REVERSED = "SHARE_REVERSED"
    SHARE_OWED = "SHARE_OWED"
    PAYOUT_CREATED = "PAYOUT_CREATED"
    PAYOUT_PAID = "PAYOUT_PAID"
    PAYOUT_FAILED = "PAYOUT_FAILED"
    PAYOUT_CANCELED = "PAYOUT_CANCELED"


@strawberry.enum
class ListingActivityKind(StrEnum):
    OPENED = "OPENED"
    BID_PLACED = "BID_PLACED"
    EXTENDED = "EXTENDED"
    RESERVE_MET = "RESERVE_MET"
    CLOSED = "CLOSED"
    AWARDED = "AWARDED"
    WITHDRAWN = "WITHDRAWN"


@strawberry.enum(description="ASSET_DUE_SOON: an asset is rejected within a day unless the model decides.")
class LicenceActivityKind(StrEnum):
    ACCEPTED = "ACCEPTED"
    ACTIVATED = "ACTIVATED"
    PAYMENT_FAILED = "PAYMENT_FAILED"
    LAPSED = "LAPSED"
    SUSPENDED = "SUSPENDED"
    RESUMED = "RESUMED"
    ENDED = "ENDED"
    TERMINATED = "TERMINATED"
    REFUNDED = "REFUNDED"
    ASSET_SUBMITTED = "ASSET_SUBMITTED"
    ASSET_DUE_SOON = "ASSET_DUE_SOON"
    ASSET_DECIDED = "ASSET_DECIDED"
    TAKEDOWN_DUE = "TAKEDOWN_DUE"
    TAKEDOWN_DONE = "TAKEDOWN_DONE"
    TAKEDOWN_OVERDUE = "TAKEDOWN_OVERDUE"
    RIGHTS_FREED = "RIGHTS_FREED"
    """To the seller alone: it lapsed, and its `nextBids` says who could have the rights now."""


@strawberry.type
class PayoutActivity:
    cursor: str
    at: datetime
    kind: PayoutActivityKind
    amount: Money
    share_id: strawberry.Private[int | None]
    payout_id: strawberry.Private[int | None]

    @strawberry.field
    async def share(self, info: Info) -> Share | None:
        return None if self.share_id is None else await info.context.load.share.load(self.share_id)

    @strawberry.field
    async def payout(self, info: Info) -> Payout | None:
        return None if self.payout_id is None else await info.context.load.payout.load(self.payout_id)


@strawberry.type
class ListingActivity:
    cursor: str
    at: datetime
    kind: ListingActivityKind
    listing_id: strawberry.Private[int]

    @strawberry.field
    async def listing(self, info: Info) -> Listing:
        return await info.context.load.listing.load(self.listing_id)


@strawberry.type
class LicenceActivity:
    cursor: str
    at: datetime
    kind: LicenceActivityKind
    licence_id: strawberry.Private[int]
    asset_id: strawberry.Private[int | None]

    @strawberry.field
    async def licence(self, info: Info) -> Licence:
        return await info.context.load.licence.load(self.licence_id)

    @strawberry.field
    async def asset(self, info: Info) -> Asset | None:
        return None if self.asset_id is None else await info.context.load.asset.load(self.asset_id)
