"""What kill, faults and webhooks share: each part of the work in a process and on a database of its own, on one PostgreSQL.

`Told` is a frozen dataclass of what can be asked for, each a number or a text, among them `processes` and `sabotage`; a report
adds up with others of its kind. Sabotage with "postings" lets the database itself post some entries twice, whoever writes them,
to see that the comparison of the books notices.
"""

import argparse
import asyncio
import logging
import multiprocessing
import os
import sys
from collections.abc import Awaitable, Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, fields
from typing import Any, Protocol, Self, TypeVar

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import create_async_engine

from server import migrations
from server.database import Database
from server.postgres import FAST, Postgres
from tests.fakes.memory import passing_folder

POSTED_TWICE = (
    """create function post_twice() returns trigger language plpgsql as $$
         begin
           insert into entry (kind, key, payment_id, debit_id, credit_id, currency, amount_minor)
             values (new.kind, new.key || ':again', new.payment_id, new.debit_id, new.credit_id, new.currency, new.amount_minor);
           return null;
         end
       $$""",
    """create trigger posted_twice after insert on entry for each row
         when (new.kind = 'transfer' and new.key not like '%:again') execute function post_twice()""",
)


class Told(Protocol):
    @property
    def processes(self) -> int: ...

    @property
    def sabotage(self) -> str: ...


class Report(Protocol):
    wrong: list[str]

    def add(self, other: Self) -> None: ...


T = TypeVar("T", bound=Told)
R = TypeVar("R", bound=Report)


@dataclass(frozen=True, slots=True)
class Part:
    """One process's: `run` is called with its database, what was told, and `number`."""

    run: Callable[[Database, Any, int], Awaitable[Any]]
    told: Any
    number: int
    server_url: str


def read_options(told: type[T], doc: str | None) -> T:
    """From the command line; its defaults are the dataclass's."""
    options = argparse.ArgumentParser(description=(doc or "").splitlines()[0])
    for field in fields(told):  # type: ignore[arg-type]
        options.add_argument(f"--{field.name.replace('_', '-')}", type=type(field.default), default=field.default)
    return told(**vars(options.parse_args()))


def in_parts(run: Callable[[Database, T, int], Awaitable[R]], told: T, report: R, *, parts: int | None = None) -> R:
    """`report`, with those of all parts added: one for each process, if it is not said how many."""
    with passing_folder() as folder, Postgres(folder / "postgres", settings=FAST) as server:
        each = [Part(run, told, number, server.url()) for number in range(parts or told.processes)]
        with ProcessPoolExecutor(told.processes, multiprocessing.get_context("spawn")) as pool:
            for number, done in enumerate([pool.submit(_in_a_process, part) for part in each], start=1):
                report.add(done.result())
                print(f"{number} of {len(each)} parts done, {len(report.wrong)} wrong", file=sys.stderr, flush=True)
    return report


def verdict(report: Report, *, is_whole: bool) -> int:
    """How the command ends. `is_whole`: all that was asked for was done."""
    print(report)
    return 0 if is_whole and not report.wrong else 1


async def sabotage(database: Database, how: str) -> None:
    if how == "postings":
        async with database.writes.begin() as connection:
            for command in POSTED_TWICE:
                await connection.exec_driver_sql(command)


def _in_a_process(part: Part) -> Any:
    logging.disable(logging.CRITICAL)  # what is tried again is in the report
    return asyncio.run(_alone(part))


async def _alone(part: Part) -> Any:
    name = f"part_{os.getpid()}_{part.number}"
    engine = create_async_engine(part.server_url, isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        await connection.execute(sa.text(f"create database {name}"))
    await engine.dispose()
    address = sa.engine.make_url(part.server_url).set(database=name).render_as_string(hide_password=False)
    await asyncio.to_thread(migrations.upgrade, address)
    database = Database.connect(address)
    try:
        await sabotage(database, part.told.sabotage)
        return await part.run(database, part.told, part.number)
    finally:
        await database.close()
