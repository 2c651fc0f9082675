"""The tables' history: bring a database up to date, and tell whether it is."""

from functools import lru_cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory

import migrations

FOLDER = Path(migrations.__file__ or "").parent


def _config(url: str | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER))
    config.attributes["url"] = url
    return config


def upgrade(url: str, to: str = "head") -> None:
    """Run what is missing, in one transaction, one process at a time. Call it outside any event loop."""
    command.upgrade(_config(url), to)


@lru_cache(maxsize=1)
def head() -> str | None:
    """The revision that this version of the program expects."""
    return ScriptDirectory.from_config(_config()).get_current_head()


def state(revision: str | None) -> str:
    """current; behind (run `twinmarket migrate`); or ahead, which is fine while a newer version replaces this one."""
    if revision == head():
        return "current"
    return "behind" if revision is None or revision in _known() else "ahead"


@lru_cache(maxsize=1)
def _known() -> frozenset[str]:
    return frozenset(script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions())
