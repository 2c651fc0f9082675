"""Bids: binding offers, on a listing or straight to a twin.

`placing` makes them, `answering` ends or changes them, `standing` is who leads an OPEN listing and at what price,
`outcomes` which of them together earn the most, `reviving` what becomes of the others when a winner never pays.
"""

from market.bids.answering import accept_counter, counter, decline, withdraw
from market.bids.outcomes import BestOutcome, best_outcome, that_can_win
from market.bids.placing import offer, place
from market.bids.reviving import next_after, resettle, stand_again
from market.bids.standing import minimum_bid, settle

__all__ = [
    "BestOutcome",
    "accept_counter",
    "best_outcome",
    "counter",
    "decline",
    "minimum_bid",
    "next_after",
    "offer",
    "place",
    "resettle",
    "settle",
    "stand_again",
    "that_can_win",
    "withdraw",
]
