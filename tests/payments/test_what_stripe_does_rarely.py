"""What Stripe does rarely: fees on the way of a dispute, news before the answer, payouts of less than all or less than nothing."""

from decimal import Decimal

import pytest

from payments import charges, disputes, payouts, reconciling, refunds, statements, store, transfers
from payments.errors import Unknown
from payments.facts import DisputeOpened, FraudWarned
from payments.money import Money
from payments.sandbox.arrivals import hold
from payments.sandbox.calls import Call
from payments.sandbox.disputes import answer_dispute, warn
from payments.sandbox.faults import FaultKind
from payments.sandbox.refunds import create_refund
from payments.split import Portion
from payments.states import AccountKind, PaymentStatus, PayoutStatus
from payments.store import Side
from tests.fakes.money_room import AGENCY, MODEL, MoneyRoom
from tests.fakes.sandbox import OfflineStripe
from tests.payments.test_money_over_the_wire import CONFIRM, TRIES, all_agree, ready, receiver
from tests.payments.test_returns_over_the_wire import charge_of, close, dispute, listen, sold

FEES = Side(AccountKind.DISPUTE_FEES)


@pytest.mark.parametrize(("end", "costs"), [("won", 15_00), ("lost", 30_00)])
async def test_to_answer_a_dispute_costs_another_fee(
    room: MoneyRoom, sandbox: OfflineStripe, end: str, costs: int
) -> None:
    payment_id = await sold(room, sandbox)
    opened = await dispute(room, sandbox, payment_id)
    assert await room.balance(FEES) == 15_00
    with sandbox.world.state.commit():
        answer_dispute(sandbox.world, opened)
    for _ in range(2):
        await listen(room, sandbox)
        await disputes.drive(room.work, sandbox.gateway, payment_id)
    assert await room.balance(FEES) == 30_00
    await all_agree(room, sandbox)
    await close(room, sandbox, opened, end)
    assert await room.balance(FEES) == costs
    await all_agree(room, sandbox)


async def test_a_dispute_that_took_nothing_is_none_however_it_ends(room: MoneyRoom, sandbox: OfflineStripe) -> None:
    payment_id = await sold(room, sandbox)
    opened = await dispute(room, sandbox, payment_id, is_inquiry=True)
    for status in ("lost", "won"):
        opened["status"] = status
        await disputes.drive(room.work, sandbox.gateway, payment_id)
    assert room.told(DisputeOpened) == []
    assert (await room.payment(payment_id)).status is PaymentStatus.SUCCEEDED


@pytest.mark.parametrize("what", ["refund", "dispute"])
async def test_what_goes_back_before_we_heard_that_it_came(room: MoneyRoom, sandbox: OfflineStripe, what: str) -> None:
    """The charge succeeded, its answer was lost, and somebody refunds it by hand, or its bank takes it back."""
    await ready(room, sandbox)
    sandbox.deliver(receiver(room, sandbox))
    for event in ("charge.succeeded", "payment_intent.succeeded", "charge.refunded"):
        sandbox.cause(FaultKind.LOSE_EVENT, path=event)
    payment_id = await room.request()
    sandbox.cause(FaultKind.LOSE_ANSWER, path=CONFIRM, times=TRIES)
    with pytest.raises(Unknown):
        await charges.drive(room.work, sandbox.gateway, payment_id)
    assert (await room.payment(payment_id)).status is PaymentStatus.PROCESSING
    if what == "dispute":
        await dispute(room, sandbox, payment_id)
    else:
        params = {"charge": charge_of(sandbox, payment_id)["id"], "amount": "2500"}
        with sandbox.world.state.commit():
            create_refund(sandbox.world, Call("POST", "/v1/refunds", {}, params, None, None))
        await listen(room, sandbox)
    expected = PaymentStatus.DISPUTED if what == "dispute" else PaymentStatus.PARTIALLY_REFUNDED
    assert (await room.payment(payment_id)).status is expected
    await transfers.send(room.work, sandbox.gateway, payment_id)
    await all_agree(room, sandbox)


async def test_a_warning_is_heard_over_the_wire(room: MoneyRoom, sandbox: OfflineStripe) -> None:
    payment_id = await sold(room, sandbox)
    with sandbox.world.state.commit():
        warning = warn(sandbox.world, charge_of(sandbox, payment_id))
    assert await sandbox.gateway.find_warning(warning["id"]) == charge_of(sandbox, payment_id)["id"]
    await listen(room, sandbox)
    assert [fact.payment_id for fact in room.told(FraudWarned)] == [payment_id]
    await all_agree(room, sandbox)


