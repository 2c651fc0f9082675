"""What Stripe tells us, and what we make of it: a nudge to look. Its amounts and states are never believed."""

import logging
from collections.abc import Mapping
from typing import Any

from core.work import OpenWork, Work
from payments import charges, disputes, payees, payers, payouts, refunds, reversals, store
from payments.facts import FraudWarned, StripeEventReceived
from payments.gateway import EventSeen, Gateway
from payments.tables import StripeEvent

log = logging.getLogger(__name__)

OF_WARNINGS = "radar.early_fraud_warning."
OF_RETURNS = ("charge.refund", "charge.dispute.", "refund.", "transfer.reversed")
OF_PAYMENTS = ("payment_intent.", "charge.")
OF_PAYERS = ("setup_intent.", "checkout.session.", "payment_method.", "customer.")
OF_PAYEES = ("account.", "capability.", "v2.core.account")
OF_PAYOUTS = ("payout.",)

LONGEST_MARK = 19  # digits: what has fewer fits a row's id


async def receive(work: Work, seen: EventSeen) -> bool:
    """Keep the event, once; whether it is new. What it asks for is done later, by `handle`."""
    event_row_id = await store.keep_event(
        work,
        stripe_id=seen.id,
        type=seen.type,
        account_id=seen.account_id,
        object_id=seen.object_id,
        body=seen.body,
    )
    if event_row_id is not None:
        work.record(StripeEventReceived(event_row_id=event_row_id))
    return event_row_id is not None


async def handle(open_work: OpenWork, gateway: Gateway, event_row_id: int) -> None:
    """Look again at whatever the event is about. Kinds that mean nothing to us are kept, and are handled by being kept.

    Safe to repeat. Raises Unknown when the service does not answer: handle it again.
    """
    async with open_work() as work:
        event = await store.event(work, event_row_id)
    if event is None or event.handled_at is not None:
        return
    if event.type.startswith(OF_WARNINGS):
        await _note_warning(open_work, gateway, event)
    elif event.type.startswith(OF_RETURNS):
        await _look_at_returns(open_work, gateway, event)
    elif event.type.startswith(OF_PAYMENTS):
        await _look_at_payment(open_work, gateway, event)
    elif event.type.startswith(OF_PAYERS):
        await _look_at_payer(open_work, gateway, event)
    elif event.type.startswith(OF_PAYEES):
        await _look_at_payee(open_work, gateway, event)
    elif event.type.startswith(OF_PAYOUTS) and event.account_id and event.object_id:
        await payouts.refresh(open_work, gateway, account_id=event.account_id, payout_id=event.object_id)
    async with open_work() as work:
        kept = await store.lock_event(work, event_row_id)
        kept.handled_at = kept.handled_at or work.now


async def _look_at_payment(open_work: OpenWork, gateway: Gateway, event: StripeEvent) -> None:
    thing = _object(event)
    intent_id = _text(thing.get("payment_intent")) or event.object_id
    charge_id = _text(thing.get("charge")) or event.object_id
    async with open_work() as work:
        payment_id = await store.payment_named(work, intent_id=intent_id, charge_id=charge_id)
    if payment_id is None:
        payment_id = _marked_payment(thing)  # the event may come before the answer that told us the intent's id
    if payment_id is None and event.type.startswith("payment_intent.") and intent_id:
        payment_id = (await gateway.find_intent(intent_id)).payment_id
    if payment_id is not None:
        await charges.drive(open_work, gateway, payment_id)


async def _note_warning(open_work: OpenWork, gateway: Gateway, event: StripeEvent) -> None:
    """A bank suspects fraud and has taken nothing: for the operator, who may refund before it becomes a dispute."""
    if event.object_id is None:
        return
    charge_id = _text(_object(event).get("charge")) or await gateway.find_warning(event.object_id)
    async with open_work() as work:
        payment_id = await store.payment_named(work, intent_id=None, charge_id=charge_id)
        payment = None if payment_id is None else await store.lock_payment(work, payment_id)
        if payment is None or payment.id is None or payment.fraud_warned_at is not None:
            return
        payment.fraud_warned_at = work.now
        work.record(FraudWarned(payment_id=payment.id, reference=payment.reference))
    log.warning("early fraud warning %s of payment %s (%s)", event.object_id, payment_id, charge_id)


async def _look_at_returns(open_work: OpenWork, gateway: Gateway, event: StripeEvent) -> None:
    """A refund, a dispute or a reversal: follow all that goes back of the payment."""
    thing = _object(event)
    names = [_text(thing.get("charge")), event.object_id]
    if event.type.startswith("charge.dispute.") and not thing and event.object_id:
        names.append((await gateway.find_dispute(event.object_id)).charge_id)
    if event.type.startswith("refund.") and not thing and event.object_id:
        names.append((await gateway.find_refund(event.object_id)).charge_id)
    async with open_work() as work:
        payment_id = await store.payment_returned(work, names=[name for name in names if name])
        if payment_id is None and (intent_id := _text(thing.get("payment_intent"))):
            payment_id = await store.payment_named(work, intent_id=intent_id, charge_id=None)
    if payment_id is None:
        return
    await charges.drive(open_work, gateway, payment_id)  # that it came in must be known before it goes back
    await refunds.take_over(open_work, gateway, payment_id)
    async with open_work() as work:
        refund_ids = [each.id for each in await store.refunds_of(work, payment_id)]
    for refund_id in refund_ids:
        if refund_id is not None:
            await refunds.drive(open_work, gateway, refund_id)
    await disputes.drive(open_work, gateway, payment_id)
    await reversals.settle(open_work, gateway, payment_id)


async def _look_at_payer(open_work: OpenWork, gateway: Gateway, event: StripeEvent) -> None:
    thing = _object(event)
    before = _mapping(
        _mapping(event.body.get("data")).get("previous_attributes")
    )  # a detached method names no customer
    names = [event.object_id, *(_text(each.get("customer")) for each in (thing, before)), _text(thing.get("id"))]
    async with open_work() as work:
        payer_id = await store.payer_named(work, names=[name for name in names if name])
    if payer_id is not None:
        await payers.refresh(open_work, gateway, payer_id)


async def _look_at_payee(open_work: OpenWork, gateway: Gateway, event: StripeEvent) -> None:
    account_id = event.account_id or event.object_id
    if account_id is None:
        return
    async with open_work() as work:
        payee_id = await store.payee_of_account(work, account_id)
    if payee_id is not None:
        await payees.refresh(open_work, gateway, payee_id)


def _object(event: StripeEvent) -> Mapping[str, Any]:
    """The object in a snapshot; nothing in a thin event."""
    return _mapping(_mapping(event.body.get("data")).get("object"))


def _marked_payment(thing: Mapping[str, Any]) -> int | None:
    mark = _text(_mapping(thing.get("metadata")).get("payment_id"))
    return int(mark) if mark is not None and mark.isdecimal() and len(mark) < LONGEST_MARK else None


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
