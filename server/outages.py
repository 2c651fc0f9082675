"""What passes by itself: a database that restarts, a connection that is lost, a lock that came too late.

It is nobody's fault. Callers are asked to try again, background tasks do, and the log has a line of it and no trace.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

import asyncpg
import sqlalchemy as sa

TRY_AGAIN_STATES = ("08", "40001", "40P01", "53", "55P03", "57014", "57P0")
"""How SQLSTATEs that pass begin: a connection lost (while it was being made, too), serialisation, deadlock, a server that
is full, locks and statements out of time, a server that stops or starts.
https://www.postgresql.org/docs/current/errcodes-appendix.html"""


def will_pass(cause: BaseException) -> bool:
    """Whether the same may well succeed in a moment. SQLAlchemy wraps what a driver says twice, or (where its pool connects
    anew) once. uvloop says in a RuntimeError that "the handler is closed" to who writes before hearing of it."""
    if isinstance(cause, sa.exc.DBAPIError):
        return cause.connection_invalidated or (cause.orig is not None and will_pass(cause.orig))
    said = cause.__cause__ if isinstance(cause.__cause__, asyncpg.PostgresError | asyncpg.InterfaceError) else cause
    if (state := getattr(said, "sqlstate", None)) is not None:
        return str(state).startswith(TRY_AGAIN_STATES)
    if isinstance(said, RuntimeError | asyncpg.InterfaceError):
        return "closed" in str(said)
    return isinstance(said, OSError | sa.exc.TimeoutError | asyncpg.InternalClientError)  # sockets gone, pools full


@contextmanager
def outlived(log: logging.Logger, what: str) -> Iterator[None]:
    """Around one round of a task that runs as long as its process: no round ends it. A fault of ours is logged as one."""
    try:
        yield
    except Exception as error:
        if will_pass(error):
            log.warning("%s: %s", what, error)
        else:
            log.exception("%s", what)
