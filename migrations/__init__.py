"""How a database comes to hold the tables as they stand: numbered steps, forward only."""

from pathlib import Path

from alembic.config import Config

HERE = Path(__file__).parent


def config(url: str | None = None) -> Config:
    """Alembic's settings for the database at `url`. Its commands start a loop of their own: call them outside one."""
    settings = Config(HERE / "alembic.ini")
    settings.attributes["url"] = url
    return settings
