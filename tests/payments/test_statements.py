"""Statements: whatever happened to a payee's money, each month adds up, opens into its lines, and equals the ledger."""

from collections import defaultdict
from datetime import UTC, date, datetime

import pytest
import sqlalchemy as sa

from core.paging import Window
from payments import refunds, statements, store, transfers
from payments.money import Money
from payments.sandbox.disputes import open_dispute
from payments.sandbox.faults import FaultKind
from payments.sandbox.refunds import move_refund
from payments.statements import Line, Statement
from payments.states import AccountKind
from payments.store import MovementKind, Side
from tests.fakes.money_room import AGENCY, MODEL, MoneyRoom
from tests.fakes.sandbox import OfflineStripe
from tests.payments.test_money_over_the_wire import all_agree
from tests.payments.test_returns_over_the_wire import charge_of, close, dispute, listen, sold

DUE = {
    AccountKind.PAYABLE: -1,
    AccountKind.RECEIVABLE: -1,
    AccountKind.PAYEE_BALANCE: 1,
    AccountKind.PAYEE_IN_TRANSIT: 1,
}


async def due_by_the_accounts(room: MoneyRoom, payee_id: int) -> int:
    """All that a payee is still to receive, summed another way: from the balances of its accounts."""
    return sum([sign * await room.balance(Side(kind, payee_id)) for kind, sign in DUE.items()])


async def read_all(room: MoneyRoom, payee_id: int) -> list[tuple[Statement, list[Line]]]:
    found = []
    async with room.read() as read:
        for each in await statements.statements(read, payee_id):
            lines, after = [], None
            while True:
                page = await statements.lines(
                    read, payee_id, month=each.month, currency=each.currency, window=Window(2, after=after)
                )
                lines += page.rows
                if not page.has_next:
                    break
                after = page.keys[-1]
            found.append((each, lines))
    return found


async def adds_up(room: MoneyRoom, payee_id: int) -> list[tuple[Statement, list[Line]]]:
    found = await read_all(room, payee_id)
    closing = 0
    for each, lines in found[::-1]:
        by_kind: defaultdict[MovementKind, int] = defaultdict(int)
        for line in lines:
            by_kind[line.movement.kind] += line.movement.amount.minor
        assert each.opening.minor == closing
        assert each.earned.minor == by_kind[MovementKind.EARNED]
        assert each.reversed.minor == -by_kind[MovementKind.REVERSED] - by_kind[MovementKind.RETURNED]
        assert each.paid_out.minor == -by_kind[MovementKind.PAID_OUT] - by_kind[MovementKind.PAYOUT_RETURNED]
        assert each.closing.minor == each.opening.minor + sum(by_kind.values())
        closing = each.closing.minor
    assert closing == await due_by_the_accounts(room, payee_id)
    return found


async def eventful(room: MoneyRoom, stripe: OfflineStripe) -> int:
    """A sale, a refund, a payout that the bank sends back, a refund that fails, a dispute that is won, another payout."""
    payment_id = await sold(room, stripe)
    await refunds.drive(room.work, stripe.gateway, await room.ask_refund(payment_id, 2_500))
    stripe.cause(FaultKind.FAIL_PAYOUT, account=(await room.find_payee(AGENCY)).account_id, after_paid=True)
    for _ in range(3):
        stripe.pay_out(steps=1)
        await listen(room, stripe)
    await refunds.drive(room.work, stripe.gateway, await room.ask_refund(payment_id, 1_000))  # all of it is spent: owed
    with stripe.world.state.commit():
        move_refund(stripe.world, stripe.world.state.all("refund")[-1], "failed")
    await listen(room, stripe)
    opened = await dispute(room, stripe, payment_id)
    await close(room, stripe, opened, "won")
    return payment_id


