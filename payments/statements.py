"""A payee's month: what it began with, earned, gave back and received, and what it ended with, line by line.

Everything is read from the ledger, so every sum opens into entries. What a payee has at a moment is all that it is still
to receive: what waits to be sent, what lies at the payment service, and what is on its way to its bank, less its debts.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from core.paging import Slice, Window
from core.work import Read
from payments import store
from payments.money import Money
from payments.store import MonthlySum, Movement, MovementKind
from payments.tables import Payment, Share

AGENCY, MODEL, PLATFORM = "AGENCY", "MODEL", "PLATFORM"

KEPT_BACK = (MovementKind.REVERSED, MovementKind.RETURNED)
SENT_ON = (MovementKind.PAID_OUT, MovementKind.PAYOUT_RETURNED, MovementKind.CHANGED)
"""Money that was changed is no longer there in the one currency, and is there to be paid out in the other."""


@dataclass(frozen=True, slots=True)
class Statement:
    """One month (UTC) in one currency. `opening` + `earned` - `reversed` - `paid_out` = `closing`."""

    payee_id: int
    month: date
    opening: Money
    earned: Money
    reversed: Money
    paid_out: Money

    @property
    def currency(self) -> str:
        return self.opening.currency

    @property
    def closing(self) -> Money:
        minor = self.opening.minor + self.earned.minor - self.reversed.minor - self.paid_out.minor
        return Money(minor, self.currency)


@dataclass(frozen=True, slots=True)
class Line:
    """A movement, and what it is of: the share of a payment, or a payout. `gross` is what the payer paid in all, of which
    `fee` was the platform's, `commission` the agency's and `others` the crew's."""

    movement: Movement
    reference: int | None = None
    role: str | None = None
    basis_points: int | None = None
    gross: Money | None = None
    fee: Money | None = None
    commission: Money | None = None
    others: Money | None = None
    reason: str | None = None
    payout_id: int | None = None


async def statements(read: Read, payee_id: int) -> Sequence[Statement]:
    """Every month in which something moved, newest first."""
    months: defaultdict[tuple[date, str], list[MonthlySum]] = defaultdict(list)
    for each in await store.monthly_sums(read, payee_id):
        months[each.month, each.currency].append(each)
    balance: defaultdict[str, int] = defaultdict(int)
    found = []
    for (month, currency), sums in sorted(months.items()):
        statement = Statement(
            payee_id,
            month,
            opening=Money(balance[currency], currency),
            earned=Money(_sum(sums, (MovementKind.EARNED,)), currency),
            reversed=Money(-_sum(sums, KEPT_BACK), currency),
            paid_out=Money(-_sum(sums, SENT_ON), currency),
        )
        balance[currency] = statement.closing.minor
        found.append(statement)
    return found[::-1]


async def statement(read: Read, payee_id: int, month: date, currency: str) -> Statement:
    """Of one month, whether or not anything moved in it."""
    zero = Money(0, currency)
    before = Statement(payee_id, date.min, zero, zero, zero, zero)
    for each in await statements(read, payee_id):
        if each.currency == currency and each.month == month:
            return each
        if each.currency == currency and each.month < month:
            before = max(before, each, key=lambda statement: statement.month)
    return Statement(payee_id, month, before.closing, zero, zero, zero)


def _sum(sums: Sequence[MonthlySum], kinds: Sequence[MovementKind]) -> int:
    return sum(each.minor for each in sums if each.kind in kinds)


async def lines(read: Read, payee_id: int, *, month: date, currency: str, window: Window) -> Slice[Line]:
    """Oldest first."""
    found = await store.movements(read, payee_id, month=month, currency=currency, window=window)
    return await _told(read, found)


async def lines_of_models(read: Read, agency_id: int, *, month: date, currency: str, window: Window) -> Slice[Line]:
    """What the agency's models earned and gave back of the payments of which it had its commission."""
    found = await store.movements_beside(
        read, agency_id, month=month, currency=currency, own_role=AGENCY, other_role=MODEL, window=window
    )
    return await _told(read, found)


async def _told(read: Read, found: Slice[Movement]) -> Slice[Line]:
    payment_ids = sorted({each.payment_id for each in found.rows if each.payment_id is not None})
    payments, shares = await store.payments_by_id(read, payment_ids), await store.shares_of(read, payment_ids)
    reasons = await store.reasons(read, [_tail(each) for each in found.rows if each.kind in KEPT_BACK])
    payouts = await store.payouts_named(read, [_head(each) for each in found.rows if each.kind in SENT_ON])
    told = []
    for each in found.rows:
        if each.payment_id is None:
            told.append(Line(each, payout_id=payouts.get(_head(each))))
        else:
            told.append(_of_payment(each, payments[each.payment_id], shares[each.payment_id], reasons))
    return Slice(tuple(told), found.keys, found.has_next, found.has_previous)


def _of_payment(
    movement: Movement, payment: Payment, shares: Sequence[Share], reasons: Mapping[int, tuple[int, str]]
) -> Line:
    """An earned share is named by its place in the payment, what was taken of it by the reversal."""
    if movement.kind is MovementKind.EARNED:
        own = next(share for share in shares if share.position == _tail(movement))
        reason = None
    else:
        share_id, reason = reasons[_tail(movement)]
        own = next(share for share in shares if share.id == share_id)
    by_role: defaultdict[str, int] = defaultdict(int)
    for share in shares:
        by_role[share.role] += share.agreed.minor
    fee, commission = by_role.pop(PLATFORM, 0), by_role.pop(AGENCY, 0)
    by_role.pop(MODEL, None)
    return Line(
        movement,
        reference=payment.reference,
        role=own.role,
        basis_points=own.basis_points,
        gross=Money(payment.amount_minor, payment.currency),
        fee=Money(fee, payment.currency),
        commission=Money(commission, payment.currency),
        others=Money(sum(by_role.values()), payment.currency),
        reason=reason,
    )


def _head(movement: Movement) -> str:
    """Stripe's id in the key of an entry."""
    return movement.key.partition(":")[0]


def _tail(movement: Movement) -> int:
    """Our number in it."""
    return int(movement.key.rpartition(":")[2])
