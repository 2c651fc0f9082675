"""Streams that are cut, reset, killed and whose database is restarted lose nothing. `python -m bench.resume` does more of it."""

from bench.resume import Scale, run


async def test_nothing_is_lost_doubled_or_out_of_order() -> None:
    outcome = await run(Scale(events=4_000, disconnects=60, followers=8, kills=1, restarts=1))
    assert outcome.wrong == []
    assert outcome.received == 4_000
    assert len(outcome.restarts) == 1
    assert outcome.ends["cut"] > 5
    assert outcome.ends["reset"] > 5
    assert outcome.disconnects > outcome.ends["cut"] + outcome.ends["reset"]  # a process was killed under some
    assert outcome.p99 < 30  # of machines that are busy with other tests; the bench asks for 3
