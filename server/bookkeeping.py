"""The jobs that keep the books true by themselves: catching up on events, and reconciling at night."""

from datetime import datetime, time, timedelta
from typing import Any

from payments import catching_up, reconciling
from payments import store as payments
from server.worker import Again, Tools

CATCH_UP_EVERY = timedelta(minutes=10)
STRIPE_TRIES = timedelta(days=3)
"""For so long Stripe sends an event again. What is older and never came is looked for at night."""


async def catch_up(tools: Tools, body: dict[str, Any]) -> Again:
    """What Stripe could not deliver, and what payees' accounts say since the last rounds."""
    await catching_up.catch_up(tools.open_work, tools.gateway, back=STRIPE_TRIES, of_payees=False)
    async with tools.open_work() as work:
        return work.now + CATCH_UP_EVERY


async def reconcile_nightly(tools: Tools, body: dict[str, Any]) -> Again:
    """Once a night, whoever asks and however often: first what was missed, of payees' accounts too, then the books."""
    async with tools.open_work() as work:
        last = await payments.last_reconciled_at(work)
        due_at = next_night(last or work.now)
    if due_at > work.now:
        return due_at
    await catching_up.catch_up(tools.open_work, tools.gateway, back=catching_up.LONGEST)
    await reconciling.reconcile(tools.open_work, tools.open_snapshot, tools.gateway)
    return next_night(work.now)


def next_night(after: datetime) -> datetime:
    """The first time after it that the clock says HOUR, in UTC."""
    night = datetime.combine(after.date(), time(reconciling.HOUR), after.tzinfo)
    return night if night > after else night + timedelta(days=1)
