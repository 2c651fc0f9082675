"""The sandbox in this process, reached without a socket; all that passes is checked against the SDK's own shapes."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import stripe
from starlette.types import ASGIApp

from payments.reconciliation import Books
from payments.sandbox import SandboxSettings, create_sandbox, payouts
from payments.sandbox.accounts import complete_onboarding, set_transfers
from payments.sandbox.control import book, cause
from payments.sandbox.faults import Fault, FaultKind
from payments.sandbox.payers import complete_session, new_method
from payments.sandbox.world import World
from payments.stripe_gateway import StripeGateway
from tests.payments.stripe_spec.checker import SpecCheck

PLATFORM_SECRET, CONNECT_SECRET = "whsec_test_platform", "whsec_test_connect"
PLATFORM_URL, CONNECT_URL = "http://twinmarket.test/webhooks/stripe", "http://twinmarket.test/webhooks/stripe/connect"
ROUNDS = 20


class InProcess(stripe.HTTPXClient):
    """The SDK's HTTP client with a wire to an application, and no patience between retries."""

    def __init__(self, app: ASGIApp) -> None:
        super().__init__(timeout=20)
        self._client_async = httpx.AsyncClient(transport=httpx.ASGITransport(app))

    async def sleep_async(self, secs: float) -> None:
        await asyncio.sleep(0)


class OfflineStripe:
    """`gateway` speaks to it. Webhooks wait for `settle`, once `deliver` named a receiver; payouts for `pay_out`."""

    def __init__(self, state_path: Path | None = None, **more: Any) -> None:
        self.settings = SandboxSettings(
            state_path=state_path,
            platform_webhook_url=PLATFORM_URL,
            platform_secret=PLATFORM_SECRET,
            connect_webhook_url=CONNECT_URL,
            connect_secret=CONNECT_SECRET,
            payout_delay=None,
            public_url="http://stripe.test",
            **more,
        )
        self.app = create_sandbox(self.settings)
        self.world: World = self.app.state.world
        self.check = SpecCheck(self.app)
        self.gateway = self.new_gateway()

    def new_gateway(self, environment: str = "test", api_key: str = "sk_test_offline") -> StripeGateway:
        return StripeGateway(
            api_key, environment=environment, base_url="http://stripe.test", http_client=InProcess(self.check)
        )

    def browser(self) -> httpx.AsyncClient:
        """For the pages and the sandbox's own routes."""
        return httpx.AsyncClient(transport=httpx.ASGITransport(self.app), base_url="http://stripe.test")

    # what people do on Stripe's pages

    async def save_card(self, customer_id: str, card: str = "ok") -> str:
        """In the customer's open session, if any. `card`: ok, declines, authenticates. Returns the method's id."""
        open_sessions = [
            session
            for session in self.world.state.all("checkout.session")
            if session["customer"] == customer_id and session["status"] == "open"
        ]
        with self.world.state.commit():
            if open_sessions:
                complete_session(self.world, open_sessions[-1], card)
            else:
                new_method(self.world.state, card, customer_id)
        return str(self.world.state.all("payment_method")[-1]["id"])

    async def finish_onboarding(self, account_id: str) -> None:
        links = [link for link in self.world.state.all("v2.core.account_link") if link["account"] == account_id]
        account = self.world.state.find(account_id, "v2.core.account")
        assert account is not None, account_id
        with self.world.state.commit():
            if links:
                complete_onboarding(self.world, links[-1])
            else:
                set_transfers(self.world, account, "active")

    # what goes wrong

    def cause(self, kind: FaultKind, **more: Any) -> None:
        cause(self.world, Fault(kind, **more))

    # what reaches us

    def deliver(self, app: ASGIApp) -> None:
        """From now on webhooks go to this application, at PLATFORM_URL and CONNECT_URL."""
        self.world.outbox.connect(httpx.ASGITransport(app, raise_app_exceptions=False))

    async def settle(self) -> None:
        """Sends every webhook that waits, and those that come of it."""
        for _ in range(ROUNDS):
            if not self.world.outbox.waiting:
                return
            await self.world.outbox.deliver()
        raise AssertionError(f"{len(self.world.outbox.waiting)} webhooks were not taken in {ROUNDS} rounds")

    def pay_out(self, steps: int = ROUNDS) -> None:
        """Empties every balance into its bank. One step creates the payouts, the next brings them to the bank."""
        for _ in range(steps):
            if not payouts.step(self.world):
                return

    @property
    def books(self) -> Books:
        return Books.from_json(book(self.world))

    @property
    def violations(self) -> list[str]:
        return self.check.violations


@pytest.fixture
def sandbox() -> Iterator[OfflineStripe]:
    """Fails the test when anything that was asked or answered is not as the SDK has it."""
    offline = OfflineStripe()
    yield offline
    assert offline.violations == []
