"""Bent requests and frames at the real edge, as many as you like: no 5xx, nothing unhandled, a code on every close.

    python -m bench.fuzz [--count 100000] [--seed 1]

A third are WebSocket frames. The tests send 3,000 of the same kind. Exit 0 only when there is nothing to report.
"""

import argparse
import asyncio
import sys
import time
from typing import Any, cast

import strawberry

from bench.processes import somewhere
from server.assembly import assemble
from server.settings import Settings
from tests.server import fuzzing
from tests.server.conftest import FakeGateway, Mutation, Query, Subscription, listening


async def main() -> int:
    options = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    options.add_argument("--count", type=int, default=100_000)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--database-url")
    given = options.parse_args()
    frames = given.count // 3
    settings = Settings(_env_file=None, TWINMARKET_ENV="test")  # type: ignore[call-arg]
    schema = strawberry.Schema(Query, Mutation, Subscription)
    async with somewhere(given.database_url) as database:
        app = assemble(
            settings, database, cast(Any, FakeGateway()), schema=schema, loaders=cast(Any, lambda read: None)
        )
        async with listening(app) as address:
            began = time.perf_counter()
            with fuzzing.crashes() as crashes:
                statuses = await fuzzing.requests(address, given.count - frames, given.seed)
                codes = await fuzzing.frames(address, frames, given.seed)
    print(f"{given.count} in {time.perf_counter() - began:.0f} s, seed {given.seed}")
    print("answered:", dict(sorted(statuses.items())))
    print("closed:  ", dict(sorted(codes.items())))
    print("crashes: ", len(crashes), *crashes[:5], sep="\n")
    return 1 if crashes else 0


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
