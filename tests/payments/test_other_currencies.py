"""A platform that settles in euros sells in yen and pounds: over the wire, at rates that change meanwhile."""

from collections.abc import Iterator
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payments import charges, ledger, reconciling, refunds, statements, store, transfers
from payments.money import Money
from payments.sandbox.disputes import open_dispute
from payments.sandbox.faults import FaultKind
from payments.sandbox.refunds import move_refund
from payments.split import convert
from payments.states import AccountKind, PaymentStatus, ShareStatus
from payments.store import Side
from tests.fakes.money_room import AGENCY, MODEL, MoneyRoom
from tests.fakes.sandbox import OfflineStripe
from tests.payments.test_money_over_the_wire import all_agree, ready, receiver
from tests.payments.test_returns_over_the_wire import charge_of, close, dispute, listen, statuses

YEN, POUNDS = Money(100_001, "JPY"), Money(1_000_01, "GBP")
FX = Side(AccountKind.FX)


@pytest.fixture
def sandbox() -> Iterator[OfflineStripe]:
    offline = OfflineStripe(rates={"jpy": Decimal("0.00613"), "gbp": Decimal("1.1731")})
    yield offline
    assert offline.violations == []


def rate(stripe: OfflineStripe, currency: str, now: str) -> None:
    stripe.world.rates[currency] = Decimal(now)


async def sold(room: MoneyRoom, stripe: OfflineStripe, price: Money) -> int:
    await ready(room, stripe)
    stripe.deliver(receiver(room, stripe))
    payment_id = 0
    for amount in (Money(2_000_00, "EUR"), price):  # the platform has a balance of its own
        payment_id = await room.request(amount)
        await charges.drive(room.work, stripe.gateway, payment_id)
        await transfers.send(room.work, stripe.gateway, payment_id)
    await listen(room, stripe)
    return payment_id


async def refund(room: MoneyRoom, stripe: OfflineStripe, payment_id: int, minor: int | None = None) -> None:
    await refunds.drive(room.work, stripe.gateway, await room.ask_refund(payment_id, minor))
    await listen(room, stripe)


@pytest.mark.parametrize(
    ("price", "came", "sent"), [(YEN, 613_01, [416_85, 104_21, 91_95]), (POUNDS, 1_173_11, [797_72, 199_43, 175_96])]
)
async def test_shares_are_sent_in_the_currency_of_the_settlement(
    room: MoneyRoom, sandbox: OfflineStripe, price: Money, came: int, sent: list[int]
) -> None:
    payment_id = await sold(room, sandbox, price)
    shares = await room.shares(payment_id)
    assert [share.amount_minor for share in shares] == sent
    assert sum(sent) == came
    assert {share.currency for share in shares} == {"EUR"}
    assert sum(share.agreed.minor for share in shares) == price.minor
    assert {share.agreed.currency for share in shares} == {price.currency}
    assert [share.sent_minor for share in shares] == [*sent[:2], 0]
    made = [each for each in sandbox.world.state.all("transfer") if each["metadata"]["payment_id"] == str(payment_id)]
    assert [(each["amount"], each["currency"]) for each in made] == [(minor, "eur") for minor in sent[:2]]
    assert {each["source_transaction"] for each in made} == {charge_of(sandbox, payment_id)["id"]}
    await all_agree(room, sandbox)


