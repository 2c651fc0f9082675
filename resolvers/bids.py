"""Bids: placing, offering, answering and withdrawing them."""

import strawberry

from market import bids, store
from resolvers.idempotency import once
from schema import policy
from schema.bids import (
    AcceptCounterInput,
    AcceptCounterResult,
    Bid,
    BidCountered,
    BidDeclined,
    BidPlaced,
    BidWithdrawn,
    CounterAccepted,
    CounterBidInput,
    CounterBidResult,
    DeclineBidInput,
    DeclineBidResult,
    MakeOfferInput,
    MakeOfferResult,
    PlaceBidInput,
    PlaceBidResult,
    WithdrawBidInput,
    WithdrawBidResult,
)
from schema.context import Info
from schema.ids import number_if_given, number_of
from schema.money import amount_if_given


@strawberry.type
class BidMutations:
    @strawberry.mutation
    async def decline_bid(self, info: Info, input: DeclineBidInput) -> DeclineBidResult:
        async with policy.work(info) as work:
            bid_id = number_of(info, input.bid_id, "Bid", path=["bidId"])
            row = await bids.decline(work, bid_id=bid_id, reason=input.reason)
        return BidDeclined(bid=Bid.of(row, work.now))

    @strawberry.mutation
    async def counter_bid(self, info: Info, input: CounterBidInput) -> CounterBidResult:
        async with policy.work(info) as work:
            bid_id = number_of(info, input.bid_id, "Bid", path=["bidId"])
            amount = input.amount.to_value(["amount"])
            row = await bids.counter(work, bid_id=bid_id, amount=amount, message=input.message)
        return BidCountered(bid=Bid.of(row, work.now))

    @strawberry.mutation
    async def place_bid(self, info: Info, input: PlaceBidInput) -> PlaceBidResult:
        async with policy.work(info) as work:
            row = await once(
                work,
                input,
                do=lambda: bids.place(
                    work,
                    brand_id=number_if_given(info, input.brand_id, "Brand", path=["brandId"]),
                    listing_id=number_of(info, input.listing_id, "Listing", path=["listingId"]),
                    amount=input.amount.to_value(["amount"]),
                    maximum=amount_if_given(input.maximum, ["maximum"]),
                    intended_use=input.intended_use,
                ),
                find=lambda number: store.bids.visible(work, number),
            )
        return BidPlaced(bid=Bid.of(row, work.now))

    @strawberry.mutation
    async def make_offer(self, info: Info, input: MakeOfferInput) -> MakeOfferResult:
        async with policy.work(info) as work:
            row = await once(
                work,
                input,
                do=lambda: bids.offer(
                    work,
                    brand_id=number_if_given(info, input.brand_id, "Brand", path=["brandId"]),
                    twin_id=number_of(info, input.twin_id, "Twin", path=["twinId"]),
                    rights=input.rights.to_value(["rights"]),
                    amount=input.amount.to_value(["amount"]),
                    intended_use=input.intended_use,
                    expires_at=input.expires_at,
                ),
                find=lambda number: store.bids.visible(work, number),
            )
        return BidPlaced(bid=Bid.of(row, work.now))

    @strawberry.mutation
    async def accept_counter(self, info: Info, input: AcceptCounterInput) -> AcceptCounterResult:
        async with policy.work(info) as work:
            bid_id = number_of(info, input.bid_id, "Bid", path=["bidId"])
            row = await bids.accept_counter(work, bid_id=bid_id)
        return CounterAccepted(bid=Bid.of(row, work.now))

    @strawberry.mutation
    async def withdraw_bid(self, info: Info, input: WithdrawBidInput) -> WithdrawBidResult:
        async with policy.work(info) as work:
            bid_id = number_of(info, input.bid_id, "Bid", path=["bidId"])
            row = await bids.withdraw(work, bid_id=bid_id)
        return BidWithdrawn(bid=Bid.of(row, work.now))
