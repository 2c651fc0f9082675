"""Money goes back to its payer, and every share bears its part: whatever is refused, lost or killed on the way."""

import asyncio
from contextlib import suppress
from random import Random

import pytest

from core.errors import InvalidInput, WrongState
from payments import ledger, refunds, reversals
from payments.errors import Refused, Unknown
from payments.facts import RefundAccepted, RefundFailed, ShareOwed, ShareReversed, ShareTransferred
from payments.gateway import AccountState, RefundState
from payments.money import Money
from payments.states import AccountKind, PaymentStatus, RefundStatus, ShareStatus
from payments.store import Side
from tests.fakes.crashes import Crash, Fuse, FusedGateway, fused_work
from tests.fakes.money_room import AGENCY, MODEL, MoneyRoom


@pytest.fixture
async def paid(room: MoneyRoom) -> int:
    """A payment of 100.00 that succeeded and is not yet shared; both payees can receive."""
    await room.payer()
    for payee_id in (MODEL, AGENCY):
        await room.payee(payee_id)
    return await room.paid()


@pytest.fixture
async def sent(room: MoneyRoom, paid: int) -> int:
    await room.send(paid)
    return paid


async def parts(room: MoneyRoom, payment_id: int) -> list[tuple[str, str, int, int]]:
    """Of the model, the agency and the platform: status, what was reversed, what is owed."""
    return [(s.role, s.status.value, s.reversed_minor, s.owed_minor) for s in await room.shares(payment_id)]


async def spend(room: MoneyRoom, payee_id: int, minor: int) -> None:
    """The payee's balance goes to its bank, so that it cannot be taken back."""
    account_id = (await room.find_payee(payee_id)).account_id or ""
    room.gateway.balances[account_id]["eur"] -= minor


async def test_a_whole_refund_takes_every_share_back(room: MoneyRoom, sent: int) -> None:
    refund_id = await room.refund(sent)
    assert await parts(room, sent) == [
        ("MODEL", "REVERSED", 6800, 0),
        ("AGENCY", "REVERSED", 1700, 0),
        ("PLATFORM", "REVERSED", 1500, 0),
    ]
    payment, refund = await room.payment(sent), await room.find_refund(refund_id)
    assert (payment.status, payment.refunded_minor) == (PaymentStatus.REFUNDED, 10_000)
    assert (refund.status, refund.amount_minor) == (RefundStatus.SUCCEEDED, 10_000)
    assert [(fact.payee_id, fact.amount_minor) for fact in room.told(ShareReversed)] == [(MODEL, 6800), (AGENCY, 1700)]
    assert [fact.is_whole for fact in room.told(RefundAccepted)] == [True]
    assert await room.balance(ledger.STRIPE_BALANCE) == -175  # the fee of the charge is not given back
    await room.books_agree()


async def test_the_refund_comes_first_and_the_reversals_after_it(room: MoneyRoom, sent: int) -> None:
    room.gateway.calls.clear()
    await room.refund(sent)
    names = [call.split()[0] for call in room.gateway.calls]
    assert names == ["create_refund", "find_refund", "create_reversal", "create_reversal"]


async def test_a_partial_refund_is_borne_in_proportion(room: MoneyRoom, sent: int) -> None:
    await room.refund(sent, 3333)
    assert await parts(room, sent) == [
        ("MODEL", "PARTIALLY_REVERSED", 2266, 0),
        ("AGENCY", "PARTIALLY_REVERSED", 567, 0),
        ("PLATFORM", "PARTIALLY_REVERSED", 500, 0),
    ]
    assert (await room.payment(sent)).status is PaymentStatus.PARTIALLY_REFUNDED
    assert [fact.is_whole for fact in room.told(RefundAccepted)] == [False]
    await room.books_agree()


async def test_what_was_not_sent_yet_is_withheld_without_a_call(room: MoneyRoom, paid: int) -> None:
    await room.refund(paid, 5000)
    assert room.calls("create_reversal") == []
    assert await parts(room, paid) == [
        ("MODEL", "PENDING", 3400, 0),
        ("AGENCY", "PENDING", 850, 0),
        ("PLATFORM", "PARTIALLY_REVERSED", 750, 0),
    ]
    await room.books_agree()
    await room.send(paid)
    assert [fact.amount_minor for fact in room.told(ShareTransferred)] == [3400, 850]
    assert {share.status for share in await room.shares(paid)} == {ShareStatus.PARTIALLY_REVERSED}
    await room.books_agree()
    await room.refund(paid)
    assert {share.status for share in await room.shares(paid)} == {ShareStatus.REVERSED}
    await room.books_agree()