@pytest.mark.parametrize("price", [YEN, POUNDS])
@pytest.mark.parametrize("change", ["0.9", "1", "1.1"])
async def test_refunds_at_the_rates_of_their_days_empty_every_share(
    room: MoneyRoom, sandbox: OfflineStripe, price: Money, change: str
) -> None:
    payment_id, code = await sold(room, sandbox, price), price.currency.lower()
    rate(sandbox, code, str(sandbox.world.rates[code] * Decimal(change)))
    for minor in (price.minor // 3, 1, None):
        await refund(room, sandbox, payment_id, minor)
        await all_agree(room, sandbox)
    payment, shares = await room.payment(payment_id), await room.shares(payment_id)
    assert (payment.status, payment.refunded_minor) == (PaymentStatus.REFUNDED, price.minor)
    assert all(share.reversed_minor == share.amount_minor for share in shares)
    assert await statuses(room, payment_id) == {ShareStatus.REVERSED}
    cost = await room.balance(FX)
    assert {"0.9": cost < -50_00, "1": abs(cost) <= 3, "1.1": cost > 50_00}[change], cost


@pytest.mark.parametrize("end", ["won", "lost"])
async def test_a_dispute_ends_at_another_rate_than_it_began(room: MoneyRoom, sandbox: OfflineStripe, end: str) -> None:
    payment_id = await sold(room, sandbox, POUNDS)
    await refund(room, sandbox, payment_id, 400_00)
    rate(sandbox, "gbp", "1.21")
    opened = await dispute(room, sandbox, payment_id)
    assert (await room.payment(payment_id)).status is PaymentStatus.DISPUTED
    await all_agree(room, sandbox)
    rate(sandbox, "gbp", "1.15")
    await close(room, sandbox, opened, end)
    await all_agree(room, sandbox)
    payment, shares = await room.payment(payment_id), await room.shares(payment_id)
    assert payment.status is (PaymentStatus.PARTIALLY_REFUNDED if end == "won" else PaymentStatus.REFUNDED)
    left = sum(share.amount_minor - share.reversed_minor for share in shares)
    assert left == (0 if end == "lost" else 1_173_11 - 1_173_11 * 400_00 // 1_000_01)
    assert await room.balance(ledger.DISPUTED) == 0


async def test_a_refund_that_fails_gives_every_share_back(room: MoneyRoom, sandbox: OfflineStripe) -> None:
    payment_id = await sold(room, sandbox, YEN)
    sandbox.cause(FaultKind.PEND_REFUND)
    await refund(room, sandbox, payment_id, 30_000)
    await all_agree(room, sandbox)
    rate(sandbox, "jpy", "0.0058")
    with sandbox.world.state.commit():
        move_refund(sandbox.world, sandbox.world.state.all("refund")[-1], "failed")
    await listen(room, sandbox)
    await all_agree(room, sandbox)
    payment, shares = await room.payment(payment_id), await room.shares(payment_id)
    assert (payment.status, payment.refunded_minor) == (PaymentStatus.SUCCEEDED, 0)
    assert {share.reversed_minor for share in shares} == {0}
    await refund(room, sandbox, payment_id)
    await all_agree(room, sandbox)
    assert all(s.reversed_minor + s.owed_minor == s.amount_minor for s in await room.shares(payment_id))


@pytest.mark.parametrize("end", ["won", "lost"])
async def test_a_bank_takes_more_than_refunds_have_left(room: MoneyRoom, sandbox: OfflineStripe, end: str) -> None:
    payment_id = await sold(room, sandbox, POUNDS)
    await refund(room, sandbox, payment_id, 700_00)
    rate(sandbox, "gbp", "1.19")
    with sandbox.world.state.commit():
        opened = open_dispute(sandbox.world, charge_of(sandbox, payment_id), amount=POUNDS.minor)
    await listen(room, sandbox)
    await all_agree(room, sandbox)
    assert all(share.reversed_minor == share.amount_minor for share in await room.shares(payment_id))
    await close(room, sandbox, opened, end)
    await all_agree(room, sandbox)


async def test_a_debt_is_netted_from_what_is_settled_in_its_currency(room: MoneyRoom, sandbox: OfflineStripe) -> None:
    payment_id = await sold(room, sandbox, YEN)
    sandbox.pay_out()
    await listen(room, sandbox)
    await refund(room, sandbox, payment_id, 50_000)
    owed = [share.owed_minor for share in await room.shares(payment_id)]
    assert owed[:2] == [208_42, 52_10]
    next_id = await room.request(POUNDS)
    await charges.drive(room.work, sandbox.gateway, next_id)
    await transfers.send(room.work, sandbox.gateway, next_id)
    assert [share.sent_minor for share in await room.shares(next_id)][:2] == [797_72 - owed[0], 199_43 - owed[1]]
    await all_agree(room, sandbox)


async def test_balances_and_statements_show_what_was_sent(room: MoneyRoom, sandbox: OfflineStripe) -> None:
    await sold(room, sandbox, YEN)
    async with room.read() as read:
        balances = await store.balances(read, [MODEL, AGENCY])
        months = [await statements.statements(read, payee_id) for payee_id in (MODEL, AGENCY)]
    assert [(each.currency, each.transferred.minor) for each in balances] == [
        ("EUR", 1_360_00 + 416_85),
        ("EUR", 340_00 + 104_21),
    ]
    assert [[(each.currency, each.earned.minor) for each in month] for month in months] == [
        [("EUR", 1_776_85)],
        [("EUR", 444_21)],
    ]


async def test_reconciling_finds_nothing_over_the_wire(room: MoneyRoom, sandbox: OfflineStripe) -> None:
    payment_id = await sold(room, sandbox, YEN)
    rate(sandbox, "jpy", "0.0059")
    await refund(room, sandbox, payment_id, 10_000)
    found = await reconciling.reconcile(room.work, room.database_snapshot, sandbox.gateway)
    assert (found.differences, found.remarks) == ([], [])
    assert {each["currency"] for each in sandbox.world.state.all("balance_transaction")} == {"eur"}


@given(st.lists(st.integers(0, 10**9), min_size=1, max_size=6).filter(any), st.integers(0, 10**9))
def test_what_came_is_divided_as_it_was_agreed(agreed: list[int], came: int) -> None:
    for currency, unit in (("EUR", 1), ("JPY", 1), ("KWD", 10)):
        parts = convert(agreed, Money(came, currency))
        assert sum(parts) == came
        assert min(parts) >= 0
        for minor, part in zip(agreed[:-1], parts, strict=False):
            assert part % unit == 0
            assert abs(part * sum(agreed) - came * minor) < 2 * unit * sum(agreed)
