"""Subscriptions: the activity log as a caller may see it, from the cursor where it left off."""

from collections.abc import AsyncGenerator, AsyncIterable, Awaitable, Callable, Sequence
from typing import TypeVar

import orjson
import strawberry

from core.seal import Broken
from core.tables import Activity
from market import store
from schema import policy
from schema.activity import (
    Following,
    LicenceActivity,
    LicenceActivityKind,
    ListingActivity,
    ListingActivityKind,
    PayoutActivity,
    PayoutActivityKind,
)
from schema.context import Context, Info
from schema.errors import ApiError, ErrorCode
from schema.ids import PARTIES, number_of, stored
from schema.money import Money

T = TypeVar("T")

AFTER = "The last cursor that was seen: all that came since is delivered first. Without it the stream starts now."


@strawberry.type
class Subscriptions:
    @strawberry.subscription(description="All that happens to a payee's money: for an agency, its own and its models'.")
    async def payout_activity(
        self, info: Info, party_id: strawberry.ID, after: str | None = strawberry.UNSET
    ) -> AsyncIterable[PayoutActivity]:
        policy.require_reader(info.context.actor)
        number = number_of(info, party_id, *PARTIES, path=["partyId"])
        policy.require_member(info.context.actor, number)

        def told(row: Activity, cursor: str) -> PayoutActivity:
            return PayoutActivity(
                cursor=cursor,
                at=stored(row.at),
                kind=PayoutActivityKind(row.kind),
                amount=Money.minor(row.body["amount_minor"], row.body["currency"]),
                share_id=row.body.get("share_id"),
                payout_id=row.body.get("payout_id"),
            )

        return follow(info.context, f"payout:{number}", after, told, member_of(number))

    @strawberry.subscription(description="Bids on a listing, as the caller may see them.")
    async def listing_activity(
        self, info: Info, listing_id: strawberry.ID, after: str | None = strawberry.UNSET
    ) -> AsyncIterable[ListingActivity]:
        async with policy.read(info) as read:
            number = number_of(info, listing_id, "Listing", path=["listingId"])
            await store.listings.find(read, number)

        def told(row: Activity, cursor: str) -> ListingActivity:
            return ListingActivity(
                cursor=cursor,
                at=stored(row.at),
                kind=ListingActivityKind(row.kind),
                listing_id=number,
            )

        return follow(info.context, f"listing:{number}", after, told, sees_listing(number))

    @strawberry.subscription(
        description="Licences of a party: accepted, paid, lapsed, suspended, assets submitted and decided.",
    )
    async def licence_activity(
        self, info: Info, party_id: strawberry.ID, after: str | None = strawberry.UNSET
    ) -> AsyncIterable[LicenceActivity]:
        policy.require_reader(info.context.actor)
        number = number_of(info, party_id, *PARTIES, path=["partyId"])
        policy.require_member(info.context.actor, number)

        def told(row: Activity, cursor: str) -> LicenceActivity:
            return LicenceActivity(
                cursor=cursor,
                at=stored(row.at),
                kind=LicenceActivityKind(row.kind),
                licence_id=row.body["licence_id"],
                asset_id=row.body.get("asset_id"),
            )

        return follow(info.context, f"licence:{number}", after, told, member_of(number))


def member_of(party_id: int) -> Callable[[Context], Awaitable[None]]:
    async def still_allowed(context: Context) -> None:
        policy.require_reader(context.actor)
        policy.require_member(context.actor, party_id)

    return still_allowed


def sees_listing(listing_id: int) -> Callable[[Context], Awaitable[None]]:
    async def still_allowed(context: Context) -> None:
        policy.require_reader(context.actor)
        async with context.read() as read:
            await store.listings.find(read, listing_id)

    return still_allowed


def follow(
    context: Context,
    topic: str,
    after: str | None,
    told: Callable[[Activity, str], T],
    still_allowed: Callable[[Context], Awaitable[None]],
) -> Following[T]:
    """A cursor is good for its topic and its caller alone. What follows keeps the context alone: `info` would hold everything
    that began it."""
    purpose = f"activity:{topic}:{context.actor.caller}"

    def cursor(row: Activity) -> str:
        return context.seal.close(purpose, orjson.dumps((row.tx, row.id)))

    pages = _seen(context, topic, _opened(context, purpose, after) if after else None)
    return Following(pages, told, cursor, still_allowed)


async def _seen(
    context: Context, topic: str, after: tuple[int, int] | None
) -> AsyncGenerator[Sequence[Activity], None]:
    async for page in context.activity.since([topic], after):
        if seen := [row for row in page if _may_see(context, row)]:
            yield seen
        del page, seen  # while the next is waited for


def _opened(context: Context, purpose: str, cursor: str) -> tuple[int, int]:
    try:
        tx, id = orjson.loads(context.seal.open(purpose, cursor))
    except Broken:
        raise ApiError(
            ErrorCode.BAD_USER_INPUT,
            "This cursor is not one of this stream. Send one that this caller was given by the same subscription.",
        ) from None
    return tx, id


def _may_see(context: Context, row: Activity) -> bool:
    """A sealed bid is told to its own brand alone: not to the seller, nor to the operator."""
    actor = context.actor
    return row.audience is None or not (actor.party_ids | actor.represented_ids).isdisjoint(row.audience)
