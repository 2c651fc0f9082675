"""Every account that a payee has had is kept, and payouts know theirs.

Revision 0020, after 0019.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op


revision: str = "0020"
down_revision: str | None = "0019"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "payee_account",
        sa.Column("id", sa.String(), nullable=False),
        sa.Column("payee_id", sa.BigInteger(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), server_default=sa.text("clock()"), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["payee_id"], ["payee.id"], name=op.f("payee_account_payee_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("payee_account_pkey")),
    )
    op.create_index(op.f("payee_account_payee_id_idx"), "payee_account", ["payee_id"])
    op.execute("insert into payee_account (id, payee_id) select account_id, id from payee where account_id is not null")
    op.add_column("payout", sa.Column("account_id", sa.String(), nullable=True))
    op.execute("update payout set account_id = payee.account_id from payee where payee.id = payout.payee_id")
    op.alter_column("payout", "account_id", nullable=False)
    op.create_foreign_key(op.f("payout_account_id_fkey"), "payout", "payee_account", ["account_id"], ["id"])