async def test_forints_are_paid_out_whole_and_the_rest_stays(room: MoneyRoom, sandbox: OfflineStripe) -> None:
    await ready(room, sandbox)
    sandbox.deliver(receiver(room, sandbox))
    for minor in (123_456, 65_544):
        amount = Money(minor * 2, "HUF")
        half = Money(minor, "HUF")
        parts = [Portion("MODEL", MODEL, 5000, half), Portion("PLATFORM", None, 5000, half)]
        payment_id = await room.request(amount, parts)
        await charges.drive(room.work, sandbox.gateway, payment_id)
        await transfers.send(room.work, sandbox.gateway, payment_id)
        sandbox.pay_out()
        await listen(room, sandbox)
        await all_agree(room, sandbox)
    async with room.read() as read:
        paid = await store.every_payout(read)
        [balance] = await store.balances(read, [MODEL])
    assert [(each.amount_minor, each.status) for each in paid] == [
        (123_400, PayoutStatus.PAID),
        (65_600, PayoutStatus.PAID),
    ]
    assert (balance.transferred.minor, balance.paid_out.minor) == (189_000, 189_000)


@pytest.mark.parametrize(("status", "at_the_bank"), [("in_transit", 0), ("paid", -5_00), ("failed", 0)])
async def test_what_a_balance_lacks_is_taken_from_the_bank(room: MoneyRoom, status: str, at_the_bank: int) -> None:
    """A reversal may leave a balance below zero; Stripe then debits the bank, by a payout of less than nothing."""
    await room.payer()
    account = await room.payee(MODEL)
    await room.payee(AGENCY)
    await room.send(await room.paid())
    debit = room.gateway.pay_out(account, Money(-5_00, "EUR"))
    for state in ("pending", "in_transit", *({status} - {"in_transit"})):
        if state != "pending":
            room.gateway.move_payout(debit, state)
        await payouts.refresh(room.work, room.gateway, account_id=account, payout_id=debit)
    assert await room.balance(Side(AccountKind.PAYEE_BANK, MODEL)) == at_the_bank
    await room.books_agree()
    async with room.read() as read:
        [statement] = await statements.statements(read, MODEL)
        [balance] = await store.balances(read, [MODEL])
    assert statement.paid_out.minor == balance.paid_out.minor == at_the_bank


async def test_what_an_account_of_another_currency_was_sent_is_known_as_it_is_there(
    room: MoneyRoom, sandbox: OfflineStripe
) -> None:
    """A Swede whose bank takes crowns: Stripe changes each transfer, and a reversal at the rate of its own day."""
    await ready(room, sandbox)
    sandbox.deliver(receiver(room, sandbox))
    account = sandbox.world.state.find((await room.find_payee(MODEL)).account_id or "", "v2.core.account")
    assert account is not None
    hold(account, "sek", {"eur": Decimal("11.2")})
    payment_id = await room.request()
    await charges.drive(room.work, sandbox.gateway, payment_id)
    await transfers.send(room.work, sandbox.gateway, payment_id)
    await agreed(room, sandbox)
    hold(account, "sek", {"eur": Decimal("11.5")})
    await refunds.drive(room.work, sandbox.gateway, await room.ask_refund(payment_id, 50_00))
    await agreed(room, sandbox)
    sandbox.pay_out()
    await listen(room, sandbox)
    await agreed(room, sandbox)
    left = 68_00 * 112 // 10 - 34_00 * 115 // 10
    async with room.read() as read:
        found = {each.currency: each for each in await store.balances(read, [MODEL])}
        months = {each.currency: each for each in await statements.statements(read, MODEL)}
    assert (found["SEK"].transferred.minor, found["SEK"].paid_out.minor) == (left, left)
    assert (months["SEK"].paid_out.minor, months["SEK"].closing.minor) == (0, 0)
    assert (months["EUR"].paid_out.minor, months["EUR"].closing.minor) == (34_00, 0)


async def agreed(room: MoneyRoom, sandbox: OfflineStripe) -> None:
    for _ in range(2):
        found = await reconciling.reconcile(room.work, room.database_snapshot, sandbox.gateway)
        assert found == reconciling.Found([], [])
    await all_agree(room, sandbox)
