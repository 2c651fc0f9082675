"""Reading names into countries, writing countries as the fewest names, and both as the database's ranges. Pure."""

from collections.abc import Iterable
from difflib import get_close_matches
from functools import lru_cache
from itertools import chain, combinations

from market.territories.tree import COUNTRIES, MEMBERS, NAMED_SETS, NAMES, NUMBERS, PARENTS, TREE

_CODES = {number: code for code, number in NUMBERS.items()}

_ORDER = {code: place for place, code in enumerate((*NAMED_SETS, *TREE, *COUNTRIES))}

_OFTEN_WRITTEN = {"UK": "GB", "EL": "GR", "USA": "US", "UAE": "AE", "GLOBAL": "WORLD", "WORLDWIDE": "WORLD"}

_SETS_FEWEST_FIRST = [chosen for count in range(len(NAMED_SETS) + 1) for chosen in combinations(NAMED_SETS, count)]


def expand(names: Iterable[str]) -> frozenset[str]:
    """The countries that are meant by countries, regions and named sets. Raises ValueError, in words for the person who
    wrote it, for a name that is none of these."""
    return frozenset(chain.from_iterable(members(name) for name in names))


def members(code: str) -> frozenset[str]:
    """The countries of one country, region or named set. Raises ValueError as `expand` does."""
    found = MEMBERS.get(code)
    if found is None:
        raise ValueError(_unknown(code))
    return found


def name(code: str) -> str:
    """What people call it, in English: `DE` is Germany, `EEA` the European Economic Area."""
    return NAMES[code]


def parent(code: str) -> str | None:
    """The region directly above. None for WORLD and for named sets, which are no places of the tree."""
    return PARENTS.get(code)


@lru_cache(maxsize=8192)
def shortest(countries: frozenset[str]) -> tuple[str, ...]:
    """The fewest names that together mean exactly these countries: named sets first, then regions, then countries.

    Of equally few, the one with fewer named sets. For every choice of named sets the best rest is known: of the widest
    regions that are wholly asked for, those which still lack a country; so trying all sixteen choices is exact.
    """
    usable = [chosen for chosen in _SETS_FEWEST_FIRST if all(NAMED_SETS[code] <= countries for code in chosen)]
    fewest = min(([*chosen, *_cover(countries, chosen)] for chosen in usable), key=len)
    return tuple(sorted(fewest, key=lambda code: _ORDER[code]))


def _cover(countries: frozenset[str], chosen: tuple[str, ...]) -> list[str]:
    """The fewest places of the tree, all within `countries`, that hold what the `chosen` sets leave."""
    left = countries.difference(*(NAMED_SETS[code] for code in chosen))
    return [_narrowest(lacking, place) for place in _widest("WORLD", countries) if (lacking := left & MEMBERS[place])]


def _widest(place: str, countries: frozenset[str]) -> Iterable[str]:
    """The widest places at or under `place` that lie wholly within `countries`: disjoint, and leaving nothing out."""
    if MEMBERS[place] <= countries:
        return (place,)
    if MEMBERS[place].isdisjoint(countries):
        return ()
    return chain.from_iterable(_widest(child, countries) for child in TREE[place])


def _narrowest(countries: frozenset[str], place: str) -> str:
    """The narrowest place at or under `place` that holds all of `countries`: CH rather than DACH when only CH lacks."""
    for child in TREE.get(place, ()):
        if countries <= MEMBERS[child]:
            return _narrowest(countries, child)
    return place


def to_ranges(countries: Iterable[str]) -> list[tuple[int, int]]:
    """The countries' numbers as half-open ranges, merged and in order: what an int4multirange holds."""
    ranges: list[tuple[int, int]] = []
    for number in sorted({NUMBERS[code] for code in countries}):
        if ranges and ranges[-1][1] == number:
            ranges[-1] = (ranges[-1][0], number + 1)
        else:
            ranges.append((number, number + 1))
    return ranges


def from_ranges(ranges: Iterable[tuple[int, int]]) -> frozenset[str]:
    """The countries whose numbers lie in half-open ranges. Numbers that are no country's yet mean nothing."""
    return _in_ranges(tuple(ranges))


@lru_cache(maxsize=8192)
def _in_ranges(ranges: tuple[tuple[int, int], ...]) -> frozenset[str]:
    return frozenset(_CODES[number] for low, high in ranges for number in range(low, high) if number in _CODES)


def _unknown(word: str) -> str:
    right = (
        "Use an ISO 3166-1 country such as DE, a region such as NORDICS or EUROPE, or one of EU, EEA, EMEA and APAC."
    )
    likely = _likely(word)
    return f"{word!r} is not a territory. {f'Did you mean {likely}? ' if likely else ''}{right}"


def _likely(word: str) -> str | None:
    plain = word.strip().upper().replace(" ", "_").replace("-", "_")
    by_name = {known.upper().replace(" ", "_").replace("-", "_"): code for code, known in NAMES.items()}
    if plain in MEMBERS:
        return plain
    known = _OFTEN_WRITTEN | by_name | {code: code for code in (*TREE, *NAMED_SETS)}
    close = get_close_matches(plain[:40], known, n=1, cutoff=0.8)
    return known[close[0]] if close else None
