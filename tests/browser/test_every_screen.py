"""Every screen of every kind of user, on the narrowest phone in the dark and on a desktop in the light: it is there, and it is well."""

import re

import pytest
from playwright.async_api import expect

from tests.browser.conftest import DESKTOP, HOUSE, NARROW, PHONE, Visit, Window
from tests.browser.test_pictures import WITHIN, active
from tests.fakes.town import Town

SCREENS = {
    "ebba-sandell": "models: bids pictures earnings twins twins/new twins/ebba consent licences mandates crew data",
    "havsand": "brands: catalogue twins/ebba listings bids licences crew payment keys webhooks team",
    "nordlys": "agencies: bids listings listings/new roster roster/propose licences statements team",
}
WINDOWS = [(NARROW, "dark"), (DESKTOP, "light")]


async def is_a_screen(window: Window) -> None:
    """A heading of its own, nothing that still loads, and none of the pages that stand where a screen failed."""
    await expect(window.page.get_by_role("heading", level=1)).to_be_visible()
    await expect(window.page.get_by_role("status", name="Loading")).to_have_count(0)
    for failure in ("There is nothing here", "This did not load", "Something broke on this page"):
        await expect(window.page.get_by_text(failure)).to_have_count(0)
    await window.is_well()


@pytest.mark.parametrize(("size", "scheme"), WINDOWS)
@pytest.mark.parametrize("handle", SCREENS)
async def test_every_screen_is_well(visit: Visit, handle: str, size: tuple[int, int], scheme: str) -> None:
    area, _, paths = SCREENS[handle].partition(": ")
    window = await visit(handle, size, scheme)
    for path in ["", *paths.split()]:
        await window.goes_to(f"/{area}/{handle}/{path}".removesuffix("/"))
        await is_a_screen(window)


SAID = re.compile(r'^  "([^"]+)": "((?:[^"\\\\]|\\\\.)*)",$', re.M)


def english_only() -> set[str]:
    """What no Swedish screen says: every English text that stands by itself and is another one in Swedish."""
    found: set[str] = set()
    for file in (HOUSE / "frontend" / "src").glob("**/texts/**/en.ts"):
        swedish = dict(SAID.findall(file.with_name("sv.ts").read_text()))
        ours = dict(SAID.findall(file.read_text()))
        found |= {text for key, text in ours.items() if "{" not in text and text != swedish[key] and len(text) > 3}
    return found - {
        text
        for file in (HOUSE / "frontend" / "src").glob("**/sv.ts")
        for text in dict(SAID.findall(file.read_text())).values()
    }


@pytest.mark.parametrize("handle", SCREENS)
async def test_every_screen_is_said_in_swedish(visit: Visit, handle: str) -> None:
    area, _, paths = SCREENS[handle].partition(": ")
    window = await visit(handle, PHONE, "dark", language="sv-SE")
    wrong = english_only()
    assert len(wrong) > 300
    for path in ["", *paths.split()]:
        await window.goes_to(f"/{area}/{handle}/{path}".removesuffix("/"))
        await expect(window.page.get_by_role("heading", level=1)).to_be_visible()
        await expect(window.page.get_by_role("status", name="Hämtar")).to_have_count(0)
        said = {line.strip() for line in (await window.page.locator("body").inner_text()).splitlines()}
        assert said & wrong == set(), path
        await window.is_well()


@pytest.mark.parametrize("path", ["/account", "/verify", "/graphiql"])
async def test_what_everybody_has_is_well(visit: Visit, path: str) -> None:
    window = await visit("ada-lindqvist", DESKTOP)
    await window.goes_to(path)
    if path == "/graphiql":
        await expect(window.page.get_by_role("button", name="Execute query")).to_be_visible()
        assert window.troubles == []  # the editor's own colours are its makers' affair
    else:
        await is_a_screen(window)


async def test_the_crew_comes_in_by_a_letter_answers_and_is_paid(visit: Visit, town: Town) -> None:
    tom = await visit("tom-hartley", PHONE)
    await tom.goes_to("/models/tom-hartley/crew/tom")
    await tom.page.get_by_label("Name").fill("Mira Holm")
    await tom.page.get_by_label("Craft").fill("Photographer")
    await tom.page.get_by_role("button", name="Invite").click()
    letter = await tom.page.get_by_text("/join#").inner_text()
    await tom.is_well()
    mira = await visit(None, PHONE)
    await mira.page.goto(letter)
    await mira.sees("You are invited")
    await mira.is_well()
    await mira.page.get_by_label("Name", exact=True).fill("Mira Holm")
    await mira.page.get_by_label("Email").fill("mira@example.com")
    await mira.page.get_by_label("Password", exact=True).fill("four words and a lens")
    await mira.page.get_by_role("button", name="Join").click()
    await mira.sees("Your work")
    await mira.is_well()
    await mira.page.get_by_role("button", name="Accept").click()
    await expect(mira.page.get_by_role("button", name="End it")).to_be_visible()
    await mira.is_well()
    for path, scheme in (("", "dark"), ("/money", "light"), ("/data", "dark")):
        await mira.page.emulate_media(color_scheme=scheme)
        await mira.goes_to(f"/contributors/{mira.page.url.split('/')[4]}{path}")
        await is_a_screen(mira)
    await mira.page.get_by_role("button", name="Erase me").click()
    await expect(mira.page.get_by_label("Type your name, Mira Holm, to sign")).to_be_visible()
    await mira.is_well()
    await mira.page.get_by_role("button", name="Cancel").click()

    number = await active(town, "900.00", 9, "Tom Hartley")
    await mira.page.get_by_role("link", name="Money").click()
    await expect(mira.page.get_by_text(number)).to_be_visible(timeout=WITHIN)
    await mira.is_well()
    havsand = await visit("havsand", PHONE, "dark")
    await havsand.goes_to("/brands/havsand/crew")
    await havsand.sees("People behind the pictures")
    await expect(havsand.page.get_by_text("Photographer", exact=True)).to_be_visible()
    await expect(havsand.page.get_by_text("One person, one licence.")).to_be_visible()
    await havsand.is_well()
    await mira.page.get_by_role("link", name="Your data").click()
    await expect(mira.page.get_by_text("shares that wait to be sent to you")).to_be_visible()
    await expect(mira.page.get_by_role("button", name="Erase me")).to_be_disabled()
    await mira.is_well()