async def test_after_a_whole_refund_nothing_is_sent(room: MoneyRoom, paid: int) -> None:
    await room.refund(paid)
    await room.send(paid)
    assert room.calls("create_transfer") == []
    await room.books_agree()


async def test_a_held_share_is_reduced_too(room: MoneyRoom) -> None:
    await room.payer()
    await room.payee(AGENCY)
    payment_id = await room.paid()
    await room.send(payment_id)
    await room.refund(payment_id, 5000)
    assert (await parts(room, payment_id))[:2] == [("MODEL", "HELD", 3400, 0), ("AGENCY", "PARTIALLY_REVERSED", 850, 0)]
    await room.payee(MODEL)
    await room.send(payment_id)
    assert [(fact.payee_id, fact.amount_minor) for fact in room.told(ShareTransferred)][-1] == (MODEL, 3400)
    await room.books_agree()


async def test_what_cannot_be_taken_back_is_owed_and_netted_from_the_next_shares(room: MoneyRoom, sent: int) -> None:
    await spend(room, MODEL, 6800)
    await room.refund(sent, 5000)
    assert (await parts(room, sent))[0] == ("MODEL", "OWED", 0, 3400)
    assert [(fact.payee_id, fact.amount_minor) for fact in room.told(ShareOwed)] == [(MODEL, 3400)]
    assert await room.balance(Side(AccountKind.RECEIVABLE, MODEL)) == 3400
    async with room.read() as read:
        assert (await ledger.balances(read, [MODEL]))[0].owed == Money(3400, "EUR")
        assert await ledger.verify(read) == []

    small = await room.paid(Money(4_000, "EUR"))
    await room.send(small)  # 27.20 are hers, and all of it goes into what she owes
    assert (await parts(room, sent))[0] == ("MODEL", "OWED", 2720, 680)
    assert (await parts(room, small))[0] == ("MODEL", "TRANSFERRED", 0, 0)
    large = await room.paid()
    await room.send(large)
    assert (await parts(room, sent))[0] == ("MODEL", "PARTIALLY_REVERSED", 3400, 0)
    assert [f.amount_minor for f in room.told(ShareTransferred) if f.payee_id == MODEL] == [6800, 6800 - 680]
    assert await room.balance(Side(AccountKind.RECEIVABLE, MODEL)) == 0
    await room.refund(large)  # of her share only what was sent can be reversed
    assert (await parts(room, large))[0] == ("MODEL", "OWED", 6120, 680)
    await spend(room, MODEL, -6800)
    await room.books_agree()


@pytest.mark.parametrize("state", [RefundState.SUCCEEDED, RefundState.PENDING])
async def test_a_refund_that_fails_gives_every_share_back(room: MoneyRoom, sent: int, state: RefundState) -> None:
    room.gateway.refund_states = [state]
    refund_id = await room.refund(sent)
    assert (await room.payment(sent)).status is PaymentStatus.REFUNDED
    await room.books_agree()
    stripe_id = (await room.find_refund(refund_id)).stripe_id or ""
    room.gateway.move_refund(stripe_id, RefundState.FAILED, "expired_or_canceled_card")
    for _ in range(2):
        await room.drive_refund(refund_id)
    assert (await room.payment(sent)).status is PaymentStatus.SUCCEEDED
    assert {share.status for share in await room.shares(sent)} == {ShareStatus.TRANSFERRED}
    assert [fact.refund_id for fact in room.told(RefundFailed)] == [refund_id]
    assert await room.balance(ledger.STRIPE_BALANCE) == 1500 - 175
    await room.books_agree()
    await room.refund(sent)  # her first transfer is empty, so she owes what she was sent again
    assert (await room.payment(sent)).status is PaymentStatus.REFUNDED
    assert (await parts(room, sent))[0] == ("MODEL", "OWED", 0, 6800)
    await room.books_agree()


async def test_a_refund_that_fails_forgives_what_is_owed(room: MoneyRoom, sent: int) -> None:
    await spend(room, MODEL, 6800)
    refund_id = await room.refund(sent)
    room.gateway.move_refund((await room.find_refund(refund_id)).stripe_id or "", RefundState.FAILED)
    await room.drive_refund(refund_id)
    assert {share.status for share in await room.shares(sent)} == {ShareStatus.TRANSFERRED}
    assert len(room.calls("return_share")) == 1  # the agency's alone
    await spend(room, MODEL, -6800)
    await room.books_agree()


async def test_a_refund_that_fails_leaves_unsent_shares_whole(room: MoneyRoom, paid: int) -> None:
    refund_id = await room.refund(paid)
    room.gateway.move_refund((await room.find_refund(refund_id)).stripe_id or "", RefundState.FAILED)
    await room.drive_refund(refund_id)
    await room.send(paid)
    assert [fact.amount_minor for fact in room.told(ShareTransferred)] == [6800, 1700]
    assert room.calls("return_share") == []
    await room.books_agree()


