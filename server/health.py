"""Whether this process can do its work: GET /health, for whoever keeps it running; and the check at the start."""

import asyncio
from dataclasses import dataclass

import sqlalchemy as sa
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from server import revisions, store
from server.database import Database

OLDEST_POSTGRES = 150_000
START_SECONDS = 30
ANSWER_SECONDS = 3


class Unfit(Exception):
    """The database cannot be used. The message says what would be right, in one line."""


@dataclass(frozen=True, slots=True)
class Health:
    database: Database

    async def answer(self, request: Request) -> Response:
        """200 when the database answers and its tables are those that this program expects; else 503 and why."""
        try:
            async with asyncio.timeout(ANSWER_SECONDS), self.database.reads.connect() as connection:
                tables = revisions.state(await store.migrated_to(connection))
        except (OSError, TimeoutError, sa.exc.SQLAlchemyError):
            return JSONResponse({"database": "unreachable"}, status_code=503)
        return JSONResponse({"database": "ok", "migrations": tables}, status_code=503 if tables == "behind" else 200)


async def check_database(database: Database) -> None:
    """Wait until the database answers. Raises Unfit when it does not, or is too old."""
    version = await _patiently(database)
    if version < OLDEST_POSTGRES:
        raise Unfit(f"DATABASE_URL: PostgreSQL 15 or newer is needed; this is {version // 10_000}.{version % 10_000}")


async def _patiently(database: Database) -> int:
    for attempt in range(START_SECONDS):
        try:
            async with database.reads.connect() as connection:
                return await store.server_version(connection)
        except (OSError, sa.exc.SQLAlchemyError) as error:
            said = str(error).splitlines()[0]
            await asyncio.sleep(1 if attempt < START_SECONDS - 1 else 0)
    raise Unfit(f"DATABASE_URL: the database does not answer: {said}")
