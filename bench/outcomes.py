"""How soon the best outcome of two hundred bids is found, and proven: `Listing.bestOutcome` on many contests of each kind.

    python -m bench.outcomes [--seeds 20] [--bids 200] [--kinds countries twelve]

The kinds are those that people make, and some that nobody would: every bid for as many countries drawn by lot, at its
hardest where all ask for the same days and shut everybody out, so that nothing but chance says who is against whom.
Seconds are of this process's own processor time, reading the conflicts included. Exit 1 when anything found has a
conflict in it, or a contest as people make them took a second or was not proven.
"""

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from itertools import combinations
from random import Random
from statistics import median

from market import territories
from market.bids.outcomes import MAXIMUM_BIDS
from market.bids.together import conflicts, heaviest
from market.rights import Exclusivity, Industry, Medium, Rights

EVERYWHERE = ["WORLD", "EUROPE", "DACH", "NORDICS", "BENELUX", "ASIA", "JP", "US", "DE", "SE", "FR", "ES", "IT"]
COUNTRIES = sorted(territories.COUNTRIES)
INDUSTRIES = [Industry.APPAREL, Industry.BEAUTY, Industry.FOOTWEAR]
TARGET_SECONDS = 1

Contest = tuple[list[int], list[Rights]]
"""What each bid offers, and for what."""


def crowd(
    seed: int,
    bids: int = MAXIMUM_BIDS,
    exclusivities: Sequence[Exclusivity] = (*Exclusivity,),
    places: Sequence[str] = EVERYWHERE,
) -> Contest:
    """Bids as people make them: some media, some markets, some weeks of a year."""
    dice = Random(seed)

    def some() -> Rights:
        start = date(2030, 1, 1) + timedelta(days=dice.randrange(300))
        return Rights(
            media=frozenset(dice.sample(list(Medium), dice.randint(1, 4))),
            territories=territories.expand(dice.sample(places, dice.randint(1, 3))),
            industry=dice.choice(INDUSTRIES),
            starts_on=start,
            ends_on=start + timedelta(days=dice.randint(7, 120)),
            exclusivity=dice.choice(exclusivities),
        )

    wanted = [some() for _ in range(bids)]
    return [1000 * each.days * len(each.media) + dice.randrange(1000) for each in wanted], wanted


def by_lot(seed: int, bids: int = MAXIMUM_BIDS, *, media: int, countries: int, same_days: bool = False) -> Contest:
    """Bids that shut everybody out of so many media and countries, drawn by lot."""
    dice = Random(seed)

    def some() -> Rights:
        start = date(2030, 1, 1) + timedelta(days=0 if same_days else dice.randrange(300))
        return Rights(
            media=frozenset(dice.sample(list(Medium), media)) if media > 1 else frozenset({Medium.EMAIL}),
            territories=frozenset(dice.sample(COUNTRIES, countries)),
            industry=Industry.APPAREL,
            starts_on=start,
            ends_on=start + timedelta(days=30 if same_days else dice.randint(7, 120)),
            exclusivity=Exclusivity.TOTAL,
        )

    return [dice.randrange(100_000, 900_000) for _ in range(bids)], [some() for _ in range(bids)]


LIKELY: dict[str, Callable[[int, int], Contest]] = {
    "people": crowd,
    "people, all total": lambda seed, bids: crowd(seed, bids, [Exclusivity.TOTAL]),
    "people, one by one": lambda seed, bids: crowd(seed, bids, [Exclusivity.TOTAL], COUNTRIES),
    "people, by industry": lambda seed, bids: crowd(seed, bids, [Exclusivity.INDUSTRY], ["DE", "SE", "JP"]),
    "4 countries by lot": lambda seed, bids: by_lot(seed, bids, media=1, countries=4),
    "2 media x 12 by lot": lambda seed, bids: by_lot(seed, bids, media=2, countries=12),
}
CONTRIVED: dict[str, Callable[[int, int], Contest]] = {
    "4 by lot, same days": lambda seed, bids: by_lot(seed, bids, media=1, countries=4, same_days=True),
    "2 x 12 by lot, same days": lambda seed, bids: by_lot(seed, bids, media=2, countries=12, same_days=True),
}


def main() -> int:
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("--seeds", type=int, default=20)
    options.add_argument("--bids", type=int, default=MAXIMUM_BIDS)
    options.add_argument("--kinds", nargs="+", default=[""], help="those whose names have one of these in them")
    given = options.parse_args()
    print(f"{'seconds of ' + str(given.bids) + ' bids':<28}{'median':>10}{'worst':>10}{'proven':>12}{'pairs':>8}")
    failed = False
    for name, make in (LIKELY | CONTRIVED).items():
        if not any(wanted in name for wanted in given.kinds):
            continue
        took, proven, dense = [], 0, []
        for seed in range(given.seeds):
            amounts, wanted = make(seed, given.bids)
            began = time.process_time()
            against = conflicts(wanted)
            found = heaviest(amounts, against)
            took.append(time.process_time() - began)
            proven += found.is_proven
            dense.append(sum(each.bit_count() for each in against) / given.bids / (given.bids - 1))
            failed |= any(against[one] >> other & 1 for one, other in combinations(found.places, 2))
        if name in LIKELY:
            failed |= proven < given.seeds or max(took) >= TARGET_SECONDS
        share = f"{proven} of {given.seeds}"
        print(f"{name:<28}{median(took):>10.3f}{max(took):>10.3f}{share:>12}{median(dense):>8.1%}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
