"""A brand's back office: webhooks, keys and its team, a card that is declined, and a counter-offer that comes while it looks on."""

import re

import httpx
import pytest
from playwright.async_api import expect

from tests.browser.conftest import DESKTOP, PHONE, Visit, Window
from tests.browser.test_models import offered
from tests.fakes.town import Town
from tests.stories.test_payouts import sold
from tests.stories.test_refunds import newest_licence

COUNTER = """mutation Counter($input: CounterBidInput!) { counterBid(input: $input) { __typename } }"""
NUMBER = "query TheNumber($id: ID!) { node(id: $id) { ... on Licence { number } } }"
WITHIN = 40_000


async def said(window: Window, toast: str) -> None:
    """It is said, and put away: a toast lies over the buttons of a phone for some seconds."""
    shown = window.page.get_by_role("alert").filter(has_text=toast)
    await expect(shown).to_be_visible()
    await shown.get_by_role("button", name="Dismiss").click()
    await expect(shown).to_have_count(0)


async def asked_and_sure(window: Window, button: str, title: str) -> None:
    """Presses it, reads the question, and means it."""
    await window.page.get_by_role("button", name=button, exact=True).click()
    dialog = window.page.get_by_role("dialog", name=title)
    await expect(dialog).to_be_visible()
    await window.is_well()
    await dialog.get_by_role("button", name=button).click()
    await expect(dialog).to_have_count(0)


@pytest.mark.parametrize(("size", "scheme"), [(DESKTOP, "light"), (PHONE, "dark")])
async def test_an_address_is_told_what_happens(visit: Visit, size: tuple[int, int], scheme: str) -> None:
    havsand = await visit("havsand", size, scheme)
    page = havsand.page
    await havsand.goes_to("/brands/havsand/webhooks")
    await havsand.sees("Webhooks")
    await page.get_by_role("button", name="Add the address").click()
    await expect(page.get_by_text("Give an address that begins with https://.")).to_be_visible()
    await page.get_by_label("Address").fill("https://127.0.0.1/twinmarket")  # a machine of our own is never told
    await page.get_by_label("A licence is paid").check()
    await page.get_by_role("button", name="Add the address").click()
    secret = page.get_by_test_id("once")
    await expect(secret).to_have_text(re.compile("^whsec_"))
    first = await secret.inner_text()
    await havsand.is_well()
    await page.get_by_role("button", name="I have kept it").click()
    await expect(secret).to_have_count(0)
    await page.get_by_role("button", name="Send a test").click()
    await said(havsand, "A test is on its way")
    await expect(page.get_by_text(re.compile("^Last: PING"))).to_contain_text("Unsafe", timeout=WITHIN)
    await page.get_by_text("The last messages", exact=True).click()
    await expect(page.get_by_role("cell").first).to_contain_text("Unsafe")
    await havsand.is_well()
    await page.get_by_role("button", name="Tell again").click()
    dialog = page.get_by_role("dialog", name="Tell it again what happened")
    await dialog.get_by_label("Since").select_option("72")
    await havsand.is_well()
    await dialog.get_by_role("button", name="Send again").click()
    await said(havsand, "It is told again")
    await asked_and_sure(havsand, "New secret", "Make a new secret?")
    await expect(secret).to_have_text(re.compile("^whsec_"))
    assert await secret.inner_text() != first
    await page.get_by_role("button", name="Switch off").click()
    await expect(page.get_by_text("Off", exact=True)).to_be_visible()
    await havsand.is_well()
    await page.get_by_role("button", name="Switch on").click()
    await expect(page.get_by_role("button", name="Switch off")).to_be_visible()
    await asked_and_sure(havsand, "Remove", "Remove this address?")
    await expect(page.get_by_text("No address is told anything")).to_be_visible()
    await havsand.is_well()


async def test_a_key_is_shown_once_and_revoked(visit: Visit, town: Town) -> None:
    lowe = await visit("linden-lowe", PHONE, "dark")
    page = lowe.page
    await lowe.goes_to("/brands/linden-lowe/keys")
    await lowe.sees("API keys")
    await page.get_by_label("What it is for").fill("Our catalogue")
    await page.get_by_role("button", name="Make the key").click()
    key = await page.get_by_test_id("once").inner_text()
    await lowe.is_well()

    async def who() -> bool:
        async with httpx.AsyncClient() as http:
            asked = {"query": "query Who { viewer { name } }"}
            answer = await http.post(town.url, json=asked, headers={"Authorization": f"Bearer {key}"})
            return bool(answer.status_code == 200 and answer.json()["data"]["viewer"])

    assert await who()
    await page.get_by_role("button", name="I have kept it").click()
    await page.get_by_role("button", name="Revoke Our catalogue").click()
    dialog = page.get_by_role("dialog", name="Revoke “Our catalogue”?")
    await lowe.is_well()
    await dialog.get_by_role("button", name="Cancel").click()
    assert await who()
    await page.get_by_role("button", name="Revoke Our catalogue").click()
    await dialog.get_by_role("button", name="Revoke").click()
    await expect(page.get_by_text("It opens nothing from now on")).to_be_visible()
    await expect(page.get_by_role("button", name="Revoke Our catalogue")).to_have_count(0)
    assert not await who()
    await lowe.is_well()


