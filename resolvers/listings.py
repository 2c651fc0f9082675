"""Listings: asking for them, offering rights and taking the offer back."""

import strawberry

from market import listings, store
from market.store.listings import ListingQuery
from resolvers.idempotency import once
from schema import policy
from schema.context import Info
from schema.ids import number_if_given, number_of
from schema.listings import (
    CreateListingInput,
    CreateListingResult,
    Listing,
    ListingConnection,
    ListingCreated,
    ListingFilter,
    ListingWithdrawn,
    WithdrawListingInput,
    WithdrawListingResult,
)
from schema.money import amount_if_given
from schema.paging import Page


@strawberry.type
class ListingQueries:
    @strawberry.field
    async def listings(
        self,
        info: Info,
        filter: ListingFilter | None = strawberry.UNSET,
        first: int | None = strawberry.UNSET,
        after: str | None = strawberry.UNSET,
        last: int | None = strawberry.UNSET,
        before: str | None = strawberry.UNSET,
    ) -> ListingConnection:
        policy.require_reader(info.context.actor)
        query = _query(info, filter) if filter else ListingQuery()
        return await info.context.load.listings(query, Page.of(info, first, after, last, before))


def _query(info: Info, filter: ListingFilter) -> ListingQuery:
    return ListingQuery(
        twin_id=number_if_given(info, filter.twin_id, "Twin", path=["filter", "twinId"]),
        statuses=filter.status,
        format=filter.format,
        media=frozenset(filter.media or ()),
        industry=filter.industry,
    )


@strawberry.type
class ListingMutations:
    @strawberry.mutation
    async def create_listing(self, info: Info, input: CreateListingInput) -> CreateListingResult:
        async with policy.work(info) as work:
            row = await once(
                work,
                input,
                do=lambda: listings.create(
                    work,
                    twin_id=number_of(info, input.twin_id, "Twin", path=["twinId"]),
                    rights=input.rights.to_value(["rights"]),
                    format=input.format,
                    starting=input.starting_price.to_value(["startingPrice"]),
                    reserve=amount_if_given(input.reserve, ["reserve"]),
                    opens_at=input.opens_at,
                    closes_at=input.closes_at,
                    soft_close_seconds=input.soft_close_seconds,
                ),
                find=lambda number: store.listings.find(work, number),
            )
        return ListingCreated(listing=Listing.of(row, work.now))

    @strawberry.mutation
    async def withdraw_listing(self, info: Info, input: WithdrawListingInput) -> WithdrawListingResult:
        async with policy.work(info) as work:
            listing_id = number_of(info, input.listing_id, "Listing", path=["listingId"])
            row = await listings.withdraw(work, listing_id=listing_id)
        return ListingWithdrawn(listing=Listing.of(row, work.now))
