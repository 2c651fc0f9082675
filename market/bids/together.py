"""Which bids, accepted together, earn the most: the heaviest set in which no two stand against each other. Pure.

First what no best set needs is left out, and what has nothing to do with each other is taken apart. The search is
HiGHS's: one variable a bid, taken or not, and one constraint a clique of bids of which only one can be taken. A clique
bounds far better than its pairs do, so that two hundred bids on rights as people ask for them take hundredths of a
second. Finding such a set is hard in general, and bids can be thought up that nobody could solve in time: then the
search ends after `LONGEST_SECONDS` with the best set that it has found.
"""

import logging
from collections.abc import Sequence

from highspy import Highs, HighsLp, HighsModelStatus, HighsVarType, MatrixFormat, ObjSense

from market.rights import Rights

log = logging.getLogger(__name__)

LONGEST_SECONDS = 5


def heaviest(weights: Sequence[int], against: Sequence[int]) -> list[int]:
    """The places of the heaviest set of which no two are `against` each other, in order. `against` holds for each the
    others that it is against, as a set of bits. Takes no lock of Python's while it searches: run it in a thread."""
    chosen: list[int] = []
    for part in parts(undominated(weights, against), against):
        chosen += _solved(part, weights, against) if len(part) > 1 else part
    return sorted(chosen)


def undominated(weights: Sequence[int], against: Sequence[int]) -> int:
    """As bits, those that a heaviest set may need: without each that could be exchanged for one that it is against,
    which weighs no less and is against nothing else."""
    left = (1 << len(weights)) - 1
    waiting = list(range(len(weights)))
    while waiting:
        one = waiting.pop()
        if not left >> one & 1:
            continue
        near = against[one] & left
        for other in _bits(near):
            if weights[other] >= weights[one] and not (against[other] & left & ~(near | 1 << one)):
                left &= ~(1 << one)
                waiting += _bits(near)  # with one neighbour less, others may have become dispensable
                break
    return left


def parts(left: int, against: Sequence[int]) -> list[list[int]]:
    """Those that are left, in groups between which nothing is against anything."""
    found = []
    while left:
        part, reached = 0, left & -left
        while reached:
            part |= reached
            near = 0
            for place in _bits(reached):
                near |= against[place]
            reached = near & left & ~part
        found.append(_bits(part))
        left &= ~part
    return found


def conflicts(rights: Sequence[Rights]) -> list[int]:
    """For each, the others that it conflicts with, as a set of bits."""
    found = [0] * len(rights)
    for place, mine in enumerate(rights):
        for other in range(place):
            if mine.conflicts_with(rights[other]):
                found[place] |= 1 << other
                found[other] |= 1 << place
    return found


def cliques(against: Sequence[int]) -> list[int]:
    """Sets of bids that are all against each other and could not be larger, such that each pair which is against each
    other is in one of them."""
    found: dict[int, None] = {}
    for one, others in enumerate(against):
        for other in _bits(others >> one + 1 << one + 1):
            clique, common = 1 << one | 1 << other, others & against[other]
            while common:
                widest = max(_bits(common), key=lambda place: (common & against[place]).bit_count())
                clique |= 1 << widest
                common &= against[widest]
            found[clique] = None
    return list(found)


class _Silent(Highs):
    """HiGHS, which else greets on standard output when it is made."""

    def enableCallbacks(self) -> None:
        self.silent()
        super().enableCallbacks()  # type: ignore[no-untyped-call]


def _solved(contested: Sequence[int], weights: Sequence[int], against: Sequence[int]) -> list[int]:
    solver = _Silent()  # type: ignore[no-untyped-call]
    for option, value in {"threads": 1, "mip_rel_gap": 0, "time_limit": LONGEST_SECONDS}.items():
        solver.setOptionValue(option, value)
    solver.passModel(_model(contested, weights, against))
    solver.run()
    if solver.getModelStatus() != HighsModelStatus.kOptimal:
        log.warning("The best of %s bids is not proven: %s", len(contested), solver.getModelStatus())
    taken = solver.getSolution().col_value
    return [place for place, value in zip(contested, taken, strict=True) if round(value) == 1]


def _model(contested: Sequence[int], weights: Sequence[int], against: Sequence[int]) -> HighsLp:
    """Maximise the sum of the weights taken; of each clique take at most one."""
    column = {place: number for number, place in enumerate(contested)}
    among = [sum(1 << column[each] for each in _bits(against[place]) if each in column) for place in contested]
    rows = [_bits(clique) for clique in cliques(among)]
    model = HighsLp()
    model.sense_ = ObjSense.kMaximize
    model.num_col_, model.num_row_ = len(contested), len(rows)
    model.col_cost_ = [weights[place] for place in contested]
    model.col_lower_, model.col_upper_ = [0] * len(contested), [1] * len(contested)
    model.integrality_ = [HighsVarType.kInteger] * len(contested)
    model.row_lower_, model.row_upper_ = [0] * len(rows), [1] * len(rows)
    matrix = model.a_matrix_
    matrix.format_ = MatrixFormat.kRowwise
    starts = [0]
    for row in rows:
        starts.append(starts[-1] + len(row))
    matrix.start_, matrix.index_ = starts, [number for row in rows for number in row]
    matrix.value_ = [1] * starts[-1]
    return model


def _bits(number: int) -> list[int]:
    found = []
    while number:
        lowest = number & -number
        found.append(lowest.bit_length() - 1)
        number ^= lowest
    return found
