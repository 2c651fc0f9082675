"""A model sets her rates on the phone, and a brand is quoted the new price."""

import re
from decimal import Decimal

import pytest
from playwright.async_api import expect

from server.demo.client import Client
from tests.browser.conftest import DESKTOP, NARROW, PHONE, Visit
from tests.fakes.town import Town

QUOTE = (
    """query Quote($rights: RightsInput!) { twin(handle: "ebba") { quote(rights: $rights) { price { amount } } } }"""
)
RIGHTS = {
    "media": ["SOCIAL_PAID"],
    "territories": ["SE"],
    "industry": "APPAREL",
    "startsOn": "2027-06-01",
    "endsOn": "2027-06-30",
}
SCREEN = "/models/ebba-sandell/rates/ebba"


async def price(brand: Client) -> Decimal:
    answer = await brand.ask(QUOTE, rights=RIGHTS)
    return Decimal(answer["twin"]["quote"]["price"]["amount"])


@pytest.fixture
def brand(town: Town) -> Client:
    return town.client("havsand")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [NARROW, PHONE, DESKTOP])
async def test_every_window_shows_the_rates_well(visit: Visit, size: tuple[int, int], scheme: str) -> None:
    ebba = await visit("ebba-sandell", size, scheme)
    await ebba.goes_to(SCREEN)
    await ebba.sees("Rates")
    await expect(ebba.page.get_by_text("An example licence")).to_be_visible()
    await expect(ebba.page.get_by_test_id("example-price")).to_contain_text("€")
    await ebba.is_well()


async def test_a_new_rate_is_what_a_brand_is_quoted(visit: Visit, brand: Client) -> None:
    before = await price(brand)
    ebba = await visit("ebba-sandell", PHONE)
    await ebba.goes_to(SCREEN)
    paid_social = ebba.page.get_by_label("Paid social, price for thirty days")
    await paid_social.fill("1.234,50")
    await expect(ebba.page.get_by_text("You receive €860.45")).to_be_visible()  # less 15 %, less 18 % of the rest
    await expect(ebba.page.get_by_text("As last saved.")).to_be_visible()
    await ebba.page.get_by_role("button", name="Save rates").click()
    await expect(ebba.page.get_by_text("Rates saved", exact=True)).to_be_visible()
    await expect(ebba.page.get_by_role("button", name="Save rates")).to_have_count(0)
    assert (before, await price(brand)) == (before, Decimal("1234.50"))
    assert before != Decimal("1234.50")
    await expect(ebba.page.get_by_test_id("example-price")).to_have_text("€3,703.50")  # ninety days of it
    await ebba.is_well()


async def test_what_is_wrong_stands_on_its_field(visit: Visit, brand: Client) -> None:
    before = await price(brand)
    ebba = await visit("ebba-sandell", PHONE)
    await ebba.goes_to(SCREEN)
    paid_social = ebba.page.get_by_label("Paid social, price for thirty days")
    save = ebba.page.get_by_role("button", name="Save rates")
    await paid_social.fill("a lot")
    await save.click()
    await expect(paid_social).to_have_attribute("aria-invalid", "true")
    await expect(ebba.page.get_by_text("Enter a price, or switch this off.")).to_be_visible()
    await paid_social.fill("999999999999")  # no browser knows what can be charged at once: the market says it
    await save.click()
    await expect(ebba.page.get_by_text(re.compile("can be charged at once"))).to_be_visible()
    await expect(paid_social).to_have_attribute("aria-invalid", "true")
    await expect(paid_social).to_be_focused()
    await ebba.is_well()
    await ebba.page.get_by_role("button", name="Discard").click()
    await expect(paid_social).to_have_value(re.compile(r"^1[\d,.]+$"))
    assert await price(brand) == before


async def test_what_is_switched_off_is_not_offered(visit: Visit, town: Town, brand: Client) -> None:
    lena = await visit("lena-vogt", PHONE)
    await lena.goes_to("/models/lena-vogt/rates/lena")
    switch = lena.page.get_by_role("switch", name="Lookbook")
    await expect(switch).to_be_checked()
    await switch.click()
    await lena.page.get_by_role("button", name="Save rates").click()
    await expect(lena.page.get_by_text("Rates saved", exact=True)).to_be_visible()
    await lena.page.reload()
    await expect(lena.page.get_by_role("switch", name="Lookbook")).not_to_be_checked()
    await expect(lena.page.get_by_role("switch", name="Paid social")).to_be_checked()
