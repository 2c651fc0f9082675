"""Whether the ledger holds together, and tells what the payments, shares and returns tell."""

from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from typing import TypeVar

from core.work import Read
from payments import rules, store
from payments.ledger.postings import DISPUTED, HELD_BY_PLATFORM, LOSSES
from payments.rules import PAID
from payments.states import AccountKind, DisputeStatus, PayoutStatus, RefundStatus, ReversalStatus
from payments.store import Side
from payments.tables import Dispute, Payment, Payout, Refund, Reversal, Share

Key = TypeVar("Key", bound=Hashable)


async def verify(read: Read) -> list[str]:
    """Everything wrong with the ledger, in words. It reads every payment: an operator's question, not a request's."""
    broken = await store.broken_entry(read)
    faults = [f"entry {broken[0]} ({broken[1]}) is not as it was written: somebody changed it"] if broken else []
    faults += [
        f"payment {payment_id} has {minor} left on CLEARING"
        for payment_id, minor in (await store.uncleared_payments(read)).items()
    ]
    accounts = await store.account_balances(read)
    faults += [
        f"all accounts in {currency} sum to {minor} instead of zero"
        for currency, minor in _by_currency(accounts).items()
        if minor
    ]
    payments, shares = await store.every_payment(read), await store.every_share(read)
    rows = await store.every_reversal(read)
    sums = [each for each in await store.entry_sums(read) if each.kind not in _NOT_BY_PAYMENT]
    posted: dict[tuple[object, ...], int] = {(s.payment_id, s.kind, s.payee_id, s.currency): s.minor for s in sums}
    faults += _differences("entries", _implied(payments, shares, rows), posted)
    known = {(side, c): m for (side, c), m in accounts.items() if side.kind in _KNOWN_ACCOUNTS and m}
    implied = _implied_by_payouts(await store.every_payout(read)) | _implied_claims(payments, shares, rows)
    disputes = await store.every_dispute(read)
    of = {payment.id: payment for payment in payments}
    implied |= _implied_disputes(of, disputes, rows) | _implied_losses(of, await store.every_refund(read), disputes)
    return faults + _differences("balances", implied, known)


def _by_currency(accounts: Mapping[tuple[Side, str], int]) -> Counter[str]:
    sums: Counter[str] = Counter()
    for (_, currency), minor in accounts.items():
        sums[currency] += minor
    return sums


_NOT_BY_PAYMENT = (
    "fee",
    "withheld",
    "forgiven",
    "withdrawn",
    "dispute_fee",
    "reinstated",
    "lost",
    "excess",
    "relief",
    "fx",
)
"""Entries that are checked by the balances which they leave, or only against the processor's."""


def _implied(
    payments: Sequence[Payment], shares: Sequence[Share], rows: Sequence[Reversal]
) -> dict[tuple[object, ...], int]:
    """What the payments and shares say that must have been posted, as (payment, kind, payee, currency): minor."""
    implied: Counter[tuple[object, ...]] = Counter()
    paid = {payment.id: payment for payment in payments if payment.status in PAID}
    for payment in paid.values():
        implied[payment.id, "charge", None, payment.currency] += payment.amount_minor
        if payment.settled_currency is not None:
            implied[payment.id, "settled", None, payment.settled_currency] += payment.settled_minor or 0
    for share in shares:
        if share.payment_id not in paid:
            continue
        implied[share.payment_id, "share", share.payee_id, share.currency] += share.amount_minor
        implied[share.payment_id, "transfer", share.payee_id, share.currency] += share.sent_minor
        implied[share.payment_id, "received", share.payee_id, share.currency] += share.sent_minor
        implied[share.payment_id, "netted", share.payee_id, share.currency] += share.netted_minor
    for row in rows:
        of = (row.payee_id, row.currency)
        implied[row.payment_id, "claim", *of] += row.amount_minor
        if row.status in (ReversalStatus.RETURNING, ReversalStatus.RETURNED):
            implied[row.payment_id, "undone", *of] += row.amount_minor
        if row.stripe_id is not None:
            implied[row.payment_id, "reversal", *of] += row.amount_minor
            implied[row.payment_id, "given_back", *of] += row.amount_minor
        if row.return_id is not None:
            implied[row.payment_id, "return", *of] += row.return_minor
            implied[row.payment_id, "received", *of] += row.return_minor
    return {key: minor for key, minor in implied.items() if minor}


