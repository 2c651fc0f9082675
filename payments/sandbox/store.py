"""Everything that the sandbox remembers: Stripe's objects and its own notes, in memory and, when asked, in one file."""

import json
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from secrets import token_hex
from typing import Any

Thing = dict[str, Any]
"""An object as Stripe would answer it. Keys with a leading underscore are the sandbox's own and never shown."""


class State:
    """Things by id, in the order in which they were made. What `commit` writes survives a kill of the process."""

    def __init__(self, path: Path | None) -> None:
        self._things: dict[str, Thing] = {}
        self._kinds: dict[str, dict[str, Thing]] = {}
        self._changed: dict[str, Thing | None] = {}
        self._file: sqlite3.Connection | None = None
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = sqlite3.connect(path, check_same_thread=False)
            self._file.execute("pragma journal_mode = wal")
            self._file.execute("pragma synchronous = normal")
            self._file.execute("create table if not exists thing (id text primary key, body text not null)")
            for (body,) in self._file.execute("select body from thing order by rowid"):
                self._remember(json.loads(body))

    def put(self, thing: Thing) -> Thing:
        self._remember(thing)
        self._changed[thing["id"]] = thing
        return thing

    def find(self, thing_id: str, kind: str) -> Thing | None:
        return self._kinds.get(kind, {}).get(thing_id)

    def look_up(self, thing_id: str) -> Thing | None:
        return self._things.get(thing_id)

    def all(self, kind: str) -> list[Thing]:
        return list(self._kinds.get(kind, {}).values())

    def drop(self, thing: Thing) -> None:
        self._things.pop(thing["id"], None)
        self._kinds[thing["object"]].pop(thing["id"], None)
        self._changed[thing["id"]] = None

    @contextmanager
    def commit(self) -> Iterator[None]:
        """What changed inside is written at the end, all of it or nothing, even when an answer is an error."""
        try:
            yield
        finally:
            changed, self._changed = self._changed, {}
            if self._file is not None and changed:
                with self._file:
                    for thing_id, thing in changed.items():
                        self._write(self._file, thing_id, thing)

    def close(self) -> None:
        if self._file is not None:
            self._file.close()

    def _remember(self, thing: Thing) -> None:
        self._things[thing["id"]] = thing
        self._kinds.setdefault(thing["object"], {})[thing["id"]] = thing

    @staticmethod
    def _write(file: sqlite3.Connection, thing_id: str, thing: Thing | None) -> None:
        if thing is None:
            file.execute("delete from thing where id = ?", (thing_id,))
        else:
            body = json.dumps(thing, separators=(",", ":"))
            again = "on conflict (id) do update set body = excluded.body"
            file.execute(f"insert into thing (id, body) values (?, ?) {again}", (thing_id, body))  # noqa: S608


def new_id(prefix: str) -> str:
    return f"{prefix}_{token_hex(10)}"


def now_seconds() -> int:
    return int(time.time())


def now_milliseconds() -> int:
    return time.time_ns() // 1_000_000


def shown(value: Any) -> Any:
    """A copy without the sandbox's own notes."""
    if isinstance(value, dict):
        return {key: shown(item) for key, item in value.items() if not key.startswith("_")}
    return [shown(item) for item in value] if isinstance(value, list) else value
