"""API and worker processes that die by kill -9 at a chosen boundary: before or after any call to Stripe, or any commit.

    python -m tests.faults.mortal DATABASE_URL SANDBOX_URL

Reads one order a line, as JSON, and forks a process for it: it costs milliseconds, for everything is imported and every
statement compiled by then. `{"role": "worker", "at": 7}` runs what is due and is killed at its seventh boundary; 0 lives
until nothing is due. `{"role": "api", "at": 2, "requests": [...]}` answers requests, one after another. With
`"fork": false` it is done in this very process, which learns by it. Answers a line for each answered request, and a last
one: {"killed": true}, {"lived": boundaries passed} or {"crashed": status}.
"""

import asyncio
import gc
import json
import os
import signal
import sys
import traceback
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from typing import Any
from uuid import uuid4

import httpx
import stripe

from core.actor import Actor
from core.work import OpenWork, Work
from payments.facts import ShareTransferred
from payments.stripe_gateway import StripeGateway
from server.app import create_app
from server.database import Database
from server.jobs import JOBS
from server.settings import Settings
from server.worker import Worker
from tests.fakes.sandbox import CONNECT_SECRET, PLATFORM_SECRET, PLATFORM_URL


class Fate:
    """Kills this process at the `at`th boundary; 0 spares it."""

    def __init__(self) -> None:
        self.at = self.passed = 0

    def boundary(self) -> None:
        self.passed += 1
        if self.passed == self.at:
            os.kill(os.getpid(), signal.SIGKILL)


FATE = Fate()
SABOTAGE: set[str] = set()
"""What is to be wrong with us, so that it is seen whether the killer would notice: `keys`, every call has a key of its
own; `commits`, what is done to money is said to be kept, and is not."""


class Lost(Exception):
    """What was done is undone, and nobody is told."""


class MortalDatabase(Database):
    """Every commit has a boundary before it and one after it."""

    def work(self, actor: Actor, clock: Callable[[], datetime] | None = None) -> OpenWork:
        open_work = super().work(actor, clock)

        @asynccontextmanager
        async def opened() -> AsyncIterator[Work]:
            with suppress(Lost):
                async with open_work() as work:
                    yield work
                    await work.session.flush()
                    FATE.boundary()
                    if "commits" in SABOTAGE and any(isinstance(fact, ShareTransferred) for fact in work.facts):
                        raise Lost
            FATE.boundary()

        return opened


class MortalGateway:
    """Every call has a boundary before it and one after it."""

    def __init__(self, gateway: StripeGateway) -> None:
        self._gateway = gateway
        self.read_event = gateway.read_event

    def __getattr__(self, name: str) -> Callable[..., Any]:
        call = getattr(self._gateway, name)

        async def mortal(*arguments: Any, **options: Any) -> Any:
            FATE.boundary()
            if "keys" in SABOTAGE and "key" in options:
                options["key"] = str(uuid4())
            answer = await call(*arguments, **options)
            FATE.boundary()
            return answer

        return mortal


class Wire(stripe.HTTPXClient):
    """To an address of this machine: no certificates are read for it."""

    def __init__(self) -> None:
        super().__init__(timeout=20, verify_ssl_certs=False)


class Process:
    """What a forked process is made of: the engines of its parent, which hold no connection, and a wire of its own."""

    def __init__(self, database: Database, sandbox_url: str, settings: Settings) -> None:
        self.database = database
        self.sandbox_url = sandbox_url
        self.settings = settings
        self.app = create_app(settings, database, MortalGateway(self._gateway()))

    def _gateway(self) -> StripeGateway:
        return StripeGateway("sk_test_mortal", environment="test", base_url=self.sandbox_url, http_client=Wire())

    async def run(self, order: dict[str, Any]) -> None:
        FATE.at, FATE.passed = order["at"], 0
        SABOTAGE.update({order["sabotage"]} if order.get("sabotage") else ())
        if order["role"] == "api":
            await self._answer(order["requests"])
        else:
            gateway = self._gateway()
            await Worker(self.database, MortalGateway(gateway), JOBS, at_once=1).drain()
            await gateway.close()
        await self.database.close()

    async def _answer(self, requests: list[dict[str, Any]]) -> None:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(self.app), base_url=self.settings.url) as http:
            for request in requests:
                answer = await http.post(
                    request["path"], content=request["body"].encode(), headers=request["headers"], timeout=30
                )
                say({"answer": answer.text, "status": answer.status_code})


def say(line: dict[str, Any]) -> None:
    os.write(1, json.dumps(line).encode() + b"\n")


def obey(process: Process, order: dict[str, Any]) -> None:
    try:
        asyncio.run(process.run(order))
        say({"lived": FATE.passed})
    except BaseException:
        traceback.print_exc()
        os._exit(1)


def fork(process: Process, order: dict[str, Any]) -> None:
    child = os.fork()
    if child == 0:
        obey(process, order)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL:
        say({"killed": True})
    elif status:
        say({"crashed": status})


def settings_of(sandbox_url: str) -> Settings:
    """Of the deployment that dies, and of those who look after it."""
    told = {
        "TWINMARKET_ENV": "test",
        "STRIPE_API_BASE": sandbox_url,
        "STRIPE_WEBHOOK_SECRETS": PLATFORM_SECRET,
        "STRIPE_CONNECT_WEBHOOK_SECRETS": CONNECT_SECRET,
        "ALLOWED_HOSTS": httpx.URL(PLATFORM_URL).host,
    }
    return Settings(_env_file=None, **told)  # type: ignore[call-arg]


def main() -> None:
    database_url, sandbox_url = sys.argv[1:]
    database = MortalDatabase.connect(database_url, pool_size=2)
    process = Process(database, sandbox_url, settings_of(sandbox_url))
    gc.disable()  # the children live for milliseconds, and share this memory as long as nobody touches it
    for line in sys.stdin:
        order = json.loads(line)
        if order.get("fork", True):
            fork(process, order)
        else:
            obey(process, order)


if __name__ == "__main__":
    main()
