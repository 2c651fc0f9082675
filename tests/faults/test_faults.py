"""A slice of `bench/faults.py`: whatever Stripe does at random, every payment is charged once and three books agree."""

import pytest

from bench.faults import Trouble, run
from server.database import Database


@pytest.mark.timeout(900)
async def test_each_payment_is_charged_once_whatever_stripe_does(database: Database) -> None:
    report = await run(database, Trouble(payments=100, processes=1, percent=4))
    assert report.wrong == []
    assert len(report.faults) == 5
    assert report.faults.total() > 100


async def test_a_key_that_changes_is_noticed(database: Database) -> None:
    report = await run(database, Trouble(payments=60, processes=1, percent=10, sabotage="keys"))
    assert any("only the processor holds" in fault for fault in report.wrong), report.wrong
