"""Licences: finding one, and granting one by accepting a bid."""

import strawberry

from market import licences, store
from resolvers.idempotency import once
from schema import policy
from schema.context import Info
from schema.ids import number_of
from schema.licences import AcceptBidInput, AcceptBidResult, BidAccepted, Licence


@strawberry.type
class LicenceQueries:
    @strawberry.field(description="By its number, for its parties.")
    async def licence(self, info: Info, number: str) -> Licence | None:
        async with policy.read(info) as read:
            row = await store.licences.by_number(read, number) if number.isprintable() else None
        return None if row is None else Licence.of(row, read.now)


@strawberry.type
class LicenceMutations:
    @strawberry.mutation
    async def accept_bid(self, info: Info, input: AcceptBidInput) -> AcceptBidResult:
        async with policy.work(info) as work:
            row = await once(
                work,
                input,
                do=lambda: licences.accept(
                    work,
                    bid_id=number_of(info, input.bid_id, "Bid", path=["bidId"]),
                    consent_digest=input.consent_digest,
                    signature=input.signature,
                ),
                find=lambda number: store.licences.find(work, number),
            )
        return BidAccepted(licence=Licence.of(row, work.now))
