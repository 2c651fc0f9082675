"""
What the money room may refuse, and what it must survive.

Refusal (core.errors)
  × PaymentProblem    the payment service refused, or needs the brand: `next_action_url` says where

GatewayError          an answer of the payment service that is not a success
  × Refused           definitive: nothing happened, and the same idempotency key would refuse again
    × Declined        a card was declined, or its owner must authenticate
  × Unknown           no answer, or one that says nothing of the outcome: ask again with the same key, or look

ForgedEvent           a webhook whose signature or body does not hold up
  OtherMode           a true one, of what is done with test money while we have live money, or the other way round
"""

from core.errors import Refusal

MISSING = "resource_missing"
"""The processor's word, in a Refused, for what it does not know, or no more."""


class PaymentProblem(Refusal):
    code = "PAYMENT_PROBLEM"

    def __init__(self, message: str, *, next_action_url: str | None = None, code: str | None = None) -> None:
        super().__init__(message, code=code)
        self.next_action_url = next_action_url


class GatewayError(Exception):
    """`code` is the service's own word for it."""

    def __init__(self, message: str, *, code: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.code = code


class Refused(GatewayError):
    pass


class Declined(Refused):
    """`needs_authentication`: the card's owner must confirm in person."""

    def __init__(self, message: str, *, code: str | None = None, needs_authentication: bool = False) -> None:
        super().__init__(message, code=code)
        self.needs_authentication = needs_authentication


class Unknown(GatewayError):
    pass


class ForgedEvent(Exception):
    pass


class OtherMode(ForgedEvent):
    """Stripe sends events of payees' accounts in test mode to live addresses too."""
