"""A brand pays in person: approved, declined, too late, twice at once, and while the payment is being given up."""

import asyncio

import pytest

from core.errors import WrongState
from payments import charges, payers, store, transfers
from payments.errors import PaymentProblem, Unknown
from payments.facts import PaymentAbandoned, PaymentSucceeded
from payments.sandbox.faults import FaultKind
from payments.sandbox.payers import CARDS
from payments.states import PaymentStatus
from tests.fakes.money_room import BRAND, MoneyRoom
from tests.fakes.sandbox import OfflineStripe
from tests.payments.test_money_over_the_wire import all_agree, insist, ready, receiver
from tests.payments.test_returns_over_the_wire import listen

BACK = "http://app.test/pay/token"


async def change_card(room: MoneyRoom, stripe: OfflineStripe, card: str) -> None:
    assert card in CARDS
    async with room.read() as read:
        payer = await store.payer(read, BRAND)
    assert payer is not None
    await stripe.save_card(payer.customer_id or "", card)
    await payers.refresh(room.work, stripe.gateway, BRAND)


async def refused(room: MoneyRoom, stripe: OfflineStripe, card: str = "authenticates") -> int:
    """A payment that its brand has to see to."""
    await ready(room, stripe)
    stripe.deliver(receiver(room, stripe))
    await change_card(room, stripe, card)
    payment_id = await room.request()
    await charges.drive(room.work, stripe.gateway, payment_id)
    await listen(room, stripe)
    return payment_id


async def press(room: MoneyRoom, stripe: OfflineStripe, payment_id: int) -> str | None:
    return await charges.pay_in_person(room.work, stripe.gateway, payment_id=payment_id, return_url=BACK)


async def visit(stripe: OfflineStripe, url: str, answer: str) -> tuple[int, str]:
    async with stripe.browser() as browser:
        came = await browser.post(url, data={"answer": answer})
    return came.status_code, came.headers.get("location", "")


async def test_the_owner_approves(room: MoneyRoom, sandbox: OfflineStripe) -> None:
    payment_id = await refused(room, sandbox)
    assert (await room.payment(payment_id)).status is PaymentStatus.REQUIRES_ACTION
    url = await press(room, sandbox, payment_id)
    assert url is not None
    status, back = await visit(sandbox, url, "approve")
    assert status == 303
    assert back.startswith(f"{BACK}?payment_intent=pi_")
    await listen(room, sandbox)
    await transfers.send(room.work, sandbox.gateway, payment_id)
    assert (await room.payment(payment_id)).status is PaymentStatus.SUCCEEDED
    await all_agree(room, sandbox)


async def test_the_owner_declines_and_then_takes_another_card(room: MoneyRoom, sandbox: OfflineStripe) -> None:
    payment_id = await refused(room, sandbox)
    url = await press(room, sandbox, payment_id)
    assert await press(room, sandbox, payment_id) == url  # pressed again: the same page, not another charge
    assert (await visit(sandbox, url or "", "decline"))[1].endswith("redirect_status=failed")
    await listen(room, sandbox)
    payment = await room.payment(payment_id)
    assert payment.status is PaymentStatus.REQUIRES_ACTION
    assert payment.failure_message == "The owner of the card did not authenticate."
    await change_card(room, sandbox, "ok")
    assert await press(room, sandbox, payment_id) is None
    assert (await room.payment(payment_id)).status is PaymentStatus.SUCCEEDED
    assert len(sandbox.books.charges) == 1


async def test_a_declined_card_is_told_and_changed(room: MoneyRoom, sandbox: OfflineStripe) -> None:
    payment_id = await refused(room, sandbox, "declines")
    assert (await room.payment(payment_id)).status is PaymentStatus.FAILED
    assert await press(room, sandbox, payment_id) is None
    payment = await room.payment(payment_id)
    assert (payment.status, payment.failure_message) == (PaymentStatus.FAILED, "Your card was declined.")
    await change_card(room, sandbox, "authenticates")
    url = await press(room, sandbox, payment_id)
    await visit(sandbox, url or "", "approve")
    await charges.drive(room.work, sandbox.gateway, payment_id)  # the page looks before the webhook comes
    assert (await room.payment(payment_id)).status is PaymentStatus.SUCCEEDED
    await listen(room, sandbox)
    assert len(room.told(PaymentSucceeded)) == 1


