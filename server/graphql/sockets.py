"""How many WebSockets there may be, of one process: who has not said who it is yet counts by its network address."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

MAXIMUM_GREETING = 100
"""Of one address: connections that have not said who they are."""


class TooManySockets(Exception):
    """The message says how many there may be."""


class Sockets:
    """One per process."""

    def __init__(self, per_caller: int) -> None:
        self._per_caller = per_caller
        self._greeting: Counter[str] = Counter()
        self._open: Counter[str] = Counter()

    @contextmanager
    def greeting(self, address: str) -> Iterator[None]:
        """Raises TooManySockets."""
        with _counted(self._greeting, address, MAXIMUM_GREETING):
            yield

    @contextmanager
    def open(self, holder: str) -> Iterator[None]:
        """Raises TooManySockets."""
        with _counted(self._open, holder, self._per_caller):
            yield


@contextmanager
def _counted(counter: Counter[str], name: str, limit: int) -> Iterator[None]:
    if counter[name] >= limit:
        raise TooManySockets(f"Too many connections: {limit} may be open. One carries many operations")
    counter[name] += 1
    try:
        yield
    finally:
        counter[name] -= 1
        if counter[name] <= 0:
            del counter[name]
