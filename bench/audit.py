"""How long the audit log takes to be written, and to be verified to its last row.

    python -m bench.audit [--rows 100000] [--each 100]

Writes facts as the product does, `--each` in one work, each work sealed into the chain as it commits; then walks the chain as
`twinmarket audit verify` does. Exit 1 when it does not hold.
"""

import argparse
import asyncio
import resource
import sys
import time

from bench.exclusivity import somewhere
from core.actor import SYSTEM
from market.facts import SignInRefused
from server import auditing
from server.database import Database


async def written(database: Database, rows: int, each: int) -> float:
    """The seconds that it took."""
    began = time.perf_counter()
    for first in range(0, rows, each):
        async with database.work(SYSTEM)() as work:
            for number in range(first, min(rows, first + each)):
                work.record(SignInRefused(person_id=number, method="password"))
    return time.perf_counter() - began


async def main() -> int:
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("--rows", type=int, default=100_000)
    options.add_argument("--each", type=int, default=100)
    options.add_argument("--database-url")
    given = options.parse_args()
    async with somewhere(given.database_url) as database:
        seconds = await written(database, given.rows, given.each)
        print(
            f"{given.rows} rows written in {seconds:.1f} s, {given.each} in one work: {given.rows / seconds:.0f} a second"
        )
        before, cpu, began = _resident_kb(), time.process_time(), time.perf_counter()
        async with database.snapshot(SYSTEM)() as read:
            verdict = await auditing.verify(read)
        seconds, cpu = time.perf_counter() - began, time.process_time() - cpu
        print(
            f"{verdict.rows} rows verified in {seconds:.1f} s, {verdict.rows / seconds:.0f} a second; "
            f"{cpu / verdict.rows * 1e6:.0f} us of CPU a row, {_resident_kb() - before} KB more memory; "
            f"{verdict.fault or 'they hold'}"
        )
    return 1 if verdict.fault or verdict.rows != given.rows else 0


def _resident_kb() -> int:
    """The most that it ever was."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
