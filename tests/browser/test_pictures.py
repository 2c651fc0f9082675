"""A picture made with a twin: sent in by the brand, decided on the phone by a swipe, labelled, signed; and taken down when she stops."""

import asyncio

from playwright.async_api import Page, expect

from server.demo import documents
from tests.browser.conftest import DESKTOP, PHONE, Visit, Window
from tests.fakes.town import Town
from tests.stories.test_payouts import sold
from tests.stories.test_refunds import newest_licence

LICENCE = "query TheLicence($id: ID!) { node(id: $id) { ... on Licence { number status } } }"
PORTRAIT = "/portraits/chiara-bellini/chiara.svg?hair=brown&skin=1&cut=knot"
WITHIN = 40_000


async def active(town: Town, price: str, day: int, name: str) -> str:
    """The number of a licence that is paid."""
    await sold(town, price, day, name)
    licence = await newest_licence(town)
    for _ in range(200):
        node = (await town.client("havsand").ask(LICENCE, id=licence))["node"]
        if node["status"] == "ACTIVE":
            return str(node["number"])
        await asyncio.sleep(0.2)
    raise AssertionError(node)


async def drawn(window: Window) -> bytes:
    """A picture to send in, as a generator might have made it."""
    await window.goes_to(PORTRAIT)
    return await window.page.screenshot(type="jpeg")


async def send_in(
    page: Page, title: str, content: bytes, name: str = "harbour.jpg", media_type: str = "image/jpeg"
) -> None:
    await page.get_by_role("button", name="Send one in").click()
    await page.get_by_label("What it is").fill(title)
    await page.get_by_label("The file").set_input_files({"name": name, "mimeType": media_type, "buffer": content})
    await page.get_by_role("button", name="Send it in").click()
    await expect(page.get_by_text("Waiting for the model")).to_be_visible(timeout=WITHIN)


async def swipe(page: Page, across: int) -> None:
    """One finger over the picture."""
    finger = await page.context.new_cdp_session(page)
    box = await page.locator("figure").first.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + 120
    await finger.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [{"x": x, "y": y}]})
    for step in range(1, 9):
        point = {"x": x + across * step / 8, "y": y}
        await finger.send("Input.dispatchTouchEvent", {"type": "touchMove", "touchPoints": [point]})
    await finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})


async def test_a_picture_goes_to_the_phone_and_comes_back_with_its_labels(visit: Visit, town: Town) -> None:
    number = await active(town, "900.00", 5, "Chiara Bellini")
    havsand = await visit("havsand", DESKTOP)
    await havsand.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    picture = await drawn(havsand)
    await havsand.goes_to(f"/brands/havsand/licences/{number}")
    await havsand.sees(number)
    await send_in(havsand.page, "Linen at the harbour", picture)
    await havsand.is_well()

    chiara = await visit("chiara-bellini", PHONE, "dark")
    await chiara.goes_to("/models/chiara-bellini")
    await chiara.page.get_by_role("link", name="A picture waits for your yes or no").click()
    await chiara.sees("Pictures")
    await expect(chiara.page.get_by_role("img", name="Linen at the harbour")).to_be_visible()
    await chiara.is_well()
    await swipe(chiara.page, -160)
    await expect(
        chiara.page.get_by_label("What should be different?")
    ).to_be_visible()  # a no asks why, and can be taken back
    await chiara.is_well()
    await chiara.page.get_by_role("button", name="Back").click()
    await swipe(chiara.page, 60)  # not far enough
    await expect(chiara.page.get_by_role("button", name="Approve")).to_be_visible()
    await swipe(chiara.page, 160)
    await expect(chiara.page.get_by_text("“Linen at the harbour” is approved")).to_be_visible()
    await expect(chiara.page.get_by_text("No picture waits for you")).to_be_visible()
    await chiara.page.get_by_role("link", name="Linen at the harbour").click()
    await chiara.sees("Linen at the harbour")
    await chiara.is_well()

    page = havsand.page
    await expect(page.get_by_text("Approved", exact=True)).to_be_visible(timeout=WITHIN)
    await expect(page.get_by_role("link", name="With content credentials")).to_be_visible(timeout=WITHIN)
    await expect(page.get_by_text("carries content credentials (C2PA)")).to_be_visible()
    label = await page.get_by_text("“").first.inner_text()
    await page.get_by_role("button", name="Copy the label").first.click()
    await expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert await page.evaluate("navigator.clipboard.readText()") == label.strip("“”")
    await havsand.is_well()


