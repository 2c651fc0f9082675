"""Whether three books agree: what our payments imply, what our ledger says, and what the processor holds."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from core.work import Read
from payments import ledger, store
from payments.money import Money, to_stripe
from payments.rules import PAID
from payments.states import AccountKind
from payments.tables import Dispute, PayeeAccount, Payment, Payout, Refund, Reversal, Share

PLATFORM = store.Side(AccountKind.STRIPE_BALANCE)


@dataclass(frozen=True, slots=True)
class ChargeHeld:
    id: str
    payment_id: int | None
    amount: int
    currency: str
    payment_intent: str | None


@dataclass(frozen=True, slots=True)
class TransferHeld:
    """`reversed` is how much of `amount` was taken back."""

    id: str
    share_id: int | None
    payment_id: int | None
    amount: int
    currency: str
    destination: str
    reversed: int


@dataclass(frozen=True, slots=True)
class PayoutHeld:
    id: str
    account: str
    amount: int
    currency: str
    status: str


@dataclass(frozen=True, slots=True)
class RefundHeld:
    id: str
    refund_id: int | None
    charge: str | None
    amount: int
    currency: str
    status: str


@dataclass(frozen=True, slots=True)
class ReversalHeld:
    id: str
    reversal_id: int | None
    transfer: str
    amount: int
    currency: str


@dataclass(frozen=True, slots=True)
class DisputeHeld:
    """`status` is open, won or lost; those that moved no money are left out."""

    id: str
    charge: str
    amount: int
    currency: str
    status: str


@dataclass(frozen=True, slots=True)
class TransactionHeld:
    """A movement of the platform's balance by `net`. `category` is the processor's own word."""

    id: str
    category: str
    source: str | None
    net: int
    currency: str
    told: str | None = None


@dataclass(frozen=True, slots=True)
class ChangeHeld:
    """`sent` to a payee's account and changed as it came, for the account holds another currency; both are negative of what
    was taken back."""

    id: str
    account: str
    sent: int
    sent_currency: str
    came: int
    came_currency: str


@dataclass(frozen=True, slots=True)
class Books:
    """What the processor holds, in its own units and its own lower-case currencies. `charges` are those that succeeded;
    `balances` are what each payee's account holds, by currency, `platform` what ours does, and `transactions` what moved
    that, where it is known. `unreadable`: accounts that the processor does not show us, and why."""

    charges: tuple[ChargeHeld, ...] = ()
    transfers: tuple[TransferHeld, ...] = ()
    payouts: tuple[PayoutHeld, ...] = ()
    balances: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    refunds: tuple[RefundHeld, ...] = ()
    reversals: tuple[ReversalHeld, ...] = ()
    disputes: tuple[DisputeHeld, ...] = ()
    platform: Mapping[str, int] | None = None
    transactions: tuple[TransactionHeld, ...] | None = None
    unreadable: Mapping[str, str] = field(default_factory=dict)
    changes: tuple[ChangeHeld, ...] = ()

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> "Books":
        return cls(
            charges=tuple(ChargeHeld(**{**row, "payment_id": _number(row["payment_id"])}) for row in body["charges"]),
            transfers=tuple(_transfer(row) for row in body["transfers"]),
            payouts=tuple(PayoutHeld(**row) for row in body["payouts"]),
            balances={account: dict(held) for account, held in body["balances"].items()},
            refunds=tuple(
                RefundHeld(**{**row, "refund_id": _number(row["refund_id"])}) for row in body.get("refunds", ())
            ),
            reversals=tuple(
                ReversalHeld(**{**row, "reversal_id": _number(row["reversal_id"])}) for row in body.get("reversals", ())
            ),
            disputes=tuple(DisputeHeld(**row) for row in body.get("disputes", ())),
            platform=body.get("platform"),
            transactions=_transactions(body.get("transactions")),
        )


def _transfer(row: Mapping[str, Any]) -> TransferHeld:
    back = row["amount"] if row["reversed"] is True else int(row["reversed"])
    numbers = {name: _number(row[name]) for name in ("share_id", "payment_id")}
    return TransferHeld(**{**row, **numbers, "reversed": back})


def _transactions(rows: Sequence[Mapping[str, Any]] | None) -> tuple[TransactionHeld, ...] | None:
    return None if rows is None else tuple(TransactionHeld(**row) for row in rows)


def _number(value: object) -> int | None:
    """Metadata holds numbers as text."""
    return None if value is None else int(str(value))


async def compare(read: Read, books: Books) -> list[str]:
    """Every difference, in words; none when all is well. It reads everything: an operator's question, and a test's."""
    payments, shares = await store.every_payment(read), await store.every_share(read)
    payouts, refunds = await store.every_payout(read), await store.every_refund(read)
    rows, disputes = await store.every_reversal(read), await store.every_dispute(read)
    charges = {payment.id: payment.charge_id for payment in payments}
    accounts = await store.every_account(read)
    shown = [payout for payout in payouts if payout.account_id not in books.unreadable]
    ledgered = await store.account_balances(read)
    return [
        *(f"ledger: {fault}" for fault in await ledger.verify(read)),
        *_differences("charges", _charges_implied(payments), _charges_held(books.charges)),
        *_differences("transfers", _transfers_implied(shares, rows), _transfers_held(books.transfers)),
        *_unreadable(accounts, books.unreadable),
        *_differences("payouts", _payouts_implied(shown), _payouts_held(books.payouts)),
        *_differences("balances", _balances_implied(ledgered), _balances_held(books.balances, accounts)),
        *_differences("refunds", _refunds_implied(refunds, charges), _refunds_held(books.refunds)),
        *_differences("reversals", _reversals_implied(rows), _reversals_held(books.reversals)),
        *_differences("disputes", _disputes_implied(disputes, charges), _disputes_held(books.disputes)),
        *_platform_differences(ledgered, books.platform),
        *_transaction_differences(await store.platform_moves(read), books.transactions),
    ]


# Each book becomes lines of text, which are counted: so what is missing, too much or double is seen alike.


def _charges_implied(payments: Sequence[Payment]) -> Iterator[str]:
    for payment in payments:
        if payment.status in PAID:
            amount = _sum(payment.amount_minor, payment.currency)
            yield f"{payment.charge_id} of {payment.intent_id} for payment {payment.id}: {amount}"


def _charges_held(charges: Iterable[ChargeHeld]) -> Iterator[str]:
    for charge in charges:
        amount = f"{charge.amount} {charge.currency}"
        yield f"{charge.id} of {charge.payment_intent} for payment {charge.payment_id}: {amount}"


def _transfers_implied(shares: Sequence[Share], rows: Sequence[Reversal]) -> Iterator[str]:
    sent = [(s.transfer_id, s.id, s.payment_id, s.account_id, s.sent_minor, s.pulled_minor, s.currency) for s in shares]
    returned = [
        (r.return_id, r.share_id, r.payment_id, r.return_account_id, r.return_minor, 0, r.currency) for r in rows
    ]
    for transfer_id, share_id, payment_id, account_id, minor, pulled, currency in (*sent, *returned):
        if transfer_id is not None:
            amount, back = _sum(minor, currency), _sum(pulled, currency)
            yield (
                f"{transfer_id} for share {share_id} of payment {payment_id} to {account_id}:"
                f" {amount}, {back} taken back"
            )


def _transfers_held(transfers: Iterable[TransferHeld]) -> Iterator[str]:
    for transfer in transfers:
        amount, back = f"{transfer.amount} {transfer.currency}", f"{transfer.reversed} {transfer.currency}"
        yield (
            f"{transfer.id} for share {transfer.share_id} of payment {transfer.payment_id}"
            f" to {transfer.destination}: {amount}, {back} taken back"
        )


def _unreadable(accounts: Mapping[str, PayeeAccount], unreadable: Mapping[str, str]) -> list[str]:
    """One that was closed was emptied first, and is known to be out of sight."""
    return [
        f"accounts: {account_id} of payee {accounts[account_id].payee_id} cannot be read: {why}"
        for account_id, why in unreadable.items()
        if account_id in accounts and accounts[account_id].closed_at is None
    ]


def _payouts_implied(payouts: Sequence[Payout]) -> Iterator[str]:
    for payout in payouts:
        amount = _sum(payout.amount_minor, payout.currency)
        yield f"{payout.stripe_id} of {payout.account_id} is {payout.status.lower()}: {amount}"


def _payouts_held(payouts: Iterable[PayoutHeld]) -> Iterator[str]:
    for payout in payouts:
        yield f"{payout.id} of {payout.account} is {payout.status}: {payout.amount} {payout.currency}"


def _balances_implied(ledgered: Mapping[tuple[store.Side, str], int]) -> Iterator[str]:
    for (side, currency), minor in ledgered.items():
        if side.kind is AccountKind.PAYEE_BALANCE and minor:
            yield f"payee {side.payee_id}: {_sum(minor, currency)}"


def _balances_held(balances: Mapping[str, Mapping[str, int]], accounts: Mapping[str, PayeeAccount]) -> Iterator[str]:
    """Payee by payee, over all accounts that each has ever had."""
    sums: Counter[tuple[str, str]] = Counter()
    for account_id, held in balances.items():
        account = accounts.get(account_id)
        whose = f"account {account_id}" if account is None else f"payee {account.payee_id}"
        for currency, amount in held.items():
            sums[whose, currency] += amount
    for (whose, currency), amount in sums.items():
        if amount:
            yield f"{whose}: {amount} {currency}"


def _refunds_implied(refunds: Sequence[Refund], charges: Mapping[int | None, str | None]) -> Iterator[str]:
    for refund in refunds:
        if refund.stripe_id is not None:
            amount, status = _sum(refund.amount_minor, refund.currency), refund.status.lower()
            named = None if refund.by_hand else refund.id
            yield f"{refund.stripe_id} of {charges.get(refund.payment_id)} for refund {named} is {status}: {amount}"


def _refunds_held(refunds: Iterable[RefundHeld]) -> Iterator[str]:
    for refund in refunds:
        amount = f"{refund.amount} {refund.currency}"
        yield f"{refund.id} of {refund.charge} for refund {refund.refund_id} is {refund.status}: {amount}"


def _reversals_implied(rows: Sequence[Reversal]) -> Iterator[str]:
    for row in rows:
        if row.stripe_id is not None:
            yield f"{row.stripe_id} of {row.transfer_id} for reversal {row.id}: {_sum(row.amount_minor, row.currency)}"


def _reversals_held(reversals: Iterable[ReversalHeld]) -> Iterator[str]:
    for each in reversals:
        yield f"{each.id} of {each.transfer} for reversal {each.reversal_id}: {each.amount} {each.currency}"


def _disputes_implied(disputes: Sequence[Dispute], charges: Mapping[int | None, str | None]) -> Iterator[str]:
    for dispute in disputes:
        amount, status = _sum(dispute.amount_minor, dispute.currency), dispute.status.lower()
        yield f"{dispute.stripe_id} of {charges.get(dispute.payment_id)} is {status}: {amount}"


def _disputes_held(disputes: Iterable[DisputeHeld]) -> Iterator[str]:
    for dispute in disputes:
        yield f"{dispute.id} of {dispute.charge} is {dispute.status}: {dispute.amount} {dispute.currency}"


def _platform_differences(
    ledgered: Mapping[tuple[store.Side, str], int], platform: Mapping[str, int] | None
) -> list[str]:
    """The balance of the platform itself, where the processor's is known."""
    if platform is None:
        return []
    ours = (f"{_sum(minor, currency)}" for (side, currency), minor in ledgered.items() if side == PLATFORM and minor)
    theirs = (f"{amount} {currency}" for currency, amount in platform.items() if amount)
    return _differences("platform's balance", ours, theirs)


def _transaction_differences(
    posted: Mapping[tuple[str, str], int], transactions: Sequence[TransactionHeld] | None
) -> list[str]:
    """Movement by movement: what each charge, refund, transfer or dispute did to the platform's balance."""
    if transactions is None:
        return []
    held: Counter[tuple[str, str]] = Counter()
    for each in transactions:
        name = each.source if each.category in ledger.OWN_CATEGORIES and each.source else each.id
        held[name, each.currency] += each.net
    ours = (f"{name} moved {_sum(minor, currency)}" for (name, currency), minor in posted.items() if minor)
    theirs = (f"{name} moved {minor} {currency}" for (name, currency), minor in held.items() if minor)
    return _differences("movements of the platform's balance", ours, theirs)


def _sum(minor: int, currency: str) -> str:
    return f"{to_stripe(Money(minor, currency))} {currency.lower()}"


def _differences(noun: str, ours: Iterable[str], theirs: Iterable[str]) -> list[str]:
    we_say, they_hold = Counter(ours), Counter(theirs)
    return [
        *(f"{noun}: only we say {line}" for line in (we_say - they_hold).elements()),
        *(f"{noun}: only the processor holds {line}" for line in (they_hold - we_say).elements()),
    ]
