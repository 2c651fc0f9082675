"""Refunds and disputes remember what no share could bear, and refunds whether somebody made them by hand.

Revision 0002, after 0001.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0002"
down_revision: str | None = "0001"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

KINDS = (
    "STRIPE_BALANCE", "CLEARING", "PAYABLE", "RECEIVABLE", "HELD_DISPUTE", "DISPUTED", "DISPUTE_FEES", "LOSSES", "REVENUE",
    "STRIPE_FEES", "BRANDS", "PAYEE_BALANCE", "PAYEE_IN_TRANSIT", "PAYEE_BANK", "PAYEE_WORLD",
)  # fmt: skip


def upgrade() -> None:
    for table in ("refund", "dispute"):
        op.add_column(table, sa.Column("excess_minor", sa.BigInteger(), nullable=False, server_default=sa.text("0")))
        op.drop_constraint(f"{table}_amount_check", table)
        amounts = "amount_minor > 0 and excess_minor between 0 and amount_minor"
        op.create_check_constraint(op.f(f"{table}_amount_check"), table, amounts)
    op.add_column("refund", sa.Column("by_hand", sa.Boolean(), nullable=False, server_default=sa.text("false")))
    op.drop_constraint("account_kind_check", "account")
    listed = ", ".join(f"'{kind}'" for kind in KINDS)
    op.create_check_constraint(op.f("account_kind_check"), "account", f"kind in ({listed})")
