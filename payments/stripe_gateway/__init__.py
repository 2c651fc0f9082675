"""The gateway that speaks Stripe. No other code imports the SDK, which pins Stripe's API version."""

from payments.stripe_gateway.gateway import StripeGateway

__all__ = ["StripeGateway"]
