"""What the edge keeps: buckets, documents, and how far the log is cleared away.

Revision 0007, after 0006.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op


revision: str = "0007"
down_revision: str | None = "0006"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None


def upgrade() -> None:
    op.create_table('activity_floor',
    sa.Column('topic', sa.String(), nullable=False),
    sa.Column('tx', sa.BigInteger(), nullable=False),
    sa.Column('id', sa.BigInteger(), nullable=False),
    sa.PrimaryKeyConstraint('topic', name=op.f('activity_floor_pkey'))
    )
    op.create_table('bucket',
    sa.Column('caller', sa.String(), nullable=False),
    sa.Column('granted', sa.Float(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('full_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('caller', name=op.f('bucket_pkey')),
    prefixes=['UNLOGGED']
    )
    op.create_table('document',
    sa.Column('hash', sa.String(), nullable=False),
    sa.Column('text', sa.String(), nullable=False),
    sa.Column('used_at', sa.DateTime(timezone=True), server_default=sa.text('clock()'), nullable=False),
    sa.PrimaryKeyConstraint('hash', name=op.f('document_pkey'))
    )
    op.create_index(op.f('document_used_at_idx'), 'document', ['used_at'], unique=False)