async def test_without_an_intent_one_is_made(room: MoneyRoom, sandbox: OfflineStripe) -> None:
    await ready(room, sandbox)
    async with room.work() as work:
        (await store.lock_payer(work, BRAND)).payment_method_id = None
    payment_id = await room.request()
    await charges.drive(room.work, sandbox.gateway, payment_id)
    assert (await room.payment(payment_id)).failure_code == "no_payment_method"
    with pytest.raises(PaymentProblem):
        await press(room, sandbox, payment_id)
    await change_card(room, sandbox, "authenticates")
    url = await press(room, sandbox, payment_id)
    await visit(sandbox, url or "", "approve")
    await charges.drive(room.work, sandbox.gateway, payment_id)
    assert (await room.payment(payment_id)).status is PaymentStatus.SUCCEEDED
    assert len(sandbox.world.state.all("payment_intent")) == 1


async def test_the_deadline_passes_while_the_page_is_open(room: MoneyRoom, sandbox: OfflineStripe) -> None:
    payment_id = await refused(room, sandbox)
    url = await press(room, sandbox, payment_id)
    await room.pass_deadline(payment_id)
    await charges.abandon(room.work, sandbox.gateway, payment_id)
    assert (await visit(sandbox, url or "", "approve"))[0] == 410
    with pytest.raises(WrongState):
        await press(room, sandbox, payment_id)
    assert len(room.told(PaymentAbandoned)) == 1
    assert sandbox.books.charges == ()


async def test_the_owner_approves_while_it_is_given_up(room: MoneyRoom, sandbox: OfflineStripe) -> None:
    payment_id = await refused(room, sandbox)
    url = await press(room, sandbox, payment_id)
    await room.pass_deadline(payment_id)
    await visit(sandbox, url or "", "approve")
    await charges.abandon(room.work, sandbox.gateway, payment_id)
    assert (await room.payment(payment_id)).status is PaymentStatus.SUCCEEDED
    assert room.told(PaymentAbandoned) == []
    await listen(room, sandbox)
    await transfers.send(room.work, sandbox.gateway, payment_id)
    await all_agree(room, sandbox)


async def test_two_windows_and_a_retry_at_once_charge_once(room: MoneyRoom, sandbox: OfflineStripe) -> None:
    payment_id = await refused(room, sandbox, "declines")
    await change_card(room, sandbox, "ok")
    pressed = [press(room, sandbox, payment_id) for _ in range(3)]
    await asyncio.gather(*pressed, room.retry(payment_id), return_exceptions=True)
    await charges.drive(room.work, sandbox.gateway, payment_id)
    assert (await room.payment(payment_id)).status is PaymentStatus.SUCCEEDED
    assert len(sandbox.books.charges) == 1
    await insist(lambda: transfers.send(room.work, sandbox.gateway, payment_id))
    await all_agree(room, sandbox)


@pytest.mark.parametrize("path", ["POST */confirm", "GET /v1/payment_intents/*"])
async def test_a_lost_answer_charges_once(room: MoneyRoom, sandbox: OfflineStripe, path: str) -> None:
    payment_id = await refused(room, sandbox, "declines")
    await change_card(room, sandbox, "ok")
    sandbox.cause(FaultKind.LOSE_ANSWER, path=path, times=3)
    with pytest.raises(Unknown):
        await press(room, sandbox, payment_id)
    await charges.drive(room.work, sandbox.gateway, payment_id)
    if (await room.payment(payment_id)).status is not PaymentStatus.SUCCEEDED:
        assert await press(room, sandbox, payment_id) is None
    assert (await room.payment(payment_id)).status is PaymentStatus.SUCCEEDED
    assert len(sandbox.books.charges) == 1
