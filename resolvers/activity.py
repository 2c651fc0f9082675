"""Subscriptions: the activity log as a caller may see it, from the cursor where it left off."""

from collections.abc import AsyncGenerator, Awaitable, Callable

import orjson
import strawberry

from core.seal import Broken
from core.tables import Activity
from market import store
from schema import policy
from schema.activity import (
    LicenceActivity,
    LicenceActivityKind,
    ListingActivity,
    ListingActivityKind,
    PayoutActivity,
    PayoutActivityKind,
    Told,
)
from schema.context import Context, Info
from schema.errors import ApiError, ErrorCode
from schema.ids import PARTIES, number_of, stored
from schema.money import Money

AFTER = "The last cursor that was seen: all that came since is delivered first. Without it the stream starts now."


@strawberry.type
class Subscriptions:
    @strawberry.subscription(description="All that happens to a payee's money: for an agency, its own and its models'.")
    async def payout_activity(
        self, info: Info, party_id: strawberry.ID, after: str | None = strawberry.UNSET
    ) -> AsyncGenerator[PayoutActivity, None]:
        policy.require_reader(info.context.actor)
        number = number_of(info, party_id, *PARTIES, path=["partyId"])
        policy.require_member(info.context.actor, number)
        async for row, cursor in follow(info, f"payout:{number}", after):
            yield PayoutActivity(
                told=Told(key_of(row), member_of(number)),
                cursor=cursor,
                at=stored(row.at),
                kind=PayoutActivityKind(row.kind),
                amount=Money.minor(row.body["amount_minor"], row.body["currency"]),
                share_id=row.body.get("share_id"),
                payout_id=row.body.get("payout_id"),
            )

    @strawberry.subscription(description="Bids on a listing, as the caller may see them.")
    async def listing_activity(
        self, info: Info, listing_id: strawberry.ID, after: str | None = strawberry.UNSET
    ) -> AsyncGenerator[ListingActivity, None]:
        async with policy.read(info) as read:
            number = number_of(info, listing_id, "Listing", path=["listingId"])
            await store.listings.find(read, number)
        async for row, cursor in follow(info, f"listing:{number}", after):
            yield ListingActivity(
                told=Told(key_of(row), sees_listing(number)),
                cursor=cursor,
                at=stored(row.at),
                kind=ListingActivityKind(row.kind),
                listing_id=number,
            )

    @strawberry.subscription(
        description="Licences of a party: accepted, paid, lapsed, suspended, assets submitted and decided.",
    )
    async def licence_activity(
        self, info: Info, party_id: strawberry.ID, after: str | None = strawberry.UNSET
    ) -> AsyncGenerator[LicenceActivity, None]:
        policy.require_reader(info.context.actor)
        number = number_of(info, party_id, *PARTIES, path=["partyId"])
        policy.require_member(info.context.actor, number)
        async for row, cursor in follow(info, f"licence:{number}", after):
            yield LicenceActivity(
                told=Told(key_of(row), member_of(number)),
                cursor=cursor,
                at=stored(row.at),
                kind=LicenceActivityKind(row.kind),
                licence_id=row.body["licence_id"],
                asset_id=row.body.get("asset_id"),
            )


def key_of(row: Activity) -> tuple[int, int]:
    return stored(row.tx), stored(row.id)


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


async def follow(info: Info, topic: str, after: str | None) -> AsyncGenerator[tuple[Activity, str], None]:
    """What the caller may see of a topic, each row with the cursor from which to go on. A cursor is good for its topic
    and its caller alone."""
    purpose = f"activity:{topic}:{info.context.actor.caller}"
    begin = _opened(info, purpose, after) if after else None
    async for row in info.context.activity.since([topic], begin):
        if _may_see(info, row):
            yield row, info.context.seal.close(purpose, orjson.dumps((row.tx, row.id)))


def _opened(info: Info, purpose: str, cursor: str) -> tuple[int, int]:
    try:
        tx, id = orjson.loads(info.context.seal.open(purpose, cursor))
    except Broken:
        raise ApiError(
            ErrorCode.BAD_USER_INPUT,
            "This cursor is not one of this stream. Send one that this caller was given by the same subscription.",
        ) from None
    return tx, id


def _may_see(info: Info, row: Activity) -> bool:
    """A sealed bid is told to its own brand alone: not to the seller, nor to the operator."""
    actor = info.context.actor
    return row.audience is None or not (actor.party_ids | actor.represented_ids).isdisjoint(row.audience)