async def test_a_brands_people(visit: Visit) -> None:
    brune = await visit("atelier-brune", PHONE)
    await brune.goes_to("/brands/atelier-brune")
    await brune.page.get_by_role("button", name="More").click()
    await brune.page.get_by_role("link", name="Team").last.click()
    await brune.sees("Team")
    await brune.page.get_by_role("button", name="Write an invitation").click()
    await expect(brune.page.get_by_test_id("once")).to_contain_text("/join#")
    await brune.is_well()
    await brune.page.get_by_role("button", name="Take back").click()
    await expect(brune.page.get_by_text("The invitation opens nothing any more")).to_be_visible()


async def test_a_declined_card_leads_to_another_and_back_to_an_active_licence(visit: Visit, town: Town) -> None:
    async with httpx.AsyncClient() as stripe:
        decline = {"kind": "decline", "code": "insufficient_funds"}
        await stripe.post(f"{town.sandbox}/_sandbox/faults", json=decline)
        await sold(town, "800.00", 21, "Chiara Bellini")
        found = await town.client("havsand").ask(NUMBER, id=await newest_licence(town))
        havsand = await visit("havsand", PHONE)
        page = havsand.page
        await havsand.goes_to(f"/brands/havsand/licences/{found['node']['number']}")
        await havsand.sees(found["node"]["number"])
        payment = page.locator("section").filter(has=page.get_by_role("heading", name="Payment"))
        await expect(payment.get_by_text("Failed", exact=True)).to_be_visible(timeout=WITHIN)
        await expect(payment).to_contain_text("Your card was declined.")
        await havsand.is_well()
        await stripe.post(f"{town.sandbox}/_sandbox/faults", json=decline)
        await page.get_by_role("button", name="Try the card again").click()
        await expect(page.get_by_text("The payment is tried again")).to_be_visible(timeout=WITHIN)
        await expect(payment.get_by_text("Failed", exact=True)).to_be_visible(timeout=WITHIN)
        await page.get_by_role("link", name="Pay another way").click()
        await havsand.sees("Pay for a licence")
        await havsand.is_well()
        await page.get_by_role("button", name="Use another card").click()
        await havsand.sees("Save a test card")  # the payment service's own page
        await page.get_by_role("button").click()
        await havsand.sees("Pay for a licence")
        await page.get_by_role("button", name=re.compile("^Pay with")).click()
        await havsand.sees("It is paid")
        await page.get_by_role("link", name="Back to Twinmarket").click()
        await havsand.sees("Havsand")
        await havsand.goes_to(f"/brands/havsand/licences/{found['node']['number']}")
        await expect(page.get_by_text("Paid", exact=True)).to_be_visible(timeout=WITHIN)
        await expect(page.get_by_test_id("certificate")).to_be_visible(timeout=WITHIN)
        havsand.troubles = [told for told in havsand.troubles if not told.startswith(f"asks {town.sandbox}")]
        await havsand.is_well()


async def test_a_counter_offer_comes_while_it_looks_on(visit: Visit, town: Town) -> None:
    rights = {"startsOn": "2029-03-01", "endsOn": "2029-03-31", "exclusivity": "NON_EXCLUSIVE"}
    bids = [await offered(town, "atelier-brune", "lena", f"{price}.00", **rights) for price in ("9000", "9500")]
    brune = await visit("atelier-brune", PHONE, "dark")
    page = brune.page
    await brune.goes_to("/brands/atelier-brune/bids")
    await brune.sees("Your bids")
    await expect(page.get_by_text("€9,500").first).to_be_visible()
    await page.wait_for_timeout(5_000)  # what there was before is no news
    for bid, price in zip(bids, ("11000.00", "12000.00"), strict=True):
        asked = {"bidId": bid, "amount": {"amount": price, "currency": "EUR"}, "message": None}
        told = await town.client("lena-vogt").ask(COUNTER, input=asked)
        assert told["counterBid"]["__typename"] == "BidCountered", told
    await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")  # she looks at the window again
    for price in ("€11,000", "€12,000"):
        await said(brune, f"Lena Vogt asks for {price}")
    accept = page.get_by_role("button", name="Agree to €12,000")
    await expect(accept).to_be_visible()
    await brune.is_well()
    await accept.click()
    await said(brune, "Now Lena Vogt signs.")
    await expect(accept).to_have_count(0)
    countered = page.get_by_role("article").filter(has_text="€11,000").first
    await countered.get_by_role("button", name="Withdraw").click()
    dialog = page.get_by_role("dialog", name="Withdraw the bid for Lena?")
    await brune.is_well()
    await dialog.get_by_role("button", name="Withdraw").click()
    await expect(page.get_by_text("Bid withdrawn")).to_be_visible()
    await expect(countered).to_have_count(0)
    await page.get_by_role("button", name="Over", exact=True).click()
    await expect(page.get_by_text("Withdrawn", exact=True).first).to_be_visible()
    await brune.is_well()
