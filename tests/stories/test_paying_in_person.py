"""A brand whose bank wants to see it follows nextActionUrl, from page to page, until the licence is active."""

import asyncio
import re
from typing import Any

import httpx

from tests.stories.conftest import Town
from tests.stories.test_payouts import sold
from tests.stories.test_refunds import newest_licence

LICENCE = """query TheLicence($id: ID!) { node(id: $id) { ... on Licence { status payment {
    status nextActionUrl failureMessage dueAt } } } }"""
RETRY = """mutation RetryPayment($input: RetryPaymentInput!) { retryPayment(input: $input) {
    __typename ... on UserError { code message } } }"""


async def until(town: Town, licence: str, status: str) -> dict[str, Any]:
    for _ in range(150):
        node: dict[str, Any] = (await town.client("havsand").ask(LICENCE, id=licence))["node"]
        if node["payment"]["status"] == status:
            return node
        await asyncio.sleep(0.2)
    raise AssertionError(node)


async def test_from_a_decline_over_authentication_to_an_active_licence(town: Town) -> None:
    async with httpx.AsyncClient(follow_redirects=True, timeout=30) as browser:
        fault = {"kind": "authenticate"}
        await browser.post(f"{town.sandbox}/_sandbox/faults", json=fault)
        await sold(town, "800.00", 25, "Chiara Bellini")
        licence = await newest_licence(town)
        node = await until(town, licence, "REQUIRES_ACTION")
        assert node["status"] == "AWAITING_PAYMENT"
        url = node["payment"]["nextActionUrl"]
        hers = (await town.client("chiara-bellini").ask(LICENCE, id=licence))["node"]["payment"]
        assert (hers["nextActionUrl"], hers["failureMessage"]) == (None, None)

        page = await browser.get(url)
        assert page.status_code == 200
        assert "800.00 EUR" in page.text
        assert "requires authentication" in page.text
        await browser.post(f"{town.sandbox}/_sandbox/faults", json=fault)
        bank = await browser.post(url, data={"do": "pay"})
        assert "Approve a payment" in bank.text
        back = await browser.post(str(bank.url), data={"answer": "decline"})
        assert str(back.url).startswith(url)
        assert "did not authenticate" in back.text

        stripes = await browser.post(url, data={"do": "change"})  # another card
        assert "Save a test card" in stripes.text
        saved = await browser.post(str(stripes.url), data={"card": "authenticates"})
        assert str(saved.url) == f"{url}?method=saved"
        bank = await browser.post(url, data={"do": "pay"})
        paid = await browser.post(str(bank.url), data={"answer": "approve"})
        assert "It is paid" in paid.text
        again = await browser.post(url, data={"do": "pay"})
        assert again.status_code == 409
        assert "It is paid" in again.text
        for _ in range(100):
            node = await until(town, licence, "SUCCEEDED")
            if node["status"] == "ACTIVE":
                break
            await asyncio.sleep(0.2)
        assert (node["status"], node["payment"]["nextActionUrl"]) == ("ACTIVE", None)

        broken = re.sub(r"/pay/..", "/pay/xx", url)
        assert (await browser.get(broken)).status_code == 404
        restored = await browser.post(url, data={"do": "change"})
        await browser.post(str(restored.url), data={"card": "ok"})
        await browser.get(f"{url}?method=saved")
