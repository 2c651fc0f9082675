"""Stripe's events at our door: forged ones are refused, true ones kept once and answered at once."""

import httpx
import pytest
from sqlmodel import select

from core.actor import SYSTEM
from core.tables import Job
from payments.tables import StripeEvent
from server.database import Database
from server.settings import SANDBOX_CONNECT_SECRET, SANDBOX_SECRET


@pytest.mark.parametrize(
    ("path", "secret"), [("/webhooks/stripe", SANDBOX_SECRET), ("/webhooks/stripe/connect", SANDBOX_CONNECT_SECRET)]
)
async def test_an_event_is_kept_once_and_a_job_looks_at_it(
    http: httpx.AsyncClient, database: Database, path: str, secret: str
) -> None:
    for _ in range(3):
        answer = await http.post(path, content=b"evt_1", headers={"Stripe-Signature": secret})
        assert answer.status_code == 200
    async with database.read(SYSTEM)() as read:
        (event,) = (await read.session.execute(select(StripeEvent))).scalars()
        (job,) = (await read.session.execute(select(Job))).scalars()
    assert event.stripe_id == "evt_1"
    assert (job.kind, job.body) == ("stripe.event", {"event_row_id": event.id})


@pytest.mark.parametrize("signature", ["", "wrong", SANDBOX_CONNECT_SECRET])
async def test_a_forged_event_is_refused(http: httpx.AsyncClient, database: Database, signature: str) -> None:
    answer = await http.post("/webhooks/stripe", content=b"evt_1", headers={"Stripe-Signature": signature})
    assert answer.status_code == 400
    async with database.read(SYSTEM)() as read:
        assert (await read.session.execute(select(StripeEvent))).all() == []


async def test_an_event_of_the_other_mode_is_taken_and_not_kept(http: httpx.AsyncClient, database: Database) -> None:
    """Stripe sends test events of payees' accounts to live addresses too, and gives up an address that refuses them."""
    headers = {"Stripe-Signature": SANDBOX_CONNECT_SECRET}
    answer = await http.post("/webhooks/stripe/connect", content=b"evt_live", headers=headers)
    assert answer.status_code == 200
    async with database.read(SYSTEM)() as read:
        assert (await read.session.execute(select(StripeEvent))).all() == []


async def test_only_post(http: httpx.AsyncClient) -> None:
    assert (await http.get("/webhooks/stripe")).status_code == 405