@pytest.mark.parametrize("payee_id", [MODEL, AGENCY])
async def test_every_sum_opens_into_its_lines_and_equals_the_ledger(
    room: MoneyRoom, sandbox: OfflineStripe, payee_id: int
) -> None:
    await eventful(room, sandbox)
    await adds_up(room, payee_id)
    async with room.database.writes.begin() as connection:  # as if the months had gone by
        for statement in (
            "alter table entry disable trigger user",
            "update entry set at = timestamptz '2030-01-31 23:59:59.999+00' where id % 3 = 0",
            "update entry set at = timestamptz '2030-02-01 00:00+00' where id % 3 = 1",
            "update entry set at = timestamptz '2031-12-31 23:30+00' where id % 3 = 2",
            "alter table entry enable trigger user",
        ):
            await connection.execute(sa.text(statement))
    found = await adds_up(room, payee_id)
    assert {each.month for each, _ in found} <= {date(2030, 1, 1), date(2030, 2, 1), date(2031, 12, 1)}
    assert len(found) > 1
    assert {line.movement.kind for _, lines in found for line in lines} >= {
        MovementKind.EARNED,
        MovementKind.REVERSED,
        MovementKind.RETURNED,
        MovementKind.PAID_OUT,
    }
    async with room.read() as read:
        quiet = await statements.statement(read, payee_id, date(2030, 6, 1), "EUR")
        before = await statements.statement(read, payee_id, date(2029, 6, 1), "EUR")
    february = next(each for each, _ in found if each.month <= date(2030, 6, 1))
    assert (quiet.opening, quiet.earned, quiet.closing) == (february.closing, Money(0, "EUR"), february.closing)
    assert before.closing == Money(0, "EUR")


async def test_a_payout_that_the_bank_sends_back_was_no_payout(room: MoneyRoom, sandbox: OfflineStripe) -> None:
    await eventful(room, sandbox)
    ((month, lines),) = await read_all(room, AGENCY)
    kinds = [line.movement.kind for line in lines]
    assert kinds.count(MovementKind.PAID_OUT) == kinds.count(MovementKind.PAYOUT_RETURNED) == 1
    assert month.paid_out == Money(0, "EUR")
    assert all(line.payout_id for line in lines if line.movement.kind is MovementKind.PAID_OUT)


async def test_a_line_says_what_it_is_of(room: MoneyRoom, sandbox: OfflineStripe) -> None:
    payment_id = await sold(room, sandbox)
    await refunds.drive(room.work, sandbox.gateway, await room.ask_refund(payment_id, 2_500))
    with sandbox.world.state.commit():
        open_dispute(sandbox.world, charge_of(sandbox, payment_id))
    await listen(room, sandbox)
    ((_, lines),) = await read_all(room, MODEL)
    first, refunded, disputed = lines[0], lines[-2], lines[-1]
    assert (first.role, first.basis_points) == ("MODEL", 6_800)
    assert (first.gross, first.fee, first.commission, first.others) == tuple(
        Money(minor, "EUR") for minor in (10_000, 1_500, 1_700, 0)
    )
    assert (refunded.movement.amount.minor, refunded.reason) == (-1_700, "The shoot was cancelled.")
    assert (disputed.movement.amount.minor, disputed.reason) == (-5_100, "fraudulent")


async def test_an_agency_sees_what_its_models_earned_beside_it_and_nobody_else_does(
    room: MoneyRoom, sandbox: OfflineStripe
) -> None:
    await sold(room, sandbox)
    async with room.read() as read:
        month, first = date(read.now.year, read.now.month, 1), Window(10)
        hers = await statements.lines_of_models(read, AGENCY, month=month, currency="EUR", window=first)
        nobodys = await statements.lines_of_models(read, MODEL, month=month, currency="EUR", window=first)
        count = await store.count_movements_beside(
            read, AGENCY, month=month, currency="EUR", own_role="AGENCY", other_role="MODEL"
        )
    assert [(line.movement.payee_id, line.movement.amount.minor) for line in hers.rows] == [(MODEL, 6_800)] * 2
    assert (nobodys.rows, count) == ((), 2)


async def test_what_is_not_paid_for_is_on_no_statement(room: MoneyRoom) -> None:
    await room.payer(card="declined")
    await room.paid()
    async with room.read() as read:
        assert await statements.statements(read, MODEL) == []
        today = datetime.now(UTC).date().replace(day=1)
        assert (await statements.statement(read, MODEL, today, "EUR")).closing == Money(0, "EUR")


async def test_held_shares_are_earned_before_they_are_sent(room: MoneyRoom) -> None:
    await room.payer()
    payment_id = await room.paid()
    await transfers.send(room.work, room.gateway, payment_id)
    ((statement, _),) = await adds_up(room, MODEL)
    assert statement.closing == Money(6_800, "EUR")
    await room.books_agree()


async def test_the_eventful_months_agree_with_every_book(room: MoneyRoom, sandbox: OfflineStripe) -> None:
    await eventful(room, sandbox)
    await all_agree(room, sandbox)
