"""Refunds and disputes through the real gateway and the sandbox, told by webhooks, whatever is lost between them."""

from contextlib import suppress

import pytest

from payments import charges, disputes, reconciliation, refunds, reversals, store, transfers, webhooks
from payments.errors import Unknown
from payments.facts import DisputeLost, DisputeOpened, DisputeWon, RefundFailed, ShareReversed, StripeEventReceived
from payments.money import Money
from payments.sandbox.disputes import close_dispute, open_dispute
from payments.sandbox.faults import FaultKind
from payments.sandbox.refunds import move_refund
from payments.sandbox.store import Thing
from payments.states import PaymentStatus, ShareStatus
from tests.fakes.crashes import Crash, Fuse, FusedGateway, fused_work
from tests.fakes.money_room import AGENCY, MODEL, MoneyRoom
from tests.fakes.sandbox import OfflineStripe
from tests.payments.test_money_over_the_wire import all_agree, insist, ready, receiver

REFUND, REVERSE, TRANSFER = "POST /v1/refunds", "POST */reversals", "POST /v1/transfers"
TRIES = 3  # of the SDK, for one call
WHOLE = {ShareStatus.TRANSFERRED}
GONE = {ShareStatus.REVERSED}


async def sold(room: MoneyRoom, stripe: OfflineStripe) -> int:
    """A payment of 100.00, shared. The platform has a balance of its own from another sale."""
    await ready(room, stripe)
    stripe.deliver(receiver(room, stripe))
    for _ in range(2):
        payment_id = await room.request()
        await charges.drive(room.work, stripe.gateway, payment_id)
        await transfers.send(room.work, stripe.gateway, payment_id)
    await listen(room, stripe)
    return payment_id


async def listen(room: MoneyRoom, stripe: OfflineStripe) -> None:
    await stripe.settle()
    for event in room.told(StripeEventReceived):
        await insist(lambda row_id=event.event_row_id: webhooks.handle(room.work, stripe.gateway, row_id))  # type: ignore[misc]


async def statuses(room: MoneyRoom, payment_id: int) -> set[ShareStatus]:
    return {share.status for share in await room.shares(payment_id)}


def charge_of(stripe: OfflineStripe, payment_id: int) -> Thing:
    found = (each for each in stripe.world.state.all("charge") if each["metadata"]["payment_id"] == str(payment_id))
    return next(found)


async def dispute(room: MoneyRoom, stripe: OfflineStripe, payment_id: int, *, is_inquiry: bool = False) -> Thing:
    with stripe.world.state.commit():
        opened = open_dispute(stripe.world, charge_of(stripe, payment_id), is_inquiry=is_inquiry)
    await listen(room, stripe)
    return opened


async def close(room: MoneyRoom, stripe: OfflineStripe, opened: Thing, status: str) -> None:
    with stripe.world.state.commit():
        close_dispute(stripe.world, opened, status)
    await listen(room, stripe)


@pytest.mark.parametrize(
    "path", [None, REFUND, REVERSE, "*"], ids=["all well", "refund lost", "reversal lost", "the line is bad"]
)
async def test_partial_refunds_to_the_end(room: MoneyRoom, sandbox: OfflineStripe, path: str | None) -> None:
    payment_id = await sold(room, sandbox)
    for minor in (1, 3_333, None):
        refund_id = await room.ask_refund(payment_id, minor)
        if path is not None:
            sandbox.cause(FaultKind.LOSE_ANSWER, path=path, times=TRIES)
        await insist(lambda number=refund_id: refunds.drive(room.work, sandbox.gateway, number))  # type: ignore[misc]
        await listen(room, sandbox)
        await all_agree(room, sandbox)
    assert (await room.payment(payment_id)).status is PaymentStatus.REFUNDED
    assert await statuses(room, payment_id) == GONE


