"""A process of its own that spends from one caller's bucket until it is refused several times in a row."""

import asyncio
import sys

from server.database import Database
from server.graphql.allowance import Allowance, Rate, Spent

HOLDER = "key:1"


async def spend(url: str, rate: Rate, cost: int) -> int:
    """How much it got."""
    database = Database.connect(url)
    allowance, got, refused = Allowance(database, rate, rate), 0, 0
    await allowance.take("key:2", 1)
    print("ready", flush=True)
    sys.stdin.readline()
    while refused < 5:
        try:
            await allowance.take(HOLDER, cost)
            got += cost
        except Spent:
            refused += 1
            await asyncio.sleep(0.05)
    await database.close()
    return got


if __name__ == "__main__":
    print(asyncio.run(spend(sys.argv[1], Rate(int(sys.argv[2]), int(sys.argv[3])), int(sys.argv[4]))))
