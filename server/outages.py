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


CLOSED = "the handler is closed"
"""What uvloop says to a driver that writes before it has heard that the connection is gone."""


def will_pass(cause: BaseException) -> bool:
    """Whether the same may well succeed in a moment."""
    if isinstance(cause, sa.exc.DBAPIError):
        return cause.connection_invalidated or _state(cause.orig).startswith(TRY_AGAIN_STATES)
    if isinstance(cause, asyncpg.PostgresError):
        return _state(cause).startswith(TRY_AGAIN_STATES)
    if isinstance(cause, RuntimeError):
        return CLOSED in str(cause)
    # sockets that are gone, pools that are full, a driver whose connection was closed under it
    return isinstance(cause, OSError | sa.exc.TimeoutError | asyncpg.InterfaceError | asyncpg.InternalClientError)


def _state(error: object) -> str:
    return getattr(error, "sqlstate", None) or ""


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
