"""The double-entry ledger: what is posted when, what it says, and whether it holds together.

An entry moves its amount from the credited account to the debited one. Only what Stripe has confirmed is posted.

event                     debit                     credit              key
charge succeeded          STRIPE_BALANCE            CLEARING            ch_1:charge
  a payee's share         CLEARING                  PAYABLE of it       ch_1:share:0
  the platform's share    CLEARING                  REVENUE             ch_1:share:2
  Stripe's fee            STRIPE_FEES               STRIPE_BALANCE      ch_1:fee
transfer made             PAYABLE of the payee      STRIPE_BALANCE      tr_1:transfer
  (memo)                  PAYEE_BALANCE of it       PAYEE_WORLD of it   tr_1:received
payout created (memo)     PAYEE_IN_TRANSIT of it    PAYEE_BALANCE       po_1:created
  paid                    PAYEE_BANK of it          PAYEE_IN_TRANSIT    po_1:paid
  failed or canceled      PAYEE_BALANCE of it       PAYEE_IN_TRANSIT    po_1:failed, po_1:canceled
  failed after it was paid PAYEE_BALANCE of it      PAYEE_BANK          po_1:failed

A balance is debits less credits: assets and expenses are positive, liabilities and income negative.
The platform settles in the currency that it charges. Where it does not, Stripe refuses transfers and shares are held.
"""

from collections import Counter
from collections.abc import Hashable, Iterator, Mapping, Sequence
from datetime import date
from typing import TypeVar

from core.work import Read, Work
from payments import store
from payments.money import Money
from payments.rules import PAID
from payments.store import Balance, Earning, Posting, Side
from payments.tables import AccountKind, Payment, Payout, PayoutStatus, Share, ShareStatus

Key = TypeVar("Key", bound=Hashable)

STRIPE_BALANCE = Side(AccountKind.STRIPE_BALANCE)
CLEARING = Side(AccountKind.CLEARING)
REVENUE = Side(AccountKind.REVENUE)
STRIPE_FEES = Side(AccountKind.STRIPE_FEES)


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


def transfer_postings(share: Share, *, transfer_id: str) -> Iterator[Posting]:
    payable, balance, world = (
        Side(kind, share.payee_id) for kind in (AccountKind.PAYABLE, AccountKind.PAYEE_BALANCE, AccountKind.PAYEE_WORLD)
    )
    amount = Money(share.amount_minor, share.currency)
    yield Posting("transfer", f"{transfer_id}:transfer", payable, STRIPE_BALANCE, amount, share.payment_id)
    yield Posting("received", f"{transfer_id}:received", balance, world, amount, share.payment_id)


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
    sums = [each for each in await store.entry_sums(read) if each.kind != "fee"]
    posted: dict[tuple[object, ...], int] = {(s.payment_id, s.kind, s.payee_id, s.currency): s.minor for s in sums}
    faults += _differences("entries", _implied(payments, shares), posted)
    paid_out = {(side, c): m for (side, c), m in accounts.items() if side.kind in _PAYOUT_ACCOUNTS and m}
    return faults + _differences("balances", _implied_by_payouts(await store.every_payout(read)), paid_out)


def _by_currency(accounts: Mapping[tuple[Side, str], int]) -> Counter[str]:
    sums: Counter[str] = Counter()
    for (_, currency), minor in accounts.items():
        sums[currency] += minor
    return sums


def _implied(payments: Sequence[Payment], shares: Sequence[Share]) -> dict[tuple[object, ...], int]:
    """What the payments and shares say that must have been posted, as (payment, kind, payee, currency): minor."""
    implied: Counter[tuple[object, ...]] = Counter()
    paid = {payment.id: payment for payment in payments if payment.status in PAID}
    for payment in paid.values():
        implied[payment.id, "charge", None, payment.currency] += payment.amount_minor
    for share in shares:
        if share.payment_id not in paid:
            continue
        implied[share.payment_id, "share", share.payee_id, share.currency] += share.amount_minor
        if share.payee_id is not None and share.status not in (ShareStatus.PENDING, ShareStatus.HELD):
            implied[share.payment_id, "transfer", share.payee_id, share.currency] += share.amount_minor
            implied[share.payment_id, "received", share.payee_id, share.currency] += share.amount_minor
    return {key: minor for key, minor in implied.items() if minor}


_PAYOUT_ACCOUNTS = (AccountKind.PAYEE_IN_TRANSIT, AccountKind.PAYEE_BANK)


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
