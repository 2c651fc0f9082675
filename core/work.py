"""One question, or one piece of work: one transaction, one actor, one moment, and the facts recorded in it."""

from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from core.actor import Actor

ADDRESS: ContextVar[str | None] = ContextVar("address", default=None)
"""From which network address the request came that is being answered; None for jobs and commands."""


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that has happened, in the past tense. `server.reactions` says what follows from it."""


@dataclass(frozen=True, slots=True)
class Told:
    """A row for the log, for all who may follow the topic or for an audience alone."""

    topic: str
    kind: str
    body: dict[str, Any]
    audience: Sequence[int] | None = None


Fetch = Callable[[str, Sequence[Any]], Awaitable[Sequence[Any]]]
"""Asks the driver itself, in PostgreSQL's own words, and answers with its records."""

FetchAll = Callable[[str, Sequence[Sequence[Any]]], Awaitable[Sequence[Any]]]
"""The same of several sets of arguments, one after the other in one round trip; each sees what there is when its turn comes."""


@dataclass(slots=True)
class Read:
    """A question to the database: `session` reads, `actor` asks, `now` is the database's clock. `fetch` asks
    without the session, of the same transaction where there is one (`core.rows`), and `look_up` does so by a plan that
    is kept if that seems no dearer, `walk` by one for all values, where `fetch` has each statement planned for its own."""

    session: AsyncSession
    actor: Actor
    now: datetime
    fetch: Fetch | None = None
    look_up: Fetch | None = None
    walk: Fetch | None = None

    @property
    def today(self) -> date:
        """The calendar day (UTC) on which rights are judged."""
        return self.now.date()


@dataclass(slots=True)
class Work(Read):
    """A piece of work: all of it is kept or none of it, with the jobs and activity that follow from its facts.

    `now` begins as the moment at which the transaction began. A store function that waits for a lock moves it to the
    moment at which the lock was held (`core.store.refresh_clock`), because a close is decided by the clock, not by the queue.
    `follows` says what the log has to tell of a fact; of the first `told` facts it has been told already.
    """

    facts: list[Fact] = field(default_factory=list)
    fetch_all: FetchAll | None = None
    follows: "Follows | None" = None
    told: int = 0

    def record(self, fact: Fact) -> None:
        self.facts.append(fact)


Follows = Callable[[Work, Fact], Awaitable[Sequence[Told]]]
OpenRead = Callable[[], AbstractAsyncContextManager[Read]]
OpenWork = Callable[[], AbstractAsyncContextManager[Work]]
