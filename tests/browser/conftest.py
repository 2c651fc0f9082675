"""People at their windows: Chromium in front of the whole product. `visit` opens a window for somebody of the cast."""

import asyncio
import importlib.util
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, BrowserContext, Page, async_playwright, expect

from server.demo.seed import PASSWORD
from tests.fakes import chromium
from tests.fakes.town import Town

PHONE = (390, 844)
NARROW = (360, 740)
DESKTOP = (1280, 800)

HOUSE = Path(__file__).parent.parent.parent
TOO_WIDE = """room => [...document.querySelectorAll("*")].filter(each => each.getBoundingClientRect().right > room)
    .map(each => each.outerHTML.slice(0, 120)).slice(-4)"""
OUR_PAGE = {"X-Requested-With": "twinmarket"}
_homes = itertools.count(1)

SMALL_TARGETS = """() => [...document.querySelectorAll('a[href], button, input, select, textarea, [role=button]')]
  .filter((each) => each.checkVisibility({ visibilityProperty: true, opacityProperty: true }))
  .map((each) => [each, (each.closest('label') ?? each.labels?.[0] ?? each).getBoundingClientRect(), each.getBoundingClientRect()])
  .filter(([each, whole, own]) => own.width > 1 && own.bottom > 0 && Math.max(whole.height, own.height) < 44 - 0.5
    && getComputedStyle(each).display !== 'inline' && !each.closest('[data-small]'))
  .map(([each, whole, own]) => `${each.outerHTML.slice(0, 120)} is ${Math.round(Math.max(whole.height, own.height))} high`)"""


@dataclass(slots=True)
class Window:
    """One person's window. Whatever its console says of errors is a failure: `is_well` looks."""

    page: Page
    base: str
    troubles: list[str] = field(default_factory=list)

    async def goes_to(self, path: str) -> None:
        await self.page.goto(self.base + path)

    async def sees(self, heading: str) -> None:
        """The screen's own heading: an error page must not pass for a screen."""
        await expect(self.page.get_by_role("heading", level=1, name=heading)).to_be_visible()

    async def is_well(self) -> None:
        """To be called once the content is seen: no violation, no error in the console, nothing too wide or too small."""
        found = await Axe().run(self.page)
        told = [
            f"{each['id']}: {each['nodes'][0]['html'][:160]} {each['nodes'][0]['failureSummary'][:240]}"
            for each in found.response["violations"]
        ]
        assert told == []
        assert self.page.viewport_size is not None
        width, room = await self.page.evaluate("document.documentElement.scrollWidth"), self.page.viewport_size["width"]
        wide = await self.page.evaluate(TOO_WIDE, room)
        assert width <= room, (
            f"the page is {width} wide in a window of {room}: {wide}"
        )  # a phone's innerWidth grows too


def foreign(url: str, base: str) -> bool:
    """Whether a request leaves the host."""
    return not url.startswith((base, base.replace("http", "ws", 1), "data:", "blob:", "about:"))


def built() -> ModuleType:
    """`frontend/build.py`, which is in no package."""
    found = importlib.util.spec_from_file_location("web_build", HOUSE / "frontend" / "build.py")
    assert found is not None
    assert found.loader is not None
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
async def web() -> None:
    """The web app of these very sources."""
    await asyncio.to_thread(built().build)


@pytest.fixture(scope="session")
async def browser(web: None) -> AsyncIterator[Browser]:
    program, environment = await asyncio.to_thread(chromium.find)
    async with async_playwright() as playwright:
        opened = await playwright.chromium.launch(
            executable_path=program, env=environment, args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        yield opened
        await opened.close()


Visit = Callable[..., Awaitable[Window]]


@pytest.fixture
async def visit(browser: Browser, town: Town) -> AsyncIterator[Visit]:
    """`await visit("ada-lindqvist", PHONE, "dark")`: signed in, if a handle of the cast is named."""
    contexts: list[BrowserContext] = []
    base = town.url.removesuffix("/graphql")

    async def open_window(
        handle: str | None = None, size: tuple[int, int] = DESKTOP, scheme: Any = "light", *, language: str = "en-GB"
    ) -> Window:
        is_phone = size[0] < 500
        context = await browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            color_scheme=scheme,
            locale=language,
            is_mobile=is_phone,
            has_touch=is_phone,
            reduced_motion="reduce",
        )
        contexts.append(context)
        if handle:
            given = {"email": f"{handle}@example.com", "password": PASSWORD}
            ours = {
                **OUR_PAGE,
                "X-Forwarded-For": f"10.0.0.{next(_homes)}",
            }  # each at home: attempts are counted by address
            answer = await context.request.post(f"{base}/session", data=given, headers=ours)
            assert answer.ok, await answer.text()
        window = Window(await context.new_page(), base)
        window.page.set_default_timeout(15_000)
        window.page.on("console", lambda told: told.type == "error" and window.troubles.append(told.text))
        window.page.on("request", lambda sent: foreign(sent.url, base) and window.troubles.append(f"asks {sent.url}"))
        window.page.on("pageerror", lambda error: window.troubles.append(str(error)))
        return window

    yield open_window
    for context in contexts:
        await context.close()
