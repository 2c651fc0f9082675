"""The double-entry ledger: what is posted when, what it says, and whether it holds together.

An entry moves its amount from the credited account to the debited one. Only what Stripe has confirmed is posted.

event                     debit                     credit              key
charge succeeded          STRIPE_BALANCE            CLEARING            ch_1:charge
  a payee's share         CLEARING                  PAYABLE of it       ch_1:share:0
  the platform's share    CLEARING                  REVENUE             ch_1:share:2
  Stripe's fee            STRIPE_FEES               STRIPE_BALANCE      ch_1:fee
transfer made             PAYABLE of the payee      STRIPE_BALANCE      tr_1:transfer
  (memo)                  PAYEE_BALANCE of it       PAYEE_WORLD of it   tr_1:received
refund accepted           RECEIVABLE of the payee   STRIPE_BALANCE      re_1:claim:0
  the platform's part     REVENUE                   STRIPE_BALANCE      re_1:claim:2
  unsent, so withheld     PAYABLE of the payee      RECEIVABLE of it    reversal:7:withheld
  netted from a share     PAYABLE of the payee      RECEIVABLE of it    reversal:7:netted:9
transfer reversed         STRIPE_BALANCE            RECEIVABLE          trr_1:reversal
  (memo)                  PAYEE_WORLD of it         PAYEE_BALANCE       trr_1:given_back
refund failed             STRIPE_BALANCE            PAYABLE, REVENUE    re_1:undone:7
  still owed: forgiven    PAYABLE of the payee      RECEIVABLE of it    reversal:7:forgiven
  sent once more          PAYABLE of the payee      STRIPE_BALANCE      tr_2:return (and tr_2:received)
dispute opened            DISPUTED                  STRIPE_BALANCE      du_1:withdrawn
  its fee                 DISPUTE_FEES              STRIPE_BALANCE      du_1:fee
  each share, as above    RECEIVABLE, REVENUE       HELD_DISPUTE        du_1:claim:0
dispute won               STRIPE_BALANCE            DISPUTED            du_1:reinstated
  its fee, if given back  STRIPE_BALANCE            DISPUTE_FEES        du_1:fee_back
  each share, as above    HELD_DISPUTE              PAYABLE, REVENUE    du_1:undone:7
dispute lost, each share  HELD_DISPUTE              DISPUTED            du_1:lost:7
payout created (memo)     PAYEE_IN_TRANSIT of it    PAYEE_BALANCE       po_1:created
  paid                    PAYEE_BANK of it          PAYEE_IN_TRANSIT    po_1:paid
  failed or canceled      PAYEE_BALANCE of it       PAYEE_IN_TRANSIT    po_1:failed, po_1:canceled
  failed after it was paid PAYEE_BALANCE of it      PAYEE_BANK          po_1:failed

A balance is debits less credits: assets and expenses are positive, liabilities and income negative.
The platform settles in the currency that it charges. Where it does not, Stripe refuses transfers and shares are held.
"""

from collections import Counter
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import TypeVar

from core.work import Read, Work
from payments import store
from payments.money import Money
from payments.rules import PAID
from payments.states import AccountKind, DisputeStatus, PayoutStatus, ReversalStatus
from payments.store import Balance, Earning, Posting, Side
from payments.tables import Dispute, Payment, Payout, Reversal, Share

Key = TypeVar("Key", bound=Hashable)

STRIPE_BALANCE = Side(AccountKind.STRIPE_BALANCE)
CLEARING = Side(AccountKind.CLEARING)
REVENUE = Side(AccountKind.REVENUE)
STRIPE_FEES = Side(AccountKind.STRIPE_FEES)
DISPUTED = Side(AccountKind.DISPUTED)
DISPUTE_FEES = Side(AccountKind.DISPUTE_FEES)


async def post(work: Work, postings: Sequence[Posting]) -> None:
    """Each fact once, however often it is posted. Nothing is posted for an amount of zero."""
    await store.keep_postings(work, [posting for posting in postings if posting.amount.minor])


async def balances(read: Read, payee_ids: Sequence[int]) -> Sequence[Balance]:
    return await store.balances(read, payee_ids)


