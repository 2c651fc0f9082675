"""What a webhook's body says, whether Stripe sent the object with it (a snapshot) or only its name (a thin event)."""

import json
from typing import Any

from payments.errors import ForgedEvent, OtherMode
from payments.gateway import EventSeen


def read(body: bytes, *, live: bool) -> EventSeen:
    """The signature has been checked. Raises ForgedEvent; OtherMode where one is live and the other is a test."""
    try:
        event = json.loads(body)
        seen = _thin(event) if event["object"] == "v2.core.event" else _snapshot(event)
        if bool(event.get("livemode")) != live:
            raise OtherMode("The event is of the other mode: a live one in test, or a test one in live.")
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ForgedEvent("The body is no event of Stripe.") from error
    return seen


def _snapshot(event: dict[str, Any]) -> EventSeen:
    return EventSeen(
        id=event["id"],
        type=event["type"],
        account_id=event.get("account"),
        object_id=event["data"]["object"].get("id"),
        body=event,
    )


def _thin(event: dict[str, Any]) -> EventSeen:
    """`context` names the account, after its platform when there is one: platform/acct_1."""
    related = event.get("related_object") or {}
    context = (event.get("context") or "").rpartition("/")[2]
    itself = related.get("id") if related.get("type") == "v2.core.account" else None
    return EventSeen(
        id=event["id"],
        type=event["type"].removeprefix("v1."),
        account_id=context or itself,
        object_id=related.get("id"),
        body=event,
    )
