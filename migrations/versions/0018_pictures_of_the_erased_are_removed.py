"""Pictures of a model who is erased are removed, and signing ends in so many words.

Revision 0018, after 0017.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0018"
down_revision: str | None = "0017"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

BEFORE = """update asset set signing = case when signed_upload_id is null then 'PENDING' else 'SIGNED' end
    where status = 'APPROVED' and upload_id is not null
    and not exists (select from licence join erasure on party_id = model_id where licence.id = licence_id)"""
ERASED = """update upload set status = 'GONE', erased_at = clock(), used_at = coalesce(used_at, clock())
    where exists (select from asset join licence on licence.id = licence_id join erasure on party_id = model_id
                  where upload.id in (upload_id, signed_upload_id))"""


def upgrade() -> None:
    moment = sa.DateTime(timezone=True)
    op.add_column("upload", sa.Column("erased_at", moment, nullable=True))
    op.add_column("upload", sa.Column("removed_at", moment, nullable=True))
    op.create_check_constraint(op.f("upload_erased_check"), "upload", "erased_at is null or (status = 'GONE' and used_at is not null)"
    )
    op.create_check_constraint(op.f("upload_removed_check"), "upload", "removed_at is null or erased_at is not null")
    waits = sa.text("erased_at is not null and removed_at is null")
    op.create_index("upload_to_remove", "upload", ["id"], postgresql_where=waits)
    op.add_column("asset", sa.Column("signing", sa.String(length=40), nullable=True))
    op.add_column("asset", sa.Column("signing_attempts", sa.Integer(), server_default=sa.text("0"), nullable=False))
    op.add_column("asset", sa.Column("signing_note", sa.String(), nullable=True))
    op.execute(BEFORE)
    op.execute(ERASED)
    listed = "signing in ('PENDING', 'SIGNED', 'UNSUITABLE', 'FAILED')"
    op.create_check_constraint(op.f("asset_signing_check"), "asset", listed)
    op.create_check_constraint(op.f("asset_signed_check"), "asset", "signing <> 'SIGNED' or signed_upload_id is not null")
    op.create_index("asset_to_sign", "asset", ["id"], postgresql_where=sa.text("signing = 'PENDING'"))
