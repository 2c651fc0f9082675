"""One picture's whole way over HTTP: sent, submitted, seen by the model, approved, signed, and filed with its licence."""

import hashlib
from pathlib import Path
from typing import Any

import httpx
import pytest

from core.seal import Seal
from market import parties
from payments.gateway import Gateway
from server.app import create_app
from server.credentials import development
from server.database import Database
from server.files import connect
from server.jobs import JOBS
from server.settings import DEVELOPMENT_SECRET, Settings
from server.worker import Worker
from tests.factories import Player, number
from tests.fakes.gateway import FakeGateway
from tests.market.test_certificates import Deal
from tests.server.test_credentials import png, reader

SUBMIT = """mutation ($input: SubmitAssetInput!) { submitAsset(input: $input) { __typename
    ... on UserError { code message path } ... on AssetSubmitted { asset { id url status sha256 } } } }"""
UPLOAD = """mutation { createUpload(input: {}) { __typename ... on UploadCreated { uploadUrl expiresAt } } }"""
DECIDE = """mutation ($id: ID!) { decideAsset(input: {assetId: $id, approve: true}) { __typename
    ... on AssetDecided { asset { status url } } } }"""
LOOK = """query ($number: String!) { licence(number: $number) { certificate html: documentUrl(format: HTML) pdf: documentUrl
    assets { nodes { url signedUrl signing signingNote status } } } }"""


class Town:
    def __init__(self, deal: Deal, settings: Settings) -> None:
        self.deal, self.settings = deal, settings
        self.gateway: Gateway = FakeGateway()
        app = create_app(settings, deal.database, self.gateway)
        self.http = httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://127.0.0.1:8000")
        self.keys: dict[int, str] = {}

    async def ask(self, who: Player, document: str, **variables: Any) -> Any:
        if who.id not in self.keys:
            async with self.deal.database.work(who.actor)() as work:
                scopes = sorted(who.actor.scopes)
                _, self.keys[who.id] = await parties.create_api_key(work, party_id=who.id, name="app", scopes=scopes)
        headers = {"Authorization": f"Bearer {self.keys[who.id]}"}
        told = await self.http.post("/graphql", json={"query": document, "variables": variables}, headers=headers)
        assert "errors" not in told.json(), told.text
        return told.json()["data"]


@pytest.fixture
async def town(database: Database, tmp_path: Path) -> Town:
    return Town(await Deal(database).make(), Settings(_env_file=None, data=tmp_path))  # type: ignore[call-arg]


async def test_a_picture_goes_its_whole_way(town: Town) -> None:
    lumen, ada = town.deal.lumen, town.deal.ada.model
    address = (await town.ask(lumen, UPLOAD))["createUpload"]["uploadUrl"]
    picture = {
        "licenceId": Seal(DEVELOPMENT_SECRET).id("Licence", number(town.deal.licence)),
        "title": "Look 3",
        "medium": "SOCIAL_PAID",
        "url": address,
        "sha256": hashlib.sha256(png()).hexdigest(),
    }
    early = (await town.ask(lumen, SUBMIT, input=picture))["submitAsset"]
    assert (early["__typename"], early["code"]) == ("WrongState", "WRONG_STATE")
    cross_site = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
    assert (await town.http.put("/uploads/guessed", content=png(), headers=cross_site)).status_code == 404
    sent = await town.http.put(address, content=png())
    assert (sent.status_code, sent.json()["sha256"]) == (201, picture["sha256"])
    asset = (await town.ask(lumen, SUBMIT, input=picture | {"idempotencyKey": "one"}))["submitAsset"]["asset"]
    again = (await town.ask(lumen, SUBMIT, input=picture | {"idempotencyKey": "one"}))["submitAsset"]["asset"]
    assert again["id"] == asset["id"]
    assert (await town.http.get(asset["url"])).content == png()

    decided = (await town.ask(ada, DECIDE, id=asset["id"]))["decideAsset"]["asset"]
    assert decided["status"] == "APPROVED"
    assert (await town.http.get(decided["url"])).content == png()
    identity = development()
    files = connect(town.settings)
    await Worker(town.deal.database, town.gateway, JOBS, files=files, identity=identity).drain()

    seen = (await town.ask(ada, LOOK, number=town.deal.licence.number))["licence"]
    (node,) = seen["assets"]["nodes"]
    assert (node["signing"], node["signingNote"]) == ("SIGNED", None)
    signed = (await town.http.get(node["signedUrl"])).content
    assert reader(signed, identity).get_validation_state() == "Trusted"
    assert (await town.http.get(seen["pdf"])).content.startswith(b"%PDF-")
    page = await town.http.get(seen["html"])
    assert town.deal.licence.number is not None
    assert town.deal.licence.number in page.text
    assert "script" not in page.headers["content-security-policy"]
    assert seen["certificate"].count(".") == 2
