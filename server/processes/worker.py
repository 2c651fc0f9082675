"""`twinmarket worker`: the jobs."""

import asyncio
import signal
from contextlib import AsyncExitStack
from datetime import timedelta

import uvloop

from core.actor import SYSTEM
from core.seal import Seal
from core.store import enqueue
from server import credentials, files, gateway
from server.deliveries import Deliveries
from server.jobs import JOBS
from server.outside import Outside
from server.processes.database import open_database, running_database
from server.settings import Settings
from server.wire import Wire
from server.worker import Worker


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
