"""What is posted when. Pure, but for `post`."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from core.work import Work
from payments import rules, store
from payments.money import Money
from payments.states import AccountKind, PayoutStatus
from payments.store import Posting, Side
from payments.tables import Dispute, Payment, Payout, Reversal, Share

STRIPE_BALANCE = Side(AccountKind.STRIPE_BALANCE)
CLEARING = Side(AccountKind.CLEARING)
REVENUE = Side(AccountKind.REVENUE)
STRIPE_FEES = Side(AccountKind.STRIPE_FEES)
DISPUTED = Side(AccountKind.DISPUTED)
DISPUTE_FEES = Side(AccountKind.DISPUTE_FEES)
LOSSES = Side(AccountKind.LOSSES)
FX, EXCHANGE, BRANDS = Side(AccountKind.FX), Side(AccountKind.EXCHANGE), Side(AccountKind.BRANDS)
HELD_BY_PLATFORM = Side(AccountKind.HELD_DISPUTE)


async def post(work: Work, postings: Sequence[Posting]) -> None:
    """Each fact once, however often it is posted. Nothing is posted for an amount of zero."""
    await store.keep_postings(work, [posting for posting in postings if posting.amount.minor])


async def true_up(
    work: Work, source: str, side: Side, *, target: Money, payment_id: int | None, kind: str = "fx", other: Side = FX
) -> None:
    """What Stripe's object `source` moved on the account is `target`: the rest of it is posted against `other`. So what was
    posted at older rates and is not, the rates of exchange have cost or earned. Its payment is locked."""
    await work.session.flush()
    moved, count = await store.moved_by(work, source, side, target.currency, kind=kind)
    rest = target.minor - moved
    debit, credit = (side, other) if rest > 0 else (other, side)
    key, amount = f"{source}:{kind}:{count}", Money(abs(rest), target.currency)
    await post(work, [Posting(kind, key, debit, credit, amount, payment_id)])


def charge_postings(
    payment: Payment, shares: Sequence[Share], *, charge_id: str, fee: Money | None
) -> Iterator[Posting]:
    whole, settled = Money(payment.amount_minor, payment.currency), rules.settled(payment)
    if settled.currency == whole.currency:
        yield Posting("charge", f"{charge_id}:charge", STRIPE_BALANCE, CLEARING, whole, payment.id)
    else:
        yield Posting("charge", f"{charge_id}:charge", EXCHANGE, BRANDS, whole, payment.id)
        yield Posting("settled", f"{charge_id}:settled", STRIPE_BALANCE, CLEARING, settled, payment.id)
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
    if payout.amount_minor < 0:  # Stripe takes from the bank what the balance lacks
        debit, credit = credit, debit
    amount = Money(abs(payout.amount_minor), payout.currency)
    return Posting(f"payout_{what}", f"{payout.stripe_id}:{what}", debit, credit, amount)


def change_postings(payee_id: int, transaction_id: str, sent: Money, came: Money) -> Iterator[Posting]:
    """What the payee was sent is not there: something else is, of another currency. Negative when it goes back."""
    balance, exchange = Side(AccountKind.PAYEE_BALANCE, payee_id), Side(AccountKind.EXCHANGE, payee_id)
    for name, amount, debit, credit in (("from", sent, exchange, balance), ("into", came, balance, exchange)):
        to, whence = (debit, credit) if amount.minor > 0 else (credit, debit)
        key = f"{transaction_id}:changed_{name}"
        yield Posting("changed", key, to, whence, Money(abs(amount.minor), amount.currency))


# ------------------------------------------------------------------ what no payment explains

OWN_CATEGORIES = frozenset(
    {"charge", "refund", "refund_failure", "transfer", "transfer_reversal", "dispute", "dispute_reversal"}
)
"""Stripe's reporting categories of movements that are posted when they happen."""

FOREIGN = {
    "payout": Side(AccountKind.BANK),
    "payout_reversal": Side(AccountKind.BANK),
    "topup": Side(AccountKind.BANK),
    "topup_reversal": Side(AccountKind.BANK),
    "fee": STRIPE_FEES,
}
"""Whence or whither the platform's balance moves otherwise. What is not here waits in suspense for an explanation."""


