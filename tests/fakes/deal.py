"""A sale as the processor sees it: somebody pays, somebody is paid."""

from dataclasses import dataclass

import pytest

from payments.gateway import Intent
from payments.money import Money
from tests.fakes.sandbox import OfflineStripe

PRICE = Money(1_000_00, "EUR")


@dataclass
class Deal:
    """A payer with a card, an intent for 1,000 EUR, and a payee who can receive."""

    stripe: OfflineStripe
    customer: str
    method: str
    account: str
    intent: Intent

    async def confirm(self, key: str = "confirm:1", method: str | None = None) -> Intent:
        return await self.stripe.gateway.confirm_intent(self.intent.id, method_id=method or self.method, key=key)

    async def pay(self) -> str:
        charge = (await self.confirm()).charge_id
        assert charge is not None
        return charge

    async def transfer(self, charge: str, euros: int, *, share_id: int = 1, key: str | None = None) -> str:
        made = await self.stripe.gateway.create_transfer(
            share_id=share_id,
            payment_id=7,
            amount=Money(euros * 100, "EUR"),
            destination=self.account,
            charge_id=charge,
            key=key or f"share:{share_id}:1",
        )
        return made.id


async def make_deal(offline: OfflineStripe, card: str = "ok") -> Deal:
    gateway = offline.gateway
    customer = await gateway.create_customer(payer_id=1, name="Lumen", key="customer")
    method = await offline.save_card(customer, card)
    account = await gateway.create_account(
        payee_id=2, name="Nova", email="nova@example.test", country="SE", is_company=False, key="account"
    )
    await offline.finish_onboarding(account.id)
    intent = await gateway.create_intent(
        payment_id=7, amount=PRICE, customer_id=customer, method_id=method, description="A licence", key="intent:1"
    )
    return Deal(offline, customer, method, account.id, intent)


@pytest.fixture
async def deal(sandbox: OfflineStripe) -> Deal:
    return await make_deal(sandbox)
