"""The payer pays in person, because its bank wants to see it or its method was declined."""

from uuid import uuid4

from core.work import OpenWork
from payments import rules, store
from payments.charges.driving import made_before
from payments.charges.recording import (
    Charge,
    charge_of,
    keep_intent,
    record_loss,
    record_refusal_in_person,
    record_success,
)
from payments.errors import PaymentProblem, Refused
from payments.gateway import Gateway, Intent, IntentState


async def pay_in_person(open_work: OpenWork, gateway: Gateway, *, payment_id: int, return_url: str) -> str | None:
    """The service's page on which the payer authenticates, or null when there is none to visit: the payment then says
    what became of it. Its present method is used, and it comes back to `return_url`.

    However often it is pressed, in how many windows, and whatever the deadline does meanwhile: an intent succeeds at
    most once. Raises WrongState, PaymentProblem, and Unknown when the service does not answer.
    """
    charge = await _begin(open_work, payment_id)
    try:
        intent = await _intent(open_work, gateway, charge)
        if intent is None:
            return None
        intent = await _confirmed(gateway, charge, intent, return_url)
    except Refused as refused:
        await record_refusal_in_person(open_work, charge, refused)
        return None
    if intent.state is IntentState.SUCCEEDED:
        await record_success(open_work, payment_id, intent)
    elif intent.state is IntentState.CANCELED:
        await record_loss(open_work, charge, intent)
    return intent.next_url


async def _begin(open_work: OpenWork, payment_id: int) -> Charge:
    """Under the lock: it waits for its payer, who can pay. An intent that is still to be made gets a new key."""
    async with open_work() as work:
        payment = await store.lock_payment(work, payment_id)
        if payment is None:
            raise PaymentProblem("There is no such payment.", code="NO_PAYMENT")
        rules.check_may_retry(payment, work.now)
        payer = await store.payer(work, payment.payer_id)
        rules.check_can_pay(payer, work.today)
        payment.payment_method_id = payer.payment_method_id if payer else None
        payment.confirm_attempt += 1
        if payment.intent_id is None:
            payment.intent_attempt += 1
        return charge_of(work, payment, payer)


async def _intent(open_work: OpenWork, gateway: Gateway, charge: Charge) -> Intent | None:
    """The one that there is, or a new one; null when somebody took the payment further meanwhile."""
    if charge.intent_id is not None:
        return await gateway.find_intent(charge.intent_id)
    customer_id, method_id = charge.customer_id or "", charge.method_id or ""
    intent = await made_before(gateway, charge, customer_id)
    if intent is None:
        intent = await gateway.create_intent(
            payment_id=charge.payment_id,
            amount=charge.amount,
            customer_id=customer_id,
            method_id=method_id,
            description=charge.description,
            key=f"payment:{charge.payment_id}:intent:{charge.intent_attempt}",
        )
    return intent if await keep_intent(open_work, charge, intent) else None


async def _confirmed(gateway: Gateway, charge: Charge, intent: Intent, return_url: str) -> Intent:
    """With a key of its own each time: to confirm an intent twice cannot charge it twice."""
    if intent.state in (IntentState.SUCCEEDED, IntentState.CANCELED, IntentState.PROCESSING):
        return intent
    if intent.state is IntentState.NEEDS_ACTION and intent.next_url and intent.method_id == charge.method_id:
        return intent
    return await gateway.confirm_in_person(
        intent.id,
        method_id=charge.method_id or "",
        return_url=return_url,
        key=f"payment:{charge.payment_id}:in_person:{uuid4()}",
    )