async def test_a_payee_who_cannot_receive_has_its_share_again_later(room: MoneyRoom, sent: int) -> None:
    refund_id = await room.refund(sent)
    account_id = (await room.find_payee(MODEL)).account_id or ""
    room.gateway.set_account(account_id, AccountState.RESTRICTED)
    room.gateway.move_refund((await room.find_refund(refund_id)).stripe_id or "", RefundState.FAILED)
    await room.drive_refund(refund_id)
    assert (await parts(room, sent))[0] == ("MODEL", "REVERSED", 6800, 0)
    await room.books_agree()
    await room.refund(sent, 5000)  # meanwhile another refund keeps half of what was to be returned
    await room.books_agree()
    await room.payee(MODEL)
    await reversals.settle(room.work, room.gateway, sent)
    assert (await parts(room, sent))[0] == ("MODEL", "PARTIALLY_REVERSED", 3400, 0)
    await room.books_agree()


async def test_a_refusal_is_recorded_and_another_refund_may_follow(room: MoneyRoom, sent: int) -> None:
    room.gateway.fail("create_refund", Refused("The charge is too old.", code="charge_expired_for_capture"))
    refund = await room.find_refund(await room.refund(sent))
    assert (refund.status, refund.failure_message) == (RefundStatus.FAILED, "The charge is too old.")
    assert (await room.payment(sent)).status is PaymentStatus.SUCCEEDED
    assert len(room.told(RefundFailed)) == 1
    await room.refund(sent)
    assert (await room.payment(sent)).status is PaymentStatus.REFUNDED
    await room.books_agree()


@pytest.mark.parametrize("minor", [0, -1, 10_001])
async def test_an_amount_that_cannot_be_refunded_is_refused(room: MoneyRoom, sent: int, minor: int) -> None:
    with pytest.raises(InvalidInput) as refused:
        await room.ask_refund(sent, minor)
    assert refused.value.path == ("amount",)


async def test_refunds_that_are_asked_for_count_before_they_are_made(room: MoneyRoom, sent: int) -> None:
    await room.ask_refund(sent, 6000)
    with pytest.raises(InvalidInput, match=r"40\.00 EUR"):
        await room.ask_refund(sent, 4001)
    await room.ask_refund(sent)
    with pytest.raises(WrongState):
        await room.ask_refund(sent)


async def test_another_currency_and_an_unpaid_payment_are_refused(room: MoneyRoom, sent: int) -> None:
    reference = (await room.payment(sent)).reference
    async with room.work() as work:
        with pytest.raises(InvalidInput) as refused:
            await refunds.request(work, reference=reference, amount=Money(100, "USD"), reason="x")
    assert refused.value.path == ("amount", "currency")
    unpaid = await room.request()
    with pytest.raises(WrongState):
        await room.ask_refund(unpaid)


@pytest.mark.parametrize("a_day_later", [False, True])
@pytest.mark.parametrize("fault", ["lost", "silent"])
@pytest.mark.parametrize("call", ["create_refund", "find_refund", "create_reversal"])
async def test_an_answer_that_never_came_is_found_out(
    room: MoneyRoom, sent: int, call: str, fault: str, a_day_later: bool
) -> None:
    refund_id = await room.ask_refund(sent, 5000)
    room.gateway.fail(call, fault)  # type: ignore[arg-type]
    with pytest.raises(Unknown):
        await room.drive_refund(refund_id)
    if a_day_later:
        await room.age(sent)
    await room.drive_refund(refund_id)
    assert len(room.gateway.refunds) == 1
    assert len(room.gateway.reversals) == len(room.told(ShareReversed)) == 2
    await room.books_agree()


@pytest.mark.parametrize("fault", ["lost", "silent"])
async def test_a_share_under_way_is_found_out_about_before_it_is_taken_back(
    room: MoneyRoom, paid: int, fault: str
) -> None:
    room.gateway.fail("create_transfer", fault)  # type: ignore[arg-type]
    with pytest.raises(Unknown):
        await room.send(paid)
    await room.refund(paid)
    assert {share.status for share in await room.shares(paid)} == {ShareStatus.REVERSED}
    assert sum(room.gateway.balances[(await room.find_payee(MODEL)).account_id or ""].values()) == 0
    await room.books_agree()


async def test_several_drivers_at_once_refund_once(room: MoneyRoom, sent: int) -> None:
    refund_id = await room.ask_refund(sent, 5000)
    await asyncio.gather(*(room.drive_refund(refund_id) for _ in range(3)))
    assert len(room.gateway.refunds) == 1
    assert len(room.told(ShareReversed)) == len(room.gateway.reversals) == 2
    await room.books_agree()


