"""A payer is charged once, whatever fails, and the charge is shared as agreed."""

import asyncio

import pytest

from core.errors import WrongState
from payments import charges, ledger, transfers
from payments.errors import PaymentProblem, Refused, Unknown
from payments.facts import PaymentAbandoned, PaymentFailed, PaymentRequested, PaymentSucceeded, ShareEarned
from payments.gateway import IntentState
from payments.money import Money
from payments.split import Portion
from payments.states import AccountKind, PaymentStatus, ShareStatus
from payments.store import Side
from tests.fakes.crashes import Crash, Fuse, FusedGateway, fused_work
from tests.fakes.money_room import AGENCY, BRAND, EUR_100, MODEL, MoneyRoom


async def test_a_payment_is_charged_and_its_shares_are_earned(room: MoneyRoom) -> None:
    await room.payer()
    payment_id = await room.request()
    await room.drive(payment_id)

    payment = await room.payment(payment_id)
    assert payment.status is PaymentStatus.SUCCEEDED
    assert payment.charge_id is not None
    assert [share.status for share in await room.shares(payment_id)] == [
        ShareStatus.PENDING,
        ShareStatus.PENDING,
        ShareStatus.TRANSFERRED,
    ]
    assert [type(fact) for fact in room.facts] == [PaymentRequested, PaymentSucceeded, ShareEarned, ShareEarned]
    assert [(fact.payee_id, fact.amount_minor) for fact in room.told(ShareEarned)] == [(MODEL, 6800), (AGENCY, 1700)]
    assert await room.balance(ledger.STRIPE_BALANCE) == 10_000 - 175
    assert await room.balance(ledger.REVENUE) == -1500
    assert await room.balance(ledger.STRIPE_FEES) == 175
    assert await room.balance(Side(AccountKind.PAYABLE, MODEL)) == -6800
    await room.books_agree()


async def test_a_payment_is_driven_as_often_as_anybody_likes(room: MoneyRoom) -> None:
    await room.payer()
    payment_id = await room.request()
    for _ in range(3):
        await room.drive(payment_id)
    assert len(room.told(PaymentSucceeded)) == 1
    await room.books_agree()


async def test_a_share_of_nothing_needs_no_transfer(room: MoneyRoom) -> None:
    await room.payer()
    portions = [Portion("MODEL", MODEL, 10_000, EUR_100), Portion("AGENCY", AGENCY, 0, Money(0, "EUR"))]
    payment_id = await room.request(portions=portions)
    await room.drive(payment_id)
    assert [share.status for share in await room.shares(payment_id)] == [ShareStatus.PENDING, ShareStatus.TRANSFERRED]
    assert len(room.told(ShareEarned)) == 1
    await room.books_agree()


async def test_a_declined_payment_succeeds_with_another_card(room: MoneyRoom) -> None:
    await room.payer(card="declined")
    payment_id = await room.request()
    await room.drive(payment_id)
    payment = await room.payment(payment_id)
    assert (payment.status, payment.failure_code) == (PaymentStatus.FAILED, "card_declined")

    await room.drive(payment_id)  # nothing happens until the payer asks for it
    assert len(room.told(PaymentFailed)) == len(room.calls("confirm_intent")) == 1

    await room.payer(card="good")
    await room.retry(payment_id)
    await room.drive(payment_id)
    assert (await room.payment(payment_id)).status is PaymentStatus.SUCCEEDED
    assert room.calls("confirm_intent") == [f"confirm_intent payment:{payment_id}:confirm:{n}" for n in (1, 2)]
    assert len(room.calls("create_intent")) == 1
    await room.books_agree()


async def test_an_owner_who_must_authenticate_can_do_so_elsewhere(room: MoneyRoom) -> None:
    await room.payer(card="needs_authentication")
    payment_id = await room.request()
    await room.drive(payment_id)
    payment = await room.payment(payment_id)
    assert payment.status is PaymentStatus.REQUIRES_ACTION
    assert len(room.told(PaymentFailed)) == 1

    assert payment.intent_id is not None
    room.gateway.finish(payment.intent_id)
    await room.drive(payment_id)
    assert (await room.payment(payment_id)).status is PaymentStatus.SUCCEEDED
    await room.books_agree()


