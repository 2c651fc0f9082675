"""Slices of `bench/exclusivity.py`: two processes, all at once for a few twins."""

from dataclasses import replace

import pytest

from bench.exclusivity import Race, run
from server.database import Database

FIFTY_THOUSAND = Race(acceptances=50_000, batch=5_000, at_once=32, slices=5)


@pytest.mark.timeout(1_200)
@pytest.mark.parametrize("slice", range(FIFTY_THOUSAND.slices))
async def test_nothing_is_sold_twice_and_no_winner_is_lost(database: Database, slice: int) -> None:
    tally = await run(database, replace(FIFTY_THOUSAND, slice=slice))
    assert tally.is_clean, str(tally)
    assert tally.deadlocks == 0
    assert tally.attempts == FIFTY_THOUSAND.acceptances / FIFTY_THOUSAND.slices
    assert tally.outcomes["unavailable"] > tally.live > 1_000


async def test_ten_thousand_grants_are_kept_apart_by_the_constraint_alone(database: Database) -> None:
    tally = await run(database, Race(acceptances=10_000, batch=5_000, at_once=32, bare=True))
    assert tally.is_clean, str(tally)
    assert tally.attempts == 10_000
    assert tally.outcomes["unavailable"] > tally.live > 1_000
