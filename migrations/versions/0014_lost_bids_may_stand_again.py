"""A lost bid remembers the licence that shut it out, and may stand again.

Revision 0014, after 0013.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op


revision: str = "0014"
down_revision: str | None = "0013"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("bid", sa.Column("lost_to_id", sa.BigInteger(), nullable=True))
    op.create_index("bid_lost_to_idx", "bid", ["lost_to_id"], unique=False, postgresql_where=sa.text("lost_to_id is not null"))