async def test_what_was_paid_out_is_owed_and_netted(room: MoneyRoom, sandbox: OfflineStripe) -> None:
    payment_id = await sold(room, sandbox)
    sandbox.pay_out()
    await listen(room, sandbox)
    await refunds.drive(room.work, sandbox.gateway, await room.ask_refund(payment_id, 5_000))
    assert await statuses(room, payment_id) == {ShareStatus.OWED, ShareStatus.PARTIALLY_REVERSED}
    await all_agree(room, sandbox)
    next_id = await room.request()
    await charges.drive(room.work, sandbox.gateway, next_id)
    await transfers.send(room.work, sandbox.gateway, next_id)
    assert await statuses(room, payment_id) == {ShareStatus.PARTIALLY_REVERSED}
    assert sorted(share.sent_minor for share in await room.shares(next_id)) == [0, 850, 3_400]
    await all_agree(room, sandbox)


async def test_a_refund_that_waits_and_fails_is_undone_by_its_webhook(room: MoneyRoom, sandbox: OfflineStripe) -> None:
    payment_id = await sold(room, sandbox)
    sandbox.cause(FaultKind.PEND_REFUND)
    await refunds.drive(room.work, sandbox.gateway, await room.ask_refund(payment_id))
    assert await statuses(room, payment_id) == GONE
    await all_agree(room, sandbox)
    with sandbox.world.state.commit():
        move_refund(sandbox.world, sandbox.world.state.all("refund")[0], "failed")
    await listen(room, sandbox)
    assert len(room.told(RefundFailed)) == 1
    assert (await room.payment(payment_id)).status is PaymentStatus.SUCCEEDED
    assert await statuses(room, payment_id) == WHOLE
    await all_agree(room, sandbox)


async def test_a_dispute_takes_every_share_until_it_is_won(room: MoneyRoom, sandbox: OfflineStripe) -> None:
    payment_id = await sold(room, sandbox)
    opened = await dispute(room, sandbox, payment_id)
    assert (await room.payment(payment_id)).status is PaymentStatus.DISPUTED
    assert await statuses(room, payment_id) == GONE
    assert len(room.told(DisputeOpened)) == 1
    await all_agree(room, sandbox)
    await close(room, sandbox, opened, "won")
    assert (await room.payment(payment_id)).status is PaymentStatus.SUCCEEDED
    assert await statuses(room, payment_id) == WHOLE
    assert len(room.told(DisputeWon)) == 1
    await all_agree(room, sandbox)


async def test_a_dispute_that_is_lost_is_a_refund_that_nobody_wanted(room: MoneyRoom, sandbox: OfflineStripe) -> None:
    payment_id = await sold(room, sandbox)
    await refunds.drive(room.work, sandbox.gateway, await room.ask_refund(payment_id, 2_500))
    opened = await dispute(room, sandbox, payment_id)
    await close(room, sandbox, opened, "lost")
    payment = await room.payment(payment_id)
    assert (payment.status, payment.refunded_minor) == (PaymentStatus.REFUNDED, 10_000)
    assert await statuses(room, payment_id) == GONE
    assert [fact.is_whole for fact in room.told(DisputeLost)] == [True]
    await all_agree(room, sandbox)


async def test_what_a_payee_has_spent_is_owed_while_the_dispute_lasts(room: MoneyRoom, sandbox: OfflineStripe) -> None:
    payment_id = await sold(room, sandbox)
    sandbox.pay_out()
    opened = await dispute(room, sandbox, payment_id)
    assert [share.owed_minor for share in await room.shares(payment_id)] == [6_800, 1_700, 0]
    await all_agree(room, sandbox)
    await close(room, sandbox, opened, "won")
    assert await statuses(room, payment_id) == WHOLE
    assert room.told(ShareReversed) == []
    await all_agree(room, sandbox)


async def test_unsent_shares_wait_for_the_end_of_the_dispute(room: MoneyRoom, sandbox: OfflineStripe) -> None:
    await sold(room, sandbox)
    payment_id = await room.request()
    await charges.drive(room.work, sandbox.gateway, payment_id)
    opened = await dispute(room, sandbox, payment_id)
    await transfers.send(room.work, sandbox.gateway, payment_id)
    assert [share.sent_minor for share in await room.shares(payment_id)] == [0, 0, 0]
    await all_agree(room, sandbox)
    await close(room, sandbox, opened, "won")
    await transfers.send(room.work, sandbox.gateway, payment_id)
    assert await statuses(room, payment_id) == WHOLE
    await all_agree(room, sandbox)


