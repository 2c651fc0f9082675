"""Takes the pictures of the README, and measures how soon a phone can be used: `make pictures`. No test of the suite."""

import time
from pathlib import Path

from playwright.async_api import expect

from tests.browser.conftest import DESKTOP, HOUSE, PHONE, Visit
from tests.browser.test_models import offered
from tests.fakes.town import Town

FOLDER = Path(HOUSE) / "docs" / "pictures"
SLOW_4G = {"offline": False, "latency": 150, "downloadThroughput": 1_600_000 / 8, "uploadThroughput": 750_000 / 8}
CPU_SLOWDOWN = 4
TRIES = 5
CATALOGUE = "/brands/havsand"


async def signed(town: Town, model: str, bid_id: str) -> None:
    """She accepts by the API; her agency's money follows."""
    client = town.client(model)
    asked = "query Text($id: ID!) { node(id: $id) { ... on Bid { consentDocument { digest } } } }"
    digest = (await client.ask(asked, id=bid_id))["node"]["consentDocument"]["digest"]
    accept = "mutation Accept($input: AcceptBidInput!) { acceptBid(input: $input) { __typename } }"
    given = {"bidId": bid_id, "consentDigest": digest, "signature": "Ebba Sandell"}
    assert (await client.ask(accept, input=given))["acceptBid"]["__typename"] == "BidAccepted"


async def test_pictures(visit: Visit, town: Town) -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    bid_id = await offered(town, "havsand", "ebba", "14500.00")
    await offered(town, "linden-lowe", "ebba", "5200.00", industry="APPAREL", exclusivity="NON_EXCLUSIVE")
    ebba = await visit("ebba-sandell", PHONE)
    await ebba.goes_to("/models/ebba-sandell/rates/ebba")
    await expect(ebba.page.get_by_test_id("example-price")).to_contain_text("€")
    await ebba.page.screenshot(path=FOLDER / "rates.png")
    dark = await visit("ebba-sandell", PHONE, "dark")
    await dark.goes_to("/models/ebba-sandell/bids")
    await dark.page.get_by_role("link", name="Havsand").click()
    await dark.sees("Havsand wants Ebba")
    await dark.page.screenshot(path=FOLDER / "bid.png")
    brand = await visit("havsand", DESKTOP)
    await brand.goes_to(f"{CATALOGUE}/catalogue")
    await expect(
        brand.page.get_by_role("img", name="Portrait").first.or_(brand.page.locator("img").first)
    ).to_be_visible()
    await brand.page.wait_for_load_state("networkidle")
    await brand.page.screenshot(path=FOLDER / "catalogue.png")
    await signed(town, "ebba-sandell", bid_id)
    agency = await visit("nordlys", DESKTOP)
    await agency.goes_to("/agencies/nordlys")
    await expect(agency.page.get_by_role("row").nth(2)).to_be_visible(timeout=60_000)
    await agency.page.screenshot(path=FOLDER / "payouts.png")


async def test_how_soon_a_phone_can_be_used(visit: Visit) -> None:
    """Until the rates can be changed: a cold phone on slow 4G (1.6 Mbit/s, 150 ms) with a processor four times slower."""
    taken = []
    for _ in range(TRIES):
        ebba = await visit("ebba-sandell", PHONE)
        session = await ebba.page.context.new_cdp_session(ebba.page)
        await session.send("Network.enable")
        await session.send("Network.emulateNetworkConditions", SLOW_4G)
        await session.send("Emulation.setCPUThrottlingRate", {"rate": CPU_SLOWDOWN})
        begun = time.monotonic()
        await ebba.page.goto(f"{ebba.base}/models/ebba-sandell/rates/ebba", wait_until="commit")
        await expect(ebba.page.get_by_role("switch", name="Paid social")).to_be_enabled(timeout=60_000)
        taken.append(time.monotonic() - begun)
        await ebba.page.context.close()
    taken.sort()
    print(
        f"\nA model's rates can be changed after {taken[len(taken) // 2]:.2f} s (median of {TRIES}: {taken[0]:.2f} to {taken[-1]:.2f})"
    )
