"""A payee whose account was closed gets another: what the old one was sent, and paid out, stays its payee's."""

from payments import charges, disputes, payees, payouts, reconciling, refunds, reversals, store, transfers
from payments.catching_up import catch_up
from payments.facts import PayoutFailed
from payments.money import Money
from payments.sandbox.disputes import close_dispute, open_dispute
from payments.sandbox.faults import FaultKind
from payments.states import AccountKind, PayeeStatus, ShareStatus
from payments.store import Side
from tests.fakes.money_room import AGENCY, MODEL, MoneyRoom
from tests.fakes.sandbox import OfflineStripe
from tests.payments.test_catching_up import WEEK
from tests.payments.test_money_over_the_wire import all_agree, ready
from tests.payments.test_returns_over_the_wire import charge_of, listen, sold


async def begin_again(room: MoneyRoom, stripe: OfflineStripe) -> str:
    await payees.start_onboarding(
        room.work, stripe.gateway, payee_id=MODEL, name="Ada", email="ada@example.test", country="SE", is_company=False,
        return_url="http://app.test", refresh_url="http://app.test",
    )  # fmt: skip
    account_id = (await room.find_payee(MODEL)).account_id
    assert account_id is not None
    await stripe.finish_onboarding(account_id)
    await listen(room, stripe)
    return account_id


async def sale(room: MoneyRoom, stripe: OfflineStripe) -> int:
    payment_id = await room.request()
    await charges.drive(room.work, stripe.gateway, payment_id)
    await transfers.send(room.work, stripe.gateway, payment_id)
    return payment_id


async def model_of(room: MoneyRoom, payment_id: int) -> ShareStatus:
    return next(share.status for share in await room.shares(payment_id) if share.payee_id == MODEL)


async def closed(room: MoneyRoom, stripe: OfflineStripe) -> tuple[int, str]:
    """A sale that was paid out, and the model's account, which is closed now."""
    payment_id = await sold(room, stripe)
    stripe.pay_out()
    await listen(room, stripe)
    old = (await room.find_payee(MODEL)).account_id
    assert old is not None
    stripe.cause(FaultKind.CLOSE_PAYEE, account=old)
    await listen(room, stripe)
    return payment_id, old


async def test_a_closed_account_is_let_go_and_the_next_one_takes_what_waits(
    room: MoneyRoom, sandbox: OfflineStripe
) -> None:
    _, old = await closed(room, sandbox)
    assert (await room.find_payee(MODEL)).status is PayeeStatus.NOT_STARTED
    waiting = await sale(room, sandbox)
    assert await model_of(room, waiting) is ShareStatus.HELD
    new = await begin_again(room, sandbox)
    assert new != old
    async with room.work() as work:
        assert await transfers.release(work, MODEL) == [waiting]
        assert {name: account.payee_id for name, account in (await store.every_account(work)).items()}[old] == MODEL
    await transfers.send(room.work, sandbox.gateway, waiting)
    assert await model_of(room, waiting) is ShareStatus.TRANSFERRED
    await all_agree(room, sandbox)
    assert await reconciling.reconcile(room.work, room.database_snapshot, sandbox.gateway) == reconciling.Found([], [])
    await catch_up(room.work, sandbox.gateway, back=WEEK)


async def test_what_the_old_account_had_is_owed_and_given_back_to_the_new_one(
    room: MoneyRoom, sandbox: OfflineStripe
) -> None:
    payment_id, _ = await closed(room, sandbox)
    await refunds.drive(room.work, sandbox.gateway, await room.ask_refund(payment_id, 5_000))
    assert await model_of(room, payment_id) is ShareStatus.OWED
    new = await begin_again(room, sandbox)
    disputed = await sale(room, sandbox)
    assert await model_of(room, payment_id) is ShareStatus.PARTIALLY_REVERSED
    with sandbox.world.state.commit():
        dispute = open_dispute(sandbox.world, charge_of(sandbox, disputed))
    await disputes.drive(room.work, sandbox.gateway, disputed)
    with sandbox.world.state.commit():
        close_dispute(sandbox.world, dispute, "won")
    await disputes.drive(room.work, sandbox.gateway, disputed)
    await reversals.settle(room.work, sandbox.gateway, disputed)
    assert await model_of(room, disputed) is ShareStatus.TRANSFERRED
    assert {each.destination for each in sandbox.books.transfers if each.payment_id == disputed} >= {new}
    await all_agree(room, sandbox)


async def test_a_payout_of_the_old_account_that_comes_back_is_its_payees(room: MoneyRoom) -> None:
    await room.payer()
    old = await room.payee(MODEL)
    await room.payee(AGENCY)
    await room.send(await room.paid())
    payout_id = room.gateway.pay_out(old, Money(6_800, "EUR"), "paid")
    await payouts.refresh(room.work, room.gateway, account_id=old, payout_id=payout_id)
    room.gateway.close_account(old)
    await payees.refresh(room.work, room.gateway, MODEL)
    assert await room.payee(MODEL) != old
    await room.send(await room.paid())
    await room.books_agree()

    room.gateway.move_payout(payout_id, "failed", "The bank account has been closed.")
    await payouts.refresh(room.work, room.gateway, account_id=old, payout_id=payout_id)
    assert [fact.payee_id for fact in room.told(PayoutFailed)] == [MODEL]
    assert await room.balance(Side(AccountKind.PAYEE_BALANCE, MODEL)) == 2 * 6_800
    await room.books_agree()


async def test_an_account_that_is_not_shown_is_named_and_stops_nobody(room: MoneyRoom, sandbox: OfflineStripe) -> None:
    await ready(room, sandbox)
    await sale(room, sandbox)
    lost = (await room.find_payee(MODEL)).account_id or ""
    account = sandbox.world.state.find(lost, "v2.core.account")
    assert account is not None
    account["closed"] = True  # with money on it, and nobody was told
    assert await catch_up(room.work, sandbox.gateway, back=WEEK) > 0
    found = await reconciling.reconcile(room.work, room.database_snapshot, sandbox.gateway)
    unreadable, missing = found.differences
    assert unreadable.startswith(f"accounts: {lost} of payee {MODEL} cannot be read: ")
    assert missing == f"balances: only we say payee {MODEL}: 6800 eur"
