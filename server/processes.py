"""The processes behind the commands: the API, the worker, the sandbox, each with a database that is there and fit."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from datetime import timedelta
from typing import Any

import uvicorn
import uvloop

from core.actor import SYSTEM
from core.seal import Seal
from core.store import enqueue
from payments.sandbox.app import create_sandbox
from payments.sandbox.settings import SandboxSettings
from server import credentials, files, gateway, health, migrations
from server.database import Database
from server.deliveries import Deliveries
from server.jobs import JOBS
from server.outside import Outside
from server.postgres import Postgres
from server.settings import Settings
from server.slow_readers import HttpProtocol, WebSocketProtocol
from server.wire import Wire
from server.worker import Worker

GRACE_SECONDS = 10
PROTOCOLS: dict[str, Any] = {
    "http": HttpProtocol,
    "timeout_keep_alive": 75,  # longer than clients and proxies keep an idle connection: whoever closes first must be they
    "ws": WebSocketProtocol,
    "ws_max_size": 100_000,
    "ws_per_message_deflate": False,  # it doubles the memory of a connection
}


@contextmanager
def running_database(settings: Settings) -> Iterator[str]:
    """The database's address. Without one in the settings the embedded server is started, or joined, and brought up to
    date; the address is also put into the environment, where processes that this one starts find it."""
    if settings.database_url is not None:
        yield settings.database_url
        return
    settings.data.mkdir(parents=True, exist_ok=True)
    with Postgres(settings.postgres_data, bin=settings.pg_bin) as server:
        url = server.url()
        migrations.upgrade(url)
        os.environ["DATABASE_URL"] = url
        yield url


@asynccontextmanager
async def open_database(settings: Settings, url: str) -> AsyncIterator[Database]:
    """Raises `health.Unfit`."""
    database = Database.connect(url, pool_size=settings.database_pool)
    try:
        await health.check_database(database)
        yield database
    finally:
        await database.close()


def serve(settings: Settings, *, workers: int) -> None:
    with running_database(settings) as url:
        asyncio.run(_check(settings, url))
        uvicorn.run(
            "server.app:from_environment",
            factory=True,
            host=settings.host,
            port=settings.port,
            workers=workers,
            loop="uvloop",
            **PROTOCOLS,
            forwarded_allow_ips=list(settings.trusted_proxies),
            server_header=False,
            access_log=False,  # `server.envelope` writes its own
            log_config=None,
            timeout_graceful_shutdown=GRACE_SECONDS,
        )


async def _check(settings: Settings, url: str) -> None:
    async with open_database(settings, url):
        pass


def work(settings: Settings) -> None:
    with running_database(settings) as url:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(_work(settings, url))


async def _work(settings: Settings, url: str) -> None:
    """Until SIGTERM or SIGINT; jobs that run are finished first."""
    async with AsyncExitStack() as stack:
        database = await stack.enter_async_context(open_database(settings, url))
        stripe = gateway.connect(settings, database)
        stack.push_async_callback(stripe.close)
        wire = Wire(url)
        await wire.start()
        stack.push_async_callback(wire.stop)
        database.after_commit.append(wire.nudge)
        seal = Seal(settings.secret.get_secret_value())
        telling = Deliveries(seal, Outside(allow_private=settings.webhooks_to_private_addresses))
        worker = Worker(
            database,
            stripe,
            {**JOBS, **telling.jobs()},
            files=files.connect(settings),
            identity=credentials.connect(settings),
            at_once=settings.jobs_at_once,
            activity_kept=timedelta(days=settings.activity_kept_days),
        )
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, worker.stop)
        async with database.work(SYSTEM)() as started:
            await enqueue(started, "endpoints.look", key="every second")
        await worker.run(wire.waker())


def sandbox_settings(settings: Settings) -> SandboxSettings:
    """Of the sandbox of this deployment."""
    local = f"http://127.0.0.1:{settings.port}"
    return SandboxSettings(
        state_path=settings.sandbox_state,
        platform_webhook_url=f"{local}/webhooks/stripe",
        platform_secret=settings.webhook_secrets[0],
        connect_webhook_url=f"{local}/webhooks/stripe/connect",
        connect_secret=settings.connect_webhook_secrets[0],
        settles_in=settings.sandbox_settles_in,
        rates=settings.sandbox_rates,
        public_url=f"http://127.0.0.1:{settings.sandbox_port}",
    )


def pretend_to_be_stripe(settings: Settings) -> None:
    """The sandbox, sending its events to the API of this deployment."""
    settings.data.mkdir(parents=True, exist_ok=True)
    uvicorn.run(
        create_sandbox(sandbox_settings(settings)),
        host="127.0.0.1",
        port=settings.sandbox_port,
        loop="uvloop",
        http="httptools",
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
