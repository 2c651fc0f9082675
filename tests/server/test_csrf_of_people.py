"""Pages of others against every address at which people come in: method, content type, origin and credential, all pairs."""

from collections.abc import AsyncIterator
from itertools import product

import httpx
import pytest
import sqlalchemy as sa
from starlette.routing import Route

from server.auth import Authenticator
from server.database import Database
from server.people import routes
from server.settings import Settings
from tests.server.test_accounts import LENA, OURS, PASSWORD
from tests.server.test_csrf import FORMS, PAGES

SENT = {
    "/accounts": {**LENA, "handle": "evil", "email": "evil@example.com"},
    "/members": {"invitation": "x", "name": "Evil", "email": "evil@example.com", "password": PASSWORD},
    "/password": {"current": PASSWORD, "new": "a quite different phrase"},
    "/password/reset": {"token": "x", "new": "a quite different phrase"},
    "/passkeys": {"name": "evil", "credential": {}},
    "/passkeys/options": {},
    "/session": {"email": LENA["email"], "password": PASSWORD},
    "/session/passkey": {"credential": {}},
    "/session/passkey/options": {},
}
NEED_A_SESSION = ("/password", "/passkeys", "/passkeys/options")
METHODS = ("GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "POST")
COUNTED = ("person", "party", "member", "sign_in", "passkey", "challenge", "invitation", "attempt", "audit")


async def kept(database: Database) -> list[object]:
    """All that could have changed."""
    async with database.reads.connect() as connection:
        counts = [await connection.execute(sa.text(f"select count(*) from {table}")) for table in COUNTED]
        rest = await connection.execute(sa.text("select password_hash, revoked_at from person join sign_in on true"))
        return [*(count.scalar_one() for count in counts), rest.all()]


@pytest.fixture
async def browser(http: httpx.AsyncClient) -> AsyncIterator[httpx.AsyncClient]:
    """In which Lena has signed in."""
    assert (await http.post("/accounts", json=LENA)).status_code == 201
    return http


async def test_every_address_is_tried(database: Database, settings: Settings) -> None:
    made = routes(settings, database, Authenticator(database, is_https=False))
    asked = [route for route in made if isinstance(route, Route) and route.methods != {"GET", "HEAD"}]  # no mere pages
    assert {route.path for route in asked} == SENT.keys()


async def test_what_a_form_can_send_is_not_read(browser: httpx.AsyncClient, database: Database) -> None:
    before = await kept(database)
    for path, page, kind in product(
        SENT, PAGES, (*FORMS, "", "application/jsonx", "application/json; charset=latin-1")
    ):
        headers = {**page, "Content-Type": kind}
        answer = await browser.post(path, json=SENT[path], headers=headers)
        assert (answer.status_code, "set-cookie" in answer.headers) == (400, False), (path, headers)
    assert await kept(database) == before


async def test_json_of_a_page_of_others_is_turned_away(browser: httpx.AsyncClient, database: Database) -> None:
    """With a preflight it would need our leave, which it never gets; here it comes all the same."""
    before = await kept(database)
    for path, page in product(SENT, PAGES[:4]):
        for more in ({}, OURS):  # a browser that lets it set the header, too
            answer = await browser.post(path, json=SENT[path], headers={**page, **more})
            assert (answer.status_code, "set-cookie" in answer.headers) == (403, False), (path, page, more)
    assert await kept(database) == before


async def test_with_a_session_a_page_must_prove_that_it_is_ours(browser: httpx.AsyncClient, database: Database) -> None:
    before = await kept(database)
    for path in NEED_A_SESSION:
        assert (await browser.post(path, json=SENT[path])).status_code == 403
    assert (await browser.post("/members", json=SENT["/members"])).status_code in (403, 404)
    after = await kept(database)
    assert after[:7] == before[:7]
    assert (await browser.post("/passkeys/options", json={}, headers=OURS)).status_code == 200
    own = {"Origin": str(browser.base_url).rstrip("/"), "Sec-Fetch-Site": "same-origin"}
    assert (await browser.post("/passkeys/options", json={}, headers=own)).status_code == 200


async def test_a_key_is_no_session(browser: httpx.AsyncClient) -> None:
    browser.cookies.clear()
    for path in NEED_A_SESSION:
        for header in ({}, {"Authorization": "Bearer tm_" + "a" * 8 + "_" + "b" * 43}):
            answer = await browser.post(path, json=SENT[path], headers={**OURS, **header})
            assert answer.status_code == 401


async def test_other_methods_do_nothing(browser: httpx.AsyncClient, database: Database) -> None:
    before = await kept(database)
    for path, method, page in product(SENT, METHODS[:-1], PAGES):
        answer = await browser.request(method, path, headers=page)
        expected = (403,) if (path, method) == ("/session", "DELETE") else (405,)
        assert answer.status_code in expected, (path, method, page)
        assert not [name for name in answer.headers if name.startswith("access-control-")]
    assert await kept(database) == before
