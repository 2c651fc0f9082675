"""Loading servers in turns, and what that tells: requests a second, waits, processor time, and ratios with their spread."""

import json
import statistics
import subprocess
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import orjson

from bench.peers.questions import BID, Question
from bench.peers.servers import FOLDER, NODE, Server, cpu_seconds, install

CONNECTIONS = 32


@dataclass(frozen=True, slots=True)
class Run:
    """One peer for some seconds. Milliseconds; `server_ms` and `postgres_ms` are processor time of one request."""

    per_second: float
    good: float
    p50: float
    p99: float
    server_ms: float
    postgres_ms: float
    load_ms: float


def load(server: Server, file: Path, *, good: str, seconds: float, connections: int = CONNECTIONS) -> Run:
    """Raises RuntimeError when a request failed."""
    asked = {"url": server.url, "file": str(file), "connections": connections, "seconds": seconds, "good": good}
    before = server.cpu_seconds, cpu_seconds(server.place.pid)
    done = subprocess.run(
        [NODE, "load.mjs"], cwd=FOLDER, input=json.dumps(asked), capture_output=True, text=True, timeout=seconds + 60
    )
    after = server.cpu_seconds, cpu_seconds(server.place.pid)
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    told = orjson.loads(done.stdout)
    if told["failed"]:
        raise RuntimeError(f"{server.peer.name}: {told}")
    number = told["requests"] or 1  # a slow one may answer nothing in a short run
    return Run(
        per_second=number / told["seconds"],
        good=told["good"] / number,
        p50=told["p50"],
        p99=told["p99"],
        server_ms=(after[0] - before[0]) * 1000 / number,
        postgres_ms=(after[1] - before[1]) * 1000 / number,
        load_ms=told["cpu"] * 1000 / number,
    )


def written(server: Server, asked: Iterable[Question], folder: Path) -> Path:
    """A file of requests for `load.mjs`."""
    file = folder / f"{server.peer.name}.jsonl"
    with file.open("wb") as lines:
        for question in asked:
            body = orjson.dumps(server.peer.put(question)).decode()
            lines.write(orjson.dumps([server.peer.headers(question), body]) + b"\n")
    return file


def in_turns(
    servers: Mapping[str, Server],
    asked: Sequence[Question],
    *,
    rounds: int,
    seconds: float,
    connections: int = CONNECTIONS,
    before: Callable[[], None] = lambda: None,
) -> dict[str, list[Run]]:
    """Each server once a round, in one order and then in the other; a short run of each comes first and is forgotten."""
    found: dict[str, list[Run]] = {name: [] for name in servers}
    install()  # the load comes with it
    good = '"BidPlaced"' if asked[0].operation == BID else '"data"'
    with tempfile.TemporaryDirectory() as folder:
        files = {name: written(server, asked, Path(folder)) for name, server in servers.items()}
        for number in range(rounds + 1):
            for name in list(servers) if number % 2 else list(servers)[::-1]:
                before()
                wanted = '"code":null' if good != '"data"' and servers[name].peer.dialect else good
                least = seconds if number else min(2, seconds)
                run = load(servers[name], files[name], good=wanted, seconds=least, connections=connections)
                if number:
                    found[name].append(run)
    return found


def ratios(runs: Sequence[Run], base: Sequence[Run]) -> list[float]:
    """Round by round, of what was answered well."""
    return [one.per_second * one.good / (other.per_second * other.good) for one, other in zip(runs, base, strict=True)]


def spread(values: Sequence[float]) -> str:
    return f"{statistics.median(values):.2f} ({min(values):.2f}-{max(values):.2f})"


def table(title: str, found: Mapping[str, Sequence[Run]]) -> str:
    """Medians; ratios are those of each round, their median and, in brackets, their least and most."""
    head = f"{title:<24}{'requests/s':>11}{'good':>6}{'p50 ms':>8}{'p99 ms':>8}{'server ms':>11}{'postgres ms':>13}"
    bases = [base for base in ("postgraphile", "limit") if base in found]
    lines = [head + "".join(f"{'x ' + base:>22}" for base in bases)]
    for name, runs in found.items():
        middle = {each: statistics.median(getattr(run, each) for run in runs) for each in Run.__slots__}
        cells = (
            f"{name:<24}{middle['per_second']:>11,.0f}{middle['good']:>6.0%}{middle['p50']:>8.1f}{middle['p99']:>8.1f}"
            f"{middle['server_ms']:>11.3f}{middle['postgres_ms']:>13.3f}"
        )
        lines.append(cells + "".join(f"{spread(ratios(runs, found[base])):>22}" for base in bases))
    load = min(statistics.median(run.load_ms for run in runs) for runs in found.values())
    return "\n".join([*lines, f"(the load itself took {load:.3f} ms of processor time a request of the fastest)"])
