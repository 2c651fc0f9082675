"""Events that never reached us: read from the payment service's own lists, and kept as if they had come.

Whoever was away for longer than the service tries again has missed some for good. An event is only a nudge, kept once by
its id, so to read too many does no harm.
"""

import logging
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta

from core.work import OpenWork
from payments import store, webhooks
from payments.errors import Refused
from payments.gateway import EventSeen, Gateway

log = logging.getLogger(__name__)

LONGEST = timedelta(days=30)
"""The service forgets its events after that."""

AT_ONCE = 100


async def catch_up(
    open_work: OpenWork, gateway: Gateway, *, back: timedelta, of_payees: bool = True, only_undelivered: bool = True
) -> int:
    """Keep what happened since `back` and is not in the inbox; how many that were. `of_payees` asks for each payee's
    account too, one by one. The service does not say of payees' events which arrived, so all of those are read."""
    async with open_work() as work:
        since = work.now - min(back, LONGEST)
        accounts: Sequence[str] = await store.open_accounts(work) if of_payees else []
    kept = await _keep(open_work, gateway.events_since(since, only_undelivered=only_undelivered))
    kept += await _keep(open_work, gateway.account_events_since(since))
    for account_id in accounts:
        try:
            kept += await _keep(open_work, gateway.events_since(since, account_id=account_id))
        except Refused as refused:  # the others must not miss theirs for an account that cannot be read
            log.warning("the events of account %s cannot be read: %s", account_id, refused.message)
    return kept


async def _keep(open_work: OpenWork, events: AsyncIterator[EventSeen]) -> int:
    kept, batch = 0, []
    async for seen in events:
        batch.append(seen)
        if len(batch) == AT_ONCE:
            kept += await _keep_some(open_work, batch)
            batch = []
    return kept + await _keep_some(open_work, batch)


async def _keep_some(open_work: OpenWork, batch: Sequence[EventSeen]) -> int:
    """In one order, so that two who catch up at once do not wait in a ring."""
    if not batch:
        return 0
    async with open_work() as work:
        return sum([await webhooks.receive(work, seen) for seen in sorted(batch, key=lambda seen: seen.id)])
