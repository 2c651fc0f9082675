"""Brands at their windows: an auction against each other, and a search for exact rights that ends in an offer."""

import asyncio
import re
from datetime import UTC, datetime, timedelta
from typing import Any

from playwright.async_api import expect

from server.demo import documents
from tests.browser.conftest import DESKTOP, PHONE, Visit
from tests.fakes.town import Town

USE = "Autumn knitwear: pictures for the shop and for paid social"
CERTIFICATE = "query Certificate($number: String!) { licence(number: $number) { certificate } }"
LICENCES = """query Licences($id: ID!) {
  node(id: $id) { ... on Brand { licences(first: 50) { nodes { number twin { handle } } } } }
}"""
RIGHTS: dict[str, Any] = {
    "media": ["SOCIAL_PAID"],
    "territories": ["DE", "AT"],
    "industry": "APPAREL",
    "startsOn": "2027-02-01",
    "endsOn": "2027-02-28",
    "exclusivity": "NON_EXCLUSIVE",
}


async def twin_id(town: Town, handle: str) -> str:
    found = await town.client("nordlys").ask(documents.FIND_TWIN, handle=handle)
    return str(found["twin"]["id"])


async def test_two_brands_see_each_others_price_live_and_not_each_other(visit: Visit, town: Town) -> None:
    made = await town.client("nordlys").do(
        documents.CREATE_LISTING,
        twinId=await twin_id(town, "ingrid"),
        rights=RIGHTS,
        format="OPEN",
        startingPrice={"amount": "1000.00", "currency": "EUR"},
        closesAt=(datetime.now(UTC) + timedelta(hours=2)).isoformat(),
    )
    listing = made["listing"]["id"]
    havsand = await visit("havsand", DESKTOP)
    brune = await visit("atelier-brune", PHONE, "dark")
    for window, handle in ((havsand, "havsand"), (brune, "atelier-brune")):
        await window.goes_to(f"/brands/{handle}/listings/{listing}")
        await window.sees("Ingrid, at auction")
        await expect(window.page.locator('[data-live="live"]')).to_be_visible()
        await expect(window.page.get_by_test_id("current-price")).to_have_text("€1,000")

    async def bid(window: Any, amount: str, button: str) -> None:
        await window.page.get_by_label(re.compile("The most you would pay|Raise your maximum")).fill(amount)
        await window.page.get_by_label("What it is for").fill(USE)
        await window.page.get_by_role("button", name=button).click()

    await bid(havsand, "2000", "Place the bid")
    await expect(havsand.page.get_by_test_id("standing")).to_contain_text("You lead")
    await expect(brune.page.get_by_text(re.compile(r"^1 bid ·"))).to_be_visible()
    await bid(brune, "900", "Place the bid")
    await expect(brune.page.get_by_text(re.compile("The least that counts now is €1,"))).to_be_visible()
    await brune.is_well()
    await bid(brune, "1500", "Place the bid")
    await expect(brune.page.get_by_test_id("standing")).to_contain_text("You are outbid")
    await expect(havsand.page.get_by_test_id("current-price")).to_have_text("€1,600")  # 1,500 and an increment
    await expect(havsand.page.get_by_test_id("standing")).to_contain_text("You lead")
    await bid(brune, "3000", "Place the bid")
    await expect(havsand.page.get_by_test_id("standing")).to_contain_text("You are outbid")
    await expect(brune.page.get_by_test_id("standing")).to_contain_text("Your maximum, which only you see: €3,000")
    shown = await havsand.page.get_by_test_id("current-price").inner_text()
    await expect(brune.page.get_by_test_id("current-price")).to_have_text(shown)
    assert not re.search(r"Brune|3,000", await havsand.page.locator("main").inner_text())
    assert "Havsand" not in await brune.page.locator("main").inner_text()
    await havsand.is_well()
    await brune.is_well()


