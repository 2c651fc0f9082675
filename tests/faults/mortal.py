"""A worker that dies by kill -9 at a chosen boundary: before or after any call to Stripe, before or after any commit.

    python -m tests.faults.mortal DATABASE_URL SANDBOX_URL

Imports once, then forks a worker for each line that it reads: "7" is killed at its seventh boundary, "0" lives until nothing is due.
Answers each line with one: "killed", or "lived N" with the number of boundaries that were passed.
"""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from core.actor import Actor
from core.work import OpenWork, Work
from payments.stripe_gateway import StripeGateway
from server.database import Database
from server.jobs import JOBS
from server.worker import Worker


class Fate:
    """Kills this process at the `at`th boundary; 0 spares it."""

    def __init__(self, at: int) -> None:
        self.at = at
        self.passed = 0

    def boundary(self) -> None:
        self.passed += 1
        if self.passed == self.at:
            os.kill(os.getpid(), signal.SIGKILL)


class MortalDatabase(Database):
    """Every commit has a boundary before it and one after it."""

    fate = Fate(0)

    def work(self, actor: Actor) -> OpenWork:
        open_work = super().work(actor)

        @asynccontextmanager
        async def opened() -> AsyncIterator[Work]:
            async with open_work() as work:
                yield work
                await work.session.flush()
                self.fate.boundary()
            self.fate.boundary()

        return opened


class MortalGateway:
    """Every call has a boundary before it and one after it."""

    def __init__(self, gateway: Any, fate: Fate) -> None:
        self._gateway = gateway
        self._fate = fate

    def __getattr__(self, name: str) -> Callable[..., Any]:
        call = getattr(self._gateway, name)

        async def mortal(*arguments: Any, **options: Any) -> Any:
            self._fate.boundary()
            answer = await call(*arguments, **options)
            self._fate.boundary()
            return answer

        return mortal


async def live(database_url: str, sandbox_url: str, fate: Fate) -> None:
    """Run every job that is due, one at a time, so that a boundary's number means the same in every life."""
    MortalDatabase.fate = fate
    database = MortalDatabase.connect(database_url, pool_size=2)
    gateway = StripeGateway("sk_test_mortal", environment="test", base_url=sandbox_url)
    await Worker(database, MortalGateway(gateway, fate), JOBS, at_once=1).drain()
    await gateway.close()
    await database.close()


def main() -> None:
    database_url, sandbox_url = sys.argv[1:]
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            fate = Fate(int(line))
            asyncio.run(live(database_url, sandbox_url, fate))
            sys.stdout.write(f"lived {fate.passed}\n")
            sys.stdout.flush()
            os._exit(0)
        _, status = os.waitpid(child, 0)
        if os.WIFSIGNALED(status):
            sys.stdout.write("killed\n" if os.WTERMSIG(status) == signal.SIGKILL else f"signal {os.WTERMSIG(status)}\n")
        elif os.waitstatus_to_exitcode(status):
            sys.stdout.write("crashed\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