_KNOWN_ACCOUNTS = (
    AccountKind.PAYEE_IN_TRANSIT,
    AccountKind.PAYEE_BANK,
    AccountKind.PAYABLE,
    AccountKind.RECEIVABLE,
    AccountKind.HELD_DISPUTE,
    AccountKind.DISPUTED,
    AccountKind.LOSSES,
)


def _implied_claims(
    payments: Sequence[Payment], shares: Sequence[Share], rows: Sequence[Reversal]
) -> dict[tuple[Side, str], int]:
    """What payees are still to be sent, and what they are to give back."""
    implied: Counter[tuple[Side, str]] = Counter()
    paid = {payment.id for payment in payments if payment.status in PAID}
    for share in shares:
        if share.payee_id is not None and share.payment_id in paid:
            if share.transferred_at is None:
                left = share.amount_minor - share.reversed_minor - share.netted_minor
                implied[Side(AccountKind.PAYABLE, share.payee_id), share.currency] -= left
            implied[Side(AccountKind.RECEIVABLE, share.payee_id), share.currency] += share.owed_minor
    for row in rows:
        if row.status is ReversalStatus.PENDING:
            implied[Side(AccountKind.RECEIVABLE, row.payee_id), row.currency] += row.amount_minor
        if row.status is ReversalStatus.RETURNING:
            implied[Side(AccountKind.PAYABLE, row.payee_id), row.currency] -= row.return_minor
    return {key: minor for key, minor in implied.items() if minor}


def _implied_disputes(
    payments: Mapping[int | None, Payment], disputes: Sequence[Dispute], rows: Sequence[Reversal]
) -> dict[tuple[Side, str], int]:
    """While a dispute is open, Stripe holds its amount, and we hold what was taken for it."""
    implied: Counter[tuple[Side, str]] = Counter()
    opened = {dispute.id: dispute for dispute in disputes if dispute.status is DisputeStatus.OPEN}
    for dispute in opened.values():
        excess = rules.settled(payments[dispute.payment_id], dispute.excess_minor)
        taken = dispute.amount_minor if dispute.settled_minor is None else dispute.settled_minor
        implied[DISPUTED, excess.currency] += taken
        implied[HELD_BY_PLATFORM, excess.currency] -= excess.minor
    for row in rows:
        if row.dispute_id in opened:
            implied[Side(AccountKind.HELD_DISPUTE, row.payee_id), row.currency] -= row.amount_minor
    return {key: minor for key, minor in implied.items() if minor}


def _implied_losses(
    payments: Mapping[int | None, Payment], refunds: Sequence[Refund], disputes: Sequence[Dispute]
) -> dict[tuple[Side, str], int]:
    implied: Counter[tuple[Side, str]] = Counter()
    rows: list[Refund | Dispute] = [*refunds, *disputes]
    for each in rows:
        if each.status not in (RefundStatus.FAILED, DisputeStatus.WON):
            excess = rules.settled(payments[each.payment_id], each.excess_minor)
            implied[LOSSES, excess.currency] += excess.minor
    return {key: minor for key, minor in implied.items() if minor}


def _implied_by_payouts(payouts: Sequence[Payout]) -> dict[tuple[Side, str], int]:
    implied: Counter[tuple[Side, str]] = Counter()
    for payout in payouts:
        if payout.status is PayoutStatus.PAID:
            implied[Side(AccountKind.PAYEE_BANK, payout.payee_id), payout.currency] += payout.amount_minor
        elif payout.status in (PayoutStatus.PENDING, PayoutStatus.IN_TRANSIT):
            implied[Side(AccountKind.PAYEE_IN_TRANSIT, payout.payee_id), payout.currency] += payout.amount_minor
    return dict(implied)


def _differences(noun: str, implied: Mapping[Key, int], posted: Mapping[Key, int]) -> list[str]:
    return [
        f"{noun} of {key} are {posted.get(key, 0)} and should be {implied.get(key, 0)}"
        for key in [*implied, *(key for key in posted if key not in implied)]
        if posted.get(key, 0) != implied.get(key, 0)
    ]