async def test_a_brand_searches_is_offered_what_is_free_and_makes_an_offer(visit: Visit, town: Town) -> None:
    await taken_by_a_rival(town)
    havsand = await visit("havsand", DESKTOP, "dark")
    page = havsand.page
    await havsand.goes_to("/brands/havsand/catalogue")
    await havsand.sees("Twins to license")
    await page.get_by_role("button", name="What do you need it for").click()
    await page.get_by_label("Paid social").check()
    await page.get_by_label("First day").fill("2027-03-01")
    await page.get_by_label("Last day").fill("2027-03-30")
    await expect(page.get_by_test_id("how-many")).to_contain_text("twins are free, from €")
    await havsand.is_well()
    await page.get_by_role("button", name="Search with these").click()
    await expect(page).to_have_url(re.compile("media=SOCIAL_PAID&in=SE"))
    shared = page.url.split("?")[1]
    await expect(page.get_by_role("link", name="Lena, in motion")).to_contain_text("€215")
    await expect(page.get_by_role("link", name=re.compile("^Sofía"))).to_have_count(0)  # a rival has her alone
    await page.get_by_role("button", name="Filters").click()
    await page.get_by_role("checkbox", name="menswear").check()
    await page.get_by_role("button", name=re.compile("^Show 3 twins")).click()
    await expect(page.get_by_role("link", name=re.compile("^Tom"))).to_have_count(2)
    await havsand.is_well()

    await havsand.goes_to(f"/brands/havsand/twins/sofia?{shared}")
    await havsand.sees("Sofía")
    await expect(page.get_by_text("Somebody else has this exclusively")).to_be_visible()
    assert "Linden" not in await page.locator("main").inner_text()
    await havsand.is_well()
    await page.get_by_role("group", name="Free instead").get_by_role("button").first.click()
    await expect(page.get_by_text("Free for these rights", exact=True)).to_be_visible()
    await page.get_by_role("button", name="Make an offer").click()
    await page.get_by_label("Your offer").fill("1")
    await page.get_by_label("What it is for").fill(USE)
    await page.get_by_role("button", name="Send the offer").click()
    await page.get_by_role("button", name=re.compile("^Offer €")).click()
    await page.get_by_role("button", name="Send the offer").click()
    await expect(page.get_by_text(re.compile("^Your offer of €"))).to_be_visible()
    await havsand.is_well()
    await page.get_by_role("link", name="See my bids").click()
    await havsand.sees("Your bids")
    await expect(page.get_by_role("link", name="Sofía")).to_be_visible()
    await havsand.is_well()


async def test_anyone_checks_a_certificate(visit: Visit, town: Town) -> None:
    number = await taken_by_a_rival(town)
    certificate = await certificate_of(town, number)
    anyone = await visit(None, PHONE, "dark")
    page = anyone.page
    await anyone.goes_to("/verify")
    await anyone.sees("Is this licence real?")
    await page.get_by_label("Certificate").fill(certificate[:-9] + "AAAAAAAAA")
    await page.get_by_role("button", name="Check it").click()
    await expect(page.get_by_role("heading", name="No: this is no valid certificate")).to_be_visible()
    await anyone.is_well()
    await anyone.goes_to(f"/verify#{certificate}")
    await page.reload()
    await expect(page.get_by_text(number, exact=True)).to_be_visible()
    await expect(page.get_by_text("Linden & Lowe")).to_be_visible()
    await anyone.is_well()

    lowe = await visit("linden-lowe", DESKTOP)
    await lowe.goes_to(f"/brands/linden-lowe/licences/{number}")
    await lowe.sees(number)
    await expect(lowe.page.get_by_test_id("certificate")).to_contain_text(certificate[:40])
    await lowe.is_well()


async def certificate_of(town: Town, number: str) -> str:
    """It is there as soon as the payment is."""
    for _ in range(150):
        found = await town.client("linden-lowe").ask(CERTIFICATE, number=number)
        if found["licence"]["certificate"]:
            return str(found["licence"]["certificate"])
        await asyncio.sleep(0.2)
    raise AssertionError("the licence was not paid within 30 seconds")


async def taken_by_a_rival(town: Town) -> str:
    """Sofía licenses March of 2027 to Linden & Lowe alone: the licence's number. Once for all tests."""
    brand = town.client("linden-lowe")
    found = await brand.ask(LICENCES, id=town.id("linden-lowe"))
    for licence in found["node"]["licences"]["nodes"]:
        if licence["twin"]["handle"] == "sofia":
            return str(licence["number"])
    return await license_to_a_rival(town)


async def license_to_a_rival(town: Town) -> str:
    brand, sofia = town.client("linden-lowe"), town.client("sofia-marin")
    rights = RIGHTS | {"territories": ["SE"], "startsOn": "2027-03-01", "endsOn": "2027-03-30", "exclusivity": "TOTAL"}
    amount = {"amount": "5000.00", "currency": "EUR"}
    made = await brand.do(
        documents.MAKE_OFFER, twinId=await twin_id(town, "sofia"), rights=rights, amount=amount, intendedUse=USE
    )
    bid = made["bid"]["id"]
    document = (await sofia.ask(documents.READ_CONSENT, id=bid))["node"]["consentDocument"]
    signed = await sofia.do(documents.ACCEPT_BID, bidId=bid, consentDigest=document["digest"], signature="Sofía Marín")
    assert signed["__typename"] == "BidAccepted", signed
    return str(signed["licence"]["number"])