async def test_refunds_and_senders_at_once_come_to_the_same(room: MoneyRoom, paid: int) -> None:
    ids = [await room.ask_refund(paid, minor) for minor in (1, 4999, 5000)]

    async def insist(refund_id: int) -> None:
        for _ in range(10):
            try:
                await room.drive_refund(refund_id)
            except Unknown:
                continue
            return

    await asyncio.gather(room.send(paid), *(insist(each) for each in ids), room.send(paid), return_exceptions=True)
    for each in ids:
        await room.drive_refund(each)
    assert (await room.payment(paid)).status is PaymentStatus.REFUNDED
    assert {share.status for share in await room.shares(paid)} == {ShareStatus.REVERSED}
    await room.books_agree()


@pytest.mark.parametrize("refuses", [False, True])
async def test_a_crash_at_any_moment_changes_nothing_in_the_end(room: MoneyRoom, sent: int, refuses: bool) -> None:
    refusal = [Refused("Too little.", code="balance_insufficient")] if refuses else []
    unharmed, refund_id = Fuse(), await room.ask_refund(sent)
    room.gateway.faults["create_reversal"] = list(refusal)
    await refunds.drive(fused_work(room.work, unharmed), FusedGateway(room.gateway, unharmed), refund_id)
    for moment in range(1, unharmed.passed + 1):
        payment_id, fuse = await room.paid(), Fuse(blows_at=moment)
        await room.send(payment_id)
        refund_id = await room.ask_refund(payment_id)
        room.gateway.faults["create_reversal"] = list(refusal)
        with suppress(Crash):  # what is owed is netted, so that there may be less to do than there was at first
            await refunds.drive(fused_work(room.work, fuse), FusedGateway(room.gateway, fuse), refund_id)
        await room.drive_refund(refund_id)
        payment = await room.payment(payment_id)
        assert (payment.status, payment.refunded_minor) == (PaymentStatus.REFUNDED, 10_000)
        assert all(s.reversed_minor + s.owed_minor == s.amount_minor for s in await room.shares(payment_id))
    room.gateway.faults.clear()
    await room.books_agree()


async def test_a_crash_while_a_refund_fails_changes_nothing_in_the_end(room: MoneyRoom, sent: int) -> None:
    async def failed() -> int:
        payment_id = await room.paid()
        await room.send(payment_id)
        refund_id = await room.refund(payment_id)
        room.gateway.move_refund((await room.find_refund(refund_id)).stripe_id or "", RefundState.FAILED)
        return refund_id

    unharmed = Fuse()
    await refunds.drive(fused_work(room.work, unharmed), FusedGateway(room.gateway, unharmed), await failed())
    for moment in range(1, unharmed.passed + 1):
        refund_id, fuse = await failed(), Fuse(blows_at=moment)
        with pytest.raises(Crash):
            await refunds.drive(fused_work(room.work, fuse), FusedGateway(room.gateway, fuse), refund_id)
        await room.drive_refund(refund_id)
        payment_id = (await room.find_refund(refund_id)).payment_id
        assert {share.status for share in await room.shares(payment_id)} == {ShareStatus.TRANSFERRED}
    await room.books_agree()


@pytest.mark.parametrize("seed", range(4))
async def test_any_row_of_partial_refunds_empties_every_share(room: MoneyRoom, paid: int, seed: int) -> None:
    dice, payment_id = Random(seed), paid
    send_after = dice.randrange(3)
    for step in range(20):
        if step == send_after:
            await room.send(payment_id)
        left = 10_000 - (await room.payment(payment_id)).refunded_minor
        if left == 0:
            break
        if dice.random() < 0.3:
            room.gateway.fail("create_reversal", Refused("Too little.", code="balance_insufficient"))
        await room.refund(payment_id, None if step == 19 else min(left, dice.randrange(1, 4000)))
        shares = await room.shares(payment_id)
        payment = await room.payment(payment_id)
        assert sum(s.reversed_minor + s.owed_minor for s in shares) == payment.refunded_minor
        await room.books_agree()
    assert all(s.reversed_minor + s.owed_minor == s.amount_minor for s in await room.shares(payment_id))


async def test_currencies_that_stripe_counts_otherwise_agree_too(room: MoneyRoom, paid: int) -> None:
    for amount in (Money(5_000, "JPY"), Money(5_000, "ISK"), Money(50_000, "KWD")):
        payment_id = await room.paid(amount)
        await room.send(payment_id)
        await room.refund(payment_id, 1_230)
        if amount.currency == "KWD":
            with pytest.raises(InvalidInput, match="steps"):
                await room.ask_refund(payment_id, 1_234)
        await room.refund(payment_id)
    await room.books_agree()