async def earnings(read: Read, payee_id: int, *, first: date, last: date) -> Sequence[Earning]:
    return await store.earnings(read, payee_id, first=first, last=last)


def charge_postings(
    payment: Payment, shares: Sequence[Share], *, charge_id: str, fee: Money | None
) -> Iterator[Posting]:
    whole = Money(payment.amount_minor, payment.currency)
    yield Posting("charge", f"{charge_id}:charge", STRIPE_BALANCE, CLEARING, whole, payment.id)
    for share in shares:
        to = REVENUE if share.payee_id is None else Side(AccountKind.PAYABLE, share.payee_id)
        part = Money(share.amount_minor, share.currency)
        yield Posting("share", f"{charge_id}:share:{share.position}", CLEARING, to, part, payment.id)
    if fee is not None:
        yield Posting("fee", f"{charge_id}:fee", STRIPE_FEES, STRIPE_BALANCE, fee, payment.id)


def sending(
    payee_id: int | None, amount: Money, transfer_id: str, payment_id: int, *, kind: str = "transfer"
) -> Iterator[Posting]:
    payable, balance, world = (
        Side(account, payee_id) for account in (AccountKind.PAYABLE, AccountKind.PAYEE_BALANCE, AccountKind.PAYEE_WORLD)
    )
    yield Posting(kind, f"{transfer_id}:{kind}", payable, STRIPE_BALANCE, amount, payment_id)
    yield Posting("received", f"{transfer_id}:received", balance, world, amount, payment_id)


def payout_posting(payout: Payout, *, before: PayoutStatus | None) -> Posting | None:
    """What follows from the payout's move out of `before` (null: it was just seen for the first time)."""
    balance, in_transit, bank = (
        Side(kind, payout.payee_id)
        for kind in (AccountKind.PAYEE_BALANCE, AccountKind.PAYEE_IN_TRANSIT, AccountKind.PAYEE_BANK)
    )
    if before is None:
        what, debit, credit = "created", in_transit, balance
    elif payout.status is PayoutStatus.PAID:
        what, debit, credit = "paid", bank, in_transit
    elif payout.status in (PayoutStatus.FAILED, PayoutStatus.CANCELED):
        what, debit = payout.status.lower(), balance
        credit = bank if before is PayoutStatus.PAID else in_transit
    else:
        return None
    amount = Money(payout.amount_minor, payout.currency)
    return Posting(f"payout_{what}", f"{payout.stripe_id}:{what}", debit, credit, amount)


# ------------------------------------------------------------------ money that comes back


def claim_posting(share: Share, amount: Money, *, cause: str, holds: bool) -> Posting:
    """The share is to bear so much of a refund; or of a dispute, which holds it until it ends."""
    whose = REVENUE if share.payee_id is None else Side(AccountKind.RECEIVABLE, share.payee_id)
    key = f"{cause}:claim:{share.position}"
    return Posting("claim", key, whose, _holder(share, holds), amount, share.payment_id)


def undone_posting(share: Share, amount: Money, *, key: str, holds: bool) -> Posting:
    whose = REVENUE if share.payee_id is None else Side(AccountKind.PAYABLE, share.payee_id)
    return Posting("undone", key, _holder(share, holds), whose, amount, share.payment_id)


def _holder(share: Share, holds: bool) -> Side:
    return Side(AccountKind.HELD_DISPUTE, share.payee_id) if holds else STRIPE_BALANCE


def dispute_postings(dispute: Dispute) -> Iterator[Posting]:
    amount, fee = (Money(minor, dispute.currency) for minor in (dispute.amount_minor, dispute.fee_minor))
    key = dispute.stripe_id
    yield Posting("withdrawn", f"{key}:withdrawn", DISPUTED, STRIPE_BALANCE, amount, dispute.payment_id)
    yield Posting("dispute_fee", f"{key}:fee", DISPUTE_FEES, STRIPE_BALANCE, fee, dispute.payment_id)


