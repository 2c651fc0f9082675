"""The sandbox as a process of its own: killed and started again, and over a socket."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
import uvicorn
from starlette.types import ASGIApp

from payments.errors import Refused, Unknown
from payments.sandbox import create_sandbox
from payments.sandbox.settings import SandboxSettings
from payments.stripe_gateway import StripeGateway
from tests.fakes.deal import PRICE, make_deal
from tests.fakes.receiver import Receiver
from tests.fakes.sandbox import OfflineStripe

CONFIRM = "POST */confirm"


async def test_a_killed_sandbox_goes_on_from_its_file(tmp_path: Path) -> None:
    path = tmp_path / "state" / "sandbox.sqlite"
    before = await make_deal(OfflineStripe(path))
    charge = await before.pay()
    made = await before.transfer(charge, 100)

    after = OfflineStripe(path)  # the first one never closed its file
    deal = replace(before, stripe=after)
    assert after.books == before.stripe.books
    assert await deal.transfer(charge, 100) == made
    assert await deal.pay() == charge
    with pytest.raises(Refused, match="must not exceed"):
        await deal.transfer(charge, 901, share_id=2)
    receiver = Receiver(after.gateway)
    after.deliver(receiver.app)
    after.pay_out()
    await after.settle()
    kinds = {kind for _, kind, _ in receiver.seen}
    assert {"payment_intent.succeeded", "transfer.created", "payout.paid"} <= kinds
    assert OfflineStripe(path).books == after.books
    assert after.violations == before.stripe.violations == []


@asynccontextmanager
async def served(settings: SandboxSettings, app: ASGIApp | None = None) -> AsyncIterator[str]:
    server = uvicorn.Server(uvicorn.Config(app or create_sandbox(settings), port=0, ws="none", log_level="critical"))
    task = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - it tells nobody
        await asyncio.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    await task


async def test_over_a_socket_it_pays_out_by_itself_and_breaks_connections(tmp_path: Path) -> None:
    settings = SandboxSettings(state_path=tmp_path / "state.sqlite", payout_delay=timedelta(milliseconds=20))
    async with served(settings) as url, httpx.AsyncClient(base_url=url) as http:
        gateway = StripeGateway("sk_test_x", environment="test", base_url=url, network_retries=0)
        customer = await gateway.create_customer(payer_id=1, name="Lumen", key="customer")
        account = await gateway.create_account(
            payee_id=2, name="Nova", email="n@n.test", country="SE", is_company=True, key="account"
        )
        link = await gateway.onboarding_url(
            account_id=account.id, return_url="http://r.test", refresh_url="http://f.test"
        )
        await http.post(httpx.URL(link).path)
        intent = await gateway.create_intent(
            payment_id=7, amount=PRICE, customer_id=customer, method_id="pm_card_visa", description="d", key="intent"
        )
        await http.post("/_sandbox/faults", json={"kind": "lose_answer", "path": CONFIRM})
        with pytest.raises(Unknown):
            await gateway.confirm_intent(intent.id, method_id="pm_card_visa", key="confirm")
        paid = await gateway.confirm_intent(intent.id, method_id="pm_card_visa", key="confirm")
        await gateway.create_transfer(
            share_id=1, payment_id=7, amount=PRICE, destination=account.id, charge_id=paid.charge_id or "", key="share"
        )
        await gateway.close()
        for _ in range(200):
            books = json.loads((await http.get("/_sandbox/books")).text)
            if [payout["status"] for payout in books["payouts"]] == ["paid"]:
                break
            await asyncio.sleep(0.02)
        assert books["balances"] == {account.id: {"eur": 0}}
        assert len(books["charges"]) == 1
