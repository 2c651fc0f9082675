"""Payments may be settled in another currency.

Revision 0019, after 0018.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op


revision: str = "0019"
down_revision: str | None = "0018"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

KINDS = (
    "STRIPE_BALANCE", "CLEARING", "PAYABLE", "RECEIVABLE", "HELD_DISPUTE", "DISPUTED", "DISPUTE_FEES", "LOSSES", "REVENUE",
    "STRIPE_FEES", "BANK", "SUSPENSE", "FX", "EXCHANGE", "BRANDS", "PAYEE_BALANCE", "PAYEE_IN_TRANSIT", "PAYEE_BANK",
    "PAYEE_WORLD",
)  # fmt: skip


def upgrade() -> None:
    for table, name in (("payment", "settled"), ("share", "agreed")):
        op.add_column(table, sa.Column(f"{name}_currency", sa.CHAR(3), nullable=True))
        op.add_column(table, sa.Column(f"{name}_minor", sa.BigInteger(), nullable=True))
    for table in ("refund", "dispute"):
        op.add_column(table, sa.Column("settled_minor", sa.BigInteger(), nullable=True))
    both = "({0}_currency is null) = ({0}_minor is null)"
    op.create_check_constraint(op.f("payment_settlement_check"), "payment", both.format("settled"))
    op.create_check_constraint(op.f("share_agreed_check"), "share", both.format("agreed"))
    op.drop_constraint("account_kind_check", "account")
    listed = ", ".join(f"'{kind}'" for kind in KINDS)
    op.create_check_constraint(op.f("account_kind_check"), "account", f"kind in ({listed})")
