"""Our API beside what a user would take instead, on one PostgreSQL:

    python -m bench.peers compare                 # the main table: four operations, four servers, in turns; under 10 minutes
    python -m bench.peers agree                   # only see to it that all give the same answers
    python -m bench.peers pages                   # pages of 1 to 100 twins
    python -m bench.peers sizes                   # 10,000 to a million twins
    python -m bench.peers workers                 # one to four processes
    python -m bench.peers deliveries              # events to 1 to 10,000 subscribers of one process
    python -m bench.peers footprint               # how long ours takes to start, and what it keeps after a run

`--scale 0.1` makes a tenth of the market. The data is made once and kept in `var/peers`; delete that to be rid of it.
"""

import argparse
import asyncio
import signal
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import asyncpg

from bench.peers import checking, data, deliveries, measuring, picture, questions
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


def _in_turns(
    servers: dict[str, Server],
    wanted: list[questions.Question],
    given: argparse.Namespace,
    before: Callable[[], None] = lambda: None,
) -> dict[str, list[measuring.Run]]:
    how = {"rounds": given.rounds, "seconds": given.seconds, "connections": given.connections}
    return measuring.in_turns(servers, wanted, before=before, **how)


def only_agree(given: argparse.Namespace, size: Size, place: Place) -> None:
    with running(place, given.peers) as servers:
        agree(servers, size, place)


def compare(given: argparse.Namespace, size: Size, place: Place) -> None:
    """PostGraphile's searches go along the same index as ours, and are fastest when they are planned once for all values, which
    PostgreSQL would not do by itself. How its other statements are planned is left to PostgreSQL."""
    found: dict[str, dict[str, list[measuring.Run]]] = {}
    for plans, operations in (("force_generic_plan", ("page",)), ("auto", ("twin", "listing", "bid", "hot"))):
        chosen = [each for each in operations if each in given.operations]
        if chosen:
            found |= _compare(given, size, replace(place, plans=plans), chosen)
    if given.picture is not None:
        picture.draw(found, given.picture)


def _compare(
    given: argparse.Namespace, size: Size, place: Place, operations: list[str]
) -> dict[str, dict[str, list[measuring.Run]]]:
    told = {}
    with running(place, given.peers) as servers:
        agree(servers, size, place)
        for operation in operations:
            before = (lambda: asyncio.run(_begin_again(size, place))) if operation in ("bid", "hot") else (lambda: None)
            found = _in_turns(servers, asked(operation, size, place), given, before)
            print(f"\n{measuring.table(operation, found)}", flush=True)
            told[operation] = found
        print(
            "\nMB resident:", {name: [round(each) for each in server.resident_mb] for name, server in servers.items()}
        )
    return told


def pages(given: argparse.Namespace, size: Size, place: Place) -> None:
    with running(replace(place, plans="force_generic_plan"), given.peers) as servers:
        for first in (1, 5, 20, 50, 100):
            wanted = asked("page", size, place, first=first)
            found = _in_turns(servers, wanted, given)
            print(f"\n{measuring.table(f'page of {first}', found)}", flush=True)


def sizes(given: argparse.Namespace) -> None:
    """Ten licences a twin, and of a million twins one."""
    for size in (Size(10_000, 100_000), Size(100_000, 1_000_000), Size(1_000_000, 1_000_000)):
        with data.market(size) as (postgres, _):
            for operation, plans in (("page", "force_generic_plan"), ("twin", "auto")):
                place = Place(postgres, size.database, plans)
                with running(place, given.peers) as servers:
                    wanted = asked(operation, size, place)
                    found = _in_turns(servers, wanted, given)
                    print(f"\n{measuring.table(f'{operation}, {size.twins:,} twins', found)}", flush=True)


def workers(given: argparse.Namespace, size: Size, place: Place) -> None:
    for number in (1, 2, 4):
        with running(replace(place, plans="force_generic_plan"), given.peers, number) as servers:
            found = _in_turns(servers, asked("page", size, place), given)
            print(f"\n{measuring.table(f'page, {number} processes', found)}", flush=True)
            print(
                "MB resident:", {name: [round(each) for each in server.resident_mb] for name, server in servers.items()}
            )


def delivered(given: argparse.Namespace, size: Size, place: Place) -> None:
    """One caller with all the subscriptions, and as many callers as there may be, of as many brands as there are."""
    found = []
    for subscribers in given.subscribers:
        for callers in sorted({1, min(subscribers, 1_000)}):
            with running(place, ["twinmarket"]) as servers:
                found.append(deliveries.deliver(servers["twinmarket"], size, subscribers, callers))
            print(deliveries.table(found) if len(found) == 1 else deliveries.table(found).splitlines()[-1], flush=True)


def footprint(given: argparse.Namespace, size: Size, place: Place) -> None:
    """From the command to the first answer of /health, five times; and after every operation for some seconds."""
    took = []
    for _ in range(5):
        began = time.perf_counter()
        with running(place, ["twinmarket"]) as servers:
            took.append(time.perf_counter() - began)
            idle = servers["twinmarket"].resident_mb[0]
    print(f"started in {measuring.spread(took)} s (target 2); {idle:.0f} MB resident before anybody asks")
    with running(place, ["twinmarket"]) as servers:
        for operation in OPERATIONS:
            asyncio.run(_begin_again(size, place))
            measuring.in_turns(servers, asked(operation, size, place), rounds=1, seconds=given.seconds)
            print(f"after {operation}: {servers['twinmarket'].resident_mb[0]:.0f} MB (target 150)")


def main(arguments: Sequence[str] | None = None) -> int:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument(
        "what",
        choices=("agree", "compare", "pages", "sizes", "workers", "deliveries", "footprint"),
        nargs="?",
        default="compare",
    )
    options.add_argument("--subscribers", type=int, nargs="+", default=[1, 10, 100, 1_000, 10_000])
    options.add_argument("--scale", type=float, default=1.0)
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--seconds", type=float, default=4)
    options.add_argument("--picture", type=Path, help="where compare draws its table, as SVG")
    options.add_argument("--connections", type=int, default=measuring.CONNECTIONS)
    options.add_argument("--operations", nargs="+", choices=OPERATIONS, default=list(OPERATIONS))
    options.add_argument("--peers", nargs="+", choices=PEERS, default=list(PEERS))
    given = options.parse_args(arguments)
    if given.what == "sizes":
        sizes(given)
        return 0
    size = Size.of(given.scale)
    does = {
        "compare": compare,
        "pages": pages,
        "workers": workers,
        "deliveries": delivered,
        "footprint": footprint,
        "agree": only_agree,
    }
    with data.market(size) as (postgres, _):
        place = Place(postgres, size.database)
        does[given.what](given, size, place)
    return 0


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # the servers are ended as by Ctrl-C
    sys.exit(main())
