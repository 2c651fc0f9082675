"""How the market finds, locks and keeps rows: its only SQL.

Every question is scoped by who asks: what the caller may not see is not there. Locks are taken in one order: twin,
listing, bid, licence, asset, payment. Whoever changes a listing, bid or licence holds its twin, so a twin's sale is one queue.
"""

from market.store import (
    assets,
    bids,
    certificates,
    contests,
    contributions,
    endpoints,
    erasing,
    exporting,
    licences,
    listings,
    mandates,
    parties,
    people,
    search,
    statements,
    takedowns,
    twins,
    uploads,
)

__all__ = [
    "assets",
    "bids",
    "certificates",
    "contests",
    "contributions",
    "endpoints",
    "erasing",
    "exporting",
    "licences",
    "listings",
    "mandates",
    "parties",
    "people",
    "search",
    "statements",
    "takedowns",
    "twins",
    "uploads",
]
