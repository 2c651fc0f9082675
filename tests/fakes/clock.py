"""The database's clock, stopped: it shows one moment until it is moved, and every connection sees that at once."""

from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

STOP = (
    "create table stopped_clock as select clock() as at",
    "create or replace function clock() returns timestamptz language sql stable as $$ select at from stopped_clock $$",
)


async def stop_clock(engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        for command in STOP:
            await connection.execute(sa.text(command))


async def advance_clock(engine: AsyncEngine, by: timedelta) -> None:
    async with engine.begin() as connection:
        await connection.execute(sa.text("update stopped_clock set at = at + :by"), {"by": by})
