"""Stripe's objects and errors in our words."""

from calendar import monthrange
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from typing import TYPE_CHECKING, Any, TypeAlias

import stripe

from payments.errors import Declined, GatewayError, Refused, Unknown
from payments.gateway import (
    AccountSeen,
    AccountState,
    DisputeSeen,
    DisputeState,
    Intent,
    IntentState,
    Method,
    RefundMade,
    RefundState,
    ReversalMade,
    Settlement,
    TransferMade,
)
from payments.money import Money, from_stripe

if TYPE_CHECKING:
    from stripe.v2.core import Account

Marked: TypeAlias = stripe.PaymentIntent | stripe.Charge | stripe.Transfer | stripe.Refund | stripe.TransferReversal

PAGE_SIZE = 100

NOT_DEFINITIVE = {401, 403, 408, 409, 425, 429}
"""Client errors that say nothing of the request: our API key is wrong or may not do it, the lock is taken, too many at
once."""

NOT_OURS = "account_invalid"
"""A payee's account was closed, or has left our platform: with 403, and definitive."""

STATES = {
    "requires_confirmation": IntentState.READY,
    "requires_payment_method": IntentState.NEEDS_METHOD,
    "requires_action": IntentState.NEEDS_ACTION,
    "processing": IntentState.PROCESSING,
    "requires_capture": IntentState.PROCESSING,
    "succeeded": IntentState.SUCCEEDED,
    "canceled": IntentState.CANCELED,
}


@contextmanager
def our_words() -> Iterator[None]:
    try:
        yield
    except stripe.StripeError as error:
        raise error_of(error) from error


def error_of(error: stripe.StripeError) -> GatewayError:
    """A key that came with other parameters is Unknown: whatever it did, it did it the first time."""
    message = error.user_message or "Stripe gave no reason."
    if isinstance(error, stripe.CardError):
        decline = error.error.decline_code if error.error else None
        authenticate = "authentication_required" in (error.code, decline)
        return Declined(message, code=decline or error.code, needs_authentication=authenticate)
    status = error.http_status or 0
    code = error.code or (error.error.code if error.error else None)  # of a 403 the SDK hands on no code itself
    uncertain = isinstance(error, stripe.IdempotencyError | stripe.RateLimitError) or status in NOT_DEFINITIVE
    if 400 <= status < 500 and (not uncertain or code == NOT_OURS):
        return Refused(message, code=code)
    return Unknown(message, code=code)


# Stripe's objects in our words


def maybe(thing: Any, *way: str) -> Any:
    """What lies at the end of the way, or None: the SDK raises for what Stripe left out."""
    for name in way:
        thing = thing[name] if thing is not None and name in thing else None
    return thing


def group(payment_id: int) -> str:
    return f"payment_{payment_id}"


def marked(thing: Marked, marks: Mapping[str, str]) -> bool:
    return marks.items() <= metadata(thing).items()


def metadata(thing: Marked) -> dict[str, str]:
    return thing.metadata.to_dict() if thing.metadata is not None else {}


def mark(thing: Marked, name: str) -> int | None:
    value = metadata(thing).get(name, "")
    return int(value) if value.isdigit() else None


def intent_of(intent: stripe.PaymentIntent, environment: str) -> Intent:
    failure = maybe(intent, "last_payment_error")
    method = maybe(intent, "payment_method")
    charge = intent.latest_charge if intent.status == "succeeded" else None  # a declined charge has an id too
    return Intent(
        id=intent.id,
        state=STATES[intent.status],
        amount=from_stripe(intent.amount, intent.currency),
        charge_id=charge.id if isinstance(charge, stripe.Charge) else charge,
        settlement=settlement_of(charge),
        failure_code=maybe(failure, "decline_code") or maybe(failure, "code"),
        failure_message=maybe(failure, "message"),
        payment_id=mark(intent, "payment_id") if marked(intent, {"env": environment}) else None,
        next_url=maybe(intent, "next_action", "redirect_to_url", "url"),
        method_id=method.id if isinstance(method, stripe.PaymentMethod) else method,
    )


def settlement_of(charge: stripe.Charge | str | None) -> Settlement | None:
    if not isinstance(charge, stripe.Charge) or not isinstance(charge.balance_transaction, stripe.BalanceTransaction):
        return None
    settled = charge.balance_transaction
    return Settlement(
        gross=from_stripe(settled.amount, settled.currency), fee=from_stripe(settled.fee, settled.currency)
    )


