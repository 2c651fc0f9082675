"""What each caller may spend: a bucket of points in PostgreSQL that fills up by the second, exact over all processes.

Asking the database at every request would cost as much as many a request. So a process takes a little more than it needs
(a twentieth of what is left, so nothing when little is left) and spends that first. What it holds counts as part of the
bucket: as far as the bucket may have filled up to the brim meanwhile, what is held is void. So in any span of time nobody
spends more than the bucket and what came back in that span, however many processes there are and whichever of them die.
"""

import asyncio
import math
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from ipaddress import IPv6Address, ip_address
from typing import Any

from starlette.requests import HTTPConnection

from core.actor import Actor
from server import store
from server.database import Database
from server.graphql.limits import MAXIMUM_COST

KEPT_HOLDINGS = 10_000
REFUSED = 25
"""What a document costs that is refused: it was read and judged all the same."""
REGISTERED = 100
"""What it costs to have a document kept under its hash."""


@dataclass(frozen=True, slots=True)
class Rate:
    """A bucket's size, and what comes back each second."""

    points: int
    per_second: int


class Spent(Exception):
    """The caller has no more to spend, until some seconds later."""

    def __init__(self, seconds: float, cost: int, rate: Rate) -> None:
        self.retry_after = max(1, math.ceil(seconds))
        self.extensions: dict[str, Any] = {
            "retryAfterSeconds": self.retry_after,
            "cost": {"requested": cost, "capacity": rate.points, "restoredPerSecond": rate.per_second},
        }
        super().__init__(f"Too many requests: ask again in {self.retry_after} s, or ask for less at a time.")


class Beyond(Exception):
    """It costs more than the caller's bucket ever holds."""

    def __init__(self, cost: int, rate: Rate) -> None:
        self.extensions = {"cost": {"requested": cost, "limit": rate.points}}
        super().__init__(
            f"This costs {cost} points, where {rate.points} are the most you can have. Ask for less at a time."
        )


@dataclass(slots=True)
class Holding:
    """What this process has taken of a bucket and not spent, and what it left there, when."""

    points: float = 0
    left: float = 0
    since: float = 0
    refused: tuple[int, float] = (0, 0)
    """A cost that was too much, and until when that much is."""
    waiting: asyncio.Lock = field(default_factory=asyncio.Lock)

    def usable(self, rate: Rate, now: float) -> float:
        return max(0.0, min(self.points, rate.points - self.remaining(rate, now)))

    def remaining(self, rate: Rate, now: float) -> float:
        """At most so much is in the bucket: others may have taken of it."""
        return min(float(rate.points), self.left + rate.per_second * (now - self.since))


class Allowance:
    """One per process."""

    def __init__(
        self, database: Database, known: Rate, anonymous: Rate, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.database = database
        self.known = known
        self.anonymous = anonymous
        self._clock = clock
        self._holdings: OrderedDict[str, Holding] = OrderedDict()

    async def take(self, holder: str, cost: int) -> dict[str, Any]:
        """Spend `cost`; what `extensions.cost` tells of it. Raises Spent, Beyond."""
        rate = self._rate(holder)
        if not rate.points:
            return {"requested": cost, "limit": MAXIMUM_COST}
        if cost > rate.points:
            raise Beyond(cost, rate)
        holding = self._holding(holder)
        if holding.usable(rate, self._clock()) < cost:
            async with holding.waiting:  # whoever waits meanwhile may find enough afterwards
                if (usable := holding.usable(rate, self._clock())) < cost:
                    await self._fetch(holder, rate, holding, cost, usable)
                holding.points = holding.usable(rate, self._clock()) - cost
        else:
            holding.points = holding.usable(rate, self._clock()) - cost
        return self._told(holding, rate, cost)

    def check(self, holder: str) -> None:
        """Raises Spent if not even a refusal can be paid for, as far as this process knows. Asks nobody."""
        holding, rate = self._holdings.get(holder), self._rate(holder)
        if holding is not None and holding.refused[0] and holding.usable(rate, self._clock()) < 1:
            self._recall(holding, rate, min(REFUSED, holding.refused[0]))

    async def _fetch(self, holder: str, rate: Rate, holding: Holding, cost: int, usable: float) -> None:
        """Take what is lacking, and a little more. Raises Spent."""
        self._recall(holding, rate, cost)
        asked_at = self._clock()  # the bucket is asked after this: it cannot have filled up more than we count
        async with self.database.reads.connect() as connection:
            granted, left = await store.take_points(
                connection, holder, points=rate.points, per_second=rate.per_second, lacking=cost - usable
            )
        if not granted:
            seconds = (cost - usable - left) / rate.per_second
            holding.refused = (cost, self._clock() + seconds)
            raise Spent(seconds, cost, rate)
        holding.refused = (0, 0)
        holding.left, holding.since, holding.points = left, asked_at, usable + granted

    def _recall(self, holding: Holding, rate: Rate, cost: int) -> None:
        """Raises Spent if as much was refused a moment ago."""
        refused, until = holding.refused
        if cost >= refused > 0 and (seconds := until - self._clock()) > 0:
            raise Spent(seconds, cost, rate)

    def _told(self, holding: Holding, rate: Rate, cost: int) -> dict[str, Any]:
        remaining = min(float(rate.points), holding.remaining(rate, self._clock()) + holding.points)
        told: dict[str, Any] = {"requested": cost, "limit": min(MAXIMUM_COST, rate.points)}
        full = datetime.now(UTC) + timedelta(seconds=(rate.points - remaining) / rate.per_second)
        told |= {"remaining": int(remaining), "capacity": rate.points, "restoredPerSecond": rate.per_second}
        return told | {"fullAt": full.isoformat(timespec="seconds").replace("+00:00", "Z")}

    def _rate(self, holder: str) -> Rate:
        return self.anonymous if holder.startswith("address:") else self.known

    def _holding(self, holder: str) -> Holding:
        holding = self._holdings.get(holder)
        if holding is None:
            holding = self._holdings[holder] = Holding()
            if len(self._holdings) > KEPT_HOLDINGS:
                self._holdings.popitem(last=False)
        self._holdings.move_to_end(holder)
        return holding


def holder_of(actor: Actor, connection: HTTPConnection) -> str:
    """Under which name a caller's bucket is kept: its own, or the address of whom nobody knows."""
    return f"address:{address_of(connection)}" if actor.is_anonymous else actor.caller


def address_of(connection: HTTPConnection) -> str:
    """The network address; of IPv6 the half that a network's owner is given, for it can choose the rest freely. (The server
    in front has already read X-Forwarded-For, if a trusted proxy sent it.)"""
    host = connection.client.host if connection.client else ""
    try:
        address = ip_address(host)
    except ValueError:
        return "unknown"
    if not isinstance(address, IPv6Address):
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(IPv6Address(int(address) >> 64 << 64))
