"""The offline Stripe behaves as Stripe does, as far as we rely on it. Through the gateway and the spec check."""

import asyncio
from typing import Any

import httpx
import pytest

from payments.errors import Declined, Refused, Unknown
from payments.gateway import AccountState, IntentState
from payments.money import Money
from payments.sandbox.faults import FaultKind
from payments.sandbox.settings import API_VERSION
from tests.fakes.deal import PRICE, Deal, make_deal
from tests.fakes.sandbox import OfflineStripe
from tests.payments.stripe_spec.checker import API_VERSION as SDK_API_VERSION

CONFIRM, TRANSFER = "POST */confirm", "POST /v1/transfers"
TRIES = 3  # of the SDK, for one call


def test_it_speaks_the_version_of_the_installed_sdk() -> None:
    assert API_VERSION == SDK_API_VERSION


# paying


async def test_a_payment_is_charged_settled_and_shared(deal: Deal) -> None:
    intent = await deal.confirm()
    assert intent.state is IntentState.SUCCEEDED
    assert intent.settlement is not None
    assert (intent.settlement.gross, intent.settlement.fee) == (PRICE, Money(15_25, "EUR"))
    assert intent.charge_id is not None
    await deal.transfer(intent.charge_id, 850)
    books = deal.stripe.books
    assert [(charge.payment_id, charge.amount, charge.currency) for charge in books.charges] == [(7, 1_000_00, "eur")]
    assert [(made.share_id, made.payment_id, made.amount) for made in books.transfers] == [(1, 7, 850_00)]
    assert books.balances == {deal.account: {"eur": 850_00}}


async def test_an_intent_succeeds_at_most_once(deal: Deal) -> None:
    first = await deal.confirm("confirm:1")
    assert await deal.confirm("confirm:2") == first
    assert await deal.stripe.gateway.cancel_intent(deal.intent.id, key="cancel:1") == first
    assert len(deal.stripe.books.charges) == 1


async def test_a_canceled_intent_stays_canceled(deal: Deal) -> None:
    canceled = await deal.stripe.gateway.cancel_intent(deal.intent.id, key="cancel:1")
    assert canceled.state is IntentState.CANCELED
    assert (await deal.confirm()).state is IntentState.CANCELED
    assert deal.stripe.books.charges == ()


async def test_a_decline_is_definitive_until_another_card_comes(sandbox: OfflineStripe) -> None:
    deal = await make_deal(sandbox, "declines")
    with pytest.raises(Declined) as raised:
        await deal.confirm("confirm:1")
    assert (raised.value.code, raised.value.needs_authentication) == ("generic_decline", False)
    found = await sandbox.gateway.find_intent(deal.intent.id)
    assert (found.state, found.failure_code, found.charge_id) == (IntentState.NEEDS_METHOD, "generic_decline", None)
    good = await sandbox.save_card(deal.customer)
    with pytest.raises(Unknown):  # the key of another confirmation
        await deal.confirm("confirm:1", good)
    assert (await deal.confirm("confirm:2", good)).state is IntentState.SUCCEEDED


async def test_the_same_key_repeats_a_decline(deal: Deal) -> None:
    deal.stripe.cause(FaultKind.DECLINE, customer=deal.customer, code="lost_card")
    for _ in range(2):
        with pytest.raises(Declined, match="declined") as raised:
            await deal.confirm("confirm:1")
        assert raised.value.code == "lost_card"
    assert (await deal.confirm("confirm:2")).state is IntentState.SUCCEEDED


async def test_a_card_may_ask_for_its_owner(sandbox: OfflineStripe) -> None:
    deal = await make_deal(sandbox, "authenticates")
    with pytest.raises(Declined) as raised:
        await deal.confirm()
    assert raised.value.needs_authentication


async def test_a_card_of_another_customer_is_refused(deal: Deal) -> None:
    other = await deal.stripe.gateway.create_customer(payer_id=9, name="Other", key="customer:9")
    theirs = await deal.stripe.save_card(other)
    with pytest.raises(Refused, match="does not belong"):
        await deal.confirm("confirm:1", theirs)


