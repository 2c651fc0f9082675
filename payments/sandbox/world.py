"""A sandbox as its handlers see it: what it was told, what it remembers, what shall go wrong, whom it tells."""

from payments.sandbox.faults import Faults
from payments.sandbox.idempotency import Idempotency
from payments.sandbox.limits import RateLimits
from payments.sandbox.settings import SandboxSettings
from payments.sandbox.store import State
from payments.sandbox.webhooks import Outbox


class World:
    def __init__(self, settings: SandboxSettings) -> None:
        self.settings = settings
        self.rates = dict(settings.rates)
        self.state = State(settings.state_path)
        self.faults = Faults()
        self.limits = RateLimits(settings)
        self.keys = Idempotency(self.state)
        self.outbox = Outbox(settings, self.state, self.faults)

    async def close(self) -> None:
        await self.outbox.close()
        self.state.close()