RECORD = """async () => {
  const canvas = Object.assign(document.createElement('canvas'), { width: 320, height: 240 });
  const paint = canvas.getContext('2d');
  const recorder = new MediaRecorder(canvas.captureStream(15), { mimeType: 'video/mp4;codecs=vp9' });
  const parts = [];
  recorder.ondataavailable = (event) => parts.push(event.data);
  recorder.start();
  for (let at = 0; at < 15; at++) {
    paint.fillStyle = `hsl(${at * 20} 60% 50%)`;
    paint.fillRect(0, 0, 320, 240);
    await new Promise((next) => setTimeout(next, 60));
  }
  await new Promise((stopped) => { recorder.onstop = stopped; recorder.stop(); });
  return [...new Uint8Array(await new Blob(parts).arrayBuffer())];
}"""
PLAYS = "(film) => film.play().then(() => new Promise((ended) => { film.onended = () => ended(film.currentTime); }))"


async def test_a_film_is_played_where_it_is_decided_and_still_plays_with_its_credentials(
    visit: Visit, town: Town
) -> None:
    number = await active(town, "900.00", 8, "Chiara Bellini")
    havsand = await visit("havsand", DESKTOP)
    await havsand.goes_to(f"/brands/havsand/licences/{number}")
    film = bytes(await havsand.page.evaluate(RECORD))
    await send_in(havsand.page, "Linen in the wind", film, "wind.mp4", "video/mp4")

    chiara = await visit("chiara-bellini", PHONE)
    await chiara.goes_to("/models/chiara-bellini/pictures")
    shown = chiara.page.get_by_label("Linen in the wind").and_(chiara.page.locator("video"))
    await expect(shown).to_be_visible()
    assert await shown.evaluate(PLAYS) > 0.3
    await chiara.is_well()
    await swipe(chiara.page, 160)  # winding it is no answer
    await chiara.page.get_by_role("button", name="Approve").click()
    await expect(chiara.page.get_by_text("“Linen in the wind” is approved")).to_be_visible()

    signed = havsand.page.get_by_role("link", name="With content credentials")
    await expect(signed).to_be_visible(timeout=WITHIN)
    film_shown = havsand.page.locator("video")
    await film_shown.evaluate("(film, url) => { film.src = url; }", await signed.get_attribute("href"))
    assert await film_shown.evaluate(PLAYS) > 0.3
    await havsand.is_well()


async def test_what_she_stops_is_taken_down_and_proved(visit: Visit, town: Town) -> None:
    number = await active(town, "700.00", 6, "Jonas Weber")
    jonas = town.client("jonas-weber")
    twin = (await jonas.ask(documents.FIND_TWIN, handle="jonas"))["twin"]["id"]
    try:
        told = await jonas.do(documents.SET_TWIN_STATUS, twinId=twin, status="SUSPENDED")
        assert told["__typename"] == "TwinUpdated", told
        havsand = await visit("havsand", PHONE)
        page = havsand.page
        await havsand.goes_to("/brands/havsand")
        await page.get_by_role("link", name="Take down what shows Jonas").click()
        await havsand.sees(number)
        await expect(page.get_by_text("The model has paused this licence.")).to_be_visible()
        await page.get_by_role("button", name="It is down").click()
        await expect(page.get_by_text("Say what you took down.")).to_be_visible()
        await havsand.is_well()
        await page.get_by_label("What you took down").fill("Every advertisement stopped, the shop's pictures replaced")
        await page.get_by_label("Where that can be seen").fill("https://example.com/shop")
        await page.get_by_role("button", name="It is down").click()
        await expect(page.get_by_text("Taken down, confirmed")).to_be_visible()
        await havsand.is_well()
        hers = await visit("jonas-weber", PHONE, "dark")
        await hers.goes_to("/models/jonas-weber/licences")
        await hers.page.get_by_role("link", name="Havsand").first.click()
        await expect(hers.page.get_by_text("Every advertisement stopped")).to_be_visible()
        await hers.is_well()
    finally:
        await jonas.do(documents.SET_TWIN_STATUS, twinId=twin, status="LISTED")


async def test_a_picture_of_whom_was_erased_says_so_kindly(visit: Visit, town: Town) -> None:
    """What the server answers then is tried in its own tests; here it is what the screen makes of a 410."""
    number = await active(town, "900.00", 7, "Chiara Bellini")
    havsand = await visit("havsand", PHONE, "dark")
    picture = await drawn(havsand)
    await havsand.goes_to(f"/brands/havsand/licences/{number}")
    await send_in(havsand.page, "Linen on the pier", picture)
    await havsand.page.route("**/files/*", lambda route: route.fulfill(status=410, json={"errors": []}))
    await havsand.page.reload()
    await expect(havsand.page.get_by_text("This picture is gone")).to_be_visible()
    await expect(havsand.page.get_by_role("link", name="Look at it")).to_have_count(0)
    havsand.troubles = [told for told in havsand.troubles if "410" not in told]
    await havsand.is_well()
