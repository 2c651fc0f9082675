"""Each torture ends with 1 when we are broken on purpose, and says what is wrong: the command, as anybody runs it."""

import asyncio
import sys

import pytest

from bench.processes import HOUSE

COMMANDS = ("kill --kills 30", "faults --payments 20", "webhooks --events 60")


@pytest.mark.timeout(600)
@pytest.mark.parametrize("command", COMMANDS)
async def test_entries_that_come_twice_are_noticed(command: str) -> None:
    name, *options = command.split()
    told = [sys.executable, "-m", f"bench.{name}", *options, "--processes", "1", "--sabotage", "postings"]
    ran = await asyncio.create_subprocess_exec(
        *told, cwd=HOUSE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    output = (await ran.communicate())[0].decode()
    assert ran.returncode == 1, output
    assert "ledger: entries of" in output, output
