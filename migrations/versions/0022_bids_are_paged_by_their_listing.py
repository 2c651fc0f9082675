"""Bids are paged by their listing: without an index a page of them read every bid of the twin, licensed ones too.

Revision 0022, after 0021.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op


revision: str = "0022"
down_revision: str | None = "0021"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    of_listings = sa.text("listing_id is not null")
    op.create_index("bid_listing_id_id_idx", "bid", ["listing_id", "id"], postgresql_where=of_listings)
