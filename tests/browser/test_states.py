"""What is seldom seen: a sealed auction from each side, a close that moves, money that does not arrive, a line that is cut."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from playwright.async_api import expect

from server.demo import documents
from tests.browser.conftest import DESKTOP, PHONE, Visit, Window
from tests.browser.test_brands import RIGHTS, USE, twin_id
from tests.fakes.town import Town
from tests.stories.test_payouts import sold

WITHIN = 60_000


async def offered_at_auction(town: Town, twin: str, format: str, seconds: int, **rights: Any) -> str:
    made = await town.client("nordlys").do(
        documents.CREATE_LISTING,
        twinId=await twin_id(town, twin),
        rights=RIGHTS | rights,
        format=format,
        startingPrice={"amount": "1000.00", "currency": "EUR"},
        closesAt=(datetime.now(UTC) + timedelta(seconds=seconds)).isoformat(),
    )
    return str(made["listing"]["id"])


async def bid(window: Window, amount: str, button: str = "Place the bid") -> None:
    await window.page.get_by_label(
        re.compile("Your sealed bid|The most you would pay|Raise your maximum|Your bid")
    ).fill(amount)
    await window.page.get_by_label("What it is for").fill(USE)
    await window.page.get_by_role("button", name=button).click()


async def test_a_sealed_listing_shows_nobody_anything_before_its_close(visit: Visit, town: Town) -> None:
    listing = await offered_at_auction(town, "ada", "SEALED", 45, startsOn="2031-02-01", endsOn="2031-02-28")
    havsand, strandgut = await visit("havsand", DESKTOP), await visit("strandgut", PHONE, "dark")
    for window, handle, amount in ((havsand, "havsand", "4321"), (strandgut, "strandgut", "5678")):
        await window.goes_to(f"/brands/{handle}/listings/{listing}")
        await window.sees("Ada, at auction")
        await bid(window, amount)
        await expect(window.page.get_by_test_id("standing")).to_contain_text("Your sealed bid")
    nordlys = await visit("nordlys", DESKTOP, "dark")
    await nordlys.goes_to(f"/agencies/nordlys/listings/{listing}")
    await nordlys.sees("Ada on offer")
    await expect(nordlys.page.get_by_text("4,321")).to_have_count(0)
    await nordlys.is_well()
    await havsand.is_well()
    await strandgut.is_well()
    assert not re.search(r"5,678|Strandgut", await havsand.page.locator("main").inner_text())
    await expect(havsand.page.get_by_text("It is closed. The model decides now.")).to_be_visible(timeout=WITHIN)
    await havsand.is_well()
    assert not re.search(r"5,678|Strandgut", await havsand.page.locator("main").inner_text())
    await nordlys.page.reload()
    for shown in ("€4,321", "€5,678"):
        await expect(nordlys.page.get_by_text(shown).first).to_be_visible(timeout=WITHIN)
    await nordlys.is_well()


async def test_a_bid_at_the_end_moves_the_close_for_everybody(visit: Visit, town: Town) -> None:
    listing = await offered_at_auction(town, "ada", "OPEN", 60, startsOn="2031-03-01", endsOn="2031-03-28")
    havsand, strandgut = await visit("havsand", PHONE), await visit("strandgut", DESKTOP, "dark")
    for window, handle in ((strandgut, "strandgut"), (havsand, "havsand")):
        await window.goes_to(f"/brands/{handle}/listings/{listing}")
        await window.sees("Ada, at auction")
        await expect(window.page.locator('[data-live="live"]')).to_be_visible()
    await bid(havsand, "2000")
    for window in (strandgut, havsand):
        await expect(window.page.get_by_text("The close has moved")).to_be_visible()
        await expect(window.page.get_by_role("timer")).to_contain_text(re.compile(r"^(2:00|1:[345]\d)$"))
        await window.is_well()


async def test_money_that_does_not_arrive_stands_first(visit: Visit, town: Town) -> None:
    async with httpx.AsyncClient() as stripe:
        await stripe.post(f"{town.sandbox}/_sandbox/faults", json={"kind": "fail_payout"})
    await sold(town, "640.00", 15, "Camille Roux")
    aurore = await visit("maison-aurore", DESKTOP)
    await aurore.goes_to("/agencies/maison-aurore")
    await aurore.sees("Payouts")
    first = aurore.page.locator("section").filter(has=aurore.page.get_by_role("heading", level=2)).first
    await expect(first.get_by_text("Failed", exact=True)).to_be_visible(timeout=WITHIN)
    await expect(first.locator("small").first).not_to_be_empty()  # why
    await aurore.is_well()
    await sold(town, "660.00", 16, "Noor Haddad")  # she has not told Stripe who she is
    noor = await visit("noor-haddad", PHONE, "dark")
    await noor.goes_to("/models/noor-haddad/earnings")
    await noor.sees("Earnings")
    await expect(noor.page.get_by_text("Held", exact=True).first).to_be_visible(timeout=WITHIN)
    await noor.is_well()


async def test_a_cut_line_is_said_and_mends_by_itself(visit: Visit) -> None:
    havsand = await visit("havsand", PHONE)
    page = havsand.page
    await havsand.goes_to("/brands/havsand")
    await havsand.sees("Havsand")
    live = page.locator("[data-live]")
    await expect(live).to_have_attribute("data-live", "live")
    await page.context.set_offline(True)
    await expect(page.get_by_text("You are offline. What you see may be old.")).to_be_visible()
    await expect(live).to_have_attribute("data-live", re.compile("offline|reconnecting"))
    await havsand.is_well()
    await page.context.set_offline(False)
    await expect(page.get_by_text("You are offline. What you see may be old.")).to_have_count(0)
    await expect(live).to_have_attribute("data-live", "live", timeout=WITHIN)
    havsand.troubles.clear()  # the browser itself notes that nobody answered
    await havsand.is_well()
