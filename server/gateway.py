"""The payment service that this deployment uses: Stripe, or the sandbox that stands in for it."""

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, Any

from core.actor import SYSTEM
from payments.pace import LIVE, TEST, Limits, paced
from server.database import Database
from server.settings import Settings

if TYPE_CHECKING:
    from payments.stripe_gateway import StripeGateway

SANDBOX_KEY = "sk_test_sandbox"


class Unconnected:
    """A gateway that is made when the first thing is asked of it: what speaks Stripe takes a tenth of the time and of the
    memory of a process that answers requests, and most of those never speak with it."""

    def __init__(self, make: "Callable[[], StripeGateway]") -> None:
        self._make = make
        self._made: StripeGateway | None = None

    async def close(self) -> None:
        if self._made is not None:
            await self._made.close()

    def __getattr__(self, name: str) -> Any:
        if self._made is None:
            self._made = self._make()
        return getattr(self._made, name)


def connect(settings: Settings, database: Database) -> "StripeGateway":
    """Stripe itself is asked no faster than it allows, by all processes on this database together."""
    key = settings.stripe_api_key.get_secret_value() if settings.stripe_api_key else SANDBOX_KEY
    turn = None if settings.uses_sandbox else paced(database.work(SYSTEM), limits(settings, key))
    speaking: Any = import_module("payments.stripe_gateway")
    made: StripeGateway = speaking.StripeGateway(
        key, environment=settings.environment.value, base_url=settings.stripe_base, turn=turn
    )
    return made


def limits(settings: Settings, key: str) -> Limits:
    usual = LIVE if key.startswith(("sk_live_", "rk_live_")) else TEST
    return Limits(settings.stripe_calls_per_second or usual.account, usual.endpoint)
