"""A slice of `bench/exclusivity.py`: two processes, all signing at once for a few twins."""

from bench.exclusivity import Race, run
from server.database import Database


async def test_nothing_is_sold_twice_and_no_winner_is_lost(database: Database) -> None:
    report = await run(database, Race(acceptances=500, twins=4, rivals=8, processes=2, at_once=32))
    assert report.is_clean, str(report)
    assert report.deadlocks == 0
    assert report.live >= 50
