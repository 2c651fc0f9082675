"""How Alembic reaches the database: one connection, one transaction, and one migrator at a time.

The address comes from `config.attributes["url"]`, or from DATABASE_URL when Alembic is called by hand.
"""

import asyncio
import os

import sqlalchemy as sa
from alembic import context
from alembic.util import CommandError
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

import market.tables  # noqa: F401 - fills the metadata
import payments.tables  # noqa: F401 - fills the metadata
from core.tables import Table

ONE_AT_A_TIME = sa.text("select pg_advisory_xact_lock(hashtext('twinmarket migrations'))")
"""Processes that start together all want to migrate; the second finds nothing left to do."""


def address() -> str:
    """With the one driver that is installed, whatever the provider's console calls it."""
    given = context.config.attributes.get("url") or os.environ.get("DATABASE_URL")
    if not given:
        raise CommandError("Say which database: DATABASE_URL=postgresql://user:password@host:5432/name")
    return "postgresql+asyncpg://" + str(given).partition("://")[2].replace("sslmode=", "ssl=")


def migrate(connection: sa.Connection) -> None:
    connection.execute(ONE_AT_A_TIME)
    context.configure(connection=connection, target_metadata=Table.metadata)
    context.run_migrations()


async def migrate_online() -> None:
    engine = create_async_engine(address(), poolclass=NullPool)
    try:
        async with engine.begin() as connection:
            await connection.run_sync(migrate)
    finally:
        await engine.dispose()


def print_sql() -> None:
    """`alembic upgrade head --sql`: for whoever may only hand a script to the keeper of the database."""
    context.configure(dialect_name="postgresql", target_metadata=Table.metadata, literal_binds=True)
    with context.begin_transaction():
        context.run_migrations()


if context.is_offline_mode():
    print_sql()
else:
    asyncio.run(migrate_online())
