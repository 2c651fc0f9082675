"""The books are reconciled by night, and what was found is kept; what moved unexplained has accounts of its own.

Revision 0011, after 0010.
"""

from collections.abc import Sequence

from alembic import op

revision: str = "0011"
down_revision: str | None = "0010"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

KINDS = (
    "STRIPE_BALANCE", "CLEARING", "PAYABLE", "RECEIVABLE", "HELD_DISPUTE", "DISPUTED", "DISPUTE_FEES", "LOSSES", "REVENUE",
    "STRIPE_FEES", "BANK", "SUSPENSE", "BRANDS", "PAYEE_BALANCE", "PAYEE_IN_TRANSIT", "PAYEE_BANK", "PAYEE_WORLD",
)  # fmt: skip


def upgrade() -> None:
    op.execute("""
create table reconciliation (
    id bigint generated always as identity,
    at timestamp with time zone default clock() not null,
    differences text[] default '{}' not null,
    remarks text[] default '{}' not null,
    constraint reconciliation_pkey primary key (id)
)""")
    op.drop_constraint("account_kind_check", "account")
    listed = ", ".join(f"'{kind}'" for kind in KINDS)
    op.create_check_constraint(op.f("account_kind_check"), "account", f"kind in ({listed})")
