"""What is allowed to money and what follows next. Pure: rows, values and the moment in; a value or a Refusal out."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import TypeAlias

from core.errors import InvalidInput, WrongState
from payments.errors import PaymentProblem
from payments.gateway import AccountState, Method
from payments.money import CURRENCIES, MAXIMUM_CHARGE_MINOR, Money, to_stripe
from payments.states import (
    DisputeStatus,
    PayeeStatus,
    PaymentStatus,
    PayoutStatus,
    RefundStatus,
    ReversalStatus,
    ShareStatus,
)
from payments.tables import Dispute, Payee, Payer, Payment, Payout, Refund, Reversal, Share

KEYS_LAST = timedelta(hours=23)
"""Stripe forgets an idempotency key after 24 hours. What is older is looked up before it is sent again."""

PAID = (PaymentStatus.SUCCEEDED, PaymentStatus.PARTIALLY_REFUNDED, PaymentStatus.REFUNDED, PaymentStatus.DISPUTED)
"""The states of a payment whose money has come, whatever happened to it since."""

PAYMENT_MOVES: Mapping[PaymentStatus, frozenset[PaymentStatus]] = {
    PaymentStatus.PROCESSING: frozenset(
        {PaymentStatus.SUCCEEDED, PaymentStatus.REQUIRES_ACTION, PaymentStatus.FAILED},
    ),
    PaymentStatus.REQUIRES_ACTION: frozenset({PaymentStatus.PROCESSING}),
    PaymentStatus.FAILED: frozenset({PaymentStatus.PROCESSING}),
    PaymentStatus.SUCCEEDED: frozenset(
        {PaymentStatus.PARTIALLY_REFUNDED, PaymentStatus.REFUNDED, PaymentStatus.DISPUTED},
    ),
    PaymentStatus.PARTIALLY_REFUNDED: frozenset(
        {PaymentStatus.REFUNDED, PaymentStatus.DISPUTED, PaymentStatus.SUCCEEDED},
    ),
    # a refund may fail days after it was made, and a dispute may be opened over what a refund has left
    PaymentStatus.REFUNDED: frozenset({PaymentStatus.SUCCEEDED, PaymentStatus.PARTIALLY_REFUNDED}),
    PaymentStatus.DISPUTED: frozenset(
        {PaymentStatus.SUCCEEDED, PaymentStatus.PARTIALLY_REFUNDED, PaymentStatus.REFUNDED},
    ),
}

SENT = (ShareStatus.TRANSFERRED, ShareStatus.PARTIALLY_REVERSED, ShareStatus.REVERSED, ShareStatus.OWED)

SHARE_MOVES: Mapping[ShareStatus, frozenset[ShareStatus]] = {
    ShareStatus.PENDING: frozenset({*SENT, ShareStatus.HELD}) - {ShareStatus.OWED},
    ShareStatus.HELD: frozenset(SENT) - {ShareStatus.OWED},
    ShareStatus.TRANSFERRED: frozenset(SENT) - {ShareStatus.TRANSFERRED},
    ShareStatus.PARTIALLY_REVERSED: frozenset(SENT) - {ShareStatus.PARTIALLY_REVERSED},
    ShareStatus.OWED: frozenset(SENT) - {ShareStatus.OWED},
    ShareStatus.REVERSED: frozenset({*SENT, ShareStatus.PENDING}) - {ShareStatus.REVERSED},
}

REFUND_MOVES: Mapping[RefundStatus, frozenset[RefundStatus]] = {
    RefundStatus.REQUESTED: frozenset({RefundStatus.PENDING, RefundStatus.SUCCEEDED, RefundStatus.FAILED}),
    RefundStatus.PENDING: frozenset({RefundStatus.SUCCEEDED, RefundStatus.FAILED}),
    RefundStatus.SUCCEEDED: frozenset({RefundStatus.FAILED}),  # the bank may send money back for days
    RefundStatus.FAILED: frozenset(),
}

DISPUTE_MOVES: Mapping[DisputeStatus, frozenset[DisputeStatus]] = {
    DisputeStatus.OPEN: frozenset({DisputeStatus.WON, DisputeStatus.LOST}),
    DisputeStatus.WON: frozenset(),
    DisputeStatus.LOST: frozenset(),
}

REVERSAL_MOVES: Mapping[ReversalStatus, frozenset[ReversalStatus]] = {
    ReversalStatus.PENDING: frozenset({ReversalStatus.WITHHELD, ReversalStatus.REVERSED, ReversalStatus.OWED}),
    ReversalStatus.WITHHELD: frozenset({ReversalStatus.RETURNING, ReversalStatus.RETURNED}),
    ReversalStatus.REVERSED: frozenset({ReversalStatus.RETURNING}),
    ReversalStatus.OWED: frozenset({ReversalStatus.NETTED, ReversalStatus.RETURNING, ReversalStatus.RETURNED}),
    ReversalStatus.NETTED: frozenset({ReversalStatus.RETURNING}),
    ReversalStatus.RETURNING: frozenset({ReversalStatus.RETURNED}),
    ReversalStatus.RETURNED: frozenset(),
}

PAYOUT_MOVES: Mapping[PayoutStatus, frozenset[PayoutStatus]] = {
    PayoutStatus.PENDING: frozenset(
        {PayoutStatus.IN_TRANSIT, PayoutStatus.PAID, PayoutStatus.FAILED, PayoutStatus.CANCELED},
    ),
    PayoutStatus.IN_TRANSIT: frozenset({PayoutStatus.PAID, PayoutStatus.FAILED, PayoutStatus.CANCELED}),
    PayoutStatus.PAID: frozenset({PayoutStatus.FAILED}),  # the bank may send money back for days
    PayoutStatus.FAILED: frozenset(),
    PayoutStatus.CANCELED: frozenset(),
}

Status: TypeAlias = PaymentStatus | ShareStatus | PayoutStatus | RefundStatus | DisputeStatus | ReversalStatus
Stateful: TypeAlias = Payment | Share | Payout | Refund | Dispute | Reversal

MOVES: Mapping[type, Mapping[StrEnum, frozenset[StrEnum]]] = {
    Payment: {status: frozenset(after) for status, after in PAYMENT_MOVES.items()},
    Share: {status: frozenset(after) for status, after in SHARE_MOVES.items()},
    Payout: {status: frozenset(after) for status, after in PAYOUT_MOVES.items()},
    Refund: {status: frozenset(after) for status, after in REFUND_MOVES.items()},
    Dispute: {status: frozenset(after) for status, after in DISPUTE_MOVES.items()},
    Reversal: {status: frozenset(after) for status, after in REVERSAL_MOVES.items()},
}


def may_move(row: Stateful, to: Status) -> bool:
    return to in MOVES[type(row)][row.status]


def move(row: Stateful, to: Status) -> None:
    """The only way in which a status changes. Raises WrongState."""
    if not may_move(row, to):
        noun = type(row).__name__.lower()
        raise WrongState(f"A {noun} that is {row.status} cannot become {to}.", state=row.status)
    row.status = to


def check_chargeable(amount: Money) -> None:
    """Raises PaymentProblem unless the payment service can charge `amount` in one piece."""
    least = Money(CURRENCIES[amount.currency].minimum_minor, amount.currency)
    if amount < least:
        raise PaymentProblem(f"{amount} is too little to be charged. The least is {least}.", code="AMOUNT_TOO_SMALL")
    if to_stripe(amount) > MAXIMUM_CHARGE_MINOR:
        raise PaymentProblem(f"{amount} is too much to be charged at once.", code="AMOUNT_TOO_LARGE")


def can_pay(payer: Payer | None, today: date) -> bool:
    """There is a method, and it is not expired today."""
    if payer is None or payer.payment_method_id is None:
        return False
    return payer.payment_method_expires_on is None or payer.payment_method_expires_on >= today


def choose_method(methods: Sequence[Method], today: date) -> Method | None:
    """The newest that can be charged today; if there is none, the newest, which says what is wrong."""
    usable = (method for method in methods if method.expires_on is None or method.expires_on >= today)
    return next(usable, methods[0] if methods else None)


def check_can_pay(payer: Payer | None, today: date) -> None:
    if payer is None or payer.payment_method_id is None:
        raise PaymentProblem("There is no payment method on file. Add one first.", code="NO_PAYMENT_METHOD")
    if not can_pay(payer, today):
        raise PaymentProblem(
            f"{payer.payment_method_label or 'The payment method'} has expired. Add another one first.",
            code="PAYMENT_METHOD_EXPIRED",
        )


def check_can_pay_until(payer: Payer | None, day: date) -> None:
    """It still can when the bid may be accepted."""
    if not can_pay(payer, day):
        label = payer.payment_method_label if payer is not None else None
        expires = payer.payment_method_expires_on if payer is not None else None
        raise PaymentProblem(
            f"{label or 'The payment method'} expires on {expires}, and the bid may be accepted until {day}. "
            "Add another one first.",
            code="PAYMENT_METHOD_EXPIRES",
        )


def check_may_retry(payment: Payment, now: datetime) -> None:
    if payment.status not in (PaymentStatus.REQUIRES_ACTION, PaymentStatus.FAILED):
        raise WrongState(
            f"The payment is {payment.status}: only one that failed can be tried again.", state=payment.status
        )
    if payment.abandoned_at is not None or payment.due_at <= now:
        raise WrongState("The deadline of the payment has passed.", state=payment.status)


def may_retry(payment: Payment, now: datetime) -> bool:
    try:
        check_may_retry(payment, now)
    except WrongState:
        return False
    return True


def check_portions(amount: Money, portions: Sequence[Money]) -> None:
    """The parts make the whole, or the program is wrong."""
    currencies = {part.currency for part in portions}
    if currencies != {amount.currency} or sum(part.minor for part in portions) != amount.minor:
        raise ValueError(f"The portions {[str(part) for part in portions]} do not make {amount}.")


def payee_status(before: PayeeStatus, transfers: AccountState) -> PayeeStatus:
    """READY exactly when transfers are active. One that never was is still ONBOARDING, whatever is asked of it."""
    if transfers is AccountState.ACTIVE:
        return PayeeStatus.READY
    if transfers in (AccountState.UNSUPPORTED, AccountState.REJECTED):
        return PayeeStatus.RESTRICTED
    new = before in (PayeeStatus.NOT_STARTED, PayeeStatus.ONBOARDING)
    return PayeeStatus.ONBOARDING if new else PayeeStatus.RESTRICTED


def reason_to_hold(payee: Payee | None) -> str | None:
    """In words for the payee; null when it can receive."""
    if payee is None or payee.account_id is None:
        return "The payee has not set up its account yet."
    if payee.status is PayeeStatus.READY:
        return None
    if payee.status is PayeeStatus.RESTRICTED:
        return "The payment service has restricted the payee's account."
    return "The payee's account is not ready yet."


def is_stale(since: datetime | None, now: datetime) -> bool:
    """Whether an idempotency key first sent at `since` may have been forgotten."""
    return since is not None and now - since > KEYS_LAST


# ------------------------------------------------------------------ money that comes back

UNSENT = (ShareStatus.PENDING, ShareStatus.HELD)

SENDABLE = (PaymentStatus.SUCCEEDED, PaymentStatus.PARTIALLY_REFUNDED)
"""The states of a payment whose shares may go out."""


def to_send(share: Share) -> int:
    """What a transfer of the unsent share would carry."""
    return share.amount_minor - share.reversed_minor - share.netted_minor


def is_under_way(share: Share) -> bool:
    """Its transfer was ordered, and nobody knows yet what became of it: its amount must not change now."""
    return share.status in UNSENT and share.account_id is not None


def share_status(share: Share) -> ShareStatus:
    """What its amounts make of it."""
    whole = 0 < share.amount_minor == share.reversed_minor
    if share.transferred_at is None:
        return ShareStatus.REVERSED if whole else share.status if share.status in UNSENT else ShareStatus.PENDING
    if share.owed_minor:
        return ShareStatus.OWED
    if whole:
        return ShareStatus.REVERSED
    return ShareStatus.PARTIALLY_REVERSED if share.reversed_minor else ShareStatus.TRANSFERRED


def payment_status(payment: Payment, *, is_disputed: bool = False) -> PaymentStatus:
    """Of a payment whose money has come: what was refunded makes of it."""
    if is_disputed:
        return PaymentStatus.DISPUTED
    if payment.refunded_minor == 0:
        return PaymentStatus.SUCCEEDED
    whole = payment.refunded_minor == payment.amount_minor
    return PaymentStatus.REFUNDED if whole else PaymentStatus.PARTIALLY_REFUNDED


def settled(payment: Payment, minor: int | None = None) -> Money:
    """What `minor` of the payment was when it was settled, rounded down; all of it if left out."""
    minor = payment.amount_minor if minor is None else minor
    if payment.settled_currency is None or payment.settled_minor is None:
        return Money(minor, payment.currency)
    return Money(minor * payment.settled_minor // payment.amount_minor, payment.settled_currency)


def settle(row: Payment | Share, to: PaymentStatus | ShareStatus) -> None:
    """Move, unless it is there already."""
    if row.status is not to:
        move(row, to)


def check_refund(payment: Payment, amount: Money | None, *, requested_minor: int) -> Money:
    """The amount to be refunded: `amount`, or all that is left when none is named. `requested_minor` is what others
    have asked for and Stripe has not yet answered. Raises WrongState and InvalidInput."""
    if payment.status is PaymentStatus.DISPUTED:
        raise WrongState("The payment is in dispute: what becomes of its money is for the bank.", state=payment.status)
    if payment.status not in PAID:
        raise WrongState(f"The payment is {payment.status}: there is nothing to refund.", state=payment.status)
    left = Money(payment.amount_minor - payment.refunded_minor - requested_minor, payment.currency)
    if left.minor == 0:
        raise WrongState("All of the payment was refunded, or is about to be.", state=payment.status)
    if amount is None:
        return left
    if amount.currency != payment.currency:
        message = f"The payment was made in {payment.currency}; it cannot be refunded in {amount.currency}."
        raise InvalidInput(message, path=["amount", "currency"])
    unit = CURRENCIES[amount.currency].unit
    if amount.minor <= 0 or amount.minor % unit:
        least = Money(unit, amount.currency)
        raise InvalidInput(f"A refund is more than zero, in steps of {least}.", path=["amount"])
    if amount > left:
        raise InvalidInput(f"{amount} is more than is left to refund: {left}.", path=["amount"])
    return amount
