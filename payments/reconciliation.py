"""Whether three books agree: what our payments imply, what our ledger says, and what the processor holds."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from core.work import Read
from payments import ledger, store
from payments.money import Money, to_stripe
from payments.rules import PAID
from payments.tables import AccountKind, Payment, Payout, Share


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
class Books:
    """What the processor holds, in its own units and its own lower-case currencies. `charges` are those that succeeded;
    `balances` are what each payee's account holds, by currency."""

    charges: tuple[ChargeHeld, ...] = ()
    transfers: tuple[TransferHeld, ...] = ()
    payouts: tuple[PayoutHeld, ...] = ()
    balances: Mapping[str, Mapping[str, int]] = field(default_factory=dict)

    @classmethod
    def from_json(cls, body: Mapping[str, Any]) -> "Books":
        return cls(
            charges=tuple(ChargeHeld(**{**row, "payment_id": _number(row["payment_id"])}) for row in body["charges"]),
            transfers=tuple(_transfer(row) for row in body["transfers"]),
            payouts=tuple(PayoutHeld(**row) for row in body["payouts"]),
            balances={account: dict(held) for account, held in body["balances"].items()},
        )


def _transfer(row: Mapping[str, Any]) -> TransferHeld:
    back = row["amount"] if row["reversed"] is True else int(row["reversed"])
    numbers = {name: _number(row[name]) for name in ("share_id", "payment_id")}
    return TransferHeld(**{**row, **numbers, "reversed": back})


def _number(value: object) -> int | None:
    """Metadata holds numbers as text."""
    return None if value is None else int(str(value))


async def compare(read: Read, books: Books) -> list[str]:
    """Every difference, in words; none when all is well. It reads everything: an operator's question, and a test's."""
    payments, shares = await store.every_payment(read), await store.every_share(read)
    payouts = await store.every_payout(read)
    payees = await store.payees_by_id(read, [share.payee_id for share in shares if share.payee_id is not None])
    seen_payees = {**payees, **await store.payees_by_id(read, [payout.payee_id for payout in payouts])}
    accounts = {payee.id: payee.account_id for payee in seen_payees.values() if payee.account_id is not None}
    balances = {
        (accounts.get(side.payee_id or 0, ""), currency): minor
        for (side, currency), minor in (await store.account_balances(read)).items()
        if side.kind is AccountKind.PAYEE_BALANCE
    }
    return [
        *(f"ledger: {fault}" for fault in await ledger.verify(read)),
        *_differences("charges", _charges_implied(payments), _charges_held(books.charges)),
        *_differences("transfers", _transfers_implied(shares), _transfers_held(books.transfers)),
        *_differences("payouts", _payouts_implied(payouts, accounts), _payouts_held(books.payouts)),
        *_differences("balances", _balances_implied(balances), _balances_held(books.balances)),
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


def _transfers_implied(shares: Sequence[Share]) -> Iterator[str]:
    for share in shares:
        if share.transfer_id is not None:
            amount, back = _sum(share.amount_minor, share.currency), _sum(share.reversed_minor, share.currency)
            yield (
                f"{share.transfer_id} for share {share.id} of payment {share.payment_id}"
                f" to {share.account_id}: {amount}, {back} taken back"
            )


def _transfers_held(transfers: Iterable[TransferHeld]) -> Iterator[str]:
    for transfer in transfers:
        amount, back = f"{transfer.amount} {transfer.currency}", f"{transfer.reversed} {transfer.currency}"
        yield (
            f"{transfer.id} for share {transfer.share_id} of payment {transfer.payment_id}"
            f" to {transfer.destination}: {amount}, {back} taken back"
        )


def _payouts_implied(payouts: Sequence[Payout], accounts: Mapping[int, str]) -> Iterator[str]:
    for payout in payouts:
        amount = _sum(payout.amount_minor, payout.currency)
        yield f"{payout.stripe_id} of {accounts.get(payout.payee_id)} is {payout.status.lower()}: {amount}"


def _payouts_held(payouts: Iterable[PayoutHeld]) -> Iterator[str]:
    for payout in payouts:
        yield f"{payout.id} of {payout.account} is {payout.status}: {payout.amount} {payout.currency}"


def _balances_implied(balances: Mapping[tuple[str, str], int]) -> Iterator[str]:
    for (account, currency), minor in balances.items():
        if minor:
            yield f"{account}: {_sum(minor, currency)}"


def _balances_held(balances: Mapping[str, Mapping[str, int]]) -> Iterator[str]:
    for account, held in balances.items():
        for currency, amount in held.items():
            if amount:
                yield f"{account}: {amount} {currency}"


def _sum(minor: int, currency: str) -> str:
    return f"{to_stripe(Money(minor, currency))} {currency.lower()}"


def _differences(noun: str, ours: Iterable[str], theirs: Iterable[str]) -> list[str]:
    we_say, they_hold = Counter(ours), Counter(theirs)
    return [
        *(f"{noun}: only we say {line}" for line in (we_say - they_hold).elements()),
        *(f"{noun}: only the processor holds {line}" for line in (they_hold - we_say).elements()),
    ]
