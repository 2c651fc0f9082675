"""Logs go to standard error: a line for people, or one JSON object a line for machines."""

import logging
from datetime import UTC, datetime

import orjson

DETAILS = ("request_id", "operation", "caller", "ms")


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


def configure(level: str, format: str) -> None:
    handler = logging.StreamHandler()
    handler.setFormatter(Json() if format == "json" else Plain())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for noisy in ("httpx", "httpcore", "stripe", "alembic"):
        logging.getLogger(noisy).setLevel(max(logging.WARNING, logging.getLevelName(level)))
