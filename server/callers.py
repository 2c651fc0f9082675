"""Callers, and who showed an API key a moment ago: a brand's app asks many times a second, and is not looked up each time.

What is known is told to queries alone, by the digest of the key, and for a second at most. A commit of this process forgets
all of it; what another process has changed is seen when that second is over.
"""

from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import monotonic

from core.actor import ANONYMOUS, Actor

MOST = 10_000


@dataclass(frozen=True, slots=True)
class Caller:
    """The actor, and by what it is known: `key_id` and `sign_in_id` are null for the anonymous. `by_cookie`: a browser
    sends the credential along by itself, so what changes anything must prove that our own page asked. `at` is the moment,
    by the database's clock, at which the credential held, and `heard` when that was told, by this machine's steady one.
    `is_known`: it did a moment ago, and nobody asked again."""

    actor: Actor
    key_id: int | None = None
    sign_in_id: int | None = None
    by_cookie: bool = False
    at: datetime | None = None
    heard: float = field(default_factory=monotonic)
    is_known: bool = False

    @property
    def credential(self) -> tuple[int | None, int | None]:
        return self.key_id, self.sign_in_id

    @property
    def clock(self) -> Callable[[], datetime] | None:
        """The database's, as far as can be told since it was asked: never ahead of it. None where nobody asked it."""
        at, heard = self.at, self.heard
        return (lambda: at + timedelta(seconds=monotonic() - heard)) if at is not None else None


NOBODY = Caller(ANONYMOUS)


class Known:
    """One per process."""

    def __init__(self, seconds: float, *, clock: Callable[[], float] = monotonic) -> None:
        self._seconds = seconds
        self._clock = clock
        self._callers: OrderedDict[bytes, tuple[Caller, float, float]] = OrderedDict()
        self._forgotten = 0

    def __len__(self) -> int:
        return len(self._callers)

    def forget(self) -> None:
        self._forgotten += 1
        self._callers.clear()

    async def caller(self, digest: bytes, ask: Callable[[bytes], Awaitable[Caller]]) -> Caller:
        """Of the key with this digest; `ask` looks it up. The moment that is told is the database's own, and how long ago
        it said so: never one that it has not reached."""
        found, now = self._callers.get(digest), self._clock()
        if found is not None and now < found[1]:
            caller, _, told_at = found
            at = caller.at and caller.at + timedelta(seconds=now - told_at)
            return Caller(caller.actor, caller.key_id, caller.sign_in_id, caller.by_cookie, at, now, is_known=True)
        forgotten = self._forgotten
        caller = await ask(digest)
        if self._seconds and forgotten == self._forgotten:  # nothing was committed since it was asked
            self._keep(digest, caller, now + self._seconds)
        return caller

    def _keep(self, digest: bytes, caller: Caller, until: float) -> None:
        """And keep nobody any longer than is told: an agency's actor names every model that it represents."""
        now = self._clock()
        self._callers[digest] = (caller, until, now)
        self._callers.move_to_end(digest)
        while self._callers and (len(self._callers) > MOST or next(iter(self._callers.values()))[1] <= now):
            self._callers.popitem(last=False)