async def test_intents_are_found_by_payment_and_environment(deal: Deal) -> None:
    gateway, elsewhere = deal.stripe.gateway, deal.stripe.new_gateway("staging")
    assert await gateway.intents_of(payment_id=7, customer_id=deal.customer) == [deal.intent]
    assert await gateway.intents_of(payment_id=8, customer_id=deal.customer) == []
    assert await elsewhere.intents_of(payment_id=7, customer_id=deal.customer) == []


async def test_a_live_key_is_turned_away(sandbox: OfflineStripe) -> None:
    with pytest.raises(Unknown, match="test keys only"):
        await sandbox.new_gateway(api_key="sk_live_x").find_intent("pi_1")


# idempotency


async def test_the_same_key_does_it_once_and_says_so(deal: Deal) -> None:
    charge = await deal.pay()
    assert await deal.transfer(charge, 100, key="k") == await deal.transfer(charge, 100, key="k")
    assert len(deal.stripe.books.transfers) == 1
    async with deal.stripe.browser() as http:
        first, again = [await _post_customer(http, "k2") for _ in range(2)]
    assert first.json() == again.json()
    assert "idempotent-replayed" not in first.headers
    assert again.headers["idempotent-replayed"] == "true"


async def test_the_same_key_with_other_parameters_is_an_error_and_does_nothing(deal: Deal) -> None:
    charge = await deal.pay()
    await deal.transfer(charge, 100, key="k")
    with pytest.raises(Unknown, match="same parameters"):
        await deal.transfer(charge, 101, key="k")
    assert len(deal.stripe.books.transfers) == 1


async def test_two_at_once_with_one_key_conflict(deal: Deal) -> None:
    charge = await deal.pay()
    deal.stripe.cause(FaultKind.DELAY, path=TRANSFER, milliseconds=50)
    both = await asyncio.gather(*(deal.transfer(charge, 100, key="k") for _ in range(2)), return_exceptions=True)
    assert sorted(type(one).__name__ for one in both) == ["Unknown", "str"]
    assert len(deal.stripe.books.transfers) == 1


async def test_wrong_parameters_are_not_kept_under_the_key(sandbox: OfflineStripe) -> None:
    async with sandbox.browser() as http:
        assert (await _post_customer(http, "k", colour="red")).status_code == 400
        assert (await _post_customer(http, "k")).status_code == 200


async def test_v2_runs_a_failure_again(sandbox: OfflineStripe) -> None:
    sandbox.cause(FaultKind.ANSWER, path="POST /v2/core/accounts", status=500, kept=True)
    account = await sandbox.gateway.create_account(
        payee_id=2, name="Nova", email="n@n.test", country="SE", is_company=True, key="k"
    )
    assert account.transfers is AccountState.RESTRICTED


async def _post_customer(http: httpx.AsyncClient, key: str, **form: str) -> httpx.Response:
    headers = {"Authorization": "Bearer sk_test_x", "Idempotency-Key": key}
    return await http.post("/v1/customers", data={"name": "Lumen", **form}, headers=headers)


# what goes wrong on the way


@pytest.mark.parametrize("path", [CONFIRM, TRANSFER])
async def test_an_answer_that_is_lost_was_still_done_once(deal: Deal, path: str) -> None:
    deal.stripe.cause(FaultKind.LOSE_ANSWER, path=path, times=TRIES)
    if path == CONFIRM:
        with pytest.raises(Unknown):
            await deal.confirm()
    charge = await deal.pay()
    if path == TRANSFER:
        with pytest.raises(Unknown):
            await deal.transfer(charge, 100)
    made = await deal.transfer(charge, 100)
    assert [found.id for found in await deal.stripe.gateway.transfers_of(payment_id=7)] == [made]
    assert len(deal.stripe.books.charges) == 1


