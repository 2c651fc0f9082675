"""The payment service that this deployment uses: Stripe, or the sandbox that stands in for it."""

from payments.stripe_gateway import StripeGateway
from server.settings import Settings

SANDBOX_KEY = "sk_test_sandbox"


def connect(settings: Settings) -> StripeGateway:
    key = settings.stripe_api_key.get_secret_value() if settings.stripe_api_key else SANDBOX_KEY
    return StripeGateway(key, environment=settings.environment.value, base_url=settings.stripe_base)
