"""The web app's pages and files, from the API's own origin."""

import json
import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from server import spa
from server.envelope import Envelope
from server.figures import Figures, printed
from server.portraits import HAIRS, Sitter, draw
from server.settings import Settings

HOUSE = Path(__file__).parent.parent.parent
PAGE = '<!doctype html><head><meta property="csp-nonce" nonce="__CSP_NONCE__"></head><p>the app</p>'
MANIFEST = {
    "index.html": {"file": "assets/index-1.js", "imports": ["_ground.js"]},
    "_ground.js": {"file": "assets/ground-1.js"},
    "_kit.js": {"file": "assets/kit-1.js", "css": ["assets/kit-1.css"], "imports": ["_ground.js", "index.html"]},
    "src/app/SignIn.tsx": {"file": "assets/SignIn-1.js", "imports": ["_ground.js"]},
    "src/models/area.tsx": {"file": "assets/area-1.js", "imports": ["_kit.js", "index.html"]},
    "src/models/Home.tsx": {"file": "assets/Home-1.js", "imports": ["_kit.js", "src/models/area.tsx"]},
    "src/models/Rates.tsx": {"file": "assets/Rates-1.js", "imports": ["_kit.js"], "css": ["assets/Rates-1.css"]},
}
AREA = ["/assets/area-1.js", "/assets/kit-1.js", "/assets/kit-1.css"]


async def nothing(request: Request) -> Response:
    return Response(status_code=204)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "assets").mkdir()
    (tmp_path / "index.html").write_text(PAGE)
    (tmp_path / "graphiql.html").write_text(PAGE.replace("the app", "graphiql"))
    (tmp_path / "assets" / "index-1.js").write_text("let app")
    (tmp_path / "assets" / "index-1.js.br").write_bytes(b"packed well")
    (tmp_path / "assets" / "index-1.js.gz").write_bytes(b"packed")
    (tmp_path / "secret.txt").write_text("not an asset")
    return tmp_path


@pytest.fixture
async def http(folder: Path) -> AsyncIterator[httpx.AsyncClient]:
    ours = [Route("/graphql", nothing, methods=["POST"]), Route("/webhooks/stripe", nothing, methods=["POST"])]
    app = Envelope(
        Starlette(routes=[*ours, *spa.routes(ours, shows_graphiql=True, folder=folder)]), public_url="http://testserver"
    )
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://testserver") as client:
        yield client


@pytest.mark.parametrize("path", ["/", "/sign-in", "/models/ada-lindqvist/rates/ada", "/anything/else"])
async def test_every_address_of_a_screen_is_the_app(http: httpx.AsyncClient, path: str) -> None:
    answer = await http.get(path)
    assert (answer.status_code, "the app" in answer.text) == (200, True)
    assert answer.headers["cache-control"] == "no-cache"
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    "path",
    [
        "/graphql/x",
        "/graphql",
        "/webhooks/stripe",
        "/webhooks/none",
        "/assets",
        "/portraits/x",
        "/favicon.ico",
        "/a/b.js",
    ],
)
async def test_no_address_of_the_api_is_a_page(http: httpx.AsyncClient, path: str) -> None:
    answer = await http.get(path)
    expected = (405, "POST") if path in ("/graphql", "/webhooks/stripe") else (404, None)
    assert (answer.status_code, answer.headers.get("allow")) == expected
    assert "the app" not in answer.text


async def test_a_page_is_only_got(http: httpx.AsyncClient) -> None:
    assert (await http.post("/models")).status_code == 404
    assert (await http.head("/models")).status_code == 200


async def test_every_answer_has_a_nonce_of_its_own(http: httpx.AsyncClient) -> None:
    seen = set()
    for _ in range(2):
        answer = await http.get("/")
        found = re.search('nonce="([^"]+)"', answer.text)
        assert found is not None
        assert f"script-src 'self' 'nonce-{found[1]}'" in answer.headers["content-security-policy"]
        assert f"style-src 'self' 'nonce-{found[1]}'" in answer.headers["content-security-policy"]
        assert "unsafe" not in answer.headers["content-security-policy"]
        seen.add(found[1])
    assert len(seen) == 2


@pytest.mark.parametrize(
    ("path", "early"),
    [
        ("/sign-in", ["/assets/SignIn-1.js"]),
        ("/models/ada-lindqvist", [*AREA, "/assets/Home-1.js"]),
        ("/models/ada-lindqvist/rates/ada", [*AREA, "/assets/Rates-1.js", "/assets/Rates-1.css"]),
        ("/models/ada-lindqvist/nothing", AREA),
        ("/anything/else", []),
        ("/..%2f..%2fapp/%22%3E", []),
    ],
)
async def test_a_page_names_what_its_screen_needs(
    http: httpx.AsyncClient, folder: Path, path: str, early: list[str]
) -> None:
    assert re.findall('<link[^>]* href="([^"]+)"', (await http.get(path)).text) == []  # not built in this way yet
    (folder / "manifest.json").write_text(json.dumps(MANIFEST))
    page = (await http.get(path)).text
    assert re.findall('<link[^>]* href="([^"]+)"', page.partition("</head>")[0]) == early
    assert len(re.findall('rel="preload" as="style"', page)) == len([file for file in early if file.endswith(".css")])


