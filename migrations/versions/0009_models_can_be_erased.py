"""Models can be erased: evidence that names one is redacted while she is, and only then.

Revision 0009, after 0008.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0009"
down_revision: str | None = "0008"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

COMMANDS = (
    """create or replace function consent_redactable() returns trigger language plpgsql as $$
  begin
    if tg_op = 'UPDATE' and to_jsonb(new) - 'text' - 'signed_by' - 'signature' - 'erased_at' = to_jsonb(old) - 'text' - 'signed_by' - 'signature' - 'erased_at'
        and exists (select from erasure where done_at is null and party_id = (select model_id from licence where licence.id = old.licence_id)) then
      return new;
    end if;
    raise exception '% on % is forbidden: its rows are evidence', tg_op, tg_table_name using errcode = 'restrict_violation';
  end
$$""",  # noqa: E501
    """create or replace function consent_policy_redactable() returns trigger language plpgsql as $$
  begin
    if tg_op = 'UPDATE' and to_jsonb(new) - 'restrictions' = to_jsonb(old) - 'restrictions'
        and exists (select from erasure where done_at is null and party_id = (select model_id from twin where twin.id = old.twin_id)) then
      return new;
    end if;
    raise exception '% on % is forbidden: its rows are evidence', tg_op, tg_table_name using errcode = 'restrict_violation';
  end
$$""",
    "drop trigger consent_append_only_row on consent",
    "create trigger consent_append_only_row before update or delete on consent"
    " for each row execute function consent_redactable()",
    "drop trigger consent_policy_append_only_row on consent_policy",
    "create trigger consent_policy_append_only_row before update or delete on consent_policy"
    " for each row execute function consent_policy_redactable()",
)


def upgrade() -> None:
    op.create_table(
        "erasure",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("party_id", sa.BigInteger(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), server_default=sa.text("clock()"), nullable=False),
        sa.Column("asked_by", sa.String(), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name=op.f("erasure_party_id_fkey")),
        sa.PrimaryKeyConstraint("id", name=op.f("erasure_pkey")),
        sa.UniqueConstraint("party_id", name=op.f("erasure_party_id_key")),
    )
    op.add_column("consent", sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True))
    for command in COMMANDS:
        op.execute(command)
