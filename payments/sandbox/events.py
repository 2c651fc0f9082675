"""The events of the last days, for who missed them."""

from datetime import datetime
from typing import Any

from payments.sandbox.accounts import check_open
from payments.sandbox.calls import Call, invalid, page
from payments.sandbox.store import Thing
from payments.sandbox.world import World

V2_PAGE = 20


def list_events(world: World, call: Call) -> Thing:
    """The platform's own, or those of the account that it asks for. `delivery_success`: which arrived, or did not."""
    call.check((), ("created", "type", "types", "delivery_success", "limit", "starting_after", "ending_before"))
    if call.account is not None:
        check_open(world, call.account)
    undelivered = world.outbox.undelivered
    wanted, types = call.text("delivery_success"), call.texts("types") or [call.text("type") or "*"]
    since = int(_created(call).get("gte", 0))
    events = [
        event
        for event in world.state.all("event")
        if event.get("account") == call.account
        and event["created"] >= since
        and (types == ["*"] or event["type"] in types)
        and (wanted is None or (wanted == "true") == (event["id"] not in undelivered))
    ]
    return page(events, call)


def list_account_events(world: World, call: Call) -> Thing:
    """v2's own list: newest first, each page with the address of the next."""
    call.check((), ("created", "object_id", "types", "limit", "page"))
    since, about = _created(call).get("gte"), call.text("object_id")
    found = [
        event
        for event in reversed(world.state.all("v2.core.event"))
        if about in (None, event["related_object"]["id"])
        and (since is None or _moment(event["created"]) >= _moment(str(since)))
    ]
    limit = min(call.integer("limit"), 100) if "limit" in call.params else V2_PAGE
    start = call.integer("page") if "page" in call.params else 0
    more = len(found) > start + limit
    asked = "".join(f"&{key}={value}" for key, value in _asked(call).items())
    following = f"{call.path}?page={start + limit}&limit={limit}{asked}" if more else None
    return {"data": found[start : start + limit], "next_page_url": following, "previous_page_url": None}


def _asked(call: Call) -> dict[str, Any]:
    created = {f"created[{key}]": value for key, value in _created(call).items()}
    return {**created, **({"object_id": call.params["object_id"]} if "object_id" in call.params else {})}


def _created(call: Call) -> dict[str, Any]:
    told = call.params.get("created") or {}
    if not isinstance(told, dict):
        raise invalid("Invalid created: give a range.", kept=False, param="created")
    return told


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00"))
