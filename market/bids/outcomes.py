"""Which pending bids of a twin, accepted together, earn the most: a heaviest set in which no two conflict, exactly."""

from collections.abc import Sequence

from core.work import Read
from market import store
from market.rights import Rights
from market.states import ListingFormat
from market.store.rights import rights_of
from market.tables import Bid, Listing

MAXIMUM_BIDS = 200


async def best_outcome(read: Read, listing: Listing) -> Sequence[Bid]:
    """Among the pending bids for the listing's twin, in its currency, as far as the caller may see them."""
    pending = await store.bids.pending(read, listing.twin_id, limit=MAXIMUM_BIDS)
    listings = await store.listings.by_ids(read, {bid.listing_id for bid in pending if bid.listing_id is not None})
    held = (await store.licences.live_rights(read, [listing.twin_id], since=read.today)).get(listing.twin_id, ())
    choice = [
        (bid, rights_of(bid))
        for bid in pending
        if bid.currency == listing.currency and _can_win(bid, listings.get(bid.listing_id or 0))
    ]
    free = [(bid, rights) for bid, rights in choice if not any(rights.conflicts_with(other) for other in held)]
    chosen = heaviest([bid.amount_minor for bid, _ in free], conflicts([rights for _, rights in free]))
    return [free[place][0] for place in chosen]


def _can_win(bid: Bid, listing: Listing | None) -> bool:
    """On an OPEN listing that is not awarded, only the bid that leads can be accepted."""
    if listing is None or listing.format is ListingFormat.SEALED or listing.outcome is not None:
        return True
    return listing.leading_bid_id == bid.id


def conflicts(rights: Sequence[Rights]) -> list[int]:
    """For each, the others that it conflicts with, as a set of bits."""
    return [
        sum(1 << other for other, theirs in enumerate(rights) if other != place and mine.conflicts_with(theirs))
        for place, mine in enumerate(rights)
    ]


def heaviest(weights: Sequence[int], against: Sequence[int]) -> list[int]:
    """The places of the heaviest set of which no two are `against` each other, in order. Branch and bound: sets are
    bits; parts that have nothing against each other are solved apart; what remains can never earn more than the
    heaviest of each clique that covers it."""
    every = (1 << len(weights)) - 1
    best = sum(_heaviest_of(part, weights, against) for part in _parts(every, against))
    return list(_bits(best))


def _heaviest_of(part: int, weights: Sequence[int], against: Sequence[int]) -> int:
    best_set, best_weight = 0, 0
    waiting = [(part, 0, 0)]  # (still free, chosen, their weight)
    while waiting:
        free, chosen, weight = waiting.pop()
        if weight > best_weight:
            best_set, best_weight = chosen, weight
        covered = _cover(free, weights, against)
        if weight + sum(bound for _, bound in covered) <= best_weight:
            continue
        # in a heaviest set some member of the last cliques must take part, or the bound of the first ones holds
        branches: list[tuple[int, int, int]] = []
        allowed, bound = 0, weight
        for clique, most in covered:
            bound += most
            if bound <= best_weight:
                allowed |= clique
                continue
            for place in _bits(clique):
                branches.append(((allowed & ~against[place]), chosen | 1 << place, weight + weights[place]))
                allowed |= 1 << place
        waiting += branches
    return best_set


def _cover(free: int, weights: Sequence[int], against: Sequence[int]) -> list[tuple[int, int]]:
    """Cliques of bids that are all against each other, covering `free`, each with its greatest weight."""
    cliques: list[tuple[int, int]] = []
    for place in sorted(_bits(free), key=lambda place: -weights[place]):
        for at, (clique, most) in enumerate(cliques):
            if clique & ~against[place] == 0:
                cliques[at] = (clique | 1 << place, most)
                break
        else:
            cliques.append((1 << place, weights[place]))
    return cliques


def _parts(every: int, against: Sequence[int]) -> list[int]:
    """The connected parts."""
    parts: list[int] = []
    left = every
    while left:
        part, edge = 0, left & -left
        while edge:
            part |= edge
            reached = 0
            for place in _bits(edge):
                reached |= against[place]
            edge = reached & ~part
        parts.append(part)
        left &= ~part
    return parts


def _bits(number: int) -> list[int]:
    found = []
    while number:
        lowest = number & -number
        found.append(lowest.bit_length() - 1)
        number ^= lowest
    return found
