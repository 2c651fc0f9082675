"""What can have happened to money. References are opaque here: the market knows what they stand for."""

from dataclasses import dataclass
from datetime import datetime

from core.work import Fact


@dataclass(frozen=True, slots=True)
class PaymentRequested(Fact):
    """`due_at` is the deadline after which it is given up."""

    payment_id: int
    reference: int
    due_at: datetime


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
class FraudWarned(Fact):
    """The payer's bank suspects fraud, and has taken nothing back: most of such payments are disputed later."""

    payment_id: int
    reference: int


@dataclass(frozen=True, slots=True)
class PaymentAbandoned(Fact):
    """The deadline passed and the service confirms that no money moved or ever will."""

    payment_id: int
    reference: int


@dataclass(frozen=True, slots=True)
class RefundFact(Fact):
    """`amount_minor` of the payment goes back to its payer."""

    refund_id: int
    payment_id: int
    reference: int
    amount_minor: int
    currency: str


@dataclass(frozen=True, slots=True)
class RefundRequested(RefundFact):
    pass


@dataclass(frozen=True, slots=True)
class RefundAccepted(RefundFact):
    """The payer has the money, or will have it. `is_whole`: nothing of the payment is left."""

    is_whole: bool


@dataclass(frozen=True, slots=True)
class RefundFailed(RefundFact):
    """Nothing was refunded, or it came back."""


@dataclass(frozen=True, slots=True)
class DisputeFact(Fact):
    dispute_id: int
    payment_id: int
    reference: int


@dataclass(frozen=True, slots=True)
class DisputeOpened(DisputeFact):
    """The payer's bank has taken the money back until it has decided."""


@dataclass(frozen=True, slots=True)
class DisputeWon(DisputeFact):
    pass


@dataclass(frozen=True, slots=True)
class DisputeLost(DisputeFact):
    """The money is gone. `is_whole`: nothing of the payment is left."""

    is_whole: bool


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
class ShareReversed(ShareFact):
    """So much of the share was taken back, or was withheld before it was sent."""


@dataclass(frozen=True, slots=True)
class ShareOwed(ShareFact):
    """So much of the share ought to go back and could not be taken: it is netted from the payee's next shares."""


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
