"""How many calls a second are answered, of the account and of each endpoint; the others are turned away.

Source: Stripe's "Rate limits".
"""

import time
from collections import Counter, defaultdict, deque

from payments.sandbox.calls import Trouble
from payments.sandbox.settings import SandboxSettings

SECOND = 1


class RateLimits:
    """`peaks` is the most that came within any one second, of each budget, turned away or not."""

    def __init__(self, settings: SandboxSettings) -> None:
        self._limits = {"global-rate": settings.account_limit, "endpoint-rate": settings.endpoint_limit}
        self._came: dict[str, deque[float]] = defaultdict(deque)
        self.peaks: Counter[str] = Counter()
        self.turned_away = 0

    def check(self, endpoint: str) -> None:
        """Raises Trouble."""
        now = time.monotonic()
        counted = {"global-rate": self._count("all", now), "endpoint-rate": self._count(endpoint, now)}
        for reason, count in counted.items():
            limit = self._limits[reason]
            if limit is not None and count > limit:
                self.turned_away += 1
                raise busy(reason)

    def _count(self, budget: str, now: float) -> int:
        came = self._came[budget]
        came.append(now)
        while came[0] <= now - SECOND:
            came.popleft()
        self.peaks[budget] = max(self.peaks[budget], len(came))
        return len(came)


def busy(reason: str) -> Trouble:
    message = "Request rate limit exceeded. Slow down: wait longer before each attempt."
    error = {"type": "invalid_request_error", "code": "rate_limit", "message": message}
    return Trouble(429, error, headers={"Stripe-Rate-Limited-Reason": reason})
