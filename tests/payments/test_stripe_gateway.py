"""What the gateway sends to Stripe, and what it makes of the answers."""

import json
from collections.abc import AsyncIterator
from datetime import date
from typing import Any
from urllib.parse import parse_qsl

import httpx
import pytest
import respx
import stripe

from payments.errors import Declined, GatewayError, Refused, Unknown
from payments.gateway import AccountState, IntentState, PayoutSeen, TransferMade
from payments.money import Money
from payments.stripe_gateway import StripeGateway

BASE = "https://stripe.test"
EUROS = Money(100_00, "EUR")
INTENT: dict[str, Any] = {
    "id": "pi_1",
    "object": "payment_intent",
    "amount": 10_000,
    "currency": "eur",
    "status": "requires_confirmation",
    "latest_charge": None,
    "last_payment_error": None,
    "metadata": {"payment_id": "7", "env": "test"},
}
PAID = {
    **INTENT,
    "status": "succeeded",
    "latest_charge": {
        "id": "ch_1",
        "object": "charge",
        "balance_transaction": {
            "id": "txn_1",
            "object": "balance_transaction",
            "amount": 11_000,
            "fee": 190,
            "currency": "usd",
        },
    },
}
TRANSFER = {"id": "tr_1", "object": "transfer", "amount": 5_000, "currency": "eur", "destination": "acct_1"}
UNEXPECTED = {
    "type": "invalid_request_error",
    "code": "payment_intent_unexpected_state",
    "message": "already succeeded",
}


