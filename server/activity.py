"""What happens, as a stream that loses nothing: one reader of the log per process passes it on to whoever follows."""

import asyncio
import contextlib
import logging
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from itertools import groupby
from operator import attrgetter

from core.actor import SYSTEM
from core.errors import CursorTooOld
from core.store import activity_floor, activity_head, activity_since
from core.tables import Activity
from server import tasks
from server.database import Database
from server.outages import outlived
from server.waiting import Signal

log = logging.getLogger(__name__)

POLL_SECONDS = 0.25
"""How late an event can be when a nudge was lost."""
PAGE = 500
QUEUE = 1_000
"""Events that may wait for one slow follower. Beyond that its queue is dropped, and it reads the log again."""

TOO_OLD = (
    "This cursor is too old: something that came after it is cleared away. Begin without `after`, and ask for what "
    "happened meanwhile by a query."
)

Cursor = tuple[int, int]


class Follower:
    """A bounded queue. `overflowed` says that something was dropped."""

    __slots__ = ("overflowed", "waiting", "woken")

    def __init__(self) -> None:
        self.waiting: Sequence[Activity] = ()
        self.woken = Signal()
        self.overflowed = False

    def put(self, rows: Sequence[Activity]) -> None:
        """They are others' too: whoever keeps up holds no list of its own."""
        self.waiting = (*self.waiting, *rows) if self.waiting else rows
        if len(self.waiting) > QUEUE or self.overflowed:
            self.waiting = ()
            self.overflowed = True
        self.woken.set()

    def take(self, after: Cursor) -> Sequence[Activity]:
        """All that waits and comes after the cursor."""
        rows, self.waiting = self.waiting, ()
        if rows and cursor_of(rows[0]) <= after:
            return [row for row in rows if cursor_of(row) > after]
        return rows


class Feed:
    """The log, live. Start it with the waker of a `Wire`; without one it polls."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self._followers: defaultdict[str, set[Follower]] = defaultdict(set)
        self._closing = False
        self._task: asyncio.Task[None] | None = None
        self._at: Cursor = (0, 0)

    async def start(self, waker: asyncio.Event | None = None) -> None:
        async with self.database.read(SYSTEM)() as read:
            self._at = await activity_head(read)
        self._task = asyncio.create_task(self._tail(waker or asyncio.Event()), name="activity")

    async def stop(self) -> None:
        """Every stream ends."""
        self._closing = True
        for follower in {one for many in self._followers.values() for one in many}:
            follower.woken.set()
        await tasks.end(self._task)

    async def since(self, topics: Sequence[str], after: Cursor | None) -> AsyncIterator[Sequence[Activity]]:
        """Everything on `topics` after the cursor, in order, nothing twice: first from the log, then as it comes. What comes
        together is told together. None starts now.

        It follows first and reads the log second: what the log did not show yet comes through the queue, and what comes
        both ways is passed over the second time, because cursors only grow. Raises CursorTooOld when something that came
        after the cursor is cleared away.
        """
        follower = Follower()
        for topic in topics:
            self._followers[topic].add(follower)
        try:
            cursor = after if after is not None else await tasks.to_its_end(self._head())
            behind = after is not None
            while not self._closing:
                if behind or follower.overflowed:
                    behind = follower.overflowed = False
                    async for rows in self._replay(topics, cursor):
                        cursor = cursor_of(rows[-1])
                        yield rows
                elif rows := follower.take(cursor):
                    cursor = cursor_of(rows[-1])
                    yield rows
                else:
                    await follower.woken.wait()
                    follower.woken.clear()
                rows = ()  # nothing of it stays while the next is waited for
        finally:
            self._forget(follower, topics)

    async def _replay(self, topics: Sequence[str], cursor: Cursor) -> AsyncIterator[Sequence[Activity]]:
        while not self._closing:
            rows = await tasks.to_its_end(self._page(topics, cursor))  # clients leave when they like
            if rows:
                yield rows
            if len(rows) < PAGE:
                return
            cursor = cursor_of(rows[-1])

    async def _page(self, topics: Sequence[str], cursor: Cursor) -> Sequence[Activity]:
        async with self.database.read(SYSTEM)() as read:
            rows = await activity_since(read, after=cursor, topics=topics, limit=PAGE)
            if await activity_floor(read, topics) > cursor:  # asked after the rows, lest it be moved in between
                raise CursorTooOld(TOO_OLD)
            return rows

    async def _head(self) -> Cursor:
        async with self.database.read(SYSTEM)() as read:
            return await activity_head(read)

    def _forget(self, follower: Follower, topics: Sequence[str]) -> None:
        for topic in topics:
            self._followers[topic].discard(follower)
            if not self._followers[topic]:
                del self._followers[topic]

    async def _tail(self, waker: asyncio.Event) -> None:
        while True:
            waker.clear()
            more = False
            with outlived(log, "Cannot read the activity log, trying again"):
                more = await self._read_on()
            if not more:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(POLL_SECONDS):
                        await waker.wait()

    async def _read_on(self) -> bool:
        """Pass on what is new. True when there may be more at once."""
        async with self.database.read(SYSTEM)() as read:
            rows = await activity_since(read, after=self._at, limit=PAGE)
        for topic, some in groupby(rows, attrgetter("topic")):
            together = list(some)
            for follower in self._followers.get(topic, ()):
                follower.put(together)
        if rows:
            self._at = cursor_of(rows[-1])
        return len(rows) == PAGE


def cursor_of(row: Activity) -> Cursor:
    return row.tx or 0, row.id or 0
