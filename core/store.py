"""The clock, jobs, activity, audit and idempotent answers: the ground's only SQL."""

import secrets
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any, TypeVar

import orjson
import sqlalchemy as sa
from cryptography.hazmat.primitives.hashes import SHA256, Hash
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, insert
from sqlmodel import col

from core.audit import origin_digest
from core.errors import IdempotencyConflict
from core.rows import Change, Lookup, Plain
from core.tables import Activity, ActivityFloor, Answer, Audit, AuditOrigin, AuditSeal, Job, Table
from core.work import ADDRESS, Read, Told, Work

T = TypeVar("T")
Row = TypeVar("Row", bound=Table)

CLOCK = sa.select(sa.func.clock())
CLOCK_NOW = "select clock()"
"""This very moment, for a session and for the driver. Statements that are asked often are built once: to build one takes
longer than to ask it."""


async def refresh_clock(work: Read) -> None:
    """Move `work.now` to this very moment. Call it after waiting for a lock."""
    work.now = (await work.session.execute(CLOCK)).scalar_one()


async def keep(work: Work, row: Row) -> Row:
    """Insert a row as it stands and set on it what the database gave. The session does not know the row afterwards: this
    is for rows that the same work does not change again, and takes a third of the time that the session would."""
    columns = row.__table__.columns  # type: ignore[attr-defined]
    given = {column.key: getattr(row, column.key) for column in columns}
    left = frozenset(key for key, value in given.items() if value is None and _is_made(columns[key]))
    made = await work.session.execute(_kept(type(row), left), {key: given[key] for key in given if key not in left})
    if left:
        for key, value in zip(sorted(left), made.one(), strict=True):
            setattr(row, key, value)
    return row


async def keep_all(work: Work, rows: Sequence[Table]) -> None:
    """Insert rows of one table as they stand, without the numbers that the database gives them."""
    columns = rows[0].__table__.columns  # type: ignore[attr-defined]
    keys = [column.key for column in columns if not _is_made(column)]
    await work.session.execute(_kept_many(type(rows[0])), [{key: getattr(row, key) for key in keys} for row in rows])


def _is_made(column: sa.Column[Any]) -> bool:
    """Whether the database makes a value of its own."""
    return column.server_default is not None or column.identity is not None


@cache
def _kept(table: type[Table], left: frozenset[str]) -> Any:
    inserted = sa.insert(table.__table__)  # type: ignore[attr-defined]
    return inserted.returning(*(inserted.table.columns[key] for key in sorted(left))) if left else inserted


@cache
def _kept_many(table: type[Table]) -> Any:
    return sa.insert(table.__table__)  # type: ignore[attr-defined]


async def enqueue(
    work: Work, kind: str, *, key: str, body: dict[str, Any] | None = None, due_at: datetime | None = None
) -> None:
    """Ask for a job once this work commits. The same `kind` and `key` is the same job: asked for again, it becomes due
    again (the earlier time wins), and one that is running will run once more."""
    await enqueue_all(work, [Wanted(kind, key, body or {}, due_at)])


@dataclass(frozen=True, slots=True)
class Wanted:
    """A job to ask for; due at once unless it says when."""

    kind: str
    key: str
    body: dict[str, Any]
    due_at: datetime | None = None


async def enqueue_all(work: Work, jobs: Sequence[Wanted]) -> None:
    """Ask for several jobs, in order, in one go."""
    if jobs:
        rows = [
            {"kind": job.kind, "key": f"{job.kind}:{job.key}", "body": job.body, "due_at": job.due_at} for job in jobs
        ]
        await work.session.execute(_asked_for(), rows)


@cache
def _asked_for() -> Any:
    due = sa.func.coalesce(sa.bindparam("due_at", type_=sa.DateTime(timezone=True)), sa.func.clock())
    fresh = insert(Job.__table__).values(  # type: ignore[attr-defined]
        kind=sa.bindparam("kind"), key=sa.bindparam("key"), body=sa.bindparam("body"), due_at=due
    )
    return fresh.on_conflict_do_update(
        index_elements=["key"],
        set_={
            "due_at": sa.func.least(col(Job.due_at), fresh.excluded.due_at),
            "wanted": col(Job.wanted) + 1,
            "body": fresh.excluded.body,
        },
    )