@pytest.fixture
async def gateway(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[StripeGateway]:
    http = stripe.HTTPXClient(timeout=20)

    async def at_once(_: float) -> None: ...

    monkeypatch.setattr(http, "sleep_async", at_once)
    gateway = StripeGateway("sk_test_x", environment="test", base_url=BASE, http_client=http)
    yield gateway
    await gateway.close()


def answers(method: str, path: str, body: dict[str, Any], status: int = 200) -> respx.Route:
    return respx.route(method=method, url__startswith=BASE + path).mock(return_value=httpx.Response(status, json=body))


def sent(route: respx.Route) -> dict[str, str]:
    return dict(parse_qsl(route.calls.last.request.content.decode()))


def header(route: respx.Route, name: str) -> str | None:
    return route.calls.last.request.headers.get(name)


async def confirm(gateway: StripeGateway) -> Any:
    return await gateway.confirm_intent("pi_1", method_id="pm_1", key="k")


async def transfer(gateway: StripeGateway, amount: Money = EUROS) -> TransferMade:
    return await gateway.create_transfer(
        share_id=3, payment_id=7, amount=amount, destination="acct_1", charge_id="ch_1", key="test:share:3:1"
    )


# what is sent


@respx.mock
async def test_an_intent_is_created_for_a_saved_card_and_not_yet_confirmed(gateway: StripeGateway) -> None:
    route = answers("POST", "/v1/payment_intents", INTENT)
    intent = await gateway.create_intent(
        payment_id=7,
        amount=EUROS,
        customer_id="cus_1",
        method_id="pm_1",
        description="A licence",
        key="test:payment:7:1",
    )
    assert sent(route) == {
        "amount": "10000",
        "currency": "eur",
        "customer": "cus_1",
        "payment_method": "pm_1",
        "allowed_payment_method_types[0]": "card",
        "capture_method": "automatic",
        "transfer_group": "payment_7",
        "description": "A licence",
        "metadata[payment_id]": "7",
        "metadata[env]": "test",
    }
    assert header(route, "idempotency-key") == "test:payment:7:1"
    assert header(route, "authorization") == "Bearer sk_test_x"
    assert header(route, "stripe-version") == "2026-10-28.endive"
    assert (intent.id, intent.state, intent.amount, intent.payment_id) == ("pi_1", IntentState.READY, EUROS, 7)


@respx.mock
async def test_a_confirmation_is_off_session_and_brings_the_settlement(gateway: StripeGateway) -> None:
    route = answers("POST", "/v1/payment_intents/pi_1/confirm", PAID)
    intent = await confirm(gateway)
    assert sent(route) == {
        "payment_method": "pm_1",
        "off_session": "true",
        "expand[0]": "latest_charge.balance_transaction",
    }
    assert header(route, "idempotency-key") == "k"
    assert (intent.state, intent.charge_id) == (IntentState.SUCCEEDED, "ch_1")
    assert (intent.settlement.gross, intent.settlement.fee) == (Money(110_00, "USD"), Money(1_90, "USD"))


@respx.mock
async def test_a_transfer_is_tied_to_its_charge_and_carries_our_ids(gateway: StripeGateway) -> None:
    route = answers("POST", "/v1/transfers", {**TRANSFER, "metadata": {"share_id": "3"}})
    made = await transfer(gateway)
    assert sent(route) == {
        "amount": "10000",
        "currency": "eur",
        "destination": "acct_1",
        "source_transaction": "ch_1",
        "transfer_group": "payment_7",
        "metadata[share_id]": "3",
        "metadata[payment_id]": "7",
        "metadata[env]": "test",
    }
    assert header(route, "idempotency-key") == "test:share:3:1"
    assert made == TransferMade(id="tr_1", amount=Money(50_00, "EUR"), destination="acct_1", share_id=3)


@respx.mock
@pytest.mark.parametrize(
    ("amount", "wire"),
    [(Money(500, "JPY"), "500"), (Money(500, "ISK"), "50000"), (Money(5_000, "KWD"), "5000")],
    ids=lambda value: str(value),
)
async def test_amounts_are_counted_as_stripe_counts_them(gateway: StripeGateway, amount: Money, wire: str) -> None:
    body = {**TRANSFER, "amount": int(wire), "currency": amount.currency.lower(), "metadata": {}}
    route = answers("POST", "/v1/transfers", body)
    assert (await transfer(gateway, amount)).amount == amount
    assert sent(route)["amount"] == wire


@respx.mock
async def test_a_payee_is_an_express_recipient_of_accounts_v2(gateway: StripeGateway) -> None:
    capability = {"stripe_balance": {"stripe_transfers": {"status": "restricted", "status_details": []}}}
    entries = [
        {"description": "identity.address", "awaiting_action_from": "user"},
        {"description": "identity.check", "awaiting_action_from": "stripe"},
    ]
    body = {
        "id": "acct_1",
        "object": "v2.core.account",
        "configuration": {"recipient": {"applied": True, "capabilities": capability}},
        "requirements": {"entries": entries},
    }
    route = answers("POST", "/v2/core/accounts", body)
    account = await gateway.create_account(
        payee_id=4, name="Nova", email="n@nova.test", country="DE", is_company=True, key="test:payee:4:1"
    )
    assert json.loads(route.calls.last.request.content) == {
        "contact_email": "n@nova.test",
        "display_name": "Nova",
        "dashboard": "express",
        "identity": {"country": "de", "entity_type": "company"},
        "configuration": {"recipient": {"capabilities": {"stripe_balance": {"stripe_transfers": {"requested": True}}}}},
        "defaults": {"responsibilities": {"fees_collector": "application", "losses_collector": "application"}},
        "metadata": {"payee_id": "4", "env": "test"},
        "include": ["configuration.recipient", "requirements"],
    }
    assert header(route, "idempotency-key") == "test:payee:4:1"
    assert (account.id, account.transfers) == ("acct_1", AccountState.RESTRICTED)
    assert account.requirements == ("identity.address",)


@respx.mock
async def test_an_account_without_the_capability_cannot_receive(gateway: StripeGateway) -> None:
    answers("GET", "/v2/core/accounts/acct_1", {"id": "acct_1", "object": "v2.core.account", "configuration": None})
    assert (await gateway.find_account("acct_1")).transfers is AccountState.RESTRICTED


@respx.mock
async def test_a_payout_is_looked_up_in_its_account(gateway: StripeGateway) -> None:
    body = {
        "id": "po_1",
        "object": "payout",
        "amount": 900,
        "currency": "eur",
        "status": "paid",
        "arrival_date": 1_793_491_200,
    }
    route = answers("GET", "/v1/payouts/po_1", {**body, "failure_message": None})
    payout = await gateway.find_payout(account_id="acct_1", payout_id="po_1")
    assert header(route, "stripe-account") == "acct_1"
    assert payout == PayoutSeen("po_1", Money(900, "EUR"), "paid", date(2026, 11, 1), None)


@respx.mock
async def test_the_newest_card_is_the_saved_method(gateway: StripeGateway) -> None:
    card = {"brand": "american_express", "last4": "0005", "exp_month": 2, "exp_year": 2028}
    methods = {
        "object": "list",
        "has_more": False,
        "url": "",
        "data": [{"id": "pm_9", "object": "payment_method", "card": card}],
    }
    answers("GET", "/v1/customers/cus_1/payment_methods", methods)
    method = (await gateway.saved_methods(customer_id="cus_1"))[0]
    assert method is not None
    assert (method.id, method.label, method.expires_on) == ("pm_9", "American Express •••• 0005", date(2028, 2, 29))


@respx.mock
async def test_every_page_of_the_transfers_is_read_and_other_environments_are_left_out(gateway: StripeGateway) -> None:
    def pages(request: httpx.Request) -> httpx.Response:
        after = request.url.params.get("starting_after")
        name, env = ("tr_2", "test") if after else ("tr_1", "staging")
        metadata = {"share_id": "3", "payment_id": "7", "env": env}
        page = {"object": "list", "url": "/v1/transfers", "has_more": not after}
        return httpx.Response(200, json={**page, "data": [{**TRANSFER, "id": name, "metadata": metadata}]})

    route = respx.get(url__startswith=BASE + "/v1/transfers").mock(side_effect=pages)
    found = await gateway.transfers_of(payment_id=7)
    assert [made.id for made in found] == ["tr_2"]
    assert route.call_count == 2
    assert route.calls[0].request.url.params["transfer_group"] == "payment_7"


# what the answers mean


@respx.mock
@pytest.mark.parametrize(
    ("status", "error", "expected", "code"),
    [
        (402, {"type": "card_error", "code": "card_declined", "decline_code": "lost_card"}, Declined, "lost_card"),
        (402, {"type": "card_error", "code": "expired_card"}, Declined, "expired_card"),
        (400, {"type": "invalid_request_error", "code": "amount_too_small"}, Refused, "amount_too_small"),
        (404, {"type": "invalid_request_error", "code": "resource_missing"}, Refused, "resource_missing"),
        (403, {"type": "invalid_request_error", "code": "account_invalid"}, Refused, "account_invalid"),
        (403, {"type": "invalid_request_error", "code": "more_permissions_required"}, Unknown, None),
        (401, {"type": "invalid_request_error"}, Unknown, None),
        (400, {"type": "idempotency_error"}, Unknown, None),
        (409, {"type": "idempotency_error", "code": "idempotency_key_in_use"}, Unknown, None),
        (429, {"type": "invalid_request_error", "code": "lock_timeout"}, Unknown, None),
        (400, {"type": "invalid_request_error", "code": "rate_limit"}, Unknown, None),
        (500, {"type": "api_error"}, Unknown, None),
        (503, {"type": "api_error"}, Unknown, None),
    ],
)
async def test_refusals_are_told_from_what_says_nothing(
    gateway: StripeGateway, status: int, error: dict[str, Any], expected: type[GatewayError], code: str | None
) -> None:
    answers("POST", "/v1/transfers", {"error": {**error, "message": "Because."}}, status)
    with pytest.raises(GatewayError) as raised:
        await transfer(gateway)
    assert type(raised.value) is expected
    assert raised.value.message == "Because."
    if code is not None:
        assert raised.value.code == code


@respx.mock
@pytest.mark.parametrize(
    "answer",
    [
        httpx.ConnectError("refused"),
        httpx.ReadTimeout("slow"),
        httpx.Response(200, text="<html>"),
        httpx.Response(502, text=""),
    ],
    ids=["no connection", "no answer", "not JSON", "a proxy's answer"],
)
async def test_no_readable_answer_is_unknown(gateway: StripeGateway, answer: Any) -> None:
    respx.post(BASE + "/v1/transfers").mock(side_effect=[answer] * 3)
    with pytest.raises(Unknown):
        await transfer(gateway)


@respx.mock
@pytest.mark.parametrize(
    ("error", "needed"),
    [
        ({"code": "authentication_required", "decline_code": "authentication_required"}, True),
        ({"code": "card_declined", "decline_code": "authentication_required"}, True),
        ({"code": "card_declined", "decline_code": "insufficient_funds"}, False),
    ],
)
async def test_a_decline_says_whether_the_owner_must_authenticate(
    gateway: StripeGateway, error: dict[str, str], needed: bool
) -> None:
    answers(
        "POST", "/v1/payment_intents/pi_1/confirm", {"error": {"type": "card_error", "message": "No.", **error}}, 402
    )
    with pytest.raises(Declined) as raised:
        await confirm(gateway)
    assert raised.value.needs_authentication is needed


@respx.mock
@pytest.mark.parametrize("verb", ["confirm", "cancel"])
async def test_what_can_no_longer_be_done_is_answered_with_what_is(gateway: StripeGateway, verb: str) -> None:
    answers("POST", f"/v1/payment_intents/pi_1/{verb}", {"error": UNEXPECTED}, 400)
    answers("GET", "/v1/payment_intents/pi_1", PAID)
    intent = await (confirm(gateway) if verb == "confirm" else gateway.cancel_intent("pi_1", key="k"))
    assert (intent.state, intent.charge_id) == (IntentState.SUCCEEDED, "ch_1")


@respx.mock
async def test_a_declined_intent_has_no_charge_and_says_why(gateway: StripeGateway) -> None:
    failure = {"type": "card_error", "code": "expired_card", "message": "Expired."}
    body = {**INTENT, "status": "requires_payment_method", "latest_charge": "ch_f", "last_payment_error": failure}
    answers("GET", "/v1/payment_intents/pi_1", body)
    intent = await gateway.find_intent("pi_1")
    assert (intent.state, intent.charge_id, intent.settlement) == (IntentState.NEEDS_METHOD, None, None)
    assert (intent.failure_code, intent.failure_message) == ("expired_card", "Expired.")


@respx.mock
async def test_a_retry_sends_the_same_key(gateway: StripeGateway) -> None:
    conflict = httpx.Response(409, json={"error": {"type": "idempotency_error", "message": "busy"}})
    done = httpx.Response(200, json={**TRANSFER, "metadata": {}})
    route = respx.post(BASE + "/v1/transfers").mock(side_effect=[httpx.ReadTimeout("slow"), conflict, done])
    assert (await transfer(gateway)).id == "tr_1"
    assert {call.request.headers["idempotency-key"] for call in route.calls} == {"test:share:3:1"}
    assert route.call_count == 3
