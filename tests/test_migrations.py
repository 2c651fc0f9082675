"""What the migrations build is what the tables say, object by object, as PostgreSQL's own catalogue tells it."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy.ext.asyncio import create_async_engine

from migrations import HERE, config
from server import revisions
from server.postgres import Postgres

OBJECTS = sa.text("""
with ours as (
    select oid, relname, relkind from pg_class
     where relnamespace = 'public'::regnamespace and relname not like 'alembic_version%'
)
select 'column' as kind, relname || '.' || a.attname as name,
       concat_ws(' ', format_type(a.atttypid, a.atttypmod), case when a.attnotnull then 'not null' end,
                 a.attidentity, a.attgenerated, pg_get_expr(d.adbin, d.adrelid)) as definition
  from pg_attribute a
  join ours on ours.oid = a.attrelid
  left join pg_attrdef d on d.adrelid = ours.oid and d.adnum = a.attnum
 where relkind in ('r', 'p', 'v', 'm') and a.attnum > 0 and not a.attisdropped
union all
select 'constraint', relname || '.' || c.conname, pg_get_constraintdef(c.oid)
  from pg_constraint c join ours on ours.oid = c.conrelid
union all
select 'index', relname, pg_get_indexdef(i.indexrelid)
  from pg_index i join ours on ours.oid = i.indexrelid
union all
select 'trigger', relname || '.' || t.tgname, pg_get_triggerdef(t.oid)
  from pg_trigger t join ours on ours.oid = t.tgrelid
 where not t.tgisinternal
union all
select 'function', p.oid::regprocedure::text, pg_get_functiondef(p.oid)
  from pg_proc p
 where p.pronamespace = 'public'::regnamespace and p.prokind in ('f', 'p')
   and not exists (select from pg_depend where objid = p.oid and deptype = 'e')
union all
select 'sequence', relname,
       concat_ws(' ', s.seqtypid::regtype, s.seqstart, s.seqincrement, s.seqmin, s.seqmax, s.seqcycle)
  from pg_sequence s join ours on ours.oid = s.seqrelid
union all
select 'extension', extname, '' from pg_extension
""")
KINDS = {"column", "constraint", "index", "trigger", "function", "sequence", "extension"}


@pytest.fixture
async def migrated(postgres: Postgres) -> AsyncIterator[str]:
    """The address of a database that only the migrations have touched."""
    await execute(postgres.url(), "create database migrated")
    url = postgres.url("migrated")
    await asyncio.to_thread(command.upgrade, config(url), "head")
    yield url
    await execute(postgres.url(), "drop database migrated (force)")


async def test_the_migrations_build_what_the_tables_say(postgres: Postgres, template: str, migrated: str) -> None:
    migrations, tables = await catalogue(migrated), await catalogue(postgres.url(template))
    differing = [key for key in sorted(migrations | tables) if migrations.get(key) != tables.get(key)]
    assert not differing, "\n".join(
        f"{' '.join(key)}\n    the migrations: {migrations.get(key)}\n    the tables:     {tables.get(key)}"
        for key in differing
    )
    assert {kind for kind, _ in tables} == KINDS


async def test_migrating_again_changes_nothing(migrated: str) -> None:
    before = await catalogue(migrated)
    await asyncio.to_thread(command.upgrade, config(migrated), "head")
    assert await catalogue(migrated) == before


async def test_processes_that_start_together_migrate_once(postgres: Postgres) -> None:
    await execute(postgres.url(), "create database together")
    url = postgres.url("together")
    failures = await asyncio.gather(migrate_by_hand(url), migrate_by_hand(url))
    assert not any(failures)
    engine = create_async_engine(url)
    async with engine.connect() as connection:
        stands_at = (await connection.execute(sa.text("select version_num from alembic_version"))).scalars().all()
    await engine.dispose()
    assert stands_at == [ScriptDirectory.from_config(config()).get_current_head()]


def test_the_numbers_run_without_a_gap_and_without_a_branch() -> None:
    revisions = [script.revision for script in ScriptDirectory.from_config(config()).walk_revisions()]
    assert revisions == [f"{number:04}" for number in range(len(revisions), 0, -1)]


async def catalogue(url: str) -> dict[tuple[str, str], str]:
    engine = create_async_engine(url)
    async with engine.connect() as connection:
        rows = (await connection.execute(OBJECTS)).all()
    await engine.dispose()
    return {(row.kind, row.name): row.definition for row in rows}


async def execute(url: str, text: str) -> None:
    engine = create_async_engine(url, isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        await connection.execute(sa.text(text))
    await engine.dispose()


async def migrate_by_hand(url: str) -> int:
    """As a person would, in a process of its own."""
    alembic = (sys.executable, "-m", "alembic", "-c", str(HERE / "alembic.ini"), "upgrade", "head")
    process = await asyncio.create_subprocess_exec(
        *alembic, env={**os.environ, "DATABASE_URL": url}, stderr=asyncio.subprocess.DEVNULL
    )
    return await process.wait()


def test_the_names_of_the_migrations_tell_their_revisions() -> None:
    script = ScriptDirectory.from_config(config())
    assert revisions.head() == script.get_current_head()
    assert revisions.known() == {each.revision for each in script.walk_revisions()}
