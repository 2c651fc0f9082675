"""Giving up a payment at its deadline."""

from collections.abc import Sequence
from uuid import uuid4

from core.work import OpenWork
from payments.charges.recording import Charge, read_charge, record_abandonment, record_success
from payments.errors import Refused, Unknown
from payments.gateway import Gateway, Intent, IntentState


async def abandon(open_work: OpenWork, gateway: Gateway, payment_id: int) -> None:
    """Give up a payment whose deadline has passed, if the service agrees that no money moved or ever will.

    The service's answer is obeyed: a payment that succeeded at the last moment has succeeded. Raises Unknown while it
    is under way.
    """
    charge = await read_charge(open_work, payment_id)
    if charge is None:
        return None
    for intent in await _intents(gateway, charge):
        canceled = await _cancel(gateway, charge, intent)
        if canceled.state is IntentState.SUCCEEDED:
            return await record_success(open_work, payment_id, canceled)
        if canceled.state is not IntentState.CANCELED:
            raise Unknown(f"Intent {intent.id} is {canceled.state} and cannot be canceled yet.", code="under_way")
    return await record_abandonment(open_work, charge)


async def _intents(gateway: Gateway, charge: Charge) -> Sequence[Intent]:
    """The payment's intent, or those of which we never had an answer."""
    if charge.intent_id is not None:
        return [await gateway.find_intent(charge.intent_id)]
    if charge.customer_id is None:
        return []
    return await gateway.intents_of(payment_id=charge.payment_id, customer_id=charge.customer_id)


async def _cancel(gateway: Gateway, charge: Charge, intent: Intent) -> Intent:
    if intent.state in (IntentState.SUCCEEDED, IntentState.CANCELED):
        return intent
    try:
        # To cancel twice does no harm, and a key of its own keeps an old refusal from being replayed.
        return await gateway.cancel_intent(intent.id, key=f"payment:{charge.payment_id}:cancel:{uuid4()}")
    except Refused:
        return await gateway.find_intent(intent.id)
