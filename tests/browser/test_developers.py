"""For developers: GraphiQL with the main job as its examples, the app that changes as it is written, and the wheel that carries it."""

import asyncio
import os
import signal
import sys
import zipfile
from collections.abc import Awaitable, Callable
from contextlib import suppress
from pathlib import Path

import httpx
from playwright.async_api import Page, expect

from server.demo.processes import free_port
from server.postgres import Postgres
from tests.browser.conftest import DESKTOP, HOUSE, Visit
from tests.fakes.town import Town

PATIENCE = 90


async def run(page: Page, place: int) -> str:
    """The example in that tab, by a click: what it answered. The editor takes no click before it has read the schema."""
    await page.get_by_role("tab").nth(place).click()
    answer = page.locator(".graphiql-response")
    for _ in range(12):
        await page.get_by_role("button", name="Execute query").click()
        with suppress(AssertionError):
            await expect(answer).to_contain_text('"data"', timeout=5_000)
            return await answer.inner_text()
    raise AssertionError("no answer")


async def test_graphiql_runs_its_examples_and_asks_nobody_else(visit: Visit) -> None:
    havsand = await visit("havsand", DESKTOP)
    await havsand.goes_to("/graphiql")
    page = havsand.page
    await expect(page.get_by_role("button", name="Execute query")).to_be_visible(timeout=30_000)
    await expect(page.get_by_role("tab")).to_have_count(7)
    assert "havsand" in await run(page, 0)
    available = await run(page, 1)
    assert "totalCount" in available
    assert havsand.troubles == []


async def test_the_app_changes_as_it_is_written(web: None, postgres: Postgres, town: Town) -> None:
    """`make dev`: the app from its sources, reloaded by Vite, and behind it the API."""
    port, web_port = free_port(), free_port()
    environment = {**os.environ, "DATABASE_URL": postgres.url("town"), "PORT": str(port), "WEB_PORT": str(web_port)}
    dev = await asyncio.create_subprocess_exec(
        sys.executable,
        "frontend/dev.py",
        cwd=HOUSE,
        env=environment,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{web_port}", timeout=30) as http:
            page = await answering(http, "/models/ebba-sandell/rates")
            assert "/src/main.tsx" in page
            assert "import.meta.hot" in await answering(http, "/src/models/Home.tsx")
            told = await until_ok(lambda: http.post("/graphql", json={"query": "query Anybody { __typename }"}))
            assert told.json()["data"] == {"__typename": "Query"}
            for path in ("/session", "/members", "/accounts", "/files/x"):  # the API's own, and no page of the app
                answer = await http.post(path, json={})
                assert answer.status_code < 500, path
                assert "text/html" not in answer.headers.get("content-type", ""), path
    finally:
        with suppress(ProcessLookupError):
            os.killpg(dev.pid, signal.SIGINT)
        async with asyncio.timeout(20):
            await dev.wait()


async def answering(http: httpx.AsyncClient, path: str) -> str:
    return (await until_ok(lambda: http.get(path))).text


async def until_ok(ask: Callable[[], Awaitable[httpx.Response]]) -> httpx.Response:
    for _ in range(PATIENCE * 4):
        with suppress(httpx.HTTPError):
            answer = await ask()
            if answer.status_code == 200:
                return answer
        await asyncio.sleep(0.25)
    raise AssertionError("it did not answer")


async def test_the_wheel_carries_the_app(web: None, tmp_path: Path) -> None:
    build = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path), cwd=HOUSE
    )
    assert await build.wait() == 0
    (wheel,) = list(tmp_path.glob("*.whl"))  # noqa: ASYNC240
    with zipfile.ZipFile(wheel) as carried:
        names = set(carried.namelist())
    pages = {"server/web/index.html", "server/web/graphiql.html", "server/web/manifest.json", "server/web/licenses.md"}
    assert pages <= names
    assets = {f"server/web/assets/{file.name}" for file in (HOUSE / "server" / "web" / "assets").iterdir()}
    assert assets <= names
    assert len([name for name in assets if name.endswith(".js.br")]) > 50
    assert "schema/schema.graphql" in names
