"""The address at which a brand pays is made when it is asked for, and kept nowhere.

Revision 0006, after 0005.
"""

from collections.abc import Sequence

from alembic import op

revision: str = "0006"
down_revision: str | None = "0005"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.drop_column("payment", "next_action_url")
