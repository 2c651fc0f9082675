"""Taking a payment as far as it goes."""

from core.work import OpenWork
from payments.charges.recording import (
    Charge,
    keep_intent,
    read_charge,
    record_failure,
    record_loss,
    record_success,
    record_word,
)
from payments.errors import Declined, Refused
from payments.gateway import Gateway, Intent, IntentState
from payments.states import PaymentStatus


async def drive(open_work: OpenWork, gateway: Gateway, payment_id: int) -> None:
    """Take the payment as far as it goes: create its intent, confirm it, record what became of it.

    Whoever has a reason to look calls this, at any time, as often as they like and several at once. A decline is
    recorded, not raised. Raises Unknown when the service does not say what happened: nothing is recorded, and the next
    drive finds out.
    """
    charge = await read_charge(open_work, payment_id)
    if charge is None:
        return
    if charge.intent_id is not None:
        await _follow(open_work, gateway, charge, await gateway.find_intent(charge.intent_id))
    elif charge.status is PaymentStatus.PROCESSING:
        await _create(open_work, gateway, charge)


async def _create(open_work: OpenWork, gateway: Gateway, charge: Charge) -> None:
    if charge.customer_id is None or charge.method_id is None:
        refused = Refused("There is no payment method on file.", code="no_payment_method")
        return await record_failure(open_work, charge, refused)
    intent = await made_before(gateway, charge, charge.customer_id)
    if intent is None:
        try:
            intent = await gateway.create_intent(
                payment_id=charge.payment_id,
                amount=charge.amount,
                customer_id=charge.customer_id,
                method_id=charge.method_id,
                description=charge.description,
                key=f"payment:{charge.payment_id}:intent:{charge.intent_attempt}",
            )
        except Refused as refused:
            return await record_failure(open_work, charge, refused)
    if await keep_intent(open_work, charge, intent):
        return await _follow(open_work, gateway, charge, intent)
    return None


async def made_before(gateway: Gateway, charge: Charge, customer_id: str) -> Intent | None:
    """What may have been created under a key that is now forgotten is looked up, not sent again."""
    if not charge.is_stale:
        return None
    intents = await gateway.intents_of(payment_id=charge.payment_id, customer_id=customer_id)
    return next((intent for intent in intents if intent.state is not IntentState.CANCELED), None)


async def _follow(open_work: OpenWork, gateway: Gateway, charge: Charge, intent: Intent) -> None:
    """Do what the intent's state asks for."""
    if intent.state is IntentState.SUCCEEDED:
        await record_success(open_work, charge.payment_id, intent)
    elif intent.state is IntentState.CANCELED:
        await record_loss(open_work, charge, intent)
    elif charge.status is not PaymentStatus.PROCESSING:
        await record_word(open_work, charge, intent)  # it failed before, and waits for its payer
    elif intent.state is IntentState.NEEDS_ACTION:
        await record_failure(open_work, charge, _authentication(intent), intent)
    elif intent.state in (IntentState.READY, IntentState.NEEDS_METHOD):
        await _confirm(open_work, gateway, charge, intent)


async def _confirm(open_work: OpenWork, gateway: Gateway, charge: Charge, intent: Intent) -> None:
    if charge.method_id is None:
        refused = Refused("There is no payment method on file.", code="no_payment_method")
        return await record_failure(open_work, charge, refused)
    try:
        confirmed = await gateway.confirm_intent(
            intent.id, method_id=charge.method_id, key=f"payment:{charge.payment_id}:confirm:{charge.confirm_attempt}"
        )
    except Declined as declined:
        return await record_failure(open_work, charge, declined, intent)
    except Refused as refused:
        return await _settle_refusal(open_work, gateway, charge, intent, refused)
    if confirmed.state in (IntentState.READY, IntentState.NEEDS_METHOD):
        message = confirmed.failure_message or "The payment method was refused."
        return await record_failure(open_work, charge, Refused(message, code=confirmed.failure_code), intent)
    return await _follow(open_work, gateway, charge, confirmed)


async def _settle_refusal(
    open_work: OpenWork, gateway: Gateway, charge: Charge, intent: Intent, refused: Refused
) -> None:
    """The service would not confirm: it has succeeded, is under way, was canceled, or something is wrong."""
    found = await gateway.find_intent(intent.id)
    if found.state in (IntentState.READY, IntentState.NEEDS_METHOD):
        return await record_failure(open_work, charge, refused, found)
    return await _follow(open_work, gateway, charge, found)


def _authentication(intent: Intent) -> Declined:
    message = intent.failure_message or "The owner of the payment method must confirm the payment."
    return Declined(message, code=intent.failure_code or "authentication_required", needs_authentication=True)