def reinstated_postings(dispute: Dispute, fee_back: Money) -> Iterator[Posting]:
    amount, key = Money(dispute.amount_minor, dispute.currency), dispute.stripe_id
    yield Posting("reinstated", f"{key}:reinstated", STRIPE_BALANCE, DISPUTED, amount, dispute.payment_id)
    yield Posting("dispute_fee", f"{key}:fee_back", STRIPE_BALANCE, DISPUTE_FEES, fee_back, dispute.payment_id)


def lost_posting(dispute: Dispute, row: Reversal) -> Posting:
    held, amount = Side(AccountKind.HELD_DISPUTE, row.payee_id), Money(row.amount_minor, row.currency)
    return Posting("lost", f"{dispute.stripe_id}:lost:{row.id}", held, DISPUTED, amount, row.payment_id)


def withheld_posting(row: Reversal) -> Posting:
    return _against_debt(row, "withheld", f"reversal:{row.id}:withheld", Money(row.amount_minor, row.currency))


def forgiven_posting(row: Reversal, amount: Money) -> Posting:
    return _against_debt(row, "forgiven", f"reversal:{row.id}:forgiven", amount)


def netted_posting(row: Reversal, share: Share, amount: Money) -> Posting:
    """`share` is the one from which it is netted."""
    posting = _against_debt(row, "netted", f"reversal:{row.id}:netted:{share.id}", amount)
    return replace(posting, payment_id=share.payment_id)


def _against_debt(row: Reversal, kind: str, key: str, amount: Money) -> Posting:
    payable, debt = (Side(account, row.payee_id) for account in (AccountKind.PAYABLE, AccountKind.RECEIVABLE))
    return Posting(kind, key, payable, debt, amount, row.payment_id)


def reversal_postings(row: Reversal, *, reversal_id: str) -> Iterator[Posting]:
    debt, balance, world = (
        Side(account, row.payee_id)
        for account in (AccountKind.RECEIVABLE, AccountKind.PAYEE_BALANCE, AccountKind.PAYEE_WORLD)
    )
    amount = Money(row.amount_minor, row.currency)
    yield Posting("reversal", f"{reversal_id}:reversal", STRIPE_BALANCE, debt, amount, row.payment_id)
    yield Posting("given_back", f"{reversal_id}:given_back", world, balance, amount, row.payment_id)


async def verify(read: Read) -> list[str]:
    """Everything wrong with the ledger, in words. It reads every payment: an operator's question, not a request's."""
    faults = [
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
    implied |= _implied_disputes(await store.every_dispute(read), rows)
    return faults + _differences("balances", implied, known)


def _by_currency(accounts: Mapping[tuple[Side, str], int]) -> Counter[str]:
    sums: Counter[str] = Counter()
    for (_, currency), minor in accounts.items():
        sums[currency] += minor
    return sums


_NOT_BY_PAYMENT = ("fee", "withheld", "forgiven", "withdrawn", "dispute_fee", "reinstated", "lost")
"""Entries that are checked by the balances which they leave, or only against the processor's."""


def _implied(
    payments: Sequence[Payment], shares: Sequence[Share], rows: Sequence[Reversal]
) -> dict[tuple[object, ...], int]:
    """What the payments and shares say that must have been posted, as (payment, kind, payee, currency): minor."""
    implied: Counter[tuple[object, ...]] = Counter()
    paid = {payment.id: payment for payment in payments if payment.status in PAID}
    for payment in paid.values():
        implied[payment.id, "charge", None, payment.currency] += payment.amount_minor
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


def _implied_disputes(disputes: Sequence[Dispute], rows: Sequence[Reversal]) -> dict[tuple[Side, str], int]:
    """While a dispute is open, Stripe holds its amount, and we hold what was taken for it."""
    implied: Counter[tuple[Side, str]] = Counter()
    opened = {dispute.id: dispute for dispute in disputes if dispute.status is DisputeStatus.OPEN}
    for dispute in opened.values():
        implied[DISPUTED, dispute.currency] += dispute.amount_minor
    for row in rows:
        if row.dispute_id in opened:
            implied[Side(AccountKind.HELD_DISPUTE, row.payee_id), row.currency] -= row.amount_minor
    return dict(implied)


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
