"""The tables' history: bring a database up to date."""

from pathlib import Path

from alembic import command
from alembic.config import Config

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
