"""An agency at its desk: it sees the money arrive, whatever dies meanwhile; it proposes a mandate and puts rights on offer."""

import re
from collections import Counter
from decimal import Decimal

from playwright.async_api import expect

from server.demo.books import expected_shares
from server.demo.client import Client
from tests.browser.conftest import DESKTOP, NARROW, PHONE, Visit, Window
from tests.fakes.town import Town
from tests.stories.test_payouts import sold

MONEY = """query Money($id: ID!) { node(id: $id) { ... on Agency {
  payouts(first: 100) { nodes { id status } }
  licences(first: 50) { nodes { payment { shares { id role status } } } } } } }"""
WITHIN = 40_000


async def known(agency: Client, party: str) -> dict[str, str]:
    """What the market says there is: the state of each share and payout, by its id."""
    node = (await agency.ask(MONEY, id=party))["node"]
    shares = [share for each in node["licences"]["nodes"] for share in each["payment"]["shares"]]
    return {
        each["id"]: each["status"] for each in [*node["payouts"]["nodes"], *shares] if each.get("role") != "PLATFORM"
    }


async def shown(window: Window) -> Counter[str]:
    return Counter(await window.page.eval_on_selector_all("tr[data-id]", "rows => rows.map(row => row.dataset.id)"))


async def sums(window: Window) -> dict[str, Decimal]:
    """Of the page: "Shares below, EUR" and so on."""
    found = window.page.get_by_test_id("sums")
    names, figures = await found.locator("dt").all_inner_texts(), await found.locator("dd").all_inner_texts()
    return {name: Decimal(re.sub(r"[^\d.]", "", figure)) for name, figure in zip(names, figures, strict=True)}


async def test_the_money_arrives_live_and_a_killed_server_loses_and_doubles_nothing(visit: Visit, town: Town) -> None:
    client, party = town.client("kestrel"), town.id("kestrel")
    kestrel = await visit("kestrel", DESKTOP)
    await kestrel.goes_to("/agencies/kestrel")
    await kestrel.sees("Payouts")
    page = kestrel.page
    live, rows = page.locator("[data-live]"), page.locator("tr[data-id]")
    await expect(live).to_have_attribute("data-live", "live")
    before = await known(client, party)
    await expect(rows).to_have_count(len(before))
    await page.evaluate("window.stays = true")

    await sold(town, "1000.00", 11)
    await expect(rows).to_have_count(len(before) + 4, timeout=WITHIN)  # two shares, and a payout to each one's bank
    await town.troupe.kill("serve")
    await expect(live).to_have_attribute("data-live", "reconnecting")
    await town.troupe.start("serve")
    await town.troupe.answers(town.url.replace("/graphql", "/health"))
    await sold(town, "2000.01", 12)
    await expect(live).to_have_attribute("data-live", "live", timeout=WITHIN)
    await expect(rows).to_have_count(len(before) + 8, timeout=WITHIN)

    parts = [expected_shares(Decimal(price), 1600) for price in ("1000.00", "2000.01")]
    whole = sum((part["MODEL"] + part["AGENCY"] for part in parts), Decimal(0))
    paid = page.get_by_test_id("sums").locator("dd").nth(1)
    if not before:
        await expect(paid).to_have_text(f"€{whole:,}", timeout=WITHIN)
        assert await sums(kestrel) == {"Shares below, EUR": whole, "At the bank, EUR": whole}
    await expect(page.locator("tr[data-id] [data-tone=info]")).to_have_count(0, timeout=WITHIN)  # nothing is on its way
    after = await known(client, party)
    assert len(after) == len(before) + 8
    assert await shown(kestrel) == Counter(dict.fromkeys(after, 1))
    assert await page.evaluate("window.stays") is True  # it was the same page all along
    kestrel.troubles.clear()  # the browser itself notes that nobody answered
    await kestrel.is_well()


async def test_it_proposes_a_mandate_and_what_is_wrong_stands_on_its_field(visit: Visit) -> None:
    nordlys = await visit("nordlys", PHONE)
    await nordlys.goes_to("/agencies/nordlys/roster")
    await nordlys.sees("Roster")
    page = nordlys.page
    await expect(page.get_by_text("Ingrid Moen").first).to_be_visible()
    await nordlys.is_well()
    await page.get_by_role("link", name="Propose a mandate").first.click()
    await nordlys.sees("Propose a mandate")
    await page.get_by_label("Model", exact=True).fill("jonas-weber")
    await page.get_by_role("button", name="Search").click()
    await page.get_by_role("radio", name="Jonas Weber").click()
    commission = page.get_by_label("Commission")
    await commission.fill("25")
    await page.get_by_role("button", name="Propose it to her").click()
    await expect(commission).to_have_attribute("aria-invalid", "true")
    await commission.fill("17,5")
    last = page.get_by_label("Last day")
    await last.fill("2039-01-01")  # more than three years: the market says it
    await page.get_by_role("button", name="Propose it to her").click()
    await expect(last).to_have_attribute("aria-invalid", "true")
    await nordlys.is_well()
    await last.fill(await page.evaluate("new Date(Date.now() + 3e10).toISOString().slice(0, 10)"))
    await page.get_by_role("button", name="Propose it to her").click()
    await nordlys.sees("Roster")
    await expect(page.get_by_text("17.5%").first).to_be_visible()


async def test_it_puts_rights_on_offer(visit: Visit) -> None:
    nordlys = await visit("nordlys", DESKTOP, "dark")
    await nordlys.goes_to("/agencies/nordlys/listings/new")
    await nordlys.sees("New listing")
    page = nordlys.page
    await page.get_by_label("Twin", exact=True).select_option(label="Ingrid (Ingrid Moen)")
    await page.get_by_label("Lookbook").check()
    await page.get_by_label("Search countries and regions").fill("Norway")
    await page.get_by_label("Norway").check()
    await page.get_by_role("button", name="Put it on offer").click()
    await expect(page.get_by_text("Enter an amount.")).to_be_visible()
    await page.get_by_label("Starting price").fill("900")
    await nordlys.is_well()
    await page.get_by_role("button", name="Put it on offer").click()
    await nordlys.sees("Ingrid on offer")
    await expect(page.get_by_text("The first must offer at least €900.")).to_be_visible()
    await nordlys.is_well()
    await page.get_by_role("button", name="Withdraw the listing").click()
    await nordlys.is_well()
    await page.get_by_role("button", name="Withdraw it").click()
    await expect(page.get_by_text("Withdrawn", exact=True)).to_be_visible()


async def test_its_other_screens_are_well(visit: Visit) -> None:
    kestrel = await visit("kestrel", NARROW)
    headings = {
        "bids": "Bids",
        "listings": "Listings",
        "licences": "Licences",
        "statements": "Statements",
        "team": "Team",
    }
    for path, heading in headings.items():
        await kestrel.goes_to(f"/agencies/kestrel/{path}")
        await kestrel.sees(heading)
        await expect(kestrel.page.locator("[aria-busy]")).to_have_count(0)
        await kestrel.is_well()
