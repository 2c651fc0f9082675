"""Webhooks as the gateway reads them: genuine ones alike, whatever their form, and forged ones not at all."""

import json
import time
from collections.abc import Callable
from typing import Any

import pytest
import stripe

from payments.errors import ForgedEvent, OtherMode
from payments.stripe_gateway import StripeGateway


@pytest.fixture
def gateway() -> StripeGateway:
    return StripeGateway("sk_test_x", environment="test")


def snapshot(**more: Any) -> dict[str, Any]:
    payout = {"id": "po_1", "object": "payout"}
    return {
        "id": "evt_1",
        "object": "event",
        "type": "payout.paid",
        "account": "acct_1",
        "data": {"object": payout},
        **more,
    }


def thin(**more: Any) -> dict[str, Any]:
    account = {"id": "acct_1", "type": "v2.core.account", "url": "/v2/core/accounts/acct_1"}
    event = {"id": "evt_2", "object": "v2.core.event", "context": None, "created": "2026-11-01T00:00:00.000Z"}
    return {**event, "type": "v2.core.account[requirements].updated", "related_object": account, **more}


def signed(event: dict[str, Any], secret: str, *, age: int = 0) -> tuple[bytes, str]:
    body = json.dumps(event, indent=2)
    return body.encode(), stripe.WebhookSignature.generate_signature_header(body, secret, int(time.time()) - age)


PAYOUT_THIN = {"id": "po_1", "type": "payout", "url": "/v1/payouts/po_1"}


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        (snapshot(), ("evt_1", "payout.paid", "acct_1", "po_1")),
        (snapshot(account=None), ("evt_1", "payout.paid", None, "po_1")),
        (thin(), ("evt_2", "v2.core.account[requirements].updated", "acct_1", "acct_1")),
        (
            thin(type="v1.payout.paid", context="acct_platform/acct_7", related_object=PAYOUT_THIN),
            ("evt_2", "payout.paid", "acct_7", "po_1"),
        ),
        (thin(type="v2.core.new_thing", related_object=None), ("evt_2", "v2.core.new_thing", None, None)),
    ],
    ids=["of an account", "of the platform", "thin of v2", "thin of v1", "thin and unknown"],
)
def test_snapshots_and_thin_events_come_out_alike(
    gateway: StripeGateway, event: dict[str, Any], expected: tuple[str, ...]
) -> None:
    seen = gateway.read_event(*signed(event, "whsec_1"), ("whsec_1",))
    assert (seen.id, seen.type, seen.account_id, seen.object_id) == expected
    assert seen.body == event


def test_either_secret_holds_while_one_is_replaced(gateway: StripeGateway) -> None:
    for secret in ("whsec_old", "whsec_new"):
        assert gateway.read_event(*signed(snapshot(), secret), ("whsec_new", "whsec_old")).id == "evt_1"


def _tampered(body: bytes, signature: str) -> tuple[bytes, str]:
    return body.replace(b"po_1", b"po_2"), signature


@pytest.mark.parametrize(
    "forge",
    [
        lambda: signed(snapshot(), "whsec_other"),
        lambda: signed(snapshot(), "whsec_1", age=301),
        lambda: _tampered(*signed(snapshot(), "whsec_1")),
        lambda: (signed(snapshot(), "whsec_1")[0], ""),
        lambda: (signed(snapshot(), "whsec_1")[0], "garbage"),
        lambda: (signed(snapshot(), "whsec_1")[0], f"t={int(time.time())},v0=abc"),
        lambda: (b"\xff\xfe", "t=1,v1=abc"),
        lambda: signed(snapshot(livemode=True), "whsec_1"),
        lambda: signed({"object": "event"}, "whsec_1"),
        lambda: signed({"hello": "world"}, "whsec_1"),
    ],
    ids=["wrong secret", "old", "tampered", "unsigned", "garbled", "only v0", "not text", "live", "hollow", "no event"],
)
def test_forged_events_are_thrown_out(gateway: StripeGateway, forge: Callable[[], tuple[bytes, str]]) -> None:
    with pytest.raises(ForgedEvent):
        gateway.read_event(*forge(), ("whsec_1",))


def test_an_event_of_the_other_mode_is_told_from_a_forged_one(gateway: StripeGateway) -> None:
    with pytest.raises(OtherMode):
        gateway.read_event(*signed(snapshot(livemode=True), "whsec_1"), ("whsec_1",))


def test_no_secret_accepts_nothing(gateway: StripeGateway) -> None:
    for secrets in ((), ("",)):
        with pytest.raises(ForgedEvent):
            gateway.read_event(*signed(snapshot(), "whsec_1"), secrets)
