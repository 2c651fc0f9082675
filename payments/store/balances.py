"""What payees have, had at a moment, and have earned: sums of the ledger's entries."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlmodel import col

from core.work import Read
from payments.money import Money
from payments.states import AccountKind
from payments.store.movements import MovementKind, of_payee, select_movements, signed_sum
from payments.tables import Account, Entry, Payment


@dataclass(frozen=True, slots=True)
class Balance:
    """A payee's money in one currency. `pending` is earned and not yet sent; `transferred` came to its balance at the
    payment service, less what was taken back, in the currency in which it is there; `paid_out` reached its bank; `owed` is
    what it must give back."""

    payee_id: int
    currency: str
    pending: Money
    transferred: Money
    paid_out: Money
    owed: Money


KINDS = (
    AccountKind.PAYABLE,
    AccountKind.PAYEE_WORLD,
    AccountKind.EXCHANGE,
    AccountKind.PAYEE_BANK,
    AccountKind.RECEIVABLE,
)


async def balances(read: Read, payee_ids: Sequence[int], *, at: datetime | None = None) -> Sequence[Balance]:
    """One for each payee and currency that had seen money by `at` (by now, if that is left out), in that order."""
    wanted = sa.select(col(Account.id)).where(col(Account.payee_id).in_(payee_ids), col(Account.kind).in_(KINDS))
    by_then = () if at is None else (col(Entry.at) <= at,)
    sides = sa.union_all(
        *(
            sa.select(side.label("account_id"), (sign * col(Entry.amount_minor)).label("minor")).where(
                side.in_(wanted), *by_then
            )
            for side, sign in ((col(Entry.debit_id), 1), (col(Entry.credit_id), -1))
        )
    ).subquery()
    query = (
        sa.select(Account, sa.cast(sa.func.sum(sides.c.minor), sa.BigInteger))
        .join(sides, sides.c.account_id == col(Account.id))
        .group_by(col(Account.id))
        .order_by(col(Account.payee_id), col(Account.currency))
    )
    sums: defaultdict[tuple[int, str], dict[AccountKind, int]] = defaultdict(dict)
    for account, minor in await read.session.execute(query):
        if account.payee_id is not None:
            sums[account.payee_id, account.currency][account.kind] = minor
    return [_balance(payee_id, currency, held) for (payee_id, currency), held in sums.items()]


def _balance(payee_id: int, currency: str, held: dict[AccountKind, int]) -> Balance:
    """What we owe the payee, and what came from the world, are credits."""
    return Balance(
        payee_id=payee_id,
        currency=currency,
        pending=Money(-held.get(AccountKind.PAYABLE, 0), currency),
        transferred=Money(-held.get(AccountKind.PAYEE_WORLD, 0) - held.get(AccountKind.EXCHANGE, 0), currency),
        paid_out=Money(held.get(AccountKind.PAYEE_BANK, 0), currency),
        owed=Money(held.get(AccountKind.RECEIVABLE, 0), currency),
    )


@dataclass(frozen=True, slots=True)
class Earning:
    """What a payee earned of one `reference` in the calendar month (UTC) that begins on `month`, less what of it went back
    since."""

    month: date
    reference: int
    amount: Money


async def earnings(read: Read, payee_id: int, *, first: date, last: date) -> Sequence[Earning]:
    """By the day on which the payment succeeded, both days included; oldest first."""
    paid_at = sa.func.timezone("UTC", col(Payment.succeeded_at))
    month = sa.cast(sa.func.date_trunc("month", paid_at), sa.Date)
    earned = (MovementKind.EARNED, MovementKind.REVERSED, MovementKind.RETURNED)
    query = (
        select_movements(month, col(Payment.reference), col(Entry.currency), signed_sum())
        .join(Payment, col(Payment.id) == col(Entry.payment_id))
        .where(await of_payee(read, payee_id), col(Entry.kind).in_(earned))
        .where(paid_at >= first, paid_at < last + timedelta(days=1))
        .group_by(month, col(Payment.reference), col(Entry.currency))
        .order_by(month, col(Payment.reference))
    )
    rows = await read.session.execute(query)
    return [Earning(month, reference, Money(minor, currency)) for month, reference, currency, minor in rows]
