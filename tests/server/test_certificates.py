"""What anyone may ask without saying who they are: keys, a certificate's status, and what a certificate is worth."""

import httpx
import pytest
from joserfc import jws
from joserfc.jwk import KeySet
from starlette.applications import Starlette
from typer.testing import CliRunner

from core.actor import SYSTEM
from core.seal import Seal
from market import certificates
from payments.gateway import Gateway
from server.app import create_app
from server.cli.commands import app as commands
from server.database import Database
from server.proofs import VERIFICATIONS, Proofs
from server.settings import DEVELOPMENT_SECRET, Settings
from tests.fakes.gateway import FakeGateway
from tests.market.test_certificates import Deal

VERIFY = "query ($certificate: String!) { verifyLicence(certificate: $certificate) { valid reason number status } }"


def application(database: Database) -> Starlette:
    gateway: Gateway = FakeGateway()
    return create_app(Settings(_env_file=None), database, gateway)  # type: ignore[call-arg]


def client(app: Starlette, address: str = "192.0.2.1") -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app=app, client=(address, 1))
    return httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000")


@pytest.fixture
async def deal(database: Database) -> Deal:
    return await Deal(database).make()


async def ask(http: httpx.AsyncClient, certificate: str) -> dict[str, object]:
    told = await http.post("/graphql", json={"query": VERIFY, "variables": {"certificate": certificate}})
    answer: dict[str, object] = told.json()
    return answer


async def certificate_of(deal: Deal) -> str:
    return await deal.certificate(await Proofs(deal.database, Seal(DEVELOPMENT_SECRET)).signing_key())


@pytest.mark.filterwarnings("ignore:EdDSA is deprecated")
async def test_anyone_can_check_a_certificate(deal: Deal) -> None:
    text, app = await certificate_of(deal), application(deal.database)
    async with client(app) as http:
        published = await http.get("/.well-known/jwks.json")
        assert published.headers["access-control-allow-origin"] == "*"
        checked = jws.deserialize_compact(text, KeySet.import_key_set(published.json()), algorithms=["EdDSA"])
        assert deal.licence.number is not None
        assert deal.licence.number.encode() in checked.payload
        told = await ask(http, text)
        assert told["data"] == {
            "verifyLicence": {
                "valid": True,
                "reason": told["data"]["verifyLicence"]["reason"],  # type: ignore[index]
                "number": deal.licence.number,
                "status": "ACTIVE",
            }
        }


async def test_its_status_has_an_address_that_cannot_be_guessed(deal: Deal) -> None:
    path = certificates.status_url(deal.licence, Seal(DEVELOPMENT_SECRET), "")
    async with client(application(deal.database)) as http:
        told = (await http.get(path)).json()
        assert (told["number"], told["status"]) == (deal.licence.number, "ACTIVE")
        for guess in ("/certificates/1", "/certificates/%00", f"{path[:-1]}~", "/certificates/" + "x" * 200):
            assert (await http.get(guess)).status_code == 404


async def test_who_asks_too_often_is_told_to_wait(deal: Deal) -> None:
    app = application(deal.database)
    async with client(app) as http, client(app, "192.0.2.9") as other:
        for _ in range(VERIFICATIONS.most):
            assert "errors" not in await ask(http, "x")
        told = await ask(http, "x")
        assert told["data"] is None
        assert told["errors"][0]["extensions"]["code"] == "RATE_LIMITED"  # type: ignore[index]
        assert "errors" not in await ask(other, "x")
        document = "{" + " ".join(f'a{n}: verifyLicence(certificate: "x") {{ valid }}' for n in range(10)) + "}"
        for _ in range(7):
            last = (await other.post("/graphql", json={"query": document})).json()
        assert last["errors"][0]["extensions"]["code"] == "RATE_LIMITED"


def test_keys_are_rotated_by_command(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", database.url)
    runner = CliRunner()
    first = runner.invoke(commands, ["keys", "rotate"])
    assert first.exit_code == 0, first.output
    second = runner.invoke(commands, ["keys", "rotate", "--compromised"])
    assert second.exit_code == 0, second.output
    listed = runner.invoke(commands, ["keys", "list"]).output.strip().splitlines()
    assert len(listed) == 1
    assert listed[0].split()[0] in second.output


async def test_a_process_signs_with_the_key_of_now(deal: Deal) -> None:
    seal = Seal(DEVELOPMENT_SECRET)
    one = await Proofs(deal.database, seal).signing_key()
    assert await Proofs(deal.database, seal).signing_key() == one
    async with deal.database.work(SYSTEM)() as work:
        two = await certificates.rotate(work, seal)
    assert await Proofs(deal.database, seal).signing_key() == two
