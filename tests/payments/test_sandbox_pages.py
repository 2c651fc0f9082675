"""The sandbox's pages for people, and its own routes."""

import pytest

from payments.errors import Declined
from payments.gateway import AccountState
from tests.fakes.deal import Deal
from tests.fakes.sandbox import OfflineStripe


async def test_a_brand_saves_a_card_on_the_page(sandbox: OfflineStripe) -> None:
    gateway = sandbox.gateway
    customer = await gateway.create_customer(payer_id=1, name="Lumen", key="customer")
    session, url = await gateway.start_setup(
        customer_id=customer, return_url="http://app.test/?s={CHECKOUT_SESSION_ID}", key="s"
    )
    assert await gateway.saved_methods(customer_id=customer) == []
    async with sandbox.browser() as browser:
        page = await browser.get(url)
        assert page.status_code == 200
        assert "4242" in page.text
        assert (await browser.post(url, data={"card": "gold"})).status_code == 400
        done = await browser.post(url, data={"card": "declines"})
        again = await browser.post(url, data={"card": "ok"})
    assert done.headers["location"] == again.headers["location"] == f"http://app.test/?s={session}"
    [method] = await gateway.saved_methods(customer_id=customer)
    assert method is not None
    assert method.label == "Visa •••• 0341"
    kinds = {event["type"] for event in sandbox.world.state.all("event")}
    assert kinds == {"payment_method.attached", "setup_intent.succeeded", "checkout.session.completed"}


async def test_a_payee_completes_its_details_once(sandbox: OfflineStripe) -> None:
    gateway = sandbox.gateway
    account = await gateway.create_account(
        payee_id=2, name="<Nova>", email="n@n.test", country="SE", is_company=True, key="account"
    )
    assert account.requirements
    url = await gateway.onboarding_url(
        account_id=account.id, return_url="http://app.test/r", refresh_url="http://app.test/f"
    )
    async with sandbox.browser() as browser:
        assert "&lt;Nova&gt;" in (await browser.get(url)).text
        assert (await browser.get(f"{url}?complete=1")).headers["location"] == "http://app.test/r"
        assert (await browser.get(url)).headers["location"] == "http://app.test/f"
    found = await gateway.find_account(account.id)
    assert (found.transfers, found.requirements) == (AccountState.ACTIVE, ())


async def test_faults_are_told_over_http(deal: Deal) -> None:
    async with deal.stripe.browser() as browser:
        assert (await browser.post("/_sandbox/faults", json={"kind": "earthquake"})).status_code == 400
        assert (
            await browser.post("/_sandbox/faults", json={"kind": "disable_payee", "account": "x"})
        ).status_code == 400
        told = await browser.post("/_sandbox/faults", json={"kind": "decline", "customer": deal.customer})
        assert [fault["kind"] for fault in told.json()] == ["decline"]
        with pytest.raises(Declined):
            await deal.confirm("confirm:1")
        assert (await browser.get("/_sandbox/faults")).json() == []
        await deal.transfer((await deal.confirm("confirm:2")).charge_id or "", 10)
        await browser.post("/_sandbox/payouts")
        books = (await browser.get("/_sandbox/books")).json()
    assert books["payouts"][0]["account"] == deal.account
    assert books["transfers"][0]["share_id"] == 1