def transfer_of(transfer: stripe.Transfer) -> TransferMade:
    destination = transfer.destination
    return TransferMade(
        id=transfer.id,
        amount=from_stripe(transfer.amount, transfer.currency),
        destination=destination.id if isinstance(destination, stripe.Account) else destination or "",
        share_id=mark(transfer, "share_id"),
        reversal_id=mark(transfer, "reversal_id"),
    )


REFUND_STATES = {
    "pending": RefundState.PENDING,
    "requires_action": RefundState.PENDING,
    "succeeded": RefundState.SUCCEEDED,
    "failed": RefundState.FAILED,
    "canceled": RefundState.FAILED,
}


def refund_of(refund: stripe.Refund, environment: str) -> RefundMade:
    charge = refund.charge
    return RefundMade(
        id=refund.id,
        state=REFUND_STATES[refund.status or "pending"],
        amount=from_stripe(refund.amount, refund.currency),
        charge_id=charge.id if isinstance(charge, stripe.Charge) else charge,
        refund_id=mark(refund, "refund_id") if marked(refund, {"env": environment}) else None,
        failure_code=maybe(refund, "failure_reason"),
        moved=_moved(refund),
    )


def _moved(refund: stripe.Refund) -> Money | None:
    """Out, and in again if it failed: where both are shown."""
    moved = [maybe(refund, name) for name in ("balance_transaction", "failure_balance_transaction")]
    shown = [each for each in moved if isinstance(each, stripe.BalanceTransaction)]
    if not shown or len(shown) != len([each for each in moved if each is not None]):
        return None
    return from_stripe(sum(each.amount for each in shown), shown[0].currency)


def reversal_of(reversal: stripe.TransferReversal) -> ReversalMade:
    amount = from_stripe(reversal.amount, reversal.currency)
    return ReversalMade(id=reversal.id, amount=amount, reversal_id=mark(reversal, "reversal_id"))


def dispute_of(dispute: stripe.Dispute) -> DisputeSeen:
    """What it has moved is told by its balance transactions: the withdrawal and the fee, and what was given back."""
    charge, moved = dispute.charge, dispute.balance_transactions
    currency = moved[0].currency if moved else dispute.currency
    withdrawn = -sum(each.amount for each in moved if each.amount < 0)
    reinstated = sum(each.amount for each in moved if each.amount > 0)
    return DisputeSeen(
        id=dispute.id,
        charge_id=charge.id if isinstance(charge, stripe.Charge) else charge,
        state=_dispute_state(dispute.status, has_money=withdrawn > reinstated),
        reason=dispute.reason,
        amount=from_stripe(dispute.amount, dispute.currency),
        withdrawn=from_stripe(withdrawn, currency),
        reinstated=from_stripe(reinstated, currency),
        fee=from_stripe(sum(each.fee for each in moved), currency),
    )


def _dispute_state(status: str, *, has_money: bool) -> DisputeState:
    """Of a card's inquiry nothing is taken unless it becomes a dispute. One that was prevented, but took the money all
    the same, is lost: it was settled before anybody was asked."""
    if status.startswith("warning_") or (status == "prevented" and not has_money):
        return DisputeState.INQUIRY
    if status == "prevented":
        return DisputeState.LOST
    return {"won": DisputeState.WON, "lost": DisputeState.LOST}.get(status, DisputeState.OPEN)


def method_of(method: stripe.PaymentMethod) -> Method:
    card = method.card
    if card is None:
        return Method(id=method.id, label=method.type, expires_on=None)
    last_day = monthrange(card.exp_year, card.exp_month)[1]
    brand = str(maybe(card, "display_brand") or card.brand).replace("_", " ").title()
    return Method(
        id=method.id, label=f"{brand} •••• {card.last4}", expires_on=date(card.exp_year, card.exp_month, last_day)
    )


def account_of(account: "Account") -> AccountSeen:
    """Payable is who has the transfers capability; what else Stripe asks for is told, and decides nothing."""
    capability = ("configuration", "recipient", "capabilities", "stripe_balance", "stripe_transfers", "status")
    status = maybe(account, *capability) or AccountState.RESTRICTED
    entries = maybe(account, "requirements", "entries") or []
    return AccountSeen(
        id=account.id,
        transfers=AccountState(status),
        requirements=tuple(entry.description for entry in entries if entry.awaiting_action_from == "user"),
        is_closed=bool(maybe(account, "closed")),
    )