def foreign_posting(transaction_id: str, category: str, net: Money) -> Posting | None:
    """Of a movement of the platform's balance that no payment of ours has made."""
    if category in OWN_CATEGORIES:
        return None
    other = FOREIGN.get(category, Side(AccountKind.SUSPENSE))
    debit, credit = (STRIPE_BALANCE, other) if net.minor > 0 else (other, STRIPE_BALANCE)
    kind = category if category in FOREIGN else f"suspense:{category}"
    return Posting(kind, f"{transaction_id}:moved", debit, credit, Money(abs(net.minor), net.currency))


EXPLANATIONS = {
    "bank": Side(AccountKind.BANK),
    "fee": STRIPE_FEES,
    "revenue": REVENUE,
    "rate": FX,
}
"""What an operator can say of it."""


def explained_posting(transaction_id: str, explanation: str, amount: Money) -> Posting:
    """Out of suspense. `amount` is negative when it went out of the balance."""
    suspense, to = Side(AccountKind.SUSPENSE), EXPLANATIONS[explanation]
    debit, credit = (suspense, to) if amount.minor > 0 else (to, suspense)
    key = f"{transaction_id}:explained"
    return Posting("explained", key, debit, credit, Money(abs(amount.minor), amount.currency))


# ------------------------------------------------------------------ money that comes back


def claim_posting(share: Share, row: Reversal, *, cause: str, holds: bool) -> Posting:
    """The share is to bear so much of a refund; or of a dispute, which holds it until it ends."""
    whose = REVENUE if share.payee_id is None else Side(AccountKind.RECEIVABLE, share.payee_id)
    amount = Money(row.amount_minor, row.currency)
    return Posting("claim", f"{cause}:claim:{row.id}", whose, _holder(share, holds), amount, share.payment_id)


def excess_posting(amount: Money, *, cause: str, holds: bool, payment_id: int | None) -> Posting:
    """What no share can bear is the platform's loss."""
    whence = HELD_BY_PLATFORM if holds else STRIPE_BALANCE
    return Posting("excess", f"{cause}:excess", LOSSES, whence, amount, payment_id)


def relief_posting(amount: Money, *, key: str, holds: bool, payment_id: int | None) -> Posting:
    """It is no loss after all: the refund failed, the dispute was won, or a share can bear it now."""
    whither = HELD_BY_PLATFORM if holds else STRIPE_BALANCE
    return Posting("relief", key, whither, LOSSES, amount, payment_id)


def undone_posting(share: Share, amount: Money, *, key: str, holds: bool) -> Posting:
    whose = REVENUE if share.payee_id is None else Side(AccountKind.PAYABLE, share.payee_id)
    return Posting("undone", key, _holder(share, holds), whose, amount, share.payment_id)


def _holder(share: Share, holds: bool) -> Side:
    return Side(AccountKind.HELD_DISPUTE, share.payee_id) if holds else STRIPE_BALANCE


def withdrawn_posting(dispute: Dispute, amount: Money) -> Posting:
    key = f"{dispute.stripe_id}:withdrawn"
    return Posting("withdrawn", key, DISPUTED, STRIPE_BALANCE, amount, dispute.payment_id)


def reinstated_posting(dispute: Dispute, amount: Money) -> Posting:
    key = f"{dispute.stripe_id}:reinstated"
    return Posting("reinstated", key, STRIPE_BALANCE, DISPUTED, amount, dispute.payment_id)


def lost_postings(dispute: Dispute, rows: Sequence[Reversal], excess: Money) -> Iterator[Posting]:
    """What was held is gone, the platform's own too."""
    key, payment_id = f"{dispute.stripe_id}:lost", dispute.payment_id
    for row in rows:
        held, amount = Side(AccountKind.HELD_DISPUTE, row.payee_id), Money(row.amount_minor, row.currency)
        yield Posting("lost", f"{key}:{row.id}", held, DISPUTED, amount, payment_id)
    yield Posting("lost", f"{key}:excess", HELD_BY_PLATFORM, DISPUTED, excess, payment_id)


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
