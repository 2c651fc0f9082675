"""A deployment to hurt: a PostgreSQL and API processes of its own, that can be killed and come back."""

import asyncio
import contextlib
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import IO, Any

import httpx
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import create_async_engine

from server import migrations
from server.database import Database
from server.postgres import Postgres

HOUSE = Path(__file__).parent.parent
STARTED_IN_SECONDS = 180


def restart(postgres: Postgres) -> None:
    """As after a crash: no connection is told."""
    postgres._run("pg_ctl", "-D", str(postgres.data), "-w", "-m", "immediate", "stop")
    postgres._launch()


def free_port() -> int:
    """Below those that the machine lends to clients: one that asks again and again where nobody listens would at last be lent
    that very port, speak with itself, and keep the server from coming back."""
    lent = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    while True:
        with socket.socket() as found, contextlib.suppress(OSError):
            found.bind(("127.0.0.1", random.randrange(min(20_000, lent - 1_000), lent)))
            return int(found.getsockname()[1])


class Api:
    """One `twinmarket serve`."""

    def __init__(self, folder: Path, url: str, **settings: str) -> None:
        self.port = free_port()
        self._log = folder / f"serve-{self.port}.log"
        self._environment = {**os.environ, "DATABASE_URL": url, "TWINMARKET_ENV": "test", **settings}
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def _command(self) -> list[str]:
        return ["serve", "--port", str(self.port)]

    async def start(self) -> None:
        with self._log.open("ab") as log:
            self._process = self._run([sys.executable, "-m", "server.cli", *self._command], log)
        await self._started()

    async def _started(self) -> None:
        assert self._process is not None
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


class Jobs(Api):
    """One `twinmarket worker`."""

    @property
    def _command(self) -> list[str]:
        return ["worker"]

    async def _started(self) -> None:
        pass


@asynccontextmanager
async def deployment(apis: int, *, workers: int = 0, **settings: str) -> AsyncIterator[tuple[Postgres, list[Api]]]:
    """The API processes, and the workers after them."""
    with tempfile.TemporaryDirectory() as name, Postgres(Path(name) / "postgres") as postgres:
        await asyncio.to_thread(migrations.upgrade, postgres.url())
        kinds: list[type[Api]] = [Api] * apis + [Jobs] * workers
        started: list[Any] = [kind(Path(name), postgres.url(), **settings) for kind in kinds]
        try:
            await asyncio.gather(*(api.start() for api in started))
            yield postgres, started
        finally:
            for api in started:
                api.stop()


@asynccontextmanager
async def somewhere(url: str | None) -> AsyncIterator[Database]:
    """A fresh database on the server at `url`, or on an embedded one in a temporary folder."""
    with server_at(url) as base:
        engine = create_async_engine(base, isolation_level="AUTOCOMMIT")
        name = f"bench_{os.getpid()}"
        async with engine.connect() as connection:
            await connection.execute(sa.text(f"create database {name}"))
        address = sa.engine.make_url(base).set(database=name).render_as_string(hide_password=False)
        await asyncio.to_thread(migrations.upgrade, address)
        database = Database.connect(address)
        try:
            yield database
        finally:
            await database.close()
            async with engine.connect() as connection:
                await connection.execute(sa.text(f"drop database {name} (force)"))
            await engine.dispose()


@contextmanager
def server_at(url: str | None) -> Iterator[str]:
    if url is not None:
        yield url
        return
    with tempfile.TemporaryDirectory() as folder, Postgres(Path(folder) / "postgres") as server:
        yield server.url()


async def server_seconds(database: Database) -> float:
    """Processor seconds of the server and of those who serve it, living and gone; 0 where it runs on another machine."""
    async with database.reads.connect() as connection:
        backend = (await connection.execute(sa.text("select pg_backend_pid()"))).scalar_one()
    return _family_seconds(backend)


def _family_seconds(backend: int) -> float:
    fields = {int(each.name): _fields(each) for each in Path("/proc").iterdir() if each.name.isdigit()}
    if fields.get(backend, ("",))[0] != "postgres":
        return 0.0
    server = fields[backend][2]
    own_and_gone = fields[int(server)][12:16]
    living = [ticks for each in fields.values() if each and each[2] == server for ticks in each[12:14]]
    return sum(map(int, (*own_and_gone, *living))) / os.sysconf("SC_CLK_TCK")


def _fields(process: Path) -> tuple[str, ...]:
    """Of /proc/<pid>/stat: the name, the state, the parent, and so on; nothing when it has just ended."""
    try:
        name, rest = (process / "stat").read_text().split("(", 1)[1].rsplit(") ", 1)
    except OSError:
        return ()
    return (name, *rest.split())
