"""A process that dies at a chosen moment: before or after any call to the processor, before or after any commit."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from core.work import OpenWork, Work


class Crash(Exception):
    pass


class Fuse:
    """Burns at the `blows_at`th boundary; `passed` counts them. It never burns when `blows_at` is null."""

    def __init__(self, blows_at: int | None = None) -> None:
        self.blows_at = blows_at
        self.passed = 0

    def boundary(self) -> None:
        self.passed += 1
        if self.passed == self.blows_at:
            raise Crash


def fused_work(open_work: OpenWork, fuse: Fuse) -> OpenWork:
    @asynccontextmanager
    async def opened() -> AsyncIterator[Work]:
        async with open_work() as work:
            yield work
            fuse.boundary()
        fuse.boundary()

    return opened


class FusedGateway:
    """Every call of `gateway` has a boundary before it and one after it."""

    def __init__(self, gateway: Any, fuse: Fuse) -> None:
        self._gateway = gateway
        self._fuse = fuse

    def __getattr__(self, name: str) -> Callable[..., Any]:
        call = getattr(self._gateway, name)

        async def fused(*args: Any, **options: Any) -> Any:
            self._fuse.boundary()
            answer = await call(*args, **options)
            self._fuse.boundary()
            return answer

        return fused
