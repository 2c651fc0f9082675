"""Bids that were lost to a licence which was never paid: they stand again, for the rights went to nobody after all."""

from collections.abc import Collection, Sequence

from core.work import Read, Work
from market import availability, rules, store
from market.bids import standing
from market.facts import RightsFreed
from market.rules import listing_status
from market.states import BidStatus, LicenceStatus, ListingFormat, ListingStatus, Outcome
from market.store.bids import LostBid
from market.store.rights import rights_of
from market.tables import Bid, Licence

MAXIMUM_AT_ONCE = 200
OVER = (LicenceStatus.LAPSED, LicenceStatus.TERMINATED)


async def stand_again(work: Work, *, licence_id: int) -> bool:
    """Let the best of those that the lapsed licence shut out bind again, and tell the seller once all have been looked
    at; whether some are left. What somebody else holds by now stays lost, to that licence. Safe to run twice."""
    licence, _ = await store.licences.lock(work, licence_id)
    if licence.status is not LicenceStatus.LAPSED:
        return False
    lost = await store.bids.hold_lost_to(work, licence_id, limit=MAXIMUM_AT_ONCE)
    for each in lost:
        each.bid.lost_to_id = each.shut_out_by
        if each.shut_out_by is None and _may_stand(each, work):
            rules.move(each.bid, BidStatus.PENDING, work.now)
            each.bid.decided_at = None
    await work.session.flush()
    await resettle(work, {each.bid.listing_id for each in lost if each.bid.listing_id is not None})
    if len(lost) == MAXIMUM_AT_ONCE:
        return True
    work.record(
        RightsFreed(
            licence_id=licence_id,
            brand_id=licence.brand_id,
            model_id=licence.model_id,
            agency_id=licence.agency_id,
        )
    )
    return False


def _may_stand(lost: LostBid, read: Read) -> bool:
    """Its time is not over, its listing was not withdrawn, and its brand has not bid anew there."""
    bid, listing = lost.bid, lost.listing
    expired = bid.expires_at is not None and bid.expires_at <= read.now
    withdrawn = listing is not None and listing.outcome is Outcome.WITHDRAWN
    return not (expired or withdrawn or lost.is_replaced or rights_of(bid).ends_on < read.today)


async def resettle(work: Work, listing_ids: Collection[int]) -> None:
    """Bids of these listings, whose twin is held, were lost or stand again: the others stand differently now."""
    for listing_id in sorted(listing_ids):
        listing = await store.listings.hold(work, listing_id)
        live = await store.bids.live_on(work, listing_id)
        decided = listing.format is ListingFormat.OPEN and any(bid.id == listing.leading_bid_id for bid in live)
        over = listing_status(listing, work.now) is ListingStatus.CLOSED
        if listing.outcome is None and not (over and decided):
            standing.settle(listing, live)
        else:
            listing.bid_count = len(live)  # who led at the close leads, whoever comes back
    await work.session.flush()


async def next_after(read: Read, licence: Licence) -> Sequence[Bid]:
    """The pending bids for what a licence that came to nothing had held, that could be accepted now, the highest first."""
    twin = (await store.twins.by_ids(read, [licence.twin_id])).get(licence.twin_id)
    if twin is None or licence.status not in OVER:
        return ()
    ground, freed = await availability.ground(read, twin), rights_of(licence)
    found = await store.bids.acceptable(read, licence.twin_id, currency=licence.currency, limit=MAXIMUM_AT_ONCE)
    wanted = [bid for bid in found if rights_of(bid).conflicts_with(freed)]
    return [bid for bid in wanted if rights_of(bid).ends_on >= read.today and ground.is_free(rights_of(bid))]
