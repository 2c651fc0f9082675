"""Crews have parts of licences.

Revision 0004, after 0003.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op


revision: str = "0004"
down_revision: str | None = "0003"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.drop_constraint("party_kind_check", "party")
    op.create_check_constraint(
        op.f("party_kind_check"), "party", "kind in ('MODEL', 'AGENCY', 'BRAND', 'CONTRIBUTOR')"
    )
    op.create_table('contribution',
    sa.Column('id', sa.BigInteger(), sa.Identity(always=True), nullable=False),
    sa.Column('twin_id', sa.BigInteger(), nullable=False),
    sa.Column('twin_version', sa.Integer(), nullable=False),
    sa.Column('model_id', sa.BigInteger(), nullable=False),
    sa.Column('party_id', sa.BigInteger(), nullable=False),
    sa.Column('craft', sa.String(), nullable=False),
    sa.Column('share_bps', sa.Integer(), nullable=False),
    sa.Column('status', sa.Enum('INVITED', 'ACCEPTED', 'DECLINED', 'ENDED', name='contributionstatus', native_enum=False, length=40), nullable=False),
    sa.Column('invited_at', sa.DateTime(timezone=True), server_default=sa.text('clock()'), nullable=False),
    sa.Column('answered_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint("status in ('INVITED', 'ACCEPTED', 'DECLINED', 'ENDED')", name=op.f('contribution_status_check')),
    sa.CheckConstraint('share_bps between 1 and 3000', name=op.f('contribution_share_check')),
    sa.ForeignKeyConstraint(['model_id'], ['party.id'], name=op.f('contribution_model_id_fkey')),
    sa.ForeignKeyConstraint(['party_id'], ['party.id'], name=op.f('contribution_party_id_fkey')),
    sa.ForeignKeyConstraint(['twin_id'], ['twin.id'], name=op.f('contribution_twin_id_fkey')),
    sa.PrimaryKeyConstraint('id', name=op.f('contribution_pkey'))
    )
    op.create_index('contribution_one_a_capture', 'contribution', ['twin_id', 'twin_version', 'party_id'], unique=True, postgresql_where=sa.text("status in ('INVITED', 'ACCEPTED')"))
    op.create_index(op.f('contribution_party_id_idx'), 'contribution', ['party_id'], unique=False)
    op.create_table('licence_contribution',
    sa.Column('licence_id', sa.BigInteger(), nullable=False),
    sa.Column('contribution_id', sa.BigInteger(), nullable=False),
    sa.Column('party_id', sa.BigInteger(), nullable=False),
    sa.Column('craft', sa.String(), nullable=False),
    sa.Column('share_bps', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['contribution_id'], ['contribution.id'], name=op.f('licence_contribution_contribution_id_fkey')),
    sa.ForeignKeyConstraint(['licence_id'], ['licence.id'], name=op.f('licence_contribution_licence_id_fkey')),
    sa.ForeignKeyConstraint(['party_id'], ['party.id'], name=op.f('licence_contribution_party_id_fkey')),
    sa.PrimaryKeyConstraint('licence_id', 'contribution_id', name=op.f('licence_contribution_pkey'))
    )
    op.create_index(op.f('licence_contribution_party_id_idx'), 'licence_contribution', ['party_id'], unique=False)
    for when, each in (("update or delete", "row"), ("truncate", "statement")):
        op.execute(
            f"create trigger licence_contribution_append_only_{each} before {when} on licence_contribution"
            f" for each {each} execute function append_only()"
        )
