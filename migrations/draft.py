"""Drafts the next migration from the tables as the code has them: `make migrations MESSAGE="listings remember why"`.

When there is no migration yet, the draft is the whole of it: the very SQL that `create_all` would send. A later one is
what Alembic finds different in a database that stands at the newest migration. Alembic does not see a changed CHECK,
exclusion constraint, trigger or function; `tests/test_migrations.py` does, and names what the draft lacks.
"""

import re
import sys
import tempfile
from itertools import groupby
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy.dialects.postgresql.asyncpg import dialect

import market.tables  # noqa: F401 - fills the metadata
import payments.tables  # noqa: F401 - fills the metadata
from core.tables import Table
from migrations import HERE, config
from server.postgres import FAST, Postgres

FIRST = '''"""{message}.

Revision 0001, after nothing. It is what `Table.metadata.create_all` sends, command by command.
"""

from collections.abc import Sequence

from alembic import op

revision: str = "0001"
down_revision: str | None = None
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

COMMANDS = (
{commands}
)


def upgrade() -> None:
    for command in COMMANDS:
        op.execute(command)
'''


def main() -> None:
    message = " ".join(sys.argv[1:]).strip()
    if not message:
        sys.exit('Say what changes: make migrations MESSAGE="listings remember why"')
    written = draft_next(message) if numbers() else draft_first(message)
    sys.stdout.write(f"Drafted {written.relative_to(HERE.parent)}. Read it, then run tests/test_migrations.py.\n")


def numbers() -> list[int]:
    revisions = ScriptDirectory.from_config(config()).walk_revisions()
    return [int(script.revision) for script in revisions]


def draft_first(message: str) -> Path:
    path = HERE / "versions" / f"0001_{re.sub(r'[^a-z0-9]+', '_', message.lower()).strip('_')[:40]}.py"
    quoted = (f'    r"""\n{text}\n    """,' for text in commands())
    path.write_text(FIRST.format(message=message.capitalize(), commands="\n".join(quoted)))
    return path


def commands() -> list[str]:
    """What `create_all` sends to an empty database, in its order; indexes, which come in any order, by name."""
    sent: list[str] = []
    engine = sa.create_mock_engine(
        "postgresql+asyncpg://",
        lambda element, *_, **__: sent.append(str(element.compile(dialect=dialect())).strip()),  # type: ignore[no-untyped-call]
    )
    Table.metadata.create_all(engine, checkfirst=False)
    stripped = ("\n".join(line.rstrip() for line in text.splitlines()) for text in sent)
    groups = groupby(stripped, key=lambda text: text.startswith(("CREATE INDEX", "CREATE UNIQUE INDEX")))
    return [text for of_indexes, group in groups for text in (sorted(group) if of_indexes else group)]


def draft_next(message: str) -> Path:
    with tempfile.TemporaryDirectory() as folder, Postgres(Path(folder) / "data", settings=FAST) as server:
        settings = config(server.url())
        command.upgrade(settings, "head")
        script = command.revision(settings, message, autogenerate=True, rev_id=f"{max(numbers()) + 1:04}")
    if script is None or isinstance(script, list):
        raise RuntimeError("Alembic drafted no single migration")
    return Path(script.path)


if __name__ == "__main__":
    main()