async def test_a_slow_payment_is_waited_for(room: MoneyRoom) -> None:
    await room.payer(card="slow")
    payment_id = await room.request()
    await room.drive(payment_id)
    await room.drive(payment_id)
    payment = await room.payment(payment_id)
    assert payment.status is PaymentStatus.PROCESSING
    assert payment.intent_id is not None
    room.gateway.finish(payment.intent_id)
    await room.drive(payment_id)
    assert (await room.payment(payment_id)).status is PaymentStatus.SUCCEEDED
    await room.books_agree()


async def test_a_payer_without_a_method_can_add_one_and_try_again(room: MoneyRoom) -> None:
    payment_id = await room.request()
    await room.drive(payment_id)
    assert (await room.payment(payment_id)).failure_code == "no_payment_method"
    with pytest.raises(PaymentProblem):
        await room.retry(payment_id)
    await room.payer()
    await room.retry(payment_id)
    await room.drive(payment_id)
    assert (await room.payment(payment_id)).status is PaymentStatus.SUCCEEDED
    await room.books_agree()


async def test_a_refused_intent_is_tried_again_under_a_new_key(room: MoneyRoom) -> None:
    await room.payer()
    payment_id = await room.request()
    room.gateway.fail("create_intent", Refused("The customer is gone.", code="resource_missing"))
    await room.drive(payment_id)
    assert (await room.payment(payment_id)).status is PaymentStatus.FAILED
    await room.retry(payment_id)
    await room.drive(payment_id)
    assert room.calls("create_intent") == [f"create_intent payment:{payment_id}:intent:{n}" for n in (1, 2)]
    await room.books_agree()


@pytest.mark.parametrize("call", ["create_intent", "confirm_intent"])
@pytest.mark.parametrize("fault", ["lost", "silent"])
@pytest.mark.parametrize("a_day_later", [False, True])
async def test_an_answer_that_never_came_is_found_out(
    room: MoneyRoom, call: str, fault: str, a_day_later: bool
) -> None:
    await room.payer()
    payment_id = await room.request()
    room.gateway.fail(call, fault)  # type: ignore[arg-type]
    with pytest.raises(Unknown):
        await room.drive(payment_id)
    assert (await room.payment(payment_id)).status is PaymentStatus.PROCESSING
    if a_day_later:
        await room.age(payment_id)
    await room.drive(payment_id)
    assert (await room.payment(payment_id)).status is PaymentStatus.SUCCEEDED
    assert len(room.gateway.intents) == 1
    await room.books_agree()


async def test_a_decline_whose_answer_was_lost_is_recorded_once(room: MoneyRoom) -> None:
    await room.payer(card="declined")
    payment_id = await room.request()
    room.gateway.fail("confirm_intent", "lost")
    with pytest.raises(Unknown):
        await room.drive(payment_id)
    await room.drive(payment_id)
    assert (await room.payment(payment_id)).status is PaymentStatus.FAILED
    assert len(room.told(PaymentFailed)) == 1
    await room.books_agree()


async def test_two_drivers_at_once_charge_once(room: MoneyRoom) -> None:
    await room.payer()
    for _ in range(5):
        payment_id = await room.request()
        await asyncio.gather(*(room.drive(payment_id) for _ in range(3)))
        assert (await room.payment(payment_id)).status is PaymentStatus.SUCCEEDED
    assert len(room.told(PaymentSucceeded)) == len(room.gateway.intents) == 5
    await room.books_agree()


