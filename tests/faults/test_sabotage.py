"""Each torture says what is wrong when we are broken on purpose; and one of them as anybody runs it, which ends with 1."""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from bench import faults, kill, torture, webhooks
from bench.processes import HOUSE
from server.database import Database

TWICE = "ledger: entries of"

Run = Callable[[Database, Any, int], Awaitable[Any]]


@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    ("run", "told"),
    [
        (kill.run_part, kill.Killing(kills=30, processes=1, sabotage="postings")),
        (webhooks.run, webhooks.Storm(events=60, processes=1, sabotage="postings")),
    ],
    ids=["kill", "webhooks"],
)
async def test_entries_that_come_twice_are_noticed(database: Database, run: Run, told: Any) -> None:
    await torture.sabotage(database, told.sabotage)
    report = await run(database, told, 0)
    assert any(TWICE in each for each in report.wrong), report.wrong


@pytest.mark.timeout(600)
async def test_the_command_ends_with_1() -> None:
    options = ("--payments", "20", "--processes", "1", "--sabotage", "postings")
    ran = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bench.faults", *options),
        cwd=HOUSE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output = (await ran.communicate())[0].decode()
    assert ran.returncode == 1, output
    assert TWICE in output, output


def test_each_command_ends_as_its_report_says(capsys: pytest.CaptureFixture[str]) -> None:
    for report in (kill.Report(), faults.Report(), webhooks.Report()):
        assert torture.verdict(report, is_whole=True) == 0
        assert torture.verdict(report, is_whole=False) == 1
        report.wrong.append("a difference")
        assert torture.verdict(report, is_whole=True) == 1
        assert "a difference" in capsys.readouterr().out
