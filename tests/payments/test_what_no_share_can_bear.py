"""Banks take more than is left, and people refund by hand: the platform bears what no share can, and no book is off."""

import pytest

from payments import disputes, ledger, refunds
from payments.sandbox.calls import Call
from payments.sandbox.disputes import open_dispute
from payments.sandbox.refunds import create_refund, move_refund
from payments.sandbox.store import Thing
from payments.states import AccountKind, PaymentStatus, ShareStatus
from payments.store import Side
from tests.fakes.money_room import MODEL, MoneyRoom
from tests.fakes.sandbox import OfflineStripe
from tests.payments.test_money_over_the_wire import all_agree
from tests.payments.test_returns_over_the_wire import GONE, WHOLE, charge_of, close, listen, sold, statuses

LOSSES = Side(AccountKind.LOSSES)


def by_hand(stripe: OfflineStripe, payment_id: int, minor: int) -> Thing:
    """Somebody refunds in the dashboard: nothing of ours is written on it."""
    params = {"charge": charge_of(stripe, payment_id)["id"], "amount": str(minor)}
    with stripe.world.state.commit():
        return create_refund(stripe.world, Call("POST", "/v1/refunds", {}, params, None, None))


async def dispute_whole(room: MoneyRoom, stripe: OfflineStripe, payment_id: int) -> Thing:
    with stripe.world.state.commit():
        opened = open_dispute(stripe.world, charge_of(stripe, payment_id), amount=10_000)
    await listen(room, stripe)
    return opened


@pytest.mark.parametrize("end", ["won", "lost"])
async def test_a_bank_takes_what_was_refunded_already(room: MoneyRoom, sandbox: OfflineStripe, end: str) -> None:
    payment_id = await sold(room, sandbox)
    await refunds.drive(room.work, sandbox.gateway, await room.ask_refund(payment_id, 2_500))
    opened = await dispute_whole(room, sandbox, payment_id)
    assert await statuses(room, payment_id) == GONE
    assert await room.balance(LOSSES) == 2_500
    await all_agree(room, sandbox)
    await close(room, sandbox, opened, end)
    payment = await room.payment(payment_id)
    if end == "won":
        assert (payment.status, payment.refunded_minor) == (PaymentStatus.PARTIALLY_REFUNDED, 2_500)
        assert await statuses(room, payment_id) == {ShareStatus.PARTIALLY_REVERSED}
        assert await room.balance(LOSSES) == 0
    else:
        assert (payment.status, payment.refunded_minor) == (PaymentStatus.REFUNDED, 10_000)
        assert await room.balance(LOSSES) == 2_500
    await all_agree(room, sandbox)


async def test_a_refund_that_fails_lightens_the_platforms_loss(room: MoneyRoom, sandbox: OfflineStripe) -> None:
    payment_id = await sold(room, sandbox)
    await refunds.drive(room.work, sandbox.gateway, await room.ask_refund(payment_id, 2_500))
    opened = await dispute_whole(room, sandbox, payment_id)
    with sandbox.world.state.commit():
        move_refund(sandbox.world, sandbox.world.state.all("refund")[0], "failed")
    await listen(room, sandbox)
    assert await room.balance(LOSSES) == 0
    assert await statuses(room, payment_id) == GONE
    await all_agree(room, sandbox)
    await close(room, sandbox, opened, "won")
    assert await statuses(room, payment_id) == WHOLE
    await all_agree(room, sandbox)


async def test_a_refund_made_by_hand_is_taken_over(room: MoneyRoom, sandbox: OfflineStripe) -> None:
    payment_id = await sold(room, sandbox)
    made = by_hand(sandbox, payment_id, 4_000)
    await listen(room, sandbox)
    payment = await room.payment(payment_id)
    assert (payment.status, payment.refunded_minor) == (PaymentStatus.PARTIALLY_REFUNDED, 4_000)
    assert sorted(share.reversed_minor for share in await room.shares(payment_id)) == [600, 680, 2_720]
    await all_agree(room, sandbox)
    await refunds.take_over(room.work, sandbox.gateway, payment_id)  # and it is ours once
    await refunds.drive(room.work, sandbox.gateway, await room.ask_refund(payment_id))
    assert await statuses(room, payment_id) == GONE
    with sandbox.world.state.commit():
        move_refund(sandbox.world, made, "failed")
    await listen(room, sandbox)
    assert (await room.payment(payment_id)).refunded_minor == 6_000
    await all_agree(room, sandbox)


@pytest.mark.parametrize("end", ["won", "lost"])
async def test_a_refund_that_is_seen_after_the_dispute(room: MoneyRoom, sandbox: OfflineStripe, end: str) -> None:
    payment_id = await sold(room, sandbox)
    by_hand(sandbox, payment_id, 2_500)
    with sandbox.world.state.commit():
        opened = open_dispute(sandbox.world, charge_of(sandbox, payment_id), amount=10_000)
    await disputes.drive(room.work, sandbox.gateway, payment_id)  # the event of the refund is late
    await listen(room, sandbox)
    assert await room.balance(LOSSES) == 2_500
    await all_agree(room, sandbox)
    await close(room, sandbox, opened, end)
    payment = await room.payment(payment_id)
    assert payment.refunded_minor == (2_500 if end == "won" else 10_000)
    assert await room.balance(LOSSES) == (0 if end == "won" else 2_500)
    await all_agree(room, sandbox)


async def test_what_could_not_be_reversed_before_a_lost_dispute_stays_owed(
    room: MoneyRoom, sandbox: OfflineStripe
) -> None:
    payment_id = await sold(room, sandbox)
    sandbox.pay_out()
    opened = await dispute_whole(room, sandbox, payment_id)
    await close(room, sandbox, opened, "lost")
    assert await statuses(room, payment_id) == {ShareStatus.OWED, ShareStatus.REVERSED}
    assert await room.balance(Side(AccountKind.RECEIVABLE, MODEL)) == 6_800
    await all_agree(room, sandbox)
    async with room.read() as read:
        assert [(each.payee_id, each.owed.minor) for each in await ledger.balances(read, [MODEL])] == [(MODEL, 6_800)]


async def test_a_prevented_dispute_that_took_the_money_is_lost(room: MoneyRoom, sandbox: OfflineStripe) -> None:
    payment_id = await sold(room, sandbox)
    with sandbox.world.state.commit():
        opened = open_dispute(sandbox.world, charge_of(sandbox, payment_id))
        opened["status"] = "prevented"
        sandbox.world.state.put(opened)
    await listen(room, sandbox)
    assert (await room.payment(payment_id)).status is PaymentStatus.REFUNDED
    assert await statuses(room, payment_id) == GONE
