"""Our API beside what a user would take instead, on one PostgreSQL:

    python -m bench.peers compare                 # the main table: four operations, four servers, in turns; under 10 minutes
    python -m bench.peers agree                   # only see to it that all give the same answers

`--scale 0.1` makes a tenth of the market. The data is made once and kept in `var/peers`; delete that to be rid of it.
"""

import argparse
import asyncio
import sys
from collections.abc import Sequence
from datetime import UTC, datetime

import asyncpg

from bench.peers import checking, data, measuring, questions
from bench.peers.data import Size
from bench.peers.servers import PEERS, Place, Server, running

OPERATIONS = ("page", "twin", "listing", "bid", "hot")


def asked(operation: str, size: Size, place: Place, *, first: int = 20) -> list[questions.Question]:
    match operation:
        case "page":
            return list(questions.pages(size, datetime.now(UTC).date(), first))
        case "twin":
            return list(asyncio.run(_twins(size, place)))
        case "listing":
            return list(questions.listings(size, first))
        case _:
            return list(questions.bids(size, hot=operation == "hot", count=60_000))


async def _twins(size: Size, place: Place) -> list[questions.Question]:
    connection = await asyncpg.connect(place.plain_url)
    try:
        return list(await questions.twins(size, connection))
    finally:
        await connection.close()


async def _begin_again(size: Size, place: Place) -> None:
    connection = await asyncpg.connect(place.plain_url)
    try:
        await checking.begin_again(size, connection)
    finally:
        await connection.close()


async def _agree_on_bids(servers: list[Server], size: Size, place: Place) -> None:
    connection = await asyncpg.connect(place.plain_url)
    try:
        some = [each for each in questions.bids(size, hot=False, count=3_000) if each.plain["listingId"] % 100 == 0]
        for each in (some, list(questions.bids(size, hot=True, count=50))):
            await checking.agree_on_bids(servers, each, size, connection)
        await checking.begin_again(size, connection)
    finally:
        await connection.close()


def agree(servers: dict[str, Server], size: Size, place: Place) -> None:
    """Raises checking.Different."""
    several = list(servers.values())
    rows = 0
    for operation, count in (("page", 30), ("twin", 30), ("listing", 10)):
        rows += checking.agree(several, asked(operation, size, place)[:count])
    asyncio.run(_agree_on_bids(several, size, place))
    print(f"{', '.join(servers)} agree: 70 answers of {rows:,} rows, and the bids of 31 listings")


def compare(given: argparse.Namespace, size: Size, place: Place) -> None:
    with running(place, given.peers) as servers:
        agree(servers, size, place)
        for operation in given.operations:
            writes = operation in ("bid", "hot")
            before = (lambda: asyncio.run(_begin_again(size, place))) if writes else (lambda: None)
            wanted = asked(operation, size, place)
            found = measuring.in_turns(servers, wanted, rounds=given.rounds, seconds=given.seconds, before=before)
            print(f"\n{measuring.table(operation, found)}", flush=True)
        print(
            "\nMB resident:", {name: [round(each) for each in server.resident_mb] for name, server in servers.items()}
        )


def main(arguments: Sequence[str] | None = None) -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("what", choices=("agree", "compare"), nargs="?", default="compare")
    options.add_argument("--scale", type=float, default=1.0)
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--seconds", type=float, default=4)
    options.add_argument("--operations", nargs="+", choices=OPERATIONS, default=list(OPERATIONS))
    options.add_argument("--peers", nargs="+", choices=PEERS, default=list(PEERS))
    given = options.parse_args(arguments)
    size = Size.of(given.scale)
    with data.market(size) as (postgres, _):
        place = Place(postgres, size.database)
        if given.what == "agree":
            with running(place, given.peers) as servers:
                agree(servers, size, place)
        else:
            compare(given, size, place)
    return 0


if __name__ == "__main__":
    sys.exit(main())
