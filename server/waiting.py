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
