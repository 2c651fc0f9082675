"""What a page of others can make a signed-in browser do: nothing, in every way that a browser has."""

from itertools import product

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus
from websockets.typing import Subprotocol

from server.auth import hash_password
from server.database import Database
from server.graphql.negotiation import EVENTS, JSON
from tests.server.people import a_person

PASSWORD = "correct horse battery staple"
DOCUMENTS = ("{ who }", "mutation { touch }", "subscription { once }")
PAGES = (
    {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"},
    {"Origin": "https://other.twinmarket.example", "Sec-Fetch-Site": "same-site"},
    {"Origin": "null", "Sec-Fetch-Site": "cross-site"},
    {"Origin": "https://evil.example"},  # an old browser
    {},  # a very old browser
)
FORMS = ("application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain")
"""What a form, or a fetch without a preflight, can send."""


@pytest.fixture
async def browser(http: httpx.AsyncClient, database: Database) -> httpx.AsyncClient:
    """Signed in."""
    await a_person(database, password_hash=await hash_password(PASSWORD))
    entered = await http.post("/session", json={"email": "ana@example.com", "password": PASSWORD})
    assert entered.status_code == 200
    return http


async def test_forms_are_not_read(browser: httpx.AsyncClient) -> None:
    for page, kind, document in product(PAGES, FORMS, DOCUMENTS):
        for accept in ("*/*", EVENTS, "text/html,*/*;q=0.8"):
            headers = {**page, "Content-Type": kind, "Accept": accept}
            answer = await browser.post("/graphql", json={"query": document}, headers=headers)
            assert (answer.status_code, "data" in answer.json()) == (415, False)


async def test_json_needs_proof_that_our_own_page_asked(browser: httpx.AsyncClient) -> None:
    for page, document, accept in product(PAGES, DOCUMENTS, (JSON, f"{EVENTS}, {JSON}")):
        answer = await browser.post("/graphql", json={"query": document}, headers={**page, "Accept": accept})
        assert (answer.status_code, "data" in answer.json()) == (403, False)
    own = {"Origin": f"http://{browser.base_url.netloc.decode()}", "Sec-Fetch-Site": "same-origin"}
    assert (await browser.post("/graphql", json={"query": "{ who }"}, headers=own)).json()["data"]["who"] != "anonymous"


async def test_a_link_changes_nothing_and_opens_no_stream(browser: httpx.AsyncClient) -> None:
    for page, accept in product(PAGES, ("*/*", EVENTS, JSON, "text/html,*/*;q=0.8")):
        for document in DOCUMENTS[1:]:
            answer = await browser.get("/graphql", params={"query": document}, headers={**page, "Accept": accept})
            assert answer.status_code in (403, 405, 406)
            assert "data" not in answer.json()
        if "Sec-Fetch-Site" in page:
            asked = await browser.get("/graphql", params={"query": "{ who }"}, headers={**page, "Accept": accept})
            assert asked.status_code == 403


async def test_nobody_else_may_read_what_is_answered(browser: httpx.AsyncClient) -> None:
    for page, method in product(PAGES, ("GET", "POST", "OPTIONS")):
        asking = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type"}
        answer = await browser.request(method, "/graphql", params={"query": "{ who }"}, headers={**page, **asking})
        assert not [name for name in answer.headers if name.startswith("access-control-")]
        assert answer.headers["cross-origin-resource-policy"] == "same-origin"


async def test_a_socket_is_not_opened_for_pages_of_others(browser: httpx.AsyncClient, edge: str) -> None:
    cookie = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
    for page in PAGES[:4]:
        with pytest.raises(InvalidStatus) as turned:
            async with connect(
                f"ws://{edge}/graphql",
                subprotocols=[Subprotocol("graphql-transport-ws")],
                additional_headers={**page, "Cookie": cookie},
            ):
                pass
        assert turned.value.response.status_code == 403


async def test_nobody_else_signs_a_browser_in_or_out(browser: httpx.AsyncClient) -> None:
    for page, kind in product(PAGES, FORMS):
        entered = await browser.post(
            "/session",
            json={"email": "ana@example.com", "password": PASSWORD},
            headers={**page, "Content-Type": kind},
        )
        assert entered.status_code == 400
        assert (await browser.delete("/session", headers=page)).status_code == 403