async def test_stripes_own_lists_tell_the_same_as_its_books(room: MoneyRoom, sandbox: OfflineStripe) -> None:
    payment_id = await sold(room, sandbox)
    await refunds.drive(room.work, sandbox.gateway, await room.ask_refund(payment_id, 2_500))
    opened = await dispute(room, sandbox, payment_id)
    sandbox.pay_out()
    await listen(room, sandbox)
    for status in (None, "won"):
        if status is not None:
            await close(room, sandbox, opened, status)
        async with room.read() as read:
            books = await sandbox.gateway.books(await store.every_account(read))
        async with room.read() as read:
            assert await reconciliation.compare(read, books) == []
        await all_agree(room, sandbox)
    sandbox.world.state.drop(sandbox.world.state.all("transfer_reversal")[0])
    async with room.read() as read:
        assert await reconciliation.compare(read, await sandbox.gateway.books(books.balances)) != []


async def test_an_inquiry_moves_no_money(room: MoneyRoom, sandbox: OfflineStripe) -> None:
    payment_id = await sold(room, sandbox)
    opened = await dispute(room, sandbox, payment_id, is_inquiry=True)
    await close(room, sandbox, opened, "warning_closed")
    assert (await room.payment(payment_id)).status is PaymentStatus.SUCCEEDED
    await all_agree(room, sandbox)


@pytest.mark.parametrize("end", ["won", "lost"])
async def test_a_dispute_survives_a_crash_at_any_moment(room: MoneyRoom, sandbox: OfflineStripe, end: str) -> None:
    await sold(room, sandbox)
    gateway, moment, crashed = sandbox.gateway, 0, True
    while crashed:
        moment += 1
        await charges.drive(room.work, gateway, await room.request())  # the platform can afford the bank's fee
        payment_id, fuse = await room.request(), Fuse(blows_at=moment)
        await charges.drive(room.work, gateway, payment_id)
        await transfers.send(room.work, gateway, payment_id)
        with sandbox.world.state.commit():
            opened = open_dispute(sandbox.world, charge_of(sandbox, payment_id))
        crashed = False
        for status in (None, end):
            if status is not None:
                with sandbox.world.state.commit():
                    close_dispute(sandbox.world, opened, status)
            try:
                await disputes.drive(fused_work(room.work, fuse), FusedGateway(gateway, fuse), payment_id)
            except Crash:
                crashed = True
                await disputes.drive(room.work, gateway, payment_id)
        assert await statuses(room, payment_id) == (WHOLE if end == "won" else GONE)
    assert moment > 20
    await all_agree(room, sandbox)


@pytest.mark.parametrize("path", [REVERSE, TRANSFER, "GET /v1/disputes"])
async def test_lost_answers_in_a_dispute_are_found_out(room: MoneyRoom, sandbox: OfflineStripe, path: str) -> None:
    payment_id = await sold(room, sandbox)
    sandbox.cause(FaultKind.LOSE_ANSWER, path=path, times=2 * TRIES)
    opened = await dispute(room, sandbox, payment_id)
    await close(room, sandbox, opened, "won")
    with suppress(Unknown):
        await reversals.settle(room.work, sandbox.gateway, payment_id)
    await insist(lambda: reversals.settle(room.work, sandbox.gateway, payment_id))
    assert await statuses(room, payment_id) == WHOLE
    await all_agree(room, sandbox)


async def test_a_disputed_payment_is_not_refunded(room: MoneyRoom, sandbox: OfflineStripe) -> None:
    payment_id = await sold(room, sandbox)
    refund_id = await room.ask_refund(payment_id, 100)  # asked for before the bank did
    await dispute(room, sandbox, payment_id)
    await refunds.drive(room.work, sandbox.gateway, refund_id)
    found = await room.find_refund(refund_id)
    assert (found.failure_code, found.stripe_id) == ("charge_disputed", None)
    assert Money(found.amount_minor, "EUR") == Money(100, "EUR")
    assert {MODEL, AGENCY} == {share.payee_id for share in await room.shares(payment_id) if share.payee_id}
    await all_agree(room, sandbox)
