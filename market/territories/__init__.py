"""Territories: every country in one place of a tree, names for regions and sets, and the algebra between them. Pure.

WORLD > EUROPE (NORDICS, DACH, BENELUX, BRITISH_ISLES), NORTH_AMERICA, LATIN_AMERICA, ASIA (EAST_ASIA, SOUTH_ASIA,
SOUTHEAST_ASIA), MIDDLE_EAST, AFRICA, OCEANIA > countries. `tree` holds the data, `algebra` reads and writes it.
"""

from market.territories.algebra import expand, from_ranges, members, name, parent, shortest, to_ranges
from market.territories.tree import COUNTRIES, NAMED_SETS, NUMBERS, TREE

__all__ = [
    "COUNTRIES",
    "NAMED_SETS",
    "NUMBERS",
    "TREE",
    "expand",
    "from_ranges",
    "members",
    "name",
    "parent",
    "shortest",
    "to_ranges",
]
