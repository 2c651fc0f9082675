"""Events: kept, signed and sent, to the platform's address or to the one for connected accounts, until they arrive."""

import asyncio
import hmac
import json
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

import httpx

from payments.sandbox.faults import FaultKind, Faults
from payments.sandbox.settings import API_VERSION, SandboxSettings
from payments.sandbox.store import State, Thing, new_id, now_milliseconds, now_seconds, shown

RETRIES_MILLISECONDS = (200, 500, 1_000, 2_000, 5_000)
LAST_RETRY_MILLISECONDS = 10_000
AT_ONCE = 8
TICK = timedelta(milliseconds=25)
TIMEOUT_SECONDS = 10


class Outbox:
    """In no order and at least once, as Stripe does."""

    def __init__(self, settings: SandboxSettings, state: State, faults: Faults) -> None:
        self._state = state
        self._faults = faults
        self._addresses = {
            "platform": (settings.platform_webhook_url, settings.platform_secret),
            "connect": (settings.connect_webhook_url, settings.connect_secret),
        }
        self._client: httpx.AsyncClient | None = None
        self._sending = asyncio.Lock()

    def connect(self, transport: httpx.AsyncBaseTransport) -> None:
        """Another way to the receivers than the network."""
        self._client = httpx.AsyncClient(transport=transport, timeout=TIMEOUT_SECONDS)

    def snapshot(self, event_type: str, thing: Thing, *, account: str | None = None) -> None:
        """An event with the object in it."""
        address = "connect" if account else "platform"
        event: Thing = {
            "id": new_id("evt"),
            "object": "event",
            "api_version": API_VERSION,
            "created": now_seconds(),
            "data": {"object": json.loads(json.dumps(shown(thing)))},
            "livemode": False,
            "pending_webhooks": 1 if self._addresses[address][0] else 0,
            "request": {"id": None, "idempotency_key": None},
            "type": event_type,
            **({"account": account} if account else {}),
        }
        self._post(address, self._state.put(event))

    def thin(self, event_type: str, thing: Thing, url: str) -> None:
        """An event that only names its object, an account."""
        event: Thing = {
            "id": new_id("evt"),
            "object": "v2.core.event",
            "context": thing["id"],
            "created": timestamp(),
            "livemode": False,
            "reason": None,
            "related_object": {"id": thing["id"], "type": thing["object"], "url": url},
            "type": event_type,
        }
        self._post("connect", self._state.put(event))

    @property
    def undelivered(self) -> set[str]:
        """The ids of events that have not arrived, or never will."""
        return {note["event"] for note in (*self.waiting, *self._state.all("_lost"))}

    @property
    def waiting(self) -> list[Thing]:
        return self._state.all("_delivery")

    async def run(self) -> None:
        while True:
            await self.deliver(now_milliseconds())
            await asyncio.sleep(TICK.total_seconds())

    async def deliver(self, until: int | None = None) -> None:
        """Sends what is due by `until`, or all that waits, once."""
        async with self._sending:
            due = [delivery for delivery in self.waiting if until is None or delivery["at"] <= until]
            due.sort(key=lambda delivery: delivery["at"])
            for start in range(0, len(due), AT_ONCE):
                await asyncio.gather(*(self._deliver(delivery) for delivery in due[start : start + AT_ONCE]))

    async def close(self) -> None:
        if self._client is not None:
            await self._client.aclose()

    def _post(self, address: str, event: Thing) -> None:
        if not self._addresses[address][0]:
            return
        if self._faults.on(FaultKind.LOSE_EVENT, event["type"]):
            self._state.put({"object": "_lost", "id": f"lost:{event['id']}", "event": event["id"]})
            return
        late = self._faults.on(FaultKind.DELAY_EVENT, event["type"])
        at = now_milliseconds() + (late.milliseconds if late else 0)
        for _ in range(2 if self._faults.on(FaultKind.REPEAT_EVENT, event["type"]) else 1):
            note = {"address": address, "event": event["id"], "tries": 0, "at": at}
            self._state.put({"object": "_delivery", "id": new_id("delivery"), **note})

    async def _deliver(self, delivery: Thing) -> None:
        url, secret = self._addresses[delivery["address"]]
        event = self._state.look_up(delivery["event"])
        arrived = await self._send(url, secret, json.dumps(event, indent=2)) if url else True
        with self._state.commit():
            if arrived:
                self._state.drop(delivery)
            else:
                tries = delivery["tries"]
                wait = RETRIES_MILLISECONDS[tries] if tries < len(RETRIES_MILLISECONDS) else LAST_RETRY_MILLISECONDS
                delivery.update(tries=tries + 1, at=now_milliseconds() + wait)
                self._state.put(delivery)

    async def _send(self, url: str, secret: str, body: str) -> bool:
        self._client = self._client or httpx.AsyncClient(timeout=TIMEOUT_SECONDS)
        headers = {"Content-Type": "application/json", "Stripe-Signature": signature(body, secret)}
        try:
            answer = await self._client.post(url, content=body.encode(), headers=headers)
        except Exception:  # whatever a receiver does, it is not our failure: try again later
            return False
        return answer.is_success


def signature(body: str, secret: str) -> str:
    """Made at each try, as Stripe does: an old one would be refused."""
    moment = now_seconds()
    digest = hmac.new(secret.encode(), f"{moment}.{body}".encode(), sha256).hexdigest()
    return f"t={moment},v1={digest}"


def timestamp(**later: Any) -> str:
    """v2 writes moments as RFC 3339, v1 as seconds."""
    moment = datetime.fromtimestamp(now_seconds(), UTC) + timedelta(**later)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
