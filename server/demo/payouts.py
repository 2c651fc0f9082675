"""The agency's screen: a payout subscription that is cut on purpose and resumed at its cursor."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from decimal import Decimal
from typing import Any, Self

from server.demo import documents
from server.demo.books import amount, shown
from server.demo.client import Client, Stream
from server.demo.show import Failed, Stage

CUT_AFTER = 3
PATIENCE_SECONDS = 60


class PayoutWatch:
    """Collects events until everything that is expected has been paid out. Nothing may be lost, doubled or reordered."""

    def __init__(self, stage: Stage, client: Client, party_id: str) -> None:
        self.stage = stage
        self.client = client
        self.party_id = party_id
        self.events: list[dict[str, Any]] = []
        self._open = AsyncExitStack()
        self._stream: Stream | None = None

    @classmethod
    @asynccontextmanager
    async def of(cls, stage: Stage, client: Client, party_id: str) -> AsyncIterator[Self]:
        watch = cls(stage, client, party_id)
        await watch._connect(None)
        try:
            yield watch
        finally:
            await watch._open.aclose()

    async def until_paid(self, expected: Decimal) -> None:
        """Show each event as it arrives, until the payouts amount to `expected`."""
        while self._sum("PAYOUT_PAID") < expected:
            event = await self._next()
            self.events.append(event)
            self.stage.live("Nordlys Models", event["kind"], shown(event["amount"]))
            if len(self.events) == CUT_AFTER:
                await self._open.aclose()
                self.stage.note("-- the connection is cut; money keeps moving; she resumes at her cursor --")
                await self._connect(event["cursor"])
        for kind in ("SHARE_EARNED", "SHARE_TRANSFERRED", "PAYOUT_CREATED", "PAYOUT_PAID"):
            self.stage.check(
                self._sum(kind) == expected, f"{kind} events amount to {self._sum(kind)}, expected {expected}"
            )
        cursors = [event["cursor"] for event in self.events]
        self.stage.check(len(set(cursors)) == len(cursors), "no event came twice")

    async def _next(self) -> dict[str, Any]:
        if self._stream is None:
            raise Failed("the subscription is not open")
        return await self._stream.next(within=PATIENCE_SECONDS)

    async def _connect(self, after: str | None) -> None:
        stream = self.client.stream(documents.PAYOUT_ACTIVITY, partyId=self.party_id, after=after)
        self._stream = await self._open.enter_async_context(stream)

    def _sum(self, kind: str) -> Decimal:
        return sum((amount(event["amount"]) for event in self.events if event["kind"] == kind), Decimal(0))
