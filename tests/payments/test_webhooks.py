"""An event is kept once, and only makes us look."""

from datetime import timedelta
from itertools import count
from typing import Any

import pytest

from payments import store, webhooks
from payments.errors import Unknown
from payments.facts import FraudWarned, PaymentSucceeded, PayoutCreated, PayoutPaid, StripeEventReceived
from payments.gateway import AccountState, EventSeen
from payments.money import Money
from payments.states import PayeeStatus, PaymentStatus
from tests.fakes.money_room import AGENCY, BRAND, MODEL, MoneyRoom

_numbers = count(1)


def event(type: str, thing: dict[str, Any], account: str | None = None, **data: Any) -> EventSeen:
    """A snapshot."""
    body = {"type": type, "account": account, "data": {"object": thing, **data}}
    return EventSeen(f"evt_{next(_numbers)}", type, account, thing.get("id"), body)


def thin(type: str, object_id: str, account: str | None = None) -> EventSeen:
    body = {"type": f"v1.{type}", "context": account, "related_object": {"id": object_id}}
    return EventSeen(f"evt_{next(_numbers)}", type, account, object_id, body)


async def receive(room: MoneyRoom, seen: EventSeen) -> None:
    async with room.work() as work:
        await webhooks.receive(work, seen)


async def hear(room: MoneyRoom, seen: EventSeen) -> None:
    await receive(room, seen)
    await webhooks.handle(room.work, room.gateway, room.told(StripeEventReceived)[-1].event_row_id)


async def test_an_event_is_kept_once(room: MoneyRoom) -> None:
    seen = event("payment_intent.succeeded", {"id": "pi_stranger"})
    for _ in range(3):
        await receive(room, seen)
    assert len(room.told(StripeEventReceived)) == 1


@pytest.mark.parametrize("shape", ["snapshot", "thin", "charge"])
async def test_an_event_that_comes_before_the_answer_finds_its_payment(room: MoneyRoom, shape: str) -> None:
    await room.payer()
    payment_id = await room.request()
    room.gateway.fail("create_intent", "lost")
    with pytest.raises(Unknown):
        await room.drive(payment_id)
    intent_id = next(iter(room.gateway.intents))
    marks = {"payment_id": str(payment_id)}
    await hear(
        room,
        {
            "snapshot": event("payment_intent.created", {"id": intent_id, "metadata": marks}),
            "thin": thin("payment_intent.created", intent_id),
            "charge": event("charge.succeeded", {"id": "ch_0", "payment_intent": intent_id, "metadata": marks}),
        }[shape],
    )
    assert (await room.payment(payment_id)).status is PaymentStatus.SUCCEEDED
    assert len(room.gateway.intents) == 1
    await room.books_agree()


async def test_events_of_a_payment_are_repeated_and_out_of_order_without_harm(room: MoneyRoom) -> None:
    await room.payer(card="slow")
    payment_id = await room.paid()
    intent_id = (await room.payment(payment_id)).intent_id or ""
    room.gateway.finish(intent_id)
    for type in ("payment_intent.succeeded", "payment_intent.processing", "payment_intent.succeeded"):
        await hear(room, event(type, {"id": intent_id}))
    charge_id = (await room.payment(payment_id)).charge_id or ""
    for seen in (thin("charge.updated", charge_id), event("charge.succeeded", {"id": charge_id})):
        await hear(room, seen)
    assert len(room.told(PaymentSucceeded)) == 1
    await room.books_agree()


async def test_an_events_amounts_and_states_are_not_believed(room: MoneyRoom) -> None:
    await room.payer(card="slow")
    payment_id = await room.paid()
    intent_id = (await room.payment(payment_id)).intent_id
    lie = {"id": intent_id, "status": "succeeded", "amount": 1, "amount_received": 1}
    await hear(room, event("payment_intent.succeeded", lie))
    assert (await room.payment(payment_id)).status is PaymentStatus.PROCESSING
    await room.books_agree()


@pytest.mark.parametrize("type", ["account.updated", "v2.core.account[requirements].updated", "capability.updated"])
async def test_an_accounts_event_makes_us_read_the_account(room: MoneyRoom, type: str) -> None:
    account_id = await room.payee(MODEL, AccountState.PENDING)
    room.gateway.set_account(account_id, AccountState.ACTIVE)
    await hear(room, thin(type, account_id, account_id))
    assert (await room.find_payee(MODEL)).status is PayeeStatus.READY


