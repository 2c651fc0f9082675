"""Telling webhook endpoints what happens: from the log, in its order, until the address has taken each row."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import httpx
import orjson

from core.seal import Seal
from core.store import activity_since, enqueue
from core.tables import Activity
from market import endpoints, store
from market.store.endpoints import Cursor
from market.tables import Endpoint
from payments.money import Money
from server.envelopes import Message, headers, message_id
from server.outside import Outside, Unsafe
from server.worker import Again, Job, Tools

log = logging.getLogger(__name__)

AT_ONCE = 20
"""Rows that one run tells at most, and no more seconds than this: a worker waits for nobody for long."""
SECONDS = 30
LOOK_EVERY = timedelta(seconds=1)
NODES = {"licence_id": "Licence", "asset_id": "Asset", "share_id": "Share", "payout_id": "Payout"}


@dataclass(frozen=True, slots=True)
class Deliveries:
    seal: Seal
    outside: Outside

    def jobs(self) -> Mapping[str, Job]:
        return {"endpoints.look": self.look, "endpoint.deliver": self.deliver, "endpoint.ping": self.ping}

    async def look(self, tools: Tools, body: dict[str, Any]) -> Again:
        """Ask for a delivery to each address that has news."""
        async with tools.open_work() as work:
            for endpoint_id in await store.endpoints.behind(work):
                await enqueue(work, "endpoint.deliver", key=str(endpoint_id), body={"endpoint_id": endpoint_id})
            return work.now + LOOK_EVERY

    async def deliver(self, tools: Tools, body: dict[str, Any]) -> Again:
        """Tell some rows, one after the other. The first that is not taken ends it: what comes later waits for it. A crash
        between an answer and its bookkeeping tells the same row again under the same id."""
        endpoint_id: int = body["endpoint_id"]
        async with tools.open_read() as read:
            endpoint = (await store.endpoints.by_ids(read, [endpoint_id])).get(endpoint_id)
            if endpoint is None or endpoint.disabled_at is not None:
                return None
            if endpoint.next_at is not None and endpoint.next_at > read.now:
                return endpoint.next_at
            began, after = read.now, (endpoint.tx, endpoint.row_id)
            rows = await activity_since(read, after=after, topics=store.endpoints.topics(endpoint), limit=AT_ONCE)
        for row in rows:
            again = await self._tell(tools, endpoint, row, after)
            if again is not None:
                return again
            after = _cursor(row)
            if datetime.now(began.tzinfo) - began > timedelta(seconds=SECONDS):
                break
        return None

    async def _tell(self, tools: Tools, endpoint: Endpoint, row: Activity, after: Cursor) -> Again:
        endpoint_id = endpoint.id or 0
        if endpoint.kinds and row.kind not in endpoint.kinds:
            async with tools.open_work() as work:
                await endpoints.passed_over(work, endpoint_id=endpoint_id, after=after, row=_cursor(row))
            return None
        message = self._message(endpoint, row)
        status, error = await self._send(tools, endpoint, message)
        attempt: dict[str, Any] = {"endpoint_id": endpoint_id, "message_id": message.id, "kind": row.kind}
        if error is None and status is not None:
            async with tools.open_work() as work:
                await endpoints.told(work, after=after, row=_cursor(row), status=status, **attempt)
            return None
        async with tools.open_work() as work:
            now = await endpoints.failed(work, status=status, error=error or "no answer", **attempt)
        if now.disabled_at is not None:
            log.warning("webhook endpoint %d was disabled after three days of failures", endpoint_id)
        return now.next_at

    async def ping(self, tools: Tools, body: dict[str, Any]) -> Again:
        """A message that means nothing. It moves no cursor, and is not sent again."""
        async with tools.open_read() as read:
            endpoint = (await store.endpoints.by_ids(read, [body["endpoint_id"]])).get(body["endpoint_id"])
        if endpoint is None:
            return None
        told = orjson.dumps({"type": "ping", "timestamp": body["at"], "data": {}})
        name = self.seal.close("webhook ping", told)
        message = Message(f"msg_{name[:40]}", "PING", told)
        status, error = await self._send(tools, endpoint, message)
        async with tools.open_work() as work:
            held = await store.endpoints.lock(work, body["endpoint_id"])
            await store.endpoints.note(work, held, message_id=message.id, kind="PING", status=status, error=error)
        return None

    async def _send(self, tools: Tools, endpoint: Endpoint, message: Message) -> tuple[int | None, str | None]:
        """(the status, what was wrong)"""
        async with tools.open_read() as read:
            signed = headers(self.seal, endpoint, message, read.now)
        try:
            status = await self.outside.post(endpoint.url, message.body, signed)
        except (Unsafe, TimeoutError, httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            return None, f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
        return status, None if 200 <= status < 300 else f"It answered {status}."

    def _message(self, endpoint: Endpoint, row: Activity) -> Message:
        """Ids and kinds, and nothing that names a person: whoever may ask finds the rest through the API."""
        noun, _, _ = row.topic.partition(":")
        data: dict[str, Any] = {"kind": row.kind}
        for name, node in NODES.items():
            if row.body.get(name) is not None:
                data[f"{node.lower()}Id"] = self.seal.id(node, row.body[name])
        if "amount_minor" in row.body:
            money = Money(row.body["amount_minor"], row.body["currency"])
            data["amount"] = {"amount": f"{money.amount}", "currency": money.currency}
        told = {"type": f"{noun}.{row.kind.lower()}", "timestamp": row.at.isoformat() if row.at else None, "data": data}
        return Message(message_id(self.seal, endpoint.id or 0, *_cursor(row)), row.kind, orjson.dumps(told))


def _cursor(row: Activity) -> Cursor:
    if row.tx is None or row.id is None:
        raise ValueError("The row is not kept yet.")
    return row.tx, row.id
