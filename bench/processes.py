"""A deployment to hurt: a PostgreSQL and API processes of its own, that can be killed and come back."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import IO, Any

import httpx

from server import migrations
from server.postgres import Postgres

HOUSE = Path(__file__).parent.parent
STARTED_IN_SECONDS = 180


def restart(postgres: Postgres) -> None:
    """As after a crash: no connection is told."""
    postgres._run("pg_ctl", "-D", str(postgres.data), "-w", "-m", "immediate", "stop")
    postgres._launch()


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


class Api:
    """One `twinmarket serve`."""

    def __init__(self, folder: Path, url: str, **settings: str) -> None:
        self.port = free_port()
        self._log = folder / f"serve-{self.port}.log"
        self._environment = {**os.environ, "DATABASE_URL": url, "TWINMARKET_ENV": "test", **settings}
        self._process: subprocess.Popen[bytes] | None = None

    async def start(self) -> None:
        command = [sys.executable, "-m", "server.cli", "serve", "--port", str(self.port)]
        with self._log.open("ab") as log:
            self._process = self._run(command, log)
        async with asyncio.timeout(STARTED_IN_SECONDS), httpx.AsyncClient() as http:
            while True:
                try:
                    if (await http.get(f"http://127.0.0.1:{self.port}/health", timeout=5)).status_code == 200:
                        return
                except httpx.HTTPError:
                    await asyncio.sleep(0.1)
                if self._process.poll() is not None:
                    raise RuntimeError(self.log[-2000:])

    def _run(self, command: list[str], log: IO[bytes]) -> subprocess.Popen[bytes]:
        return subprocess.Popen(command, cwd=HOUSE, env=self._environment, stdout=log, stderr=log)

    async def kill(self) -> None:
        """kill -9."""
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            await asyncio.to_thread(self._process.wait)

    def stop(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(20)
            except subprocess.TimeoutExpired:
                self._process.kill()

    @property
    def log(self) -> str:
        return self._log.read_text(errors="replace")

    @property
    def resident_kb(self) -> int:
        return int(self._status("VmRSS"))

    @property
    def cpu_seconds(self) -> float:
        assert self._process is not None
        fields = Path(f"/proc/{self._process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def _status(self, name: str) -> str:
        assert self._process is not None
        lines = Path(f"/proc/{self._process.pid}/status").read_text().splitlines()
        return next(line.split()[1] for line in lines if line.startswith(f"{name}:"))


@asynccontextmanager
async def deployment(apis: int, **settings: str) -> AsyncIterator[tuple[Postgres, list[Api]]]:
    with tempfile.TemporaryDirectory() as name, Postgres(Path(name) / "postgres") as postgres:
        await asyncio.to_thread(migrations.upgrade, postgres.url())
        started: list[Any] = [Api(Path(name), postgres.url(), **settings) for _ in range(apis)]
        try:
            await asyncio.gather(*(api.start() for api in started))
            yield postgres, started
        finally:
            for api in started:
                api.stop()
