"""What a browser is told with every answer."""

from collections.abc import AsyncIterator

import httpx
import pytest
import strawberry
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from server import policies
from server.assembly import assemble
from server.database import Database
from server.envelope import Envelope
from server.settings import Settings
from tests.server.conftest import FakeGateway, listening

EVERY = {
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}
ANSWERS = [
    ("GET", "/"),
    ("GET", "/health"),
    ("GET", "/graphql?query={hello}"),
    ("POST", "/graphql"),
    ("OPTIONS", "/graphql"),
    ("POST", "/session"),
    ("DELETE", "/session"),
    ("POST", "/accounts"),
    ("POST", "/members"),
    ("POST", "/password"),
    ("POST", "/passkeys"),
    ("POST", "/passkeys/options"),
    ("POST", "/session/passkey"),
    ("POST", "/session/passkey/options"),
    ("POST", "/webhooks/stripe"),
    ("GET", "/nowhere"),
    ("PUT", "/session"),
]


@pytest.mark.parametrize(("method", "path"), ANSWERS)
async def test_every_answer_is_defended(http: httpx.AsyncClient, method: str, path: str) -> None:
    answer = await http.request(method, path, json={} if method == "POST" else None)
    assert {name: answer.headers.get(name) for name in EVERY} == EVERY
    policy = answer.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; ")
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert "strict-transport-security" not in answer.headers  # this one is http
    assert "server" not in answer.headers
    assert len(answer.headers["x-request-id"]) >= 8


async def test_another_host_is_defended_and_turned_away(http: httpx.AsyncClient) -> None:
    """Whose name is made to point here (DNS rebinding) is not us."""
    for path in ("/graphql?query={hello}", "/", "/health"):
        answer = await http.get(path, headers={"Host": "evil.example"})
        assert answer.status_code == 400
        assert "nosniff" in answer.headers["x-content-type-options"]
    entered = await http.post("/accounts", json={}, headers={"Host": "evil.example"})
    assert (entered.status_code, "set-cookie" in entered.headers) == (400, False)


@pytest.fixture
async def https(database: Database, small_schema: strawberry.Schema) -> AsyncIterator[httpx.AsyncClient]:
    """The same service, known to the world by https."""
    settings = Settings(_env_file=None, TWINMARKET_ENV="test", PUBLIC_URL="https://market.example")  # type: ignore[call-arg]
    app = assemble(settings, database, FakeGateway(), schema=small_schema, loaders=lambda read: None)  # type: ignore[arg-type,return-value]
    async with listening(app) as address, httpx.AsyncClient(base_url=f"http://{address}", timeout=60) as client:
        yield client


async def test_https_is_for_good(https: httpx.AsyncClient) -> None:
    made = await https.post(
        "/accounts",
        json={
            "kind": "MODEL",
            "name": "Lena",
            "handle": "lena",
            "country": "SE",
            "email": "lena@example.com",
            "password": "correct horse battery staple",
        },
        headers={"Host": "market.example"},
    )
    assert made.status_code == 201
    assert made.headers["strict-transport-security"].startswith("max-age=63072000")
    cookie = made.headers["set-cookie"]
    assert cookie.startswith("__Host-twinmarket=")
    assert all(word in cookie for word in ("HttpOnly", "Secure", "Path=/", "SameSite=lax"))
    assert "Domain" not in cookie


# ------------------------------------------------------------------ pages


async def strict(request: Request) -> Response:
    return HTMLResponse(f"<script nonce='{policies.nonce(request)}'></script>")


async def loose(request: Request) -> Response:
    headers = policies.allowing(request, style_src="'self' 'unsafe-inline'", worker_src="blob:", manifest_src="")
    return HTMLResponse("", headers=headers)


async def data(request: Request) -> Response:
    return JSONResponse({})


PAGES = [Route("/strict", strict), Route("/loose", loose), Route("/data", data)]


@pytest.fixture
async def pages() -> AsyncIterator[httpx.AsyncClient]:
    inside = httpx.ASGITransport(Envelope(Starlette(routes=PAGES), "https://market.example"))
    async with httpx.AsyncClient(transport=inside, base_url="https://market.example") as client:
        yield client


def directives(answer: httpx.Response) -> dict[str, str]:
    return dict(each.split(" ", 1) for each in answer.headers["content-security-policy"].split("; "))


async def test_a_page_runs_what_carries_the_nonce_of_its_own_request(pages: httpx.AsyncClient) -> None:
    first, second = await pages.get("/strict"), await pages.get("/strict")
    nonces = [answer.text.split("'")[1] for answer in (first, second)]
    assert nonces[0] != nonces[1]
    assert len(nonces[0]) >= 22  # 128 bits
    told = directives(first)
    assert told["default-src"] == "'none'"
    assert told["script-src"] == told["style-src"] == f"'self' 'nonce-{nonces[0]}'"
    assert told["img-src"] == "'self' data: blob:"
    assert told["connect-src"] == "'self' wss://market.example"
    assert (told["frame-ancestors"], told["base-uri"], told["object-src"]) == ("'none'", "'none'", "'none'")


async def test_a_page_that_needs_more_says_what(pages: httpx.AsyncClient) -> None:
    told = directives(await pages.get("/loose"))
    assert (told["style-src"], told["worker-src"]) == ("'self' 'unsafe-inline'", "blob:")
    assert told["script-src"].startswith("'self' 'nonce-")
    assert "manifest-src" not in told


async def test_what_is_no_page_runs_nothing(pages: httpx.AsyncClient) -> None:
    assert (await pages.get("/data")).headers["content-security-policy"] == policies.API
