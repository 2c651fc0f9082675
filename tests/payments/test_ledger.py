"""The ledger holds what happened, finds what is wrong, and says who has what."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from payments import ledger, payouts, reconciliation, store
from payments.money import Money
from payments.reconciliation import Books, DisputeHeld, RefundHeld, ReversalHeld
from payments.states import AccountKind
from payments.store import Balance, Posting, Side
from tests.fakes.money_room import AGENCY, MODEL, MoneyRoom, thirds

ONE = Money(1, "EUR")


def eur(minor: int) -> Money:
    return Money(minor, "EUR")


@pytest.fixture
async def sold(room: MoneyRoom) -> int:
    """One payment whose model is paid, and whose agency has no account yet."""
    await room.payer()
    account_id = await room.payee(MODEL)
    payment_id = await room.paid()
    await room.send(payment_id)
    payout_id = room.gateway.pay_out(account_id, eur(800), "paid")
    await payouts.refresh(room.work, room.gateway, account_id=account_id, payout_id=payout_id)
    return payment_id


async def run(room: MoneyRoom, statement: str) -> None:
    async with room.database.writes.begin() as connection:
        await connection.execute(sa.text(statement))


async def faults(room: MoneyRoom) -> list[str]:
    async with room.read() as read:
        return await ledger.verify(read)


async def test_a_fact_is_posted_once(room: MoneyRoom) -> None:
    posting = Posting("charge", "ch_1:charge", ledger.STRIPE_BALANCE, ledger.CLEARING, ONE)
    for _ in range(2):
        async with room.work() as work:
            await ledger.post(work, [posting, replace(posting, key="ch_1:nothing", amount=eur(0))])
    assert await room.balance(ledger.STRIPE_BALANCE) == 1
    assert await room.balance(ledger.CLEARING) == -1


async def test_balances_say_what_is_pending_sent_and_arrived(room: MoneyRoom, sold: int) -> None:
    async with room.read() as read:
        found = await ledger.balances(read, [MODEL, AGENCY, 404])
    assert found == [
        Balance(MODEL, "EUR", pending=eur(0), transferred=eur(6800), paid_out=eur(800), owed=eur(0)),
        Balance(AGENCY, "EUR", pending=eur(1700), transferred=eur(0), paid_out=eur(0), owed=eur(0)),
    ]
    await room.books_agree()


async def test_balances_are_known_at_any_moment(room: MoneyRoom, sold: int) -> None:
    moments, then = [], []

    async def note() -> None:
        async with room.read() as read:
            moments.append(read.now)
            then.append(await ledger.balances(read, [MODEL, AGENCY]))

    await note()
    await room.payee(AGENCY)
    await room.send(sold)
    await note()
    await room.refund(sold, 5_000)
    await note()
    assert [balance.owed for balance in then[2]] == [eur(0), eur(0)]
    assert len({str(each) for each in then}) == len(then)
    async with room.read() as read:
        assert [await ledger.balances(read, [MODEL, AGENCY], at=moment) for moment in moments] == then
        assert await ledger.balances(read, [MODEL, AGENCY], at=moments[0] - timedelta(hours=1)) == []


async def test_what_is_not_paid_is_nobodys_balance(room: MoneyRoom) -> None:
    await room.payer(card="declined")
    await room.paid()
    async with room.read() as read:
        assert await ledger.balances(read, [MODEL]) == []
        assert await ledger.earnings(read, MODEL, first=read.today, last=read.today) == []


async def test_earnings_are_by_month_and_reference(room: MoneyRoom, sold: int) -> None:
    second = await room.paid(eur(20_000))
    await run(room, f"update payment set succeeded_at = '2030-01-31 23:30+00' where id = {sold}")
    await run(room, f"update payment set succeeded_at = '2030-02-01 00:00+00' where id = {second}")
    async with room.read() as read:
        first, last = (read.today.replace(2030, 1, 1), read.today.replace(2030, 2, 1))
        found = await ledger.earnings(read, MODEL, first=first, last=last)
        january = await ledger.earnings(read, MODEL, first=first, last=last - timedelta(days=1))
    assert [(each.month, each.amount) for each in found] == [(first, eur(6800)), (last, eur(13_600))]
    assert january == found[:1]


async def test_money_left_on_clearing_is_a_fault(room: MoneyRoom, sold: int) -> None:
    assert await faults(room) == []
    async with room.work() as work:
        stray = Posting("charge", "ch_stray:charge", ledger.STRIPE_BALANCE, ledger.CLEARING, ONE, sold)
        await ledger.post(work, [stray])
    assert f"payment {sold} has -1 left on CLEARING" in await faults(room)


@pytest.mark.parametrize(
    "damage",
    [
        "update share set amount_minor = amount_minor - 1 where role = 'AGENCY'",
        "update share set sent_minor = amount_minor, transferred_at = now() where role = 'AGENCY'",
        "update share set transferred_at = null where role = 'MODEL'",
        "update share set owed_minor = 1 where role = 'MODEL'",
        "update share set reversed_minor = 1 where role = 'AGENCY'",
        "update payment set status = 'FAILED'",
        "update payment set amount_minor = amount_minor + 1",
        "update payout set status = 'FAILED'",
    ],
)
async def test_entries_that_tell_otherwise_than_the_rows_are_faults(room: MoneyRoom, sold: int, damage: str) -> None:
    await run(room, damage)
    assert await faults(room) != []


CHANGES: list[Callable[[Books], Books]] = [
    lambda books: replace(books, charges=()),
    lambda books: replace(books, charges=books.charges * 2),
    lambda books: replace(books, charges=(replace(books.charges[0], amount=9_999),)),
    lambda books: replace(books, transfers=()),
    lambda books: replace(books, transfers=books.transfers * 2),
    lambda books: replace(books, transfers=(replace(books.transfers[0], destination="acct_other"),)),
    lambda books: replace(books, transfers=(replace(books.transfers[0], amount=1),)),
    lambda books: replace(books, transfers=(replace(books.transfers[0], reversed=1),)),
    lambda books: replace(books, payouts=()),
    lambda books: replace(books, payouts=(replace(books.payouts[0], status="failed"),)),
    lambda books: replace(books, balances={}),
    lambda books: replace(books, platform={"eur": 1}),
    lambda books: replace(books, refunds=(RefundHeld("re_1", 1, "ch_1", 1, "eur", "succeeded"),)),
    lambda books: replace(books, reversals=(ReversalHeld("trr_1", 1, "tr_1", 1, "eur"),)),
    lambda books: replace(books, disputes=(DisputeHeld("du_1", "ch_1", 1, "eur", "open"),)),
    lambda books: replace(books, balances={**books.balances, "acct_other": {"eur": 1}}),
]


@pytest.mark.parametrize("change", CHANGES)
async def test_the_comparison_finds_every_difference(
    room: MoneyRoom, sold: int, change: Callable[[Books], Books]
) -> None:
    await room.books_agree()
    async with room.read() as read:
        assert await reconciliation.compare(read, change(room.gateway.books())) != []


async def test_books_come_as_json(room: MoneyRoom, sold: int) -> None:
    books = room.gateway.books()

    def rows(held: Any) -> list[dict[str, Any]]:
        return [{name: getattr(row, name) for name in row.__slots__} for row in held]

    body: dict[str, Any] = {
        name: rows(getattr(books, name)) for name in ("charges", "transfers", "payouts", "refunds", "reversals")
    }
    body |= {"balances": books.balances, "platform": books.platform}
    assert Books.from_json(body) == books
    text = {**body, "transfers": [{**row, "share_id": str(row["share_id"])} for row in body["transfers"]]}
    assert Books.from_json(text) == books


async def test_shares_are_paged_newest_first(room: MoneyRoom, sold: int) -> None:
    for _ in range(2):
        await room.request(portions=thirds(eur(10_000)))
    async with room.read() as read:
        rows = await store.shares_of_payee(read, MODEL, limit=10)
        after = await store.shares_of_payee(read, MODEL, limit=1, after=rows[0].id)
        before = await store.shares_of_payee(read, MODEL, limit=1, before=rows[2].id, last=True)
    assert [row.id for row in rows] == sorted((row.id or 0 for row in rows), reverse=True)
    assert after[0].id == before[0].id == rows[1].id


async def test_the_sweeper_finds_what_nobody_took_further(room: MoneyRoom, sold: int) -> None:
    waiting, unsent = await room.request(), await room.paid()
    now = timedelta(0)
    async with room.read() as read:
        assert await store.undriven_payments(read, older_than=now) == [waiting]
        assert await store.unsent_payments(read, older_than=now) == [unsent]
        assert await store.held_payments(read, older_than=now) == []  # the agency is not ready
        assert await store.undriven_payments(read, older_than=timedelta(minutes=1)) == []
    await room.payee(AGENCY)
    async with room.read() as read:
        assert await store.held_payments(read, older_than=now) == [sold]
    assert await room.balance(Side(AccountKind.PAYABLE, AGENCY)) == -3400
