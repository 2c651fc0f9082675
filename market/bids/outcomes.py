"""Which pending bids of a twin, accepted together, earn the most."""

import asyncio
from collections.abc import Sequence

from core.work import Read
from market import availability, store
from market.bids.together import conflicts, heaviest
from market.store.rights import rights_of
from market.tables import Bid, Listing

MAXIMUM_BIDS = 200


async def that_can_win(read: Read, listing: Listing) -> Sequence[Bid]:
    """The pending bids for the listing's twin that the caller may see, whose rights can be had as of now. Only those in
    the listing's currency: amounts of two currencies have no sum. The highest `MAXIMUM_BIDS` of them."""
    twin = (await store.twins.by_ids(read, [listing.twin_id])).get(listing.twin_id)
    if twin is None:
        return ()
    ground = await availability.ground(read, twin)
    found = await store.bids.winnable(read, listing.twin_id, currency=listing.currency, limit=MAXIMUM_BIDS)
    return [bid for bid in found if ground.is_free(rights := rights_of(bid)) and rights.ends_on >= read.today]


async def best_outcome(bids: Sequence[Bid]) -> Sequence[Bid]:
    """Of bids for one twin in one currency, those that earn the most together without conflict, exactly. Searches in a
    thread, and needs no transaction meanwhile."""
    chosen = await asyncio.to_thread(_chosen, bids)
    return [bids[place] for place in chosen]


def _chosen(bids: Sequence[Bid]) -> list[int]:
    return heaviest([bid.amount_minor for bid in bids], conflicts([rights_of(bid) for bid in bids]))
