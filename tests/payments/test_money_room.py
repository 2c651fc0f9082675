"""The verbs against the offline Stripe, through the real gateway: the whole way of one payment to two banks."""

from payments import charges, payees, payers, payouts, reconciliation, store, transfers
from payments.facts import PayoutCreated, PayoutPaid
from payments.states import PaymentStatus, ShareStatus
from tests.fakes.money_room import AGENCY, BRAND, MODEL, MoneyRoom
from tests.fakes.sandbox import OfflineStripe


async def save_card(room: MoneyRoom, stripe: OfflineStripe, card: str) -> None:
    await payers.start_setup(room.work, stripe.gateway, payer_id=BRAND, name="Hygge & Mode", return_url="https://a.b")
    async with room.read() as read:
        payer = await store.payer(read, BRAND)
    assert payer is not None
    assert payer.customer_id is not None
    await stripe.save_card(payer.customer_id, card)
    await payers.refresh(room.work, stripe.gateway, BRAND)


async def onboard(room: MoneyRoom, stripe: OfflineStripe, payee_id: int) -> str:
    await payees.start_onboarding(
        room.work,
        stripe.gateway,
        payee_id=payee_id,
        name="Ines Duarte",
        email="ines@example.com",
        country="PT",
        is_company=payee_id == AGENCY,
        return_url="https://a.b",
        refresh_url="https://a.b",
    )
    account_id = (await room.find_payee(payee_id)).account_id
    assert account_id is not None
    await stripe.finish_onboarding(account_id)
    await payees.refresh(room.work, stripe.gateway, payee_id)
    return account_id


async def test_a_payment_is_declined_paid_shared_and_paid_out(room: MoneyRoom, sandbox: OfflineStripe) -> None:
    gateway = sandbox.gateway
    await save_card(room, sandbox, "declines")
    accounts = {payee_id: await onboard(room, sandbox, payee_id) for payee_id in (MODEL, AGENCY)}
    payment_id = await room.request()
    await charges.drive(room.work, gateway, payment_id)
    assert (await room.payment(payment_id)).status is PaymentStatus.FAILED

    await save_card(room, sandbox, "ok")
    await room.retry(payment_id)
    await charges.drive(room.work, gateway, payment_id)
    assert (await room.payment(payment_id)).status is PaymentStatus.SUCCEEDED
    await transfers.send(room.work, gateway, payment_id)
    assert {share.status for share in await room.shares(payment_id)} == {ShareStatus.TRANSFERRED}

    sandbox.pay_out()
    for held in sandbox.books.payouts:
        await payouts.refresh(room.work, gateway, account_id=held.account, payout_id=held.id)
    assert {held.account for held in sandbox.books.payouts} == set(accounts.values())
    assert len(room.told(PayoutCreated)) == len(room.told(PayoutPaid)) == 2
    async with room.read() as read:
        assert await reconciliation.compare(read, sandbox.books) == []


async def test_a_deadline_passes_before_the_owner_authenticates(room: MoneyRoom, sandbox: OfflineStripe) -> None:
    await save_card(room, sandbox, "authenticates")
    payment_id = await room.request()
    await charges.drive(room.work, sandbox.gateway, payment_id)
    assert (await room.payment(payment_id)).status is PaymentStatus.REQUIRES_ACTION
    await charges.abandon(room.work, sandbox.gateway, payment_id)
    assert (await room.payment(payment_id)).abandoned_at is not None
    async with room.read() as read:
        assert await reconciliation.compare(read, sandbox.books) == []