async def take_jobs(work: Work, *, limit: int, lease: timedelta) -> Sequence[Job]:
    """Take up to `limit` due jobs for the length of `lease`. Nobody else gets them meanwhile."""
    due = (
        sa.select(col(Job.id)).where(col(Job.due_at) <= sa.func.clock()).order_by(col(Job.due_at)).limit(limit)
    ).with_for_update(skip_locked=True)
    taken = (
        sa.update(Job)
        .where(col(Job.id).in_(due))
        .values(due_at=sa.func.clock() + lease, attempts=col(Job.attempts) + 1)
        .returning(Job)
    )
    return (await work.session.execute(taken)).scalars().all()


async def renew_leases(work: Work, jobs: Sequence[Job], *, lease: timedelta) -> None:
    """They are still being done: nobody else may take them for another `lease`."""
    running = sa.update(Job).where(col(Job.id).in_([job.id for job in jobs]), col(Job.due_at) > sa.func.clock())
    await work.session.execute(running.values(due_at=sa.func.clock() + lease))


async def finish_job(work: Work, job: Job) -> None:
    """Done. If it was asked for again meanwhile, it is due again at once."""
    done = sa.delete(Job).where(col(Job.id) == job.id, col(Job.wanted) == job.wanted).returning(col(Job.id))
    if (await work.session.execute(done)).scalar_one_or_none() is None:
        again = sa.update(Job).where(col(Job.id) == job.id)
        await work.session.execute(again.values(due_at=sa.func.clock(), attempts=0, error=None))


async def postpone_job(work: Work, job: Job, *, error: str, wait: timedelta) -> None:
    """It failed. Try again after `wait`; the error is kept for the operator."""
    failed = sa.update(Job).where(col(Job.id) == job.id)
    await work.session.execute(failed.values(due_at=sa.func.clock() + wait, error=error[:2000]))


async def repeat_job(work: Work, job: Job, *, due_at: datetime) -> None:
    """Done for now: it is due again at `due_at`, or at once if it was asked for meanwhile."""
    next_due = sa.case((col(Job.wanted) == job.wanted, due_at), else_=sa.func.clock())
    again = sa.update(Job).where(col(Job.id) == job.id)
    await work.session.execute(again.values(due_at=next_due, attempts=0, error=None))


async def append_activity(
    work: Work, *, topic: str, kind: str, body: dict[str, Any], audience: Sequence[int] | None = None
) -> None:
    """Add a row to the log, in the same transaction as what it tells."""
    await append_all(work, [Told(topic, kind, body, audience)])


async def append_all(work: Work, rows: Sequence[Told]) -> None:
    """Add several rows to the log, in order, in one go."""
    if rows:
        await _TELL.make(work, _told(work, rows))


def _told(work: Read, rows: Sequence[Told]) -> dict[str, Any]:
    return {"told_rows": [_row(each) for each in rows], "told_at": work.now}


def _row(each: Told) -> dict[str, Any]:
    audience = list(each.audience) if each.audience is not None else None
    return {"topic": each.topic, "kind": each.kind, "body": each.body, "audience": audience}


_TELLING = sa.text("""
    insert into activity (topic, kind, at, body, audience)
    select topic, kind, :told_at, body, audience
      from rows from (jsonb_to_recordset(:told_rows) as (topic text, kind text, body jsonb, audience bigint[]))
      with ordinality as told (topic, kind, body, audience, place)
     order by place
""").bindparams(sa.bindparam("told_rows", type_=JSONB), sa.bindparam("told_at", type_=sa.DateTime(timezone=True)))
_TELL = Change(_TELLING)


