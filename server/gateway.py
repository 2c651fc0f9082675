"""The payment service that this deployment uses: Stripe, or the sandbox that stands in for it."""

from core.actor import SYSTEM
from payments.pace import LIVE, TEST, Limits, paced
from payments.stripe_gateway import StripeGateway
from server.database import Database
from server.settings import Settings

SANDBOX_KEY = "sk_test_sandbox"


def connect(settings: Settings, database: Database) -> StripeGateway:
    """Stripe itself is asked no faster than it allows, by all processes on this database together."""
    key = settings.stripe_api_key.get_secret_value() if settings.stripe_api_key else SANDBOX_KEY
    turn = None if settings.uses_sandbox else paced(database.work(SYSTEM), limits(settings, key))
    return StripeGateway(key, environment=settings.environment.value, base_url=settings.stripe_base, turn=turn)


def limits(settings: Settings, key: str) -> Limits:
    usual = LIVE if key.startswith(("sk_live_", "rk_live_")) else TEST
    return Limits(settings.stripe_calls_per_second or usual.account, usual.endpoint)
