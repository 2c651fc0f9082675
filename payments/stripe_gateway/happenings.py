"""What happened at Stripe: its events, for who missed them, and every movement of the platform's balance.

Sources: Stripe's "Process undelivered webhook events", "List all events" (v1 and v2, thirty days back) and "Reporting
categories".
"""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import stripe

from payments import stripe_events
from payments.gateway import EventSeen
from payments.reconciliation import TransactionHeld
from payments.stripe_gateway.words import PAGE_SIZE, maybe, our_words

if TYPE_CHECKING:
    from stripe.params._event_list_params import EventListParams


class Happenings:
    """That part of the gateway."""

    _stripe: stripe.StripeClient
    _live: bool

    async def events_since(
        self, since: datetime, *, account_id: str | None = None, only_undelivered: bool = False
    ) -> AsyncIterator[EventSeen]:
        params: EventListParams = {"limit": PAGE_SIZE, "created": {"gte": int(since.timestamp())}}
        if only_undelivered:
            params["delivery_success"] = False
        options: stripe.RequestOptions = {"stripe_account": account_id} if account_id else {}
        with our_words():
            page = await self._stripe.v1.events.list_async(params, options)
            async for event in page.auto_paging_iter():
                seen = stripe_events.read(_body(event), live=self._live)
                yield replace(seen, account_id=seen.account_id or account_id)

    async def account_events_since(self, since: datetime) -> AsyncIterator[EventSeen]:
        moment = since.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        with our_words():
            page = await self._stripe.v2.core.events.list_async({"limit": PAGE_SIZE, "created": {"gte": moment}})
            async for event in page.auto_paging_iter():
                yield stripe_events.read(_body(event), live=self._live)

    async def _transactions(self) -> tuple[TransactionHeld, ...]:
        page = await self._stripe.v1.balance_transactions.list_async({"limit": PAGE_SIZE})
        return tuple([_transaction(each) async for each in page.auto_paging_iter()])


def _body(event: stripe.StripeObject) -> bytes:
    return json.dumps(event.to_dict(), default=str).encode()


def _transaction(transaction: stripe.BalanceTransaction) -> TransactionHeld:
    source = transaction.source
    return TransactionHeld(
        id=transaction.id,
        category=transaction.reporting_category,
        source=source if source is None or isinstance(source, str) else maybe(source, "id"),
        net=transaction.net,
        currency=transaction.currency,
        told=transaction.description,
    )
