"""What we need from a payment processor, in our words. `stripe_gateway` is the one that speaks Stripe.

Every call may raise `payments.errors`: Refused (definitive; the next try needs a new key), Declined (a card's)
or Unknown (no outcome known: the same key may be sent again, or the truth looked up). A busy service, a conflict of two
requests with one key, and a time-out are Unknown, never Refused. An id that the service does not know is Refused.
`intents_of`, `transfers_of` and their like read the service's lists, which show what was just made, never its search,
which lags.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol

from payments.money import Money


class IntentState(StrEnum):
    READY = "READY"  # can be confirmed
    NEEDS_METHOD = "NEEDS_METHOD"  # the last confirmation was refused; another is possible
    NEEDS_ACTION = "NEEDS_ACTION"  # the card's owner must authenticate
    PROCESSING = "PROCESSING"
    SUCCEEDED = "SUCCEEDED"
    CANCELED = "CANCELED"


@dataclass(frozen=True, slots=True)
class Settlement:
    """How a charge arrived on the platform's balance: `gross` less `fee`, in the currency of settlement."""

    gross: Money
    fee: Money


@dataclass(frozen=True, slots=True)
class Intent:
    """A payment as the processor sees it. `charge_id` and `settlement` are there once it SUCCEEDED; `failure_code` and
    `failure_message` tell of the last confirmation, if that was refused; `next_url` is where it can be authenticated,
    with the method `method_id`."""

    id: str
    state: IntentState
    amount: Money
    charge_id: str | None = None
    settlement: Settlement | None = None
    failure_code: str | None = None
    failure_message: str | None = None
    payment_id: int | None = None  # from the metadata that create_intent gave it
    next_url: str | None = None
    method_id: str | None = None


@dataclass(frozen=True, slots=True)
class TransferMade:
    id: str
    amount: Money
    destination: str
    share_id: int | None
    reversal_id: int | None = None  # it gives back what that reversal took


class RefundState(StrEnum):
    PENDING = "PENDING"  # accepted, and waits, for the platform's balance perhaps
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"  # the money came back to the platform


@dataclass(frozen=True, slots=True)
class RefundMade:
    """`refund_id` is ours, from the metadata; null when somebody made it by hand. `moved` is what it did to the platform's
    balance, in the currency of that: negative, unless it failed. Null where that is not shown."""

    id: str
    state: RefundState
    amount: Money
    charge_id: str | None
    refund_id: int | None
    failure_code: str | None = None
    moved: Money | None = None


@dataclass(frozen=True, slots=True)
class ReversalMade:
    id: str
    amount: Money
    reversal_id: int | None


class DisputeState(StrEnum):
    INQUIRY = "INQUIRY"  # the bank asks, and has moved no money
    OPEN = "OPEN"
    WON = "WON"
    LOST = "LOST"


@dataclass(frozen=True, slots=True)
class DisputeSeen:
    """`withdrawn` is what Stripe has taken of the platform's balance for it, `reinstated` what it gave back, and `fee` what
    the dispute costs so far: all in the currency of the balance, which need not be that of `amount`."""

    id: str
    charge_id: str
    state: DisputeState
    reason: str
    amount: Money
    withdrawn: Money
    reinstated: Money
    fee: Money

    @property
    def is_given_back(self) -> bool:
        """At another rate it is another amount."""
        if self.withdrawn.currency == self.amount.currency:
            return self.reinstated >= self.withdrawn
        return self.reinstated.minor > 0 or self.withdrawn.minor == 0


class AccountState(StrEnum):
    """Of the transfers capability, in Stripe's words."""

    ACTIVE = "active"
    PENDING = "pending"
    RESTRICTED = "restricted"
    REJECTED = "rejected"
    UNSUPPORTED = "unsupported"


@dataclass(frozen=True, slots=True)
class AccountSeen:
    id: str
    transfers: AccountState
    requirements: tuple[str, ...]
    is_closed: bool = False  # for good


@dataclass(frozen=True, slots=True)
class Method:
    """A saved way to pay. `expires_on` is the last day of a card's last month."""

    id: str
    label: str
    expires_on: date | None


