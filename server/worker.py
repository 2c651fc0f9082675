"""The worker: takes due jobs and runs them, several at once. A job of a worker that dies comes back with its lease."""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from core import store
from core.actor import SYSTEM
from core.errors import Refusal
from core.tables import Job as JobRow
from core.work import OpenRead, OpenWork
from payments.errors import GatewayError
from payments.stripe_gateway import StripeGateway
from server.credentials import Identity, development
from server.database import Database
from server.files import Files, in_memory
from server.logs import JOB
from server.outages import outlived, will_pass

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=10)
"""A worker that dies keeps its jobs for so long; one that lives renews them every third of it."""
PATIENCE_SECONDS = 50
"""A job that takes longer is stopped, and tried again later."""
PATIENT = {"stripe.catch_up": 900, "books.reconcile": 3600}
"""These read long lists, and may take so many seconds."""
PERIODIC: Mapping[str, timedelta] = {
    "sweep": timedelta(0),
    "stripe.catch_up": timedelta(minutes=1),
    "books.reconcile": timedelta(minutes=1),
}
"""Jobs that each say when they are due again, and how long after a worker's start at the latest."""
POLL_SECONDS = 0.5
LONGEST_WAIT = timedelta(minutes=15)
ACTIVITY_KEPT = timedelta(days=90)
UNWRITTEN = "The outcome could not be written"


@dataclass(frozen=True, slots=True)
class Tools:
    """What a job is handed. Both open as the system."""

    open_work: OpenWork
    open_read: OpenRead
    gateway: StripeGateway
    activity_kept: timedelta
    open_snapshot: OpenRead
    files: Files = field(default_factory=in_memory)
    identity: Identity = field(default_factory=development)


Again = datetime | None
"""When the same job is due once more; None: it is done."""
Job = Callable[[Tools, dict[str, Any]], Awaitable[Again]]


class Worker:
    def __init__(
        self,
        database: Database,
        gateway: StripeGateway,
        jobs: Mapping[str, Job],
        *,
        files: Files | None = None,
        identity: Identity | None = None,
        at_once: int = 8,
        lease: timedelta = LEASE,
        patience_seconds: float = PATIENCE_SECONDS,
        activity_kept: timedelta = ACTIVITY_KEPT,
    ) -> None:
        self.database = database
        self.tools = Tools(
            database.work(SYSTEM),
            database.read(SYSTEM),
            gateway,
            activity_kept,
            database.snapshot(SYSTEM),
            files or in_memory(),
            identity or development(),
        )
        self.jobs = jobs
        self.at_once = at_once
        self.lease = lease
        self.patience_seconds = patience_seconds
        self._running: dict[asyncio.Task[None], JobRow] = {}
        self._stopping = asyncio.Event()
        self._waker = asyncio.Event()

    async def run(self, waker: asyncio.Event | None = None) -> None:
        """Until `stop()`; then those that run are finished."""
        self._waker = waker or self._waker
        await self._begin_sweeping()
        renewing = asyncio.create_task(self._renew(), name="leases")
        while not self._stopping.is_set():
            self._waker.clear()
            taken = 0
            with outlived(log, "Cannot take jobs, trying again"):
                taken = await self._take()
            if not taken:
                await self._wait()
        await asyncio.gather(*self._running, return_exceptions=True)
        renewing.cancel()

    def stop(self) -> None:
        self._stopping.set()
        self._waker.set()

    async def drain(self) -> None:
        """Run everything that is due, and what becomes due by it, until nothing is."""
        while await self._take() or self._running:
            await asyncio.gather(*self._running)

    async def _take(self) -> int:
        """Take what there is room for, and begin it."""
        room = self.at_once - len(self._running)
        if room <= 0:
            return 0
        async with self.tools.open_work() as work:
            rows = await store.take_jobs(work, limit=room, lease=self.lease)
        for row in rows:
            task = asyncio.create_task(self._do(row), name=row.key)
            self._running[task] = row
            task.add_done_callback(self._done)
        return len(rows)

    async def _renew(self) -> None:
        """Keep what is being done from being taken by somebody else."""
        while True:
            await asyncio.sleep(self.lease.total_seconds() / 3)
            with outlived(log, "Cannot renew leases, trying again"):
                if running := list(self._running.values()):
                    async with self.tools.open_work() as work:
                        await store.renew_leases(work, running, lease=self.lease)

    def _done(self, task: asyncio.Task[None]) -> None:
        """There is room again, and perhaps a job that this one asked for."""
        self._running.pop(task, None)
        self._waker.set()

    async def _wait(self) -> None:
        """For a nudge, for a job that ends, or for the next poll."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(POLL_SECONDS):
                await self._waker.wait()

    async def _do(self, row: JobRow) -> None:
        """Run one job; whatever becomes of it is written down."""
        JOB.set(row.key)
        try:
            async with asyncio.timeout(max(self.patience_seconds, PATIENT.get(row.kind, 0))):
                again = await self.jobs[row.kind](self.tools, row.body)
        except Exception as error:
            await self._postpone(row, error)
        else:
            await self._finish(row, again)

    async def _finish(self, row: JobRow, again: datetime | None) -> None:
        """If that cannot be written, the lease ends by itself and the job runs again: all of them may."""
        with outlived(log, UNWRITTEN):
            async with self.tools.open_work() as work:
                if again is None:
                    await store.finish_job(work, row)
                else:
                    await store.repeat_job(work, row, due_at=again)

    async def _postpone(self, row: JobRow, error: Exception) -> None:
        wait = backoff(row.attempts)
        unexpected = not isinstance(error, Refusal | GatewayError | TimeoutError) and not will_pass(error)
        log.log(
            logging.ERROR if unexpected and row.attempts > 3 else logging.WARNING,
            "failed at attempt %d, again in %s: %s: %s",
            *(row.attempts, wait, type(error).__name__, error),
            exc_info=error if unexpected else None,
        )
        with outlived(log, UNWRITTEN):
            async with self.tools.open_work() as work:
                await store.postpone_job(work, row, error=f"{type(error).__name__}: {error}", wait=wait)

    async def _begin_sweeping(self) -> None:
        """One sweep for all workers, and one of the others. Each asks for the same jobs, so that there always are."""
        with outlived(log, "Cannot ask for what comes by the clock"):
            async with self.tools.open_work() as work:
                for kind, wait in PERIODIC.items():
                    if kind in self.jobs:
                        await store.enqueue(work, kind, key="by the clock", due_at=work.now + wait)


def backoff(attempts: int) -> timedelta:
    """One second after the first failure, twice as long after each, at most a quarter of an hour."""
    return min(timedelta(seconds=2 ** min(attempts - 1, 20)), LONGEST_WAIT)
