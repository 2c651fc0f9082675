"""The sandbox's webhooks: signed, sent to the right address, kept until they arrive."""

from typing import Any

import httpx
import pytest

from payments.sandbox.settings import API_VERSION
from tests.fakes.deal import Deal
from tests.fakes.receiver import Receiver
from tests.fakes.sandbox import CONNECT_SECRET, PLATFORM_SECRET, OfflineStripe


@pytest.fixture
def receiver(sandbox: OfflineStripe) -> Receiver:
    receiver = Receiver(sandbox.gateway)
    sandbox.deliver(receiver.app)
    return receiver


async def test_events_are_signed_and_go_to_the_right_address(receiver: Receiver, deal: Deal) -> None:
    await deal.transfer(await deal.pay(), 100)
    deal.stripe.pay_out()
    await deal.stripe.settle()
    platform = [kind for secret, kind, account in receiver.seen if secret == PLATFORM_SECRET and account is None]
    connect = [kind for secret, kind, account in receiver.seen if secret == CONNECT_SECRET and account == deal.account]
    assert sorted(platform) == ["charge.succeeded", "payment_intent.succeeded", "transfer.created"]
    assert sorted(connect) == [
        "payout.created",
        "payout.paid",
        "payout.updated",
        "v2.core.account[configuration.recipient].capability_status_updated",
    ]
    assert len(receiver.seen) == len(platform) + len(connect)


async def test_events_wait_while_the_receiver_is_down(receiver: Receiver, deal: Deal) -> None:
    receiver.down = 3
    await deal.pay()
    await deal.stripe.world.outbox.deliver()
    assert receiver.seen == []
    waiting = await _events(deal.stripe, "?delivery_success=false")
    assert {event["type"] for event in waiting} == {"charge.succeeded", "payment_intent.succeeded"}
    await deal.stripe.settle()
    assert {"charge.succeeded", "payment_intent.succeeded"} <= {kind for _, kind, _ in receiver.seen}
    assert await _events(deal.stripe, "?delivery_success=false") == []


async def test_events_can_be_listed(deal: Deal) -> None:
    await deal.pay()
    assert [event["type"] for event in await _events(deal.stripe, "?limit=2")] == [
        "payment_intent.succeeded",
        "charge.succeeded",
    ]
    assert len(await _events(deal.stripe, "?type=charge.succeeded")) == 1


async def _events(offline: OfflineStripe, query: str) -> list[dict[str, Any]]:
    headers = {"Authorization": "Bearer sk_test_x", "Stripe-Version": API_VERSION}
    async with httpx.AsyncClient(transport=httpx.ASGITransport(offline.check), base_url="http://stripe.test") as http:
        answer = await http.get("/v1/events" + query, headers=headers)
    return list(answer.json()["data"])