async def test_a_crash_anywhere_leaves_one_charge_and_exact_transfers(room: MoneyRoom) -> None:
    await room.payer()
    for payee_id in (MODEL, AGENCY):
        await room.payee(payee_id)

    async def go(payment_id: int, fuse: Fuse) -> None:
        open_work, gateway = fused_work(room.work, fuse), FusedGateway(room.gateway, fuse)
        await charges.drive(open_work, gateway, payment_id)
        await transfers.send(open_work, gateway, payment_id)

    unharmed = Fuse()
    await go(await room.request(), unharmed)
    assert unharmed.passed >= 16
    for moment in range(1, unharmed.passed + 1):
        payment_id = await room.request()
        with pytest.raises(Crash):
            await go(payment_id, Fuse(blows_at=moment))
        await go(payment_id, Fuse())
        assert {share.status for share in await room.shares(payment_id)} == {ShareStatus.TRANSFERRED}
    payments = unharmed.passed + 1
    assert len(room.gateway.books().charges) == len(room.told(PaymentSucceeded)) == payments
    assert len(room.gateway.transfers) == 2 * payments
    await room.books_agree()


@pytest.mark.parametrize("card", ["declined", "needs_authentication"])
async def test_a_crash_around_a_decline_leaves_one_charge(room: MoneyRoom, card: str) -> None:
    await room.payer(card=card)  # type: ignore[arg-type]
    unharmed = Fuse()
    await charges.drive(fused_work(room.work, unharmed), FusedGateway(room.gateway, unharmed), await room.request())
    for moment in range(1, unharmed.passed + 1):
        await room.payer(card=card)  # type: ignore[arg-type]
        payment_id, fuse = await room.request(), Fuse(blows_at=moment)
        with pytest.raises(Crash):
            await charges.drive(fused_work(room.work, fuse), FusedGateway(room.gateway, fuse), payment_id)
        await room.drive(payment_id)
        await room.payer(card="good")
        await room.retry(payment_id)
        await room.drive(payment_id)
        assert (await room.payment(payment_id)).status is PaymentStatus.SUCCEEDED
    await room.books_agree()


async def test_what_succeeded_or_is_under_way_cannot_be_tried_again(room: MoneyRoom) -> None:
    await room.payer()
    payment_id = await room.request()
    with pytest.raises(WrongState):
        await room.retry(payment_id)
    await room.drive(payment_id)
    with pytest.raises(WrongState):
        await room.retry(payment_id)
    await room.books_agree()


async def test_after_the_deadline_nothing_is_tried_again(room: MoneyRoom) -> None:
    await room.payer(card="declined")
    payment_id = await room.paid()
    await room.pass_deadline(payment_id)
    with pytest.raises(WrongState):
        await room.retry(payment_id)


async def test_an_abandoned_payment_is_canceled_and_never_driven_again(room: MoneyRoom) -> None:
    await room.payer(card="declined")
    payment_id = await room.paid()
    for _ in range(2):
        await room.abandon(payment_id)
    assert len(room.told(PaymentAbandoned)) == 1
    assert [intent.state for intent in room.gateway.intents.values()] == [IntentState.CANCELED]

    calls = len(room.gateway.calls)
    await room.drive(payment_id)
    assert len(room.gateway.calls) == calls
    with pytest.raises(WrongState):
        await room.retry(payment_id)
    await room.books_agree()


async def test_a_payment_that_was_never_begun_is_abandoned_without_a_call(room: MoneyRoom) -> None:
    payment_id = await room.request()
    await room.abandon(payment_id)
    assert len(room.told(PaymentAbandoned)) == 1
    assert room.gateway.calls == []


async def test_an_intent_whose_answer_was_lost_is_found_and_canceled(room: MoneyRoom) -> None:
    await room.payer()
    payment_id = await room.request()
    room.gateway.fail("create_intent", "lost")
    with pytest.raises(Unknown):
        await room.drive(payment_id)
    await room.abandon(payment_id)
    assert [intent.state for intent in room.gateway.intents.values()] == [IntentState.CANCELED]
    assert (await room.payment(payment_id)).status is PaymentStatus.FAILED
    await room.books_agree()


