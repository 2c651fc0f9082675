"""Somebody of the crew can be erased: their name, too, can be taken out of what was signed, while they are and only then.

Revision 0023, after 0022.
"""

from collections.abc import Sequence

from alembic import op

revision: str = "0023"
down_revision: str | None = "0022"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

COMMANDS = (
    """create or replace function consent_redactable() returns trigger language plpgsql as $$
  begin
    if tg_op = 'UPDATE' and to_jsonb(new) - 'text' - 'signed_by' - 'signature' - 'erased_at' = to_jsonb(old) - 'text' - 'signed_by' - 'signature' - 'erased_at'
        and exists (select from erasure where done_at is null and party_id in (select model_id from licence where licence.id = old.licence_id union all select party_id from licence_contribution where licence_contribution.licence_id = old.licence_id)) then
      return new;
    end if;
    raise exception '% on % is forbidden: its rows are evidence', tg_op, tg_table_name using errcode = 'restrict_violation';
  end
$$""",  # noqa: E501
    """create or replace function consent_policy_redactable() returns trigger language plpgsql as $$
  begin
    if tg_op = 'UPDATE' and to_jsonb(new) - 'restrictions' = to_jsonb(old) - 'restrictions'
        and exists (select from erasure where done_at is null and party_id in (select model_id from twin where twin.id = old.twin_id)) then
      return new;
    end if;
    raise exception '% on % is forbidden: its rows are evidence', tg_op, tg_table_name using errcode = 'restrict_violation';
  end
$$""",
)


def upgrade() -> None:
    for command in COMMANDS:
        op.execute(command)
