"""The commands: what they say when something is wrong, and that they know how to begin."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from server import health
from server.database import Database
from server.health import Unfit, check_database


def twinmarket(*arguments: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    root = str(Path(__file__).parents[2])
    return subprocess.run(
        [sys.executable, "-m", "server.cli", *arguments],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": root, "HOME": str(cwd), **environment},
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_a_wrong_setting_is_one_line_and_no_traceback(tmp_path: Path) -> None:
    done = twinmarket("serve", cwd=tmp_path, TWINMARKET_ENV="production", PORT="80000")
    assert done.returncode == 2
    assert done.stderr == "twinmarket: PORT: input should be less than or equal to 65535\n"


def test_each_command_explains_itself(tmp_path: Path) -> None:
    done = twinmarket("--help", cwd=tmp_path)
    assert done.returncode == 0
    for command in (
        "serve",
        "worker",
        "sandbox",
        "demo",
        "migrate",
        "export-schema",
        "create-party",
        "ledger",
        "reconcile",
        "warnings",
    ):
        assert command in done.stdout


def test_from_nothing_to_a_key_on_the_embedded_database(tmp_path: Path) -> None:
    """Each command starts the embedded database, brings it up to date, and stops it."""
    party = ("create-party", "MODEL", "ana", "Ana", "SE", "--email", "ana@example.com")
    made = twinmarket(*party, cwd=tmp_path, TWINMARKET_PASSWORD="a long enough password")
    assert made.returncode == 0, made.stderr
    key = twinmarket("create-api-key", "ana", "--scope", "read", cwd=tmp_path)
    assert key.stdout.startswith("tm_"), key.stderr
    again = twinmarket(*party, cwd=tmp_path, TWINMARKET_PASSWORD="a long enough password")
    assert (again.returncode, again.stderr) == (1, "twinmarket: The handle 'ana' is taken.\n")
    books = twinmarket("ledger", "verify", cwd=tmp_path)
    assert (books.returncode, "holds" in books.stdout) == (0, True), books.stderr


def test_a_link_for_who_forgot_her_password_is_written_down_and_the_log_holds(tmp_path: Path) -> None:
    party = ("create-party", "MODEL", "ana", "Ana", "SE", "--email", "ana@example.com")
    assert twinmarket(*party, cwd=tmp_path, TWINMARKET_PASSWORD="a long enough password").returncode == 0
    link = twinmarket("people", "reset", "Ana@example.com", cwd=tmp_path, PUBLIC_URL="http://localhost:8000")
    assert link.stdout.startswith("http://localhost:8000/new-password#"), link.stderr
    told = twinmarket("audit", "show", cwd=tmp_path)
    assert 'PasswordResetOffered  {"person_id":1}' in told.stdout, told.stderr
    verdict = twinmarket("audit", "verify", cwd=tmp_path)
    rows, head = verdict.stdout.splitlines()
    assert rows == f"The audit log holds: {len(told.stdout.splitlines())} rows."
    forged = f"{head[:-1]}{'0' if head[-1] != '0' else '1'}"
    assert twinmarket("audit", "verify", "--head", forged, cwd=tmp_path).returncode == 1


async def test_a_database_that_does_not_answer_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "START_SECONDS", 1)
    database = Database.connect(f"postgresql+asyncpg://u@/x?host={tmp_path}")
    with pytest.raises(Unfit, match="DATABASE_URL: the database does not answer"):
        await check_database(database)


async def test_an_old_database_is_named(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "OLDEST_POSTGRES", 990_000)
    with pytest.raises(Unfit, match="15 or newer"):
        await check_database(database)