@pytest.mark.parametrize("status", [429, 500, 503])
async def test_turned_away_at_the_door_is_unknown_and_can_be_sent_again(deal: Deal, status: int) -> None:
    deal.stripe.cause(FaultKind.ANSWER, path=CONFIRM, status=status, times=1 if status == 429 else TRIES)
    with pytest.raises(Unknown):
        await deal.confirm()
    assert deal.stripe.books.charges == ()
    assert (await deal.confirm()).state is IntentState.SUCCEEDED


async def test_v1_keeps_a_failure_under_its_key(deal: Deal) -> None:
    deal.stripe.cause(FaultKind.ANSWER, path=CONFIRM, kept=True)
    for _ in range(2):
        with pytest.raises(Unknown):
            await deal.confirm("confirm:1")
    assert (await deal.confirm("confirm:2")).state is IntentState.SUCCEEDED


# shares


async def test_transfers_never_exceed_their_charge(deal: Deal) -> None:
    charge = await deal.pay()
    await deal.transfer(charge, 600, share_id=1)
    with pytest.raises(Refused, match="must not exceed"):
        await deal.transfer(charge, 401, share_id=2)
    await deal.transfer(charge, 400, share_id=3)
    with pytest.raises(Refused, match="must not exceed"):
        await deal.transfer(charge, 1, share_id=4)
    assert sum(made.amount for made in deal.stripe.books.transfers) == PRICE.minor


async def test_a_transfer_has_the_currency_of_its_charge(deal: Deal) -> None:
    charge = await deal.pay()
    with pytest.raises(Refused) as raised:
        await deal.stripe.gateway.create_transfer(
            share_id=1, payment_id=7, amount=Money(5_00, "USD"), destination=deal.account, charge_id=charge, key="k"
        )
    assert raised.value.code == "transfer_source_balance_parameters_mismatch"


async def test_a_disabled_payee_is_refused_and_the_key_stays_refused(deal: Deal) -> None:
    charge, gateway = await deal.pay(), deal.stripe.gateway
    deal.stripe.cause(FaultKind.DISABLE_PAYEE, account=deal.account)
    assert (await gateway.find_account(deal.account)).transfers is AccountState.RESTRICTED
    with pytest.raises(Refused) as raised:
        await deal.transfer(charge, 100, key="share:1:1")
    assert raised.value.code == "insufficient_capabilities_for_transfer"
    deal.stripe.cause(FaultKind.ENABLE_PAYEE, account=deal.account)
    with pytest.raises(Refused):
        await deal.transfer(charge, 100, key="share:1:1")
    await deal.transfer(charge, 100, key="share:1:2")
    assert len(deal.stripe.books.transfers) == 1


# payouts


@pytest.mark.parametrize(
    ("fault", "statuses", "left"),
    [
        (None, ["in_transit", "paid", "paid"], 0),
        ({"after_paid": False}, ["in_transit", "failed", "failed"], 100_00),
        ({"after_paid": True}, ["in_transit", "paid", "failed"], 100_00),
    ],
    ids=["paid", "failed", "paid, then failed"],
)
async def test_a_payout_runs_its_course(
    deal: Deal, fault: dict[str, Any] | None, statuses: list[str], left: int
) -> None:
    if fault is not None:
        deal.stripe.cause(FaultKind.FAIL_PAYOUT, account=deal.account, **fault)
    await deal.transfer(await deal.pay(), 100)
    seen = []
    for _ in statuses:
        deal.stripe.pay_out(steps=1)
        (held,) = deal.stripe.books.payouts
        payout = await deal.stripe.gateway.find_payout(account_id=deal.account, payout_id=held.id)
        seen.append(payout.status)
        assert payout.amount == Money(100_00, "EUR")
        assert (payout.failure_message is not None) == (payout.status == "failed")
    assert seen == statuses
    assert deal.stripe.books.balances == {deal.account: {"eur": left}}


async def test_a_payout_is_seen_only_in_its_account(deal: Deal) -> None:
    await deal.transfer(await deal.pay(), 100)
    deal.stripe.pay_out()
    (held,) = deal.stripe.books.payouts
    with pytest.raises(Refused, match="does not have access"):
        await deal.stripe.gateway.find_payout(account_id="acct_other", payout_id=held.id)
