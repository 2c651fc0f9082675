"""Which bids, accepted together, earn the most: the heaviest set in which no two stand against each other. Pure.

First what no best set needs is left out, and what has nothing to do with each other is taken apart. The search is
SCIP's: one variable a bid, taken or not, and one constraint a clique of bids of which only one can be taken. A clique
bounds far better than its pairs do, so that two hundred bids on rights as people ask for them take hundredths of a
second. Finding such a set is hard in general, and bids can be thought up that nobody could solve in time: then the
search ends after `LONGEST_SECONDS` with the best set that it has found, and says that it is not proven.
"""

import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass

from pyscipopt.scip import PY_SCIP_PARAMSETTING, Model, quicksum

from market.rights import Rights

log = logging.getLogger(__name__)

LONGEST_SECONDS = 5
SHORTEST_SECONDS = 1
"""For each of the parts that come after the time is up: most take less."""
FIRST = 100_000
"""The priority of a rule that goes before all others."""


@dataclass(frozen=True, slots=True)
class Heaviest:
    """The places of a set, in order; whether it is proven that none is heavier."""

    places: list[int]
    is_proven: bool = True


def heaviest(weights: Sequence[int], against: Sequence[int]) -> Heaviest:
    """The heaviest set of which no two are `against` each other. `against` holds for each the others that it is
    against, as a set of bits. Takes no lock of Python's while it searches: run it in a thread."""
    ends = time.monotonic() + LONGEST_SECONDS
    chosen: list[int] = []
    is_proven = True
    for part in sorted(parts(undominated(weights, against), against), key=len):
        found = _solved(part, weights, against, ends - time.monotonic()) if len(part) > 1 else Heaviest(part)
        chosen += found.places
        is_proven = is_proven and found.is_proven
    return Heaviest(sorted(chosen), is_proven)


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


def _solved(contested: Sequence[int], weights: Sequence[int], against: Sequence[int], seconds: float) -> Heaviest:
    model = _model(contested, weights, against)
    model.setParam("limits/time", max(seconds, SHORTEST_SECONDS))
    model.optimizeNogil()
    if not (is_proven := model.getStatus() == "optimal"):
        log.warning("The best of %s bids is not proven: %s", len(contested), model.getStatus())
    if not model.getNSols():
        return Heaviest([], is_proven)
    found = model.getBestSol()
    taken = [
        place for place, each in zip(contested, model.getVars(), strict=True) if round(model.getSolVal(found, each))
    ]
    return Heaviest(taken, is_proven)


def _model(contested: Sequence[int], weights: Sequence[int], against: Sequence[int]) -> Model:
    """Maximise the sum of the weights taken; of each clique take at most one. Cliques leave so little between the bound
    and the best that cuts, and trying branches out before one is chosen, cost more than they spare."""
    column = {place: number for number, place in enumerate(contested)}
    among = [sum(1 << column[each] for each in _bits(against[place]) if each in column) for place in contested]
    model = Model()
    model.hideOutput()
    model.setPresolve(PY_SCIP_PARAMSETTING.FAST)
    model.setHeuristics(PY_SCIP_PARAMSETTING.FAST)
    model.setSeparating(PY_SCIP_PARAMSETTING.OFF)
    model.setParam("branching/pscost/priority", FIRST)
    model.setParam("misc/catchctrlc", False)
    bids = [model.addVar(vtype="BINARY") for _ in contested]
    for clique in cliques(among):
        model.addCons(quicksum(bids[number] for number in _bits(clique)) <= 1)
    worth = (weights[place] * bid for place, bid in zip(contested, bids, strict=True))
    model.setObjective(quicksum(worth), "maximize")
    return model


def _bits(number: int) -> list[int]:
    found = []
    while number:
        lowest = number & -number
        found.append(lowest.bit_length() - 1)
        number ^= lowest
    return found
