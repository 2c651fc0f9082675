"""Which revision of the tables this program expects. The migrations' names tell it: 0019_other_currencies.py makes 0019.

(Alembic, which runs them, is more than a tenth of what a process would load to answer requests.)
"""

from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path


def state(revision: str | None) -> str:
    """current; behind (run `twinmarket migrate`); or ahead, which is fine while a newer version replaces this one."""
    if revision == head():
        return "current"
    return "behind" if revision is None or revision in known() else "ahead"


def head() -> str:
    return max(known())


@lru_cache(maxsize=1)
def known() -> frozenset[str]:
    """Raises FileNotFoundError."""
    spec = find_spec("migrations")
    (folder,) = spec.submodule_search_locations or [] if spec is not None else []
    found = frozenset(file.name.partition("_")[0] for file in (Path(folder) / "versions").glob("[0-9]*_*.py"))
    if not found:
        raise FileNotFoundError(f"{folder}/versions")
    return found
