"""Every move of every status, allowed or not; who can pay; who can be paid."""

from datetime import UTC, date, datetime, timedelta
from itertools import product

import pytest

from core.errors import WrongState
from payments import rules
from payments.errors import PaymentProblem
from payments.gateway import AccountState
from payments.money import Money
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

ALLOWED = {
    Payment: """
        PROCESSING -> SUCCEEDED REQUIRES_ACTION FAILED
        REQUIRES_ACTION -> PROCESSING
        FAILED -> PROCESSING
        SUCCEEDED -> PARTIALLY_REFUNDED REFUNDED DISPUTED
        PARTIALLY_REFUNDED -> SUCCEEDED REFUNDED DISPUTED
        REFUNDED -> SUCCEEDED PARTIALLY_REFUNDED
        DISPUTED -> SUCCEEDED PARTIALLY_REFUNDED REFUNDED
    """,
    Share: """
        PENDING -> TRANSFERRED HELD PARTIALLY_REVERSED REVERSED
        HELD -> TRANSFERRED PARTIALLY_REVERSED REVERSED
        TRANSFERRED -> PARTIALLY_REVERSED REVERSED OWED
        PARTIALLY_REVERSED -> TRANSFERRED REVERSED OWED
        OWED -> TRANSFERRED PARTIALLY_REVERSED REVERSED
        REVERSED -> PENDING TRANSFERRED PARTIALLY_REVERSED OWED
    """,
    Refund: """
        REQUESTED -> PENDING SUCCEEDED FAILED
        PENDING -> SUCCEEDED FAILED
        SUCCEEDED -> FAILED
    """,
    Dispute: """
        OPEN -> WON LOST
    """,
    Reversal: """
        PENDING -> WITHHELD REVERSED OWED
        WITHHELD -> RETURNING RETURNED
        REVERSED -> RETURNING
        OWED -> NETTED RETURNING RETURNED
        NETTED -> RETURNING
        RETURNING -> RETURNED
    """,
    Payout: """
        PENDING -> IN_TRANSIT PAID FAILED CANCELED
        IN_TRANSIT -> PAID FAILED CANCELED
        PAID -> FAILED
    """,
}
STATUSES = {
    Payment: PaymentStatus,
    Share: ShareStatus,
    Payout: PayoutStatus,
    Refund: RefundStatus,
    Dispute: DisputeStatus,
    Reversal: ReversalStatus,
}
PAIRS = [(table, *pair) for table, statuses in STATUSES.items() for pair in product(statuses, repeat=2)]


def is_allowed(table: type, before: str, after: str) -> bool:
    lines = (line.split(" -> ") for line in ALLOWED[table].strip().splitlines())  # type: ignore[index]
    return after in {start.strip(): ends.split() for start, ends in lines}.get(before, [])


@pytest.mark.parametrize(("table", "before", "after"), PAIRS, ids=str)
def test_every_move(table: type[Payment], before: PaymentStatus, after: PaymentStatus) -> None:
    row = table(status=before)
    if is_allowed(table, before, after):
        rules.move(row, after)
        assert row.status is after
    else:
        with pytest.raises(WrongState) as refused:
            rules.move(row, after)
        assert (row.status, refused.value.state) == (before, before)


@pytest.mark.parametrize(
    ("before", "transfers", "after"),
    [
        (PayeeStatus.NOT_STARTED, AccountState.RESTRICTED, PayeeStatus.ONBOARDING),
        (PayeeStatus.ONBOARDING, AccountState.PENDING, PayeeStatus.ONBOARDING),
        (PayeeStatus.ONBOARDING, AccountState.ACTIVE, PayeeStatus.READY),
        (PayeeStatus.ONBOARDING, AccountState.REJECTED, PayeeStatus.RESTRICTED),
        (PayeeStatus.READY, AccountState.RESTRICTED, PayeeStatus.RESTRICTED),
        (PayeeStatus.READY, AccountState.UNSUPPORTED, PayeeStatus.RESTRICTED),
        (PayeeStatus.RESTRICTED, AccountState.PENDING, PayeeStatus.RESTRICTED),
        (PayeeStatus.RESTRICTED, AccountState.ACTIVE, PayeeStatus.READY),
    ],
)
def test_what_an_accounts_state_makes_of_a_payee(
    before: PayeeStatus, transfers: AccountState, after: PayeeStatus
) -> None:
    assert rules.payee_status(before, transfers) is after


@pytest.mark.parametrize(
    ("payee", "held"),
    [
        (None, True),
        (Payee(id=1), True),
        (Payee(id=1, account_id="acct_1", status=PayeeStatus.ONBOARDING), True),
        (Payee(id=1, account_id="acct_1", status=PayeeStatus.RESTRICTED), True),
        (Payee(id=1, account_id="acct_1", status=PayeeStatus.READY), False),
    ],
)
def test_only_a_ready_payee_is_sent_its_share(payee: Payee | None, held: bool) -> None:
    assert (rules.reason_to_hold(payee) is not None) is held


@pytest.mark.parametrize(
    ("payer", "able"),
    [
        (None, False),
        (Payer(id=1), False),
        (Payer(id=1, payment_method_id="pm_1"), True),
        (Payer(id=1, payment_method_id="pm_1", payment_method_expires_on=date(2030, 1, 31)), True),
        (Payer(id=1, payment_method_id="pm_1", payment_method_expires_on=date(2030, 1, 30)), False),
    ],
)
def test_who_can_pay_on_the_last_of_january(payer: Payer | None, able: bool) -> None:
    assert rules.can_pay(payer, date(2030, 1, 31)) is able


@pytest.mark.parametrize(
    ("amount", "code"),
    [
        (Money(50, "EUR"), None),
        (Money(49, "EUR"), "AMOUNT_TOO_SMALL"),
        (Money(99_999_999, "EUR"), None),
        (Money(100_000_000, "EUR"), "AMOUNT_TOO_LARGE"),
        (Money(999_999, "ISK"), None),  # Stripe counts it a hundredfold
        (Money(1_000_000, "ISK"), "AMOUNT_TOO_LARGE"),
    ],
)
def test_what_can_be_charged_in_one_piece(amount: Money, code: str | None) -> None:
    if code is None:
        rules.check_chargeable(amount)
    else:
        with pytest.raises(PaymentProblem) as refused:
            rules.check_chargeable(amount)
        assert refused.value.code == code


def test_a_key_is_trusted_for_twenty_three_hours() -> None:
    now = datetime(2030, 1, 1, tzinfo=UTC)
    assert not rules.is_stale(now - timedelta(hours=23), now)
    assert rules.is_stale(now - timedelta(hours=23, seconds=1), now)
    assert not rules.is_stale(None, now)
