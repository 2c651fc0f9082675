"""Who is connected: whose credential was revoked, or whose powers changed, is cut off within a second.

It also writes down when keys and sessions were last used, so that no request has to wait for that.
"""

import asyncio
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count

from core.actor import SYSTEM
from server import store, tasks
from server.auth import Authenticator
from server.callers import Caller
from server.database import Database
from server.outages import outlived

log = logging.getLogger(__name__)

EVERY_SECONDS = 0.5


class Presence:
    """One per process. One question for all of its connections, however many there are."""

    def __init__(self, database: Database, authenticator: Authenticator) -> None:
        self.database = database
        self.authenticator = authenticator
        self._connected: dict[int, tuple[Caller, Callable[[], None]]] = {}
        self._new: set[int] = set()
        """Those of whom nobody has asked yet."""
        self._standing: store.Standing = {}
        """Who held the credentials when that was asked last."""
        self._numbers = count()
        self._task: asyncio.Task[None] | None = None

    @contextmanager
    def here(self, caller: Caller, end: Callable[[], None]) -> Iterator[None]:
        """`end` is called, once, when the caller is no longer who it was when it came."""
        number = next(self._numbers)
        if caller.credential != (None, None):
            self._connected[number] = (caller, end)
            self._new.add(number)
        try:
            yield
        finally:
            self._connected.pop(number, None)
            self._new.discard(number)

    async def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name="presence")

    async def stop(self) -> None:
        await tasks.end(self._task)

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(EVERY_SECONDS)
            with outlived(log, "Cannot ask who is still allowed here"):
                await self.end_revoked()
                await self.note_used()

    async def end_revoked(self) -> None:
        """What nothing has happened to since it was asked last is not looked at again: of most that is so each time."""
        if not self._connected:
            return
        asked, new, before = list(self._connected.items()), set(self._new), self._standing
        credentials = {caller.credential for _, (caller, _) in asked}
        key_ids = {key_id for key_id, _ in credentials if key_id is not None}
        sign_in_ids = {sign_in_id for _, sign_in_id in credentials if sign_in_id is not None}
        async with self.database.read(SYSTEM)() as read:
            standing = await store.standing(read, key_ids=key_ids, sign_in_ids=sign_in_ids)
        changed = {each for each in credentials if standing.get(each) != before.get(each)}
        self._standing = standing
        self._new -= new
        for number, (caller, end) in asked:
            if number not in self._connected or (number not in new and caller.credential not in changed):
                continue
            holder = standing.get(caller.credential)
            if holder is None or store.actor_of(holder) != caller.actor:
                del self._connected[number]
                end()

    async def note_used(self) -> None:
        used, self.authenticator.used = self.authenticator.used, set()
        seen, self.authenticator.seen = self.authenticator.seen, set()
        if not used and not seen:
            return
        async with self.database.work(SYSTEM)() as work:
            await store.keys_used(work, sorted(used))
            await store.sessions_seen(work, sorted(seen))
