"""Whatever two callers do to one twin at the same instant ends as if one had come after the other."""

import pytest

from tests.races.conftest import Stage
from tests.races.scene import acts
from tests.races.scheduler import Race, Run

ACTS = (
    "accept the offer",
    "accept a rival offer",
    "withdraw the offer",
    "decline the offer",
    "counter the offer",
    "the offer expires",
    "accept the leading bid",
    "decline the leading bid",
    "withdraw the second bid",
    "outbid the leader",
    "the listing closes",
    "suspend the twin",
    "change the policy",
    "end the mandate",
)


@pytest.mark.parametrize("place", range(len(ACTS)), ids=ACTS)
async def test_either_comes_first(stage: Stage, place: int) -> None:
    """Against itself and every act further down the list; over all places that is every pair."""
    every, wrong, total = acts(stage.scene), [], 0
    assert set(every) == set(ACTS)
    one = ACTS[place]
    for other in ACTS[place:]:
        race = Race(stage.runners, (every[one], every[other]), stage.scene.restore, stage.scene.look)
        serial = await race.serial()
        runs = [run async for run in race.interleaved(serial)]
        total += len(runs)
        wrong += [told(one, other, run, serial) for run in runs if run.outcome not in [each.outcome for each in serial]]
    print(f"{one}: {total} interleavings with {len(ACTS) - place} acts")
    assert not wrong, f"{len(wrong)} of {total} interleavings; the first: {wrong[0]}"


def told(one: str, other: str, run: Run, serial: tuple[Run, Run]) -> str:
    """The interleaving that is wrong, and what would have been right."""
    lines = [f"{one} / {other}, in the order {run.schedule}, of {run.steps} statements: {run.outcome.answers}"]
    for each in serial:
        lines.append(f"serially {each.schedule}: {each.outcome.answers}")
        ours, right = run.outcome.state.splitlines(), each.outcome.state.splitlines()
        lines += [f"  - {line}" for line in right if line not in ours]
        lines += [f"  + {line}" for line in ours if line not in right]
    return "\n".join(lines)