async def test_a_payment_that_succeeded_at_the_last_moment_has_succeeded(room: MoneyRoom) -> None:
    await room.payer()
    payment_id = await room.request()
    room.gateway.fail("confirm_intent", "lost")
    with pytest.raises(Unknown):
        await room.drive(payment_id)
    await room.abandon(payment_id)
    assert (await room.payment(payment_id)).status is PaymentStatus.SUCCEEDED
    assert not room.told(PaymentAbandoned)
    await room.books_agree()


async def test_a_payment_under_way_is_not_abandoned_before_its_outcome_is_known(room: MoneyRoom) -> None:
    await room.payer(card="slow")
    payment_id = await room.paid()
    with pytest.raises(Unknown):
        await room.abandon(payment_id)
    assert not room.told(PaymentAbandoned)


async def test_giving_up_while_others_drive_ends_in_one_of_two_ways(room: MoneyRoom) -> None:
    await room.payer()
    for patience in range(12):
        payment_id = await room.request()

        async def give_up(payment_id: int = payment_id, patience: int = patience) -> None:
            await asyncio.sleep(patience / 1000)
            await room.abandon(payment_id)

        await asyncio.gather(room.drive(payment_id), give_up(), return_exceptions=True)
        await room.abandon(payment_id)
        payment = await room.payment(payment_id)
        assert (payment.status is PaymentStatus.SUCCEEDED) is (payment.abandoned_at is None)
    assert len(room.told(PaymentSucceeded)) + len(room.told(PaymentAbandoned)) == 12
    await room.books_agree()


async def test_a_crash_while_giving_up_changes_nothing_in_the_end(room: MoneyRoom) -> None:
    await room.payer(card="declined")
    unharmed = Fuse()
    await charges.abandon(fused_work(room.work, unharmed), FusedGateway(room.gateway, unharmed), await room.paid())
    for moment in range(1, unharmed.passed + 1):
        payment_id, fuse = await room.paid(), Fuse(blows_at=moment)
        with pytest.raises(Crash):
            await charges.abandon(fused_work(room.work, fuse), FusedGateway(room.gateway, fuse), payment_id)
        await room.drive(payment_id)
        await room.abandon(payment_id)
        assert (await room.payment(payment_id)).abandoned_at is not None
    assert len(room.told(PaymentAbandoned)) == unharmed.passed + 1
    await room.books_agree()


async def test_an_intent_that_was_canceled_elsewhere_is_replaced(room: MoneyRoom) -> None:
    await room.payer()
    payment_id = await room.request()
    room.gateway.fail("confirm_intent", "silent")
    with pytest.raises(Unknown):
        await room.drive(payment_id)
    intent_id = (await room.payment(payment_id)).intent_id
    assert intent_id is not None
    await room.gateway.cancel_intent(intent_id, key="by hand")
    await room.drive(payment_id)
    assert (await room.payment(payment_id)).status is PaymentStatus.FAILED
    await room.retry(payment_id)
    await room.drive(payment_id)
    assert (await room.payment(payment_id)).status is PaymentStatus.SUCCEEDED
    await room.books_agree()


@pytest.mark.parametrize("amount", [Money(49, "EUR"), Money(100_000_000, "EUR")])
async def test_what_cannot_be_charged_is_refused_at_once(room: MoneyRoom, amount: Money) -> None:
    with pytest.raises(PaymentProblem):
        await room.request(amount)


async def test_portions_that_do_not_make_the_amount_are_a_crash(room: MoneyRoom) -> None:
    with pytest.raises(ValueError, match="do not make"):
        await room.request(portions=[Portion("MODEL", MODEL, 10_000, Money(9_999, "EUR"))])


async def test_currencies_that_stripe_counts_otherwise_agree_too(room: MoneyRoom) -> None:
    await room.payer()
    for payee_id in (MODEL, AGENCY):
        await room.payee(payee_id)
    for amount in (Money(5_000, "JPY"), Money(5_000, "ISK"), Money(50_000, "KWD")):
        payment_id = await room.paid(amount)
        await room.send(payment_id)
    assert BRAND in room.gateway.customers.values()
    await room.books_agree()