async def test_graphiql_has_a_policy_of_its_own(http: httpx.AsyncClient, folder: Path) -> None:
    answer = await http.get("/graphiql")
    assert "graphiql" in answer.text
    scripts, styles = answer.headers["content-security-policy"].split("; ")[1:3]
    assert scripts.startswith("script-src 'self' 'nonce-")
    assert "unsafe" not in scripts
    assert styles == "style-src 'self' 'unsafe-inline'"
    hidden = Envelope(
        Starlette(routes=spa.routes([], shows_graphiql=False, folder=folder)), public_url="http://testserver"
    )
    async with httpx.AsyncClient(transport=httpx.ASGITransport(hidden), base_url="http://testserver") as client:
        assert (await client.get("/graphiql")).status_code == 404


@pytest.mark.parametrize(
    ("accepts", "encoding", "content"),
    [("gzip, br", "br", b"packed well"), ("gzip", "gzip", b"packed"), ("identity", None, b"let app")],
)
async def test_files_come_packed_and_for_good(
    http: httpx.AsyncClient, accepts: str, encoding: str | None, content: bytes
) -> None:
    async with http.stream("GET", "/assets/index-1.js", headers={"Accept-Encoding": accepts}) as answer:
        read = b"".join([part async for part in answer.aiter_raw()])
    assert (answer.status_code, answer.headers.get("content-encoding"), read) == (200, encoding, content)
    assert "immutable" in answer.headers["cache-control"]
    assert answer.headers["vary"] == "Accept-Encoding"
    assert "javascript" in answer.headers["content-type"]


@pytest.mark.parametrize("name", ["nothing.js", "..%2Fsecret.txt", "%2e%2e%2fsecret.txt", ".stamp", "..%5csecret.txt"])
async def test_nothing_else_is_a_file(http: httpx.AsyncClient, name: str) -> None:
    answer = await http.get(f"/assets/{name}")
    assert answer.status_code == 404
    assert "not an asset" not in answer.text


async def test_without_the_app_the_page_says_what_to_do(http: httpx.AsyncClient, folder: Path) -> None:
    (folder / "index.html").unlink()
    answer = await http.get("/")
    assert answer.status_code == 503
    assert "make web" in answer.text
    assert (await http.post("/graphql")).status_code == 204


async def test_a_portrait_can_do_nothing(http: httpx.AsyncClient) -> None:
    answer = await http.get(
        "/portraits/ada-lindqvist/ada.svg", params={"hair": "red", "skin": "9", "cut": '"><script>'}
    )
    assert answer.headers["content-type"] == "image/svg+xml"
    assert answer.headers["content-security-policy"] == "default-src 'none'; style-src 'unsafe-inline'"
    assert "script" not in answer.text
    assert HAIRS["red"][0] in answer.text
    assert (await http.get("/portraits/Ada/ada.svg")).status_code == 404


def test_figures_of_the_market_are_current() -> None:
    shared = HOUSE / "frontend" / "src" / "shared"
    assert {which: (shared / f"{which}.json").read_text() for which in Figures} == {
        which: printed(which) for which in Figures
    }


def test_a_portrait_is_always_the_same_and_never_anothers() -> None:
    ada = draw(Sitter("ada-lindqvist", "ada"))
    assert ada == draw(Sitter("ada-lindqvist", "ada"))
    assert len({ada, draw(Sitter("ada-lindqvist", "ada-studio")), draw(Sitter("noor-haddad", "noor"))}) == 3
    assert "<script" not in ada


def test_graphiql_is_hidden_in_production_unless_a_setting_says_so() -> None:
    def settings(**more: str) -> Settings:
        chosen = {"TWINMARKET_ENV": "development", **more}
        return Settings(_env_file=None, **chosen)  # type: ignore[call-arg, arg-type]

    assert settings().shows_graphiql
    assert not settings(TWINMARKET_GRAPHIQL="false").shows_graphiql
    production = {
        "DATABASE_URL": "postgresql://a@b/c",
        "TWINMARKET_SECRET": "s" * 32,
        "STRIPE_API_KEY": "sk_test_1",
        "STRIPE_WEBHOOK_SECRETS": "a",
        "STRIPE_CONNECT_WEBHOOK_SECRETS": "b",
        "PUBLIC_URL": "https://market.example",
    }
    assert not settings(TWINMARKET_ENV="production", **production).shows_graphiql
    assert settings(TWINMARKET_ENV="production", TWINMARKET_GRAPHIQL="true", **production).shows_graphiql
