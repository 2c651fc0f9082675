"""A slice of `bench/webhooks.py`: events in any order, twice, late or lost at first leave the ledger equal to Stripe."""

import pytest

from bench.webhooks import Storm, run
from server.database import Database


@pytest.mark.timeout(900)
async def test_a_storm_of_events_leaves_the_books_equal(database: Database) -> None:
    report = await run(database, Storm(events=700, processes=1, lost=5))
    assert report.wrong == []
    assert report.deliveries > 1.5 * report.events.total()
    assert report.lost > 10
    assert {"charge.dispute.closed", "payout.failed", "refund.failed"} <= set(report.events)


async def test_what_is_never_heard_is_noticed(database: Database) -> None:
    report = await run(database, Storm(events=300, processes=1, lost=60, sabotage="deaf"))
    assert report.wrong != []