class Telling(Plain):
    """One that also writes something, and with it, in the same round trip, what the log has to tell of all that has been
    recorded until then. Of what is recorded later the log is told at the end, as always."""

    def __init__(self, query: sa.Select[*tuple[Any, ...]]) -> None:
        super().__init__(query.add_cte(_TELLING.columns().cte("told")))

    async def values(self, read: Read, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        rows = await _untold(read) if isinstance(read, Work) else []
        return await super().values(read, {**values, **_told(read, rows)})


async def _untold(work: Work) -> list[Told]:
    if work.follows is None:
        return []
    facts = work.facts[work.told :]
    work.told = len(work.facts)
    return [row for fact in facts for row in await work.follows(work, fact)]


async def append_audit(work: Work, *, kind: str, body: dict[str, Any]) -> None:
    """Who did it, from where, what and when, in the same transaction as what was done. No personal text in `body`."""
    address, salt = ADDRESS.get(), secrets.token_bytes(16)
    row = Audit(
        at=work.now,
        kind=kind,
        actor=f"{work.actor.caller} operator" if work.actor.is_operator else work.actor.caller,
        body=orjson.dumps(body, option=orjson.OPT_SORT_KEYS).decode(),
        origin_digest=origin_digest(salt, address) if address is not None else None,
    )
    await keep(work, row)
    if address is not None:
        origin = {"audit_id": row.id, "address": address, "salt": salt}
        await work.session.execute(insert(AuditOrigin).values(origin))


async def audit_chain(read: Read, *, after: int, limit: int = 1000) -> Sequence[tuple[AuditSeal, Audit | None]]:
    """Seals after the number `after`, with the rows that they seal, where those are there."""
    query = sa.select(AuditSeal, Audit).outerjoin(Audit, col(Audit.id) == col(AuditSeal.audit_id))
    found = await read.session.execute(
        query.where(col(AuditSeal.number) > after).order_by(col(AuditSeal.number)).limit(limit)
    )
    return [(seal, row) for seal, row in found]


async def unsealed_audit(read: Read) -> int | None:
    """The first row that no seal holds."""
    sealed = sa.select(1).where(col(AuditSeal.audit_id) == col(Audit.id)).correlate(Audit)
    query = sa.select(sa.func.min(col(Audit.id))).where(~sa.exists(sealed))
    return (await read.session.execute(query)).scalar_one()


async def audit_origins(read: Read, ids: Sequence[int]) -> Mapping[int, AuditOrigin]:
    found = await read.session.execute(sa.select(AuditOrigin).where(col(AuditOrigin.audit_id).in_(ids)))
    return {origin.audit_id: origin for origin in found.scalars()}


async def audit_rows(read: Read, *, actor: str | None, kind: str | None, limit: int) -> Sequence[Audit]:
    """The newest, oldest of them first."""
    query = sa.select(Audit).order_by(col(Audit.id).desc()).limit(limit)
    if actor is not None:
        query = query.where(col(Audit.actor).in_((actor, f"{actor} operator")))
    if kind is not None:
        query = query.where(col(Audit.kind) == kind)
    return list(reversed((await read.session.execute(query)).scalars().all()))


async def forget_origins(
    work: Work, *, person_ids: Sequence[int] | None = None, older_than: timedelta | None = None
) -> int:
    """From where some people acted, or anybody so long ago. The rows stay, and still verify. How many were forgotten."""
    rows = sa.select(col(Audit.id)).where(col(Audit.id) == col(AuditOrigin.audit_id))
    if person_ids is not None:
        callers = [f"person:{each}{more}" for each in person_ids for more in ("", " operator")]
        named = sa.cast(col(Audit.body), JSONB)["person_id"].astext.in_([str(each) for each in person_ids])
        rows = rows.where(sa.or_(col(Audit.actor).in_(callers), named))
    if older_than is not None:
        rows = rows.where(col(Audit.at) < sa.func.clock() - older_than)
    gone = sa.delete(AuditOrigin).where(sa.exists(rows.correlate(AuditOrigin))).returning(col(AuditOrigin.audit_id))
    return len((await work.session.execute(gone)).all())


async def activity_since(
    read: Read, *, after: tuple[int, int], topics: Sequence[str] | None = None, limit: int = 500
) -> Sequence[Activity]:
    """Rows after the cursor `(tx, id)`, oldest first, of `topics` or of all. Only rows below the oldest transaction still
    running are shown: nothing can later commit before them, so a reader that moves its cursor past them loses nothing."""
    asked = {"after_tx": after[0], "after_id": after[1], "topics": list(topics or ()), "most": limit}
    return await _since(of_topics=topics is not None).rows(read, asked)


@cache
def _since(*, of_topics: bool) -> Plain:
    settled = col(Activity.tx) < sa.text("pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
    after = sa.tuple_(*(sa.bindparam(name, type_=sa.BigInteger()) for name in ("after_tx", "after_id")))
    query = sa.select(Activity).where(sa.tuple_(col(Activity.tx), col(Activity.id)) > after, settled)
    query = query.order_by(col(Activity.tx), col(Activity.id)).limit(sa.bindparam("most", type_=sa.Integer()))
    if not of_topics:
        return Lookup(query)
    return Plain(query.where(col(Activity.topic) == sa.any_(sa.bindparam("topics", type_=ARRAY(sa.Text)))))


async def activity_head(read: Read) -> tuple[int, int]:
    """The cursor at which a reader that wants only what is new begins."""
    xmin = sa.select(sa.text("pg_snapshot_xmin(pg_current_snapshot())::text::bigint"))
    return (await read.session.execute(xmin)).scalar_one(), -1


async def activity_floor(read: Read, topics: Sequence[str]) -> tuple[int, int]:
    """Of what is cleared away of `topics`, the last; (0, -1) when nothing is."""
    query = sa.select(col(ActivityFloor.tx), col(ActivityFloor.id)).where(col(ActivityFloor.topic).in_(topics))
    highest = query.order_by(col(ActivityFloor.tx).desc(), col(ActivityFloor.id).desc()).limit(1)
    found = (await read.session.execute(highest)).one_or_none()
    return (found.tx, found.id) if found is not None else (0, -1)


_TRIM_ACTIVITY = sa.text("""
    with oldest as (
        select tx, id, topic, at from activity order by tx, id limit :limit
    ), young as (
        select tx, id from oldest where at >= :before order by tx, id limit 1
    ), gone as (
        delete from activity using oldest
         where (activity.tx, activity.id) = (oldest.tx, oldest.id)
           and not exists (select from young where (young.tx, young.id) <= (oldest.tx, oldest.id))
        returning activity.topic, activity.tx, activity.id
    ), floors as (
        insert into activity_floor as known (topic, tx, id)
        select distinct on (topic) topic, tx, id from gone order by topic, tx desc, id desc
        on conflict (topic) do update set tx = excluded.tx, id = excluded.id
         where (known.tx, known.id) < (excluded.tx, excluded.id)
    )
    select count(*) from gone
""")


async def trim_activity(work: Work, *, before: datetime, limit: int) -> int:
    """Clear away up to `limit` rows from the beginning of the log, as far as all of it is older than `before`, and remember
    how far. How many went."""
    return int((await work.session.execute(_TRIM_ACTIVITY, {"before": before, "limit": limit})).scalar_one())


async def once(
    work: Work,
    *,
    operation: str,
    key: str,
    input: Any,
    do: Callable[[], Awaitable[T]],
    id_of: Callable[[T], int | None],
    find: Callable[[int], Awaitable[T]],
) -> T:
    """Do it once per caller and key, however often and by however many callers at once it is asked.

    The first to come inserts the key and does the work; others with the same key wait at that row until the first commits,
    then find what it made. A first that is refused keeps nothing, so a later one may try again.
    Raises IdempotencyConflict when the key came before with another operation or input.
    """
    caller, digest = work.actor.caller, _digest(operation, input)
    claim = insert(Answer).values(caller=caller, key=key, operation=operation, digest=digest, at=work.now)
    claimed = await work.session.execute(claim.on_conflict_do_nothing().returning(col(Answer.key)))
    if claimed.scalar_one_or_none() is not None:
        made = await do()
        await work.session.flush()
        kept = sa.update(Answer).where(col(Answer.caller) == caller, col(Answer.key) == key)
        await work.session.execute(kept.values(result_id=id_of(made)))
        return made
    answer = (
        await work.session.execute(sa.select(Answer).where(col(Answer.caller) == caller, col(Answer.key) == key))
    ).scalar_one()
    if answer.digest != digest or answer.result_id is None:
        raise IdempotencyConflict(
            "This idempotencyKey was used before with another input. Send the same input again, or a new key.",
            path=["idempotencyKey"],
        )
    return await find(answer.result_id)


def _digest(operation: str, input: Any) -> bytes:
    hashed = Hash(SHA256())
    hashed.update(orjson.dumps([operation, input], default=str, option=orjson.OPT_SORT_KEYS))
    return hashed.finalize()
