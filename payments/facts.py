"""What can have happened to money. References are opaque here: the market knows what they stand for."""

from dataclasses import dataclass

from core.work import Fact


@dataclass(frozen=True, slots=True)
class PaymentRequested(Fact):
    payment_id: int
    reference: int


@dataclass(frozen=True, slots=True)
class PaymentSucceeded(Fact):
    payment_id: int
    reference: int


@dataclass(frozen=True, slots=True)
class PaymentFailed(Fact):
    """The charge was declined, or its owner must act. It can be tried again until the deadline."""

    payment_id: int
    reference: int


@dataclass(frozen=True, slots=True)
class PaymentAbandoned(Fact):
    """The deadline passed and the service confirms that no money moved or ever will."""

    payment_id: int
    reference: int


@dataclass(frozen=True, slots=True)
class ShareFact(Fact):
    share_id: int
    payment_id: int
    reference: int
    payee_id: int
    amount_minor: int
    currency: str


@dataclass(frozen=True, slots=True)
class ShareEarned(ShareFact):
    """The payment succeeded: the payee is owed this share."""


@dataclass(frozen=True, slots=True)
class ShareHeld(ShareFact):
    """The payee cannot receive yet."""


@dataclass(frozen=True, slots=True)
class ShareTransferred(ShareFact):
    """The share is on the payee's balance at the payment service."""


@dataclass(frozen=True, slots=True)
class PayeeChanged(Fact):
    """The payment service says something new of a payee: held shares may go out now."""

    payee_id: int


@dataclass(frozen=True, slots=True)
class PayoutFact(Fact):
    payout_row_id: int
    payee_id: int
    amount_minor: int
    currency: str


@dataclass(frozen=True, slots=True)
class PayoutCreated(PayoutFact):
    pass


@dataclass(frozen=True, slots=True)
class PayoutPaid(PayoutFact):
    pass


@dataclass(frozen=True, slots=True)
class PayoutFailed(PayoutFact):
    pass


@dataclass(frozen=True, slots=True)
class PayoutCanceled(PayoutFact):
    pass


@dataclass(frozen=True, slots=True)
class StripeEventReceived(Fact):
    """Kept in the inbox (`StripeEvent.id`), to be handled by a job."""

    event_row_id: int
