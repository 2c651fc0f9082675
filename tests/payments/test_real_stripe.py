"""The gateway's story against Stripe itself, with a test key: what the offline Stripe only pretends.

STRIPE_TEST_KEY=sk_test_... make test ARGS='-m real_stripe'
"""

import os
from collections.abc import AsyncIterator
from uuid import uuid4

import pytest

from payments.errors import Declined, Refused
from payments.gateway import AccountState, IntentState, RefundState
from payments.money import Money
from payments.stripe_gateway import StripeGateway
from tests.fakes.deal import PRICE

KEY = os.environ.get("STRIPE_TEST_KEY", "")
pytestmark = [
    pytest.mark.real_stripe,
    pytest.mark.skipif(not KEY, reason="STRIPE_TEST_KEY is not set: nothing here was asked of Stripe itself"),
]


@pytest.fixture
async def stripe() -> AsyncIterator[StripeGateway]:
    assert KEY.startswith(("sk_test_", "rk_test_")), "a live key would move real money"
    gateway = StripeGateway(KEY, environment=f"test-{uuid4()}")
    yield gateway
    await gateway.close()


async def intent_for(stripe: StripeGateway, run: str, method: str) -> str:
    customer = await stripe.create_customer(payer_id=1, name="Lumen", key=f"{run}:customer")
    made = await stripe.create_intent(
        payment_id=7, amount=PRICE, customer_id=customer, method_id=method, description="A licence", key=f"{run}:intent"
    )
    return made.id


async def test_a_payment_is_charged_once_and_refunded(stripe: StripeGateway) -> None:
    run = str(uuid4())
    intent_id = await intent_for(stripe, run, "pm_card_visa")
    first = await stripe.confirm_intent(intent_id, method_id="pm_card_visa", key=f"{run}:confirm:1")
    again = await stripe.confirm_intent(intent_id, method_id="pm_card_visa", key=f"{run}:confirm:2")
    assert first.state is IntentState.SUCCEEDED
    assert first.settlement is not None
    assert again.charge_id == first.charge_id is not None
    part = Money(33_33, "EUR")
    refund = await stripe.create_refund(
        refund_id=1, payment_id=7, charge_id=first.charge_id or "", amount=part, key=f"{run}:refund"
    )
    assert (refund.amount, refund.state in (RefundState.SUCCEEDED, RefundState.PENDING)) == (part, True)
    assert [found.id for found in await stripe.refunds_of(charge_id=first.charge_id or "")] == [refund.id]


async def test_a_decline_is_repeated_under_its_key(stripe: StripeGateway) -> None:
    run = str(uuid4())
    intent_id = await intent_for(stripe, run, "pm_card_chargeCustomerFail")
    for _ in range(2):
        with pytest.raises(Declined):
            await stripe.confirm_intent(intent_id, method_id="pm_card_chargeCustomerFail", key=f"{run}:confirm:1")
    assert (await stripe.find_intent(intent_id)).state is IntentState.NEEDS_METHOD


async def test_a_recipient_must_complete_its_details_before_it_is_paid(stripe: StripeGateway) -> None:
    run = str(uuid4())
    account = await stripe.create_account(
        payee_id=2, name="Nova", email="nova@example.com", country="DE", is_company=False, key=f"{run}:account"
    )
    assert account.transfers is not AccountState.ACTIVE
    assert account.requirements
    link = await stripe.onboarding_url(
        account_id=account.id, return_url="https://example.com/back", refresh_url="https://example.com/again"
    )
    assert link.startswith("https://")
    intent_id = await intent_for(stripe, run, "pm_card_visa")
    paid = await stripe.confirm_intent(intent_id, method_id="pm_card_visa", key=f"{run}:confirm")
    with pytest.raises(Refused):
        await stripe.create_transfer(
            share_id=1, payment_id=7, amount=Money(100, "EUR"), destination=account.id,
            charge_id=paid.charge_id or "", key=f"{run}:transfer",
        )  # fmt: skip
