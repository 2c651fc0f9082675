"""Takedowns with proof, and bids that name the capture for which they were made.

Revision 0008, after 0007.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0008"
down_revision: str | None = "0007"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("bid", sa.Column("twin_version", sa.Integer(), server_default=sa.text("1"), nullable=False))
    op.execute("update bid set twin_version = twin.version from twin where twin.id = bid.twin_id and twin.version <> 1")
    op.create_table(
        "takedown",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("licence_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "reason",
            sa.Enum("SUSPENDED", "ENDED", "TERMINATED", name="takedownreason", native_enum=False, length=40),
            nullable=False,
        ),
        sa.Column("opened_at", sa.DateTime(timezone=True), server_default=sa.text("clock()"), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("overdue_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_by", sa.String(), nullable=True),
        sa.Column("note", sa.String(), nullable=True),
        sa.Column("urls", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False),
        sa.CheckConstraint("reason in ('SUSPENDED', 'ENDED', 'TERMINATED')", name=op.f("takedown_reason_check")),
        sa.CheckConstraint("num_nonnulls(lifted_at, done_at) <= 1", name=op.f("takedown_over_once_check")),
        sa.CheckConstraint("(done_at is null) = (note is null)", name=op.f("takedown_proof_check")),
        sa.ForeignKeyConstraint(["licence_id"], ["licence.id"], name=op.f("takedown_licence_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("takedown_pkey")),
    )
    op.create_index(
        "takedown_one_open",
        "takedown",
        ["licence_id"],
        unique=True,
        postgresql_where=sa.text("lifted_at is null and done_at is null"),
    )
    op.create_index(op.f("takedown_licence_id_id_idx"), "takedown", ["licence_id", "id"], unique=False)
