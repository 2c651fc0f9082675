"""Logs go to standard error: a line for people, or one JSON object a line for machines.

Every line that is written while a request is answered, or a job is done, says which: ours and those of libraries alike.
"""

import logging
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import TextIO

import orjson

from server.outages import will_pass

DETAILS = ("request_id", "job", "operation", "caller", "ms")

REQUEST_ID: ContextVar[str | None] = ContextVar("request_id", default=None)
JOB: ContextVar[str | None] = ContextVar("job", default=None)


class Gone(logging.Filter):
    """A pool that closes connections of a database that went away is no fault: a warning, without a trace."""

    def filter(self, record: logging.LogRecord) -> bool:
        cause = record.exc_info[1] if record.exc_info else None
        if record.name.startswith("sqlalchemy.pool") and cause is not None and will_pass(cause):
            record.levelno, record.levelname, record.exc_info = logging.WARNING, "WARNING", None
            record.msg, record.args = f"{record.getMessage()}: {cause!r}", ()
        return True


class Where(logging.Filter):
    """Adds the request and the job in which a line was written, unless it says so itself."""

    def filter(self, record: logging.LogRecord) -> bool:
        for name, told in (("request_id", REQUEST_ID.get()), ("job", JOB.get())):
            if told is not None and getattr(record, name, None) is None:
                setattr(record, name, told)
        return True


class Plain(logging.Formatter):
    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)-7s %(name)s: %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        details = " ".join(f"{name}={value}" for name, value in _details(record).items())
        return f"{super().format(record)} {details}".rstrip()


class Json(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            **_details(record),
        }
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return orjson.dumps(line, default=str).decode()


def _details(record: logging.LogRecord) -> dict[str, object]:
    found = {name: getattr(record, name, None) for name in DETAILS}
    return {name: value for name, value in found.items() if value is not None}


def handler(format: str, stream: TextIO | None = None) -> logging.Handler:
    made = logging.StreamHandler(stream)
    made.setFormatter(Json() if format == "json" else Plain())
    made.addFilter(Where())
    made.addFilter(Gone())
    return made


def configure(level: str, format: str) -> None:
    logging.basicConfig(level=level, handlers=[handler(format)], force=True)
    for noisy in ("httpx", "httpcore", "stripe", "alembic"):
        logging.getLogger(noisy).setLevel(max(logging.WARNING, logging.getLevelName(level)))
