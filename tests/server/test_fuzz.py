"""Whatever comes in: no 5xx, nothing unhandled, and a code on every close. `python -m bench.fuzz` sends more."""

from tests.server import fuzzing


async def test_bent_requests_are_the_callers_fault(edge: str) -> None:
    with fuzzing.crashes() as crashes:
        statuses = await fuzzing.requests(edge, 2_000, seed=1)
    assert crashes == []
    assert set(statuses) == {200, 400, 401, 405, 406, 415}


async def test_bent_frames_close_with_a_code(edge: str) -> None:
    with fuzzing.crashes() as crashes:
        codes = await fuzzing.frames(edge, 1_000, seed=1)
    assert crashes == []
    assert codes[4400] > 50
