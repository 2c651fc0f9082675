"""Waiting that takes next to no memory while nothing happens: each open connection waits in several places.

asyncio's Event and Queue hold a deque or three, at 760 bytes each, whether or not anybody waits.
"""

import asyncio
from typing import Generic, TypeVar

T = TypeVar("T")


class Signal:
    """asyncio.Event: who waits goes on when it is set."""

    __slots__ = ("_is_set", "_waiting")

    def __init__(self, *, is_set: bool = False) -> None:
        self._is_set = is_set
        self._waiting: list[asyncio.Future[None]] | None = None

    def set(self) -> None:
        self._is_set = True
        waiting, self._waiting = self._waiting, None
        for future in waiting or ():
            if not future.done():
                future.set_result(None)

    def clear(self) -> None:
        self._is_set = False

    def is_set(self) -> bool:
        return self._is_set

    async def wait(self) -> None:
        if self._is_set:
            return
        future = asyncio.get_running_loop().create_future()
        if self._waiting is None:
            self._waiting = []
        self._waiting.append(future)
        try:
            await future
        finally:
            if future in (self._waiting or ()):
                self._waiting.remove(future)


class Box(Generic[T]):
    """asyncio.Queue for a few things at a time, which only one reader takes out."""

    __slots__ = ("_came", "_waiting")

    def __init__(self) -> None:
        self._came = Signal()
        self._waiting: list[T] = []

    def put_nowait(self, thing: T) -> None:
        self._waiting.append(thing)
        self._came.set()

    def empty(self) -> bool:
        return not self._waiting

    async def get(self) -> T:
        while not self._waiting:
            self._came.clear()
            await self._came.wait()
        return self._waiting.pop(0)


class Turns:
    """So many at once, and one after the other as they come: asyncio.Semaphore, for whichever loop is running. What was begun
    in a loop that is no more will never end."""

    __slots__ = ("_count", "_free", "_loop")

    def __init__(self, count: int) -> None:
        self._count = count
        self._loop: asyncio.AbstractEventLoop | None = None
        self._free = asyncio.Semaphore(count)

    async def take(self, patience: float) -> None:
        """Raises TimeoutError when there is none for so many seconds."""
        loop = asyncio.get_running_loop()
        if self._loop is not loop:
            self._loop, self._free = loop, asyncio.Semaphore(self._count)
        if not self._free.locked():  # at once: nobody need look at the clock
            await self._free.acquire()
            return
        async with asyncio.timeout(patience):
            await self._free.acquire()

    def give_back(self) -> None:
        self._free.release()

    @property
    def are_taken(self) -> bool:
        """All of them."""
        return self._free.locked()
