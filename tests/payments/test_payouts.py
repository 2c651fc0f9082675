"""Payouts are seen, told once and in order, and posted."""

import asyncio
from datetime import date

import pytest

from payments import payouts, store
from payments.facts import PayoutCanceled, PayoutCreated, PayoutFact, PayoutFailed, PayoutPaid
from payments.money import Money
from payments.states import AccountKind, PayoutStatus
from payments.store import Side
from payments.tables import Payout
from tests.fakes.money_room import AGENCY, MODEL, MoneyRoom

EUR_50 = Money(5_000, "EUR")


@pytest.fixture
async def account(room: MoneyRoom) -> str:
    """The model's account, with 68 EUR on it."""
    await room.payer()
    account_id = await room.payee(MODEL)
    await room.payee(AGENCY)
    await room.send(await room.paid())
    return account_id


async def look(room: MoneyRoom, account_id: str, payout_id: str) -> Payout:
    await payouts.refresh(room.work, room.gateway, account_id=account_id, payout_id=payout_id)
    async with room.read() as read:
        return (await store.payouts_of_payees(read, [MODEL], limit=1))[0]


def told(room: MoneyRoom) -> list[type]:
    return [type(fact) for fact in room.told(PayoutFact)]


async def at(room: MoneyRoom, kind: AccountKind) -> int:
    return await room.balance(Side(kind, MODEL))


async def test_a_payout_goes_from_the_balance_to_the_bank(room: MoneyRoom, account: str) -> None:
    payout_id = room.gateway.pay_out(account, EUR_50)
    payout = await look(room, account, payout_id)
    assert (payout.status, payout.amount_minor, payout.arrives_on) == (PayoutStatus.PENDING, 5_000, date(2030, 1, 2))
    assert (await at(room, AccountKind.PAYEE_BALANCE), await at(room, AccountKind.PAYEE_IN_TRANSIT)) == (1_800, 5_000)
    await room.books_agree()

    for status in ("in_transit", "paid", "paid"):
        room.gateway.move_payout(payout_id, status)
        await look(room, account, payout_id)
    assert told(room) == [PayoutCreated, PayoutPaid]
    assert (await at(room, AccountKind.PAYEE_IN_TRANSIT), await at(room, AccountKind.PAYEE_BANK)) == (0, 5_000)
    await room.books_agree()


@pytest.mark.parametrize(
    ("status", "facts"),
    [
        ("paid", [PayoutCreated, PayoutPaid]),
        ("failed", [PayoutCreated, PayoutFailed]),
        ("canceled", [PayoutCreated, PayoutCanceled]),
        ("in_transit", [PayoutCreated]),
    ],
)
async def test_a_payout_first_seen_late_is_told_from_its_beginning(
    room: MoneyRoom, account: str, status: str, facts: list[type]
) -> None:
    payout_id = room.gateway.pay_out(account, EUR_50, status)
    assert (await look(room, account, payout_id)).status.lower() == status
    assert told(room) == facts
    await room.books_agree()


async def test_a_paid_payout_can_still_fail(room: MoneyRoom, account: str) -> None:
    payout_id = room.gateway.pay_out(account, EUR_50, "paid")
    await look(room, account, payout_id)
    room.gateway.move_payout(payout_id, "failed", "The account is closed.")
    payout = await look(room, account, payout_id)
    assert (payout.status, payout.failure_message) == (PayoutStatus.FAILED, "The account is closed.")
    assert told(room) == [PayoutCreated, PayoutPaid, PayoutFailed]
    assert (await at(room, AccountKind.PAYEE_BALANCE), await at(room, AccountKind.PAYEE_BANK)) == (6_800, 0)
    await room.books_agree()


async def test_an_answer_that_comes_late_changes_nothing(room: MoneyRoom, account: str) -> None:
    payout_id = room.gateway.pay_out(account, EUR_50, "paid")
    await look(room, account, payout_id)
    room.gateway.move_payout(payout_id, "in_transit")
    assert (await look(room, account, payout_id)).status is PayoutStatus.PAID
    room.gateway.move_payout(payout_id, "paid")
    assert told(room) == [PayoutCreated, PayoutPaid]
    await room.books_agree()


async def test_many_who_look_at_once_tell_once(room: MoneyRoom, account: str) -> None:
    payout_id = room.gateway.pay_out(account, EUR_50, "paid")
    await asyncio.gather(*(look(room, account, payout_id) for _ in range(4)))
    assert told(room) == [PayoutCreated, PayoutPaid]
    await room.books_agree()


async def test_a_strangers_payout_is_left_alone(room: MoneyRoom, account: str) -> None:
    await payouts.refresh(room.work, room.gateway, account_id="acct_stranger", payout_id="po_stranger")
    assert told(room) == []
    await room.books_agree()


async def test_payouts_are_paged_newest_first(room: MoneyRoom, account: str) -> None:
    for _ in range(3):
        await look(room, account, room.gateway.pay_out(account, Money(100, "EUR")))
    async with room.read() as read:
        newest, middle, oldest = [row.id for row in await store.payouts_of_payees(read, [MODEL], limit=9)]
        assert newest is not None
        assert oldest is not None
        after = await store.payouts_of_payees(read, [MODEL], limit=1, after=newest)
        before = await store.payouts_of_payees(read, [MODEL], limit=1, before=oldest, last=True)
        last = await store.payouts_of_payees(read, [MODEL], limit=2, last=True)
    assert [row.id for row in after] == [row.id for row in before] == [middle]
    assert [row.id for row in last] == [middle, oldest]
    assert newest > oldest
