"""Keeping well below the number of calls a second that Stripe allows, over all processes together.

Stripe turns away what exceeds its limits, and may lower them for whom it has to turn away often. Calls are therefore sent at
even distances: each takes a turn of the account's budget and one of its endpoint's, in the database, and waits for it.
Source: Stripe's "Rate limits".
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

from core.work import OpenWork
from payments import store
from payments.errors import Unknown

PATIENCE = timedelta(seconds=5)
LATE = timedelta(milliseconds=100)
"""Whoever comes so late to its turn takes another: those that were held up together would come all at once."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Stripe's, in calls a second: of an account in all, and of each endpoint."""

    account: int
    endpoint: int

    @property
    def paces(self) -> tuple[timedelta, timedelta]:
        """Seven tenths: with what is late, never more than eight in any second."""
        return timedelta(seconds=10) // (7 * self.account), timedelta(seconds=10) // (7 * self.endpoint)


LIVE, TEST = Limits(account=100, endpoint=25), Limits(account=25, endpoint=25)

Turn = Callable[[str], Awaitable[None]]


def paced(open_work: OpenWork, limits: Limits) -> Turn:
    """A function that waits until the call of an endpoint may be sent. It raises Unknown, having sent nothing, when too many
    wait: a job comes again later."""
    of_account, of_endpoint = limits.paces

    async def turn(endpoint: str) -> None:
        while True:
            wait = max(await _take(open_work, endpoint, of_endpoint), await _take(open_work, "all", of_account))
            due = time.monotonic() + wait.total_seconds()
            await asyncio.sleep(max(0, wait.total_seconds()))
            if time.monotonic() - due < LATE.total_seconds():
                return

    return turn


async def _take(open_work: OpenWork, budget: str, every: timedelta) -> timedelta:
    async with open_work() as work:
        wait = await store.take_turn(work, budget, every=every, patience=PATIENCE)
    if wait is None:
        raise Unknown("Too many calls of Stripe wait for their turn. Try again.", code="too_busy")
    return wait
