"""Which pending bids of a twin, accepted together, earn the most."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from core.work import Read
from market import availability, store
from market.store.rights import rights_of
from market.tables import Bid, Listing

MAXIMUM_BIDS = 200


@dataclass(frozen=True, slots=True)
class BestOutcome:
    """Bids that can all be accepted; whether it is proven that no others earn more."""

    bids: Sequence[Bid]
    is_proven: bool


async def that_can_win(read: Read, listing: Listing) -> Sequence[Bid]:
    """The pending bids for the listing's twin that the caller may see, whose rights can be had as of now. Only those in
    the listing's currency: amounts of two currencies have no sum. The highest `MAXIMUM_BIDS` of them."""
    twin = (await store.twins.by_ids(read, [listing.twin_id])).get(listing.twin_id)
    if twin is None:
        return ()
    ground = await availability.ground(read, twin)
    found = await store.bids.winnable(read, listing.twin_id, currency=listing.currency, limit=MAXIMUM_BIDS)
    return [bid for bid in found if ground.is_free(rights := rights_of(bid)) and rights.ends_on >= read.today]


async def best_outcome(bids: Sequence[Bid]) -> BestOutcome:
    """Of bids for one twin in one currency, those that earn the most together without conflict. Searches in a thread,
    and needs no transaction meanwhile."""
    places, is_proven = await asyncio.to_thread(_heaviest, bids)
    return BestOutcome([bids[place] for place in places], is_proven)


def _heaviest(bids: Sequence[Bid]) -> tuple[Sequence[int], bool]:
    """Most processes are never asked, and the solver takes its time and memory to load: it comes with the first question."""
    together: Any = import_module("market.bids.together")
    found = together.heaviest([bid.amount_minor for bid in bids], together.conflicts([rights_of(bid) for bid in bids]))
    return found.places, found.is_proven