async def test_payout_events_in_any_order_tell_each_fact_once(room: MoneyRoom) -> None:
    await room.payer()
    account_id = await room.payee(MODEL)
    await room.payee(AGENCY)
    await room.send(await room.paid())
    payout_id = room.gateway.pay_out(account_id, Money(5_000, "EUR"), "paid")
    for name in ("payout.paid", "payout.created", "payout.updated"):
        await hear(room, thin(name, payout_id, account_id))
    assert [type(fact) for fact in room.facts if isinstance(fact, PayoutCreated | PayoutPaid)] == [
        PayoutCreated,
        PayoutPaid,
    ]
    await hear(room, thin("payout.paid", "po_of_the_platform"))
    await room.books_agree()


async def test_events_of_a_payer_make_us_read_its_method(room: MoneyRoom) -> None:
    customer_id = await room.payer()
    async with room.read() as read:
        before = await store.payer(read, BRAND)
    assert before is not None
    new = room.gateway.save_method(customer_id)
    await hear(room, event("setup_intent.succeeded", {"id": "seti_1", "customer": customer_id}))
    async with room.read() as read:
        after = await store.payer(read, BRAND)
    assert after is not None
    assert after.payment_method_id == new.id != before.payment_method_id

    del room.gateway.saved[customer_id]
    detached = {"id": "pm_9", "customer": None}
    await hear(room, event("payment_method.detached", detached, previous_attributes={"customer": customer_id}))
    room.gateway.save_method(customer_id)
    await hear(room, thin("checkout.session.completed", after.setup_session_id or ""))
    async with room.read() as read:
        latest = await store.payer(read, BRAND)
    assert latest is not None
    assert latest.payment_method_id == room.gateway.saved[customer_id][0].id


@pytest.mark.parametrize("type", ["balance.available", "payment_intent.succeeded", "charge.updated", "account.updated"])
async def test_what_means_nothing_to_us_is_kept_and_done(room: MoneyRoom, type: str) -> None:
    await hear(room, event(type, {"id": "ch_stranger", "metadata": {"payment_id": "999999"}}))
    async with room.read() as read:
        kept = await store.event(read, room.told(StripeEventReceived)[-1].event_row_id)
        assert await store.unhandled_events(read, older_than=timedelta(0)) == []
    assert kept is not None
    assert kept.handled_at is not None


async def test_an_event_is_handled_again_when_the_service_was_silent(room: MoneyRoom) -> None:
    account_id = await room.payee(MODEL, AccountState.PENDING)
    room.gateway.set_account(account_id, AccountState.ACTIVE)
    room.gateway.fail("find_account", "silent")
    with pytest.raises(Unknown):
        await hear(room, thin("capability.updated", account_id, account_id))
    row_id = room.told(StripeEventReceived)[-1].event_row_id
    async with room.read() as read:
        assert await store.unhandled_events(read, older_than=timedelta(0)) == [row_id]
    for _ in range(2):
        await webhooks.handle(room.work, room.gateway, row_id)
    assert (await room.find_payee(MODEL)).status is PayeeStatus.READY
    assert len(room.calls("find_account")) == 3


@pytest.mark.parametrize("shape", ["snapshot", "thin"])
async def test_an_early_fraud_warning_is_told_once_and_moves_nothing(room: MoneyRoom, shape: str) -> None:
    await room.payer()
    payment_id = await room.paid()
    before = await room.payment(payment_id)
    warnings = {"issfr_1": before.charge_id or "", "issfr_2": "ch_of_somebody_else", "issfr_3": before.charge_id or ""}
    room.gateway.warnings.update(warnings)
    for name, charge_id in warnings.items():
        kind = "radar.early_fraud_warning.created"
        await hear(room, thin(kind, name) if shape == "thin" else event(kind, {"id": name, "charge": charge_id}))
    assert [fact.payment_id for fact in room.told(FraudWarned)] == [payment_id]
    async with room.read() as read:
        [warned] = await store.warned_payments(read)
    assert (warned.id, warned.status, warned.refunded_minor) == (payment_id, before.status, 0)

    await room.refund(payment_id)
    async with room.read() as read:
        assert await store.warned_payments(read) == []
    await room.books_agree()
