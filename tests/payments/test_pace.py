"""Calls of Stripe stay below eight tenths of its limits, of all processes together; the sandbox turns away what exceeds."""

import asyncio
import multiprocessing
import time
from concurrent.futures import ProcessPoolExecutor
from datetime import timedelta

import pytest

from core.actor import SYSTEM
from payments import store
from payments.errors import Unknown
from payments.pace import LIVE, PATIENCE, TEST, Limits, paced
from payments.sandbox import SandboxSettings
from payments.sandbox.faults import FaultKind
from payments.stripe_gateway import StripeGateway
from payments.stripe_gateway.wire import endpoint
from server import gateway
from server.database import Database
from server.settings import Settings
from tests.fakes.sandbox import OfflineStripe
from tests.payments.test_sandbox_process import served

CALLS = 12
ENDPOINTS = ("GET /v1/refunds", "GET /v1/disputes", "POST /v1/transfers")
LIMITS = Limits(account=40, endpoint=30)


@pytest.mark.parametrize(
    ("url", "named"),
    [
        ("https://api.stripe.com/v1/payment_intents", "/v1/payment_intents"),
        ("https://api.stripe.com/v1/payment_intents/pi_3Nabc1x/confirm", "/v1/payment_intents/*/confirm"),
        ("http://x/v1/transfers/tr_1a2b/reversals?limit=1", "/v1/transfers/*/reversals"),
        ("http://x/v1/customers/cus_9s6/payment_methods", "/v1/customers/*/payment_methods"),
        ("http://x/v1/checkout/sessions", "/v1/checkout/sessions"),
        ("http://x/v2/core/accounts/acct_1Nv0/", "/v2/core/accounts/*/"),
        ("http://x/v2/core/account_links", "/v2/core/account_links"),
        ("http://x/v1/balance_transactions/txn_1A", "/v1/balance_transactions/*"),
    ],
)
def test_an_endpoint_is_a_path_without_ids(url: str, named: str) -> None:
    assert endpoint("post", url) == f"POST {named}"


@pytest.mark.parametrize("limits", [LIVE, TEST, LIMITS])
def test_the_pace_leaves_a_fifth_of_every_limit(limits: Limits) -> None:
    for limit, every in zip((limits.account, limits.endpoint), limits.paces, strict=True):
        in_a_second_with_what_is_late = timedelta(seconds=1.1) / every + 1
        assert in_a_second_with_what_is_late <= 0.8 * limit + 1


async def test_turns_are_evenly_spaced_and_a_long_queue_is_refused(database: Database) -> None:
    async def take() -> timedelta | None:
        async with database.work(SYSTEM)() as work:
            return await store.take_turn(work, "all", every=timedelta(seconds=2), patience=PATIENCE)

    waits = [await take() for _ in range(5)]
    taken = [wait.total_seconds() for wait in waits if wait is not None]
    assert taken == pytest.approx([0, 2, 4], abs=0.5)
    assert waits[3:] == [None, None]
    turn = paced(database.work(SYSTEM), Limits(account=1, endpoint=1))
    with pytest.raises(Unknown, match="wait for their turn"):
        await asyncio.gather(*(turn("GET /v1/balance") for _ in range(9)))


def asking(database_url: str) -> list[float]:
    """The moments at which a process was let go on, asking as fast as it may, many at once."""

    async def run() -> list[float]:
        database, sent = Database.connect(database_url), []
        turn = paced(database.work(SYSTEM), LIMITS)

        async def one(endpoint: str) -> None:
            for _ in range(CALLS):
                await turn(endpoint)
                sent.append(time.monotonic())

        await asyncio.gather(*(one(endpoint) for endpoint in (*ENDPOINTS, ENDPOINTS[0])))
        await database.close()
        return sent

    return asyncio.run(run())


async def test_two_processes_together_keep_to_four_fifths(database: Database) -> None:
    with ProcessPoolExecutor(2, multiprocessing.get_context("spawn")) as pool:
        both = [asyncio.wrap_future(pool.submit(asking, database.url)) for _ in range(2)]
        sent = sorted(moment for moments in await asyncio.gather(*both) for moment in moments)
    assert len(sent) == 2 * CALLS * (len(ENDPOINTS) + 1)
    in_a_second = [sum(first <= moment < first + 1 for moment in sent) for first in sent]
    assert max(in_a_second) <= LIMITS.account * 0.8


async def test_every_try_takes_a_turn(sandbox: OfflineStripe) -> None:
    turns: list[str] = []

    async def turn(endpoint: str) -> None:
        turns.append(endpoint)

    sandbox.cause(FaultKind.ANSWER, path="GET /v1/refunds", status=500)
    async with served(SandboxSettings(), app=sandbox.check) as url:
        stripe = StripeGateway("sk_test_x", environment="test", base_url=url, turn=turn)
        assert await stripe.refunds_of(charge_id="ch_1") == []
        await stripe.close()
    assert turns == ["GET /v1/refunds"] * 2


async def test_without_turns_the_sandbox_turns_away() -> None:
    offline = OfflineStripe(account_limit=8, endpoint_limit=5)
    asks = [offline.gateway.refunds_of(charge_id="ch_1") for _ in range(6)]
    asks += [offline.gateway.disputes_of(charge_id="ch_1") for _ in range(6)]
    answers = await asyncio.gather(*asks, return_exceptions=True)
    refused = [answer for answer in answers if isinstance(answer, Unknown)]
    assert len(refused) == 5
    assert all("rate limit" in answer.message for answer in refused)
    async with offline.browser() as http:
        answer = await http.get("/v1/refunds", headers={"Authorization": "Bearer sk_test_x"})
    assert (answer.status_code, answer.headers["stripe-rate-limited-reason"]) == (429, "global-rate")


@pytest.mark.parametrize(
    ("key", "told", "limits"),
    [("sk_test_x", None, TEST), ("sk_live_x", None, LIVE), ("rk_live_x", 500, Limits(500, LIVE.endpoint))],
)
def test_a_live_key_may_ask_more_often(key: str, told: int | None, limits: Limits) -> None:
    settings = Settings(_env_file=None, STRIPE_CALLS_PER_SECOND=told)  # type: ignore[call-arg]
    assert gateway.limits(settings, key) == limits
