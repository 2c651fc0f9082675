"""What a process that answers requests loads: it keeps all of it, and begins when all of it is there."""

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

UNNEEDED = {
    "alembic": "the database's tables are current, or somebody migrates them",
    "c2pa": "workers sign pictures",
    "fontTools": "the first licence document as PDF brings it",
    "httpx": "the first question to Stripe brings it",
    "payments.sandbox": "a process of its own",
    "payments.stripe_gateway": "the first question to Stripe brings it",
    "pyscipopt": "the first best outcome brings it",
    "rich": "the demo's colours",
    "server.demo": "a command of its own",
    "server.jobs": "workers do them",
    "stripe": "the first question to Stripe brings it",
    "typst": "the first licence document as PDF brings it",
    "webauthn": "the first passkey brings it",
}

STARTED = """
import sys
import server.cli.commands
from server.app import from_environment
from_environment()
print(*sys.modules, sep="\\n")
"""


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """By `twinmarket serve`, up to the moment at which it would listen."""
    root = str(Path(__file__).parents[2])
    settings = {"DATABASE_URL": "postgresql://nobody@localhost/none", "TWINMARKET_ENV": "test"}
    done = subprocess.run(
        [sys.executable, "-c", STARTED],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": root, **settings},
        cwd=tmp_path_factory.mktemp("serve"),
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    return set(done.stdout.splitlines())


def test_what_is_needed_is_loaded(loaded: set[str]) -> None:
    """Or the rest of this file would prove nothing."""
    assert {"asyncpg", "server.graphql.over_http", "server.processes.api", "strawberry"} <= loaded


@pytest.mark.parametrize("name", UNNEEDED)
def test_what_is_not_needed_is_not_loaded(loaded: set[str], name: str) -> None:
    assert find_spec(name) is not None, "it has another name now"
    assert name not in loaded, f"{name} is loaded, and is not needed: {UNNEEDED[name]}"
