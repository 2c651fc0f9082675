"""Which pending bids of a twin, accepted together, earn the most: a heaviest set in which no two conflict."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from core.work import Read
from market import store
from market.rights import Rights
from market.states import ListingFormat
from market.store.rights import rights_of
from market.tables import Bid, Listing

MAXIMUM_BIDS = 200
MAXIMUM_STEPS = 10_000
"""About a second of one core. Real bids need a few hundred; hundreds that clash at random could take for ever."""


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
    weights, against = [bid.amount_minor for bid, _ in free], conflicts([rights for _, rights in free])
    chosen = await asyncio.to_thread(heaviest, weights, against)  # others are served meanwhile
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


def heaviest(weights: Sequence[int], against: Sequence[int], *, steps: int = MAXIMUM_STEPS) -> list[int]:
    """The places of the heaviest set of which no two are `against` each other, in order. Exact, unless it takes more
    than so many steps: then the best that was found."""
    search = _Search(weights, against, steps)
    return list(_bits(search.best_of((1 << len(weights)) - 1)))


@dataclass
class _Search:
    """Branch and bound over sets of bits. What weighs as much as all of its rivals together is taken; parts that have
    nothing against each other are solved apart, each once; and the bid with most rivals is tried with and without,
    the latter only where the heaviest of each clique that covers the rest could earn more."""

    weights: Sequence[int]
    against: Sequence[int]
    steps: int
    solved: dict[int, int] = field(default_factory=dict)

    def best_of(self, free: int) -> int:
        taken, free = self._forced(free)
        for part in self._parts(free):
            if part not in self.solved:
                self.solved[part] = self._best_of_part(part)
            taken |= self.solved[part]
        return taken

    def _best_of_part(self, part: int) -> int:
        self.steps -= 1
        if self.steps < 0:
            return self._greedy(part)
        place = max(_bits(part), key=lambda place: (self.against[place] & part).bit_count())
        rest = part & ~(1 << place)
        best = 1 << place | self.best_of(rest & ~self.against[place])
        if self._most(rest) > self._weigh(best):
            without = self.best_of(rest)
            best = max(best, without, key=self._weigh)
        return best

    def _forced(self, free: int) -> tuple[int, int]:
        """Those who weigh as much as all who are against them together, and what stays free beside them."""
        taken, changed = 0, True
        while changed:
            changed = False
            for place in _bits(free):
                rivals = self.against[place] & free
                if free >> place & 1 and self.weights[place] >= self._weigh(rivals):
                    taken |= 1 << place
                    free &= ~(rivals | 1 << place)
                    changed = True
        return taken, free

    def _greedy(self, free: int) -> int:
        chosen = 0
        for place in sorted(_bits(free), key=lambda place: -self.weights[place]):
            if not self.against[place] & chosen:
                chosen |= 1 << place
        return chosen

    def _most(self, free: int) -> int:
        """No set earns more than this: the sum of the heaviest of each clique that covers `free`."""
        cliques: list[int] = []
        most = 0
        for place in sorted(_bits(free), key=lambda place: -self.weights[place]):
            for at, clique in enumerate(cliques):
                if clique & ~self.against[place] == 0:
                    cliques[at] |= 1 << place
                    break
            else:
                cliques.append(1 << place)
                most += self.weights[place]
        return most

    def _parts(self, left: int) -> Iterable[int]:
        """The connected parts."""
        while left:
            part, edge = 0, left & -left
            while edge:
                part |= edge
                reached = 0
                for place in _bits(edge):
                    reached |= self.against[place]
                edge = reached & left & ~part
            yield part
            left &= ~part

    def _weigh(self, chosen: int) -> int:
        return sum(self.weights[place] for place in _bits(chosen))


def _bits(number: int) -> list[int]:
    found = []
    while number:
        lowest = number & -number
        found.append(lowest.bit_length() - 1)
        number ^= lowest
    return found
