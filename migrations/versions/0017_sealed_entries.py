"""Every entry of the ledger bears a digest of itself.

Revision 0017, after 0016.
"""

from collections.abc import Sequence

from alembic import op

revision: str = "0017"
down_revision: str | None = "0016"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

SEALING = (
    """create or replace function entry_digest(e entry) returns bytea language sql stable as $$
         select sha256(convert_to(concat_ws('|', e.id, e.tx, to_char(e.at at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS.US'),
           e.kind, e.key, coalesce(e.payment_id, 0), e.debit_id, e.credit_id, e.currency, e.amount_minor), 'UTF8'))
       $$""",
    """create or replace function seal_entry() returns trigger language plpgsql as $$
         begin
           new.digest := entry_digest(new);
           return new;
         end
       $$""",
    "create trigger entry_sealed before insert on entry for each row execute function seal_entry()",
)


def upgrade() -> None:
    op.execute("alter table entry add column digest bytea")
    for command in SEALING:
        op.execute(command)
    op.execute("alter table entry disable trigger entry_append_only_row")
    op.execute("update entry set digest = entry_digest(entry)")
    op.execute("alter table entry enable trigger entry_append_only_row")
    op.execute("alter table entry alter column digest set not null")