@dataclass(frozen=True, slots=True)
class PayoutSeen:
    id: str
    amount: Money
    status: str  # pending, in_transit, paid, failed, canceled
    arrives_on: date | None
    failure_message: str | None


@dataclass(frozen=True, slots=True)
class EventSeen:
    """One webhook, snapshot or thin, brought to one form."""

    id: str
    type: str  # without a leading "v1."
    account_id: str | None
    object_id: str | None
    body: dict[str, object]


class Gateway(Protocol):
    # payers
    async def create_customer(self, *, payer_id: int, name: str, key: str) -> str: ...
    async def start_setup(self, *, customer_id: str, return_url: str, key: str) -> tuple[str, str]:
        """(session id, URL of the page on which a payment method is saved)."""
        ...

    async def saved_methods(self, *, customer_id: str) -> list[Method]:
        """What the customer has saved, newest first."""
        ...

    # charges
    async def create_intent(
        self, *, payment_id: int, amount: Money, customer_id: str, method_id: str, description: str, key: str
    ) -> Intent: ...
    async def confirm_intent(self, intent_id: str, *, method_id: str, key: str) -> Intent: ...
    async def confirm_in_person(self, intent_id: str, *, method_id: str, return_url: str, key: str) -> Intent:
        """The method's owner is here, and comes back to `return_url` from wherever `next_url` leads."""
        ...

    async def cancel_intent(self, intent_id: str, *, key: str) -> Intent: ...
    async def find_intent(self, intent_id: str) -> Intent: ...
    async def intents_of(self, *, payment_id: int, customer_id: str) -> list[Intent]:
        """Every intent ever created for the payment, whatever became of it: among the customer's, those with its id."""
        ...

    # shares
    async def create_transfer(
        self, *, share_id: int, payment_id: int, amount: Money, destination: str, charge_id: str, key: str
    ) -> TransferMade: ...
    async def transfers_of(self, *, payment_id: int) -> list[TransferMade]:
        """Every transfer that was ever made for the payment."""
        ...

    # money that comes back
    async def create_refund(
        self, *, refund_id: int, payment_id: int, charge_id: str, amount: Money, key: str
    ) -> RefundMade: ...
    async def find_refund(self, stripe_id: str) -> RefundMade: ...
    async def refunds_of(self, *, charge_id: str) -> list[RefundMade]:
        """Every refund of the charge, whoever made it."""
        ...

    async def create_reversal(self, *, reversal_id: int, transfer_id: str, amount: Money, key: str) -> ReversalMade:
        """Takes `amount` of a transfer back from the balance of its payee, which may be too small: Refused."""
        ...

    async def reversals_of(self, *, transfer_id: str) -> list[ReversalMade]: ...
    async def return_share(
        self, *, reversal_id: int, share_id: int, payment_id: int, amount: Money, destination: str, key: str
    ) -> TransferMade:
        """A transfer out of the platform's balance, tied to no charge: it gives back what a reversal took."""
        ...

    async def find_dispute(self, stripe_id: str) -> DisputeSeen: ...
    async def disputes_of(self, *, charge_id: str) -> list[DisputeSeen]: ...
    async def find_warning(self, stripe_id: str) -> str:
        """The charge of which a bank suspects that it was a fraud."""
        ...

    # payees
    async def create_account(
        self, *, payee_id: int, name: str, email: str, country: str, is_company: bool, key: str
    ) -> AccountSeen: ...
    async def onboarding_url(self, *, account_id: str, return_url: str, refresh_url: str) -> str: ...
    async def find_account(self, account_id: str) -> AccountSeen: ...
    async def find_payout(self, *, account_id: str, payout_id: str) -> PayoutSeen: ...

    # events
    def events_since(
        self, since: datetime, *, account_id: str | None = None, only_undelivered: bool = False
    ) -> AsyncIterator[EventSeen]:
        """From the service's list: the platform's, or one account's. May raise ForgedEvent: it is none of ours."""
        ...

    def account_events_since(self, since: datetime) -> AsyncIterator[EventSeen]:
        """Of all accounts, those that tell of the account itself."""
        ...

    def read_event(self, body: bytes, signature: str, secrets: tuple[str, ...]) -> EventSeen:
        """Raises ForgedEvent. Any one of `secrets` may have signed it (two while one is being replaced)."""
        ...
