"""`twinmarket serve`: the API."""

import asyncio
from typing import Any

import uvicorn

from server.processes.database import open_database, running_database
from server.settings import Settings
from server.slow_readers import HttpProtocol, WebSocketProtocol

GRACE_SECONDS = 10
PROTOCOLS: dict[str, Any] = {
    "http": HttpProtocol,
    "timeout_keep_alive": 75,  # longer than clients and proxies keep an idle connection: whoever closes first must be they
    "ws": WebSocketProtocol,
    "ws_max_size": 100_000,
    "ws_per_message_deflate": False,  # it doubles the memory of a connection
}


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
