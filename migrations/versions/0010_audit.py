"""The audit log: append-only rows, sealed into a chain as their transactions commit.

Revision 0010, after 0009.
"""

from collections.abc import Sequence

from alembic import op

revision: str = "0010"
down_revision: str | None = "0009"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

COMMANDS = (
    """
create table audit (
    id bigint generated always as identity,
    at timestamp with time zone not null,
    kind varchar not null,
    actor varchar not null,
    body varchar not null,
    origin_digest bytea,
    constraint audit_pkey primary key (id)
)
    """,
    """
create table audit_seal (
    number bigint not null,
    audit_id bigint not null,
    digest bytea not null,
    constraint audit_seal_pkey primary key (number),
    constraint audit_seal_audit_id_key unique (audit_id),
    constraint audit_seal_audit_id_fkey foreign key(audit_id) references audit (id)
)
    """,
    """
create table audit_origin (
    audit_id bigint not null,
    address varchar not null,
    salt bytea not null,
    constraint audit_origin_pkey primary key (audit_id),
    constraint audit_origin_audit_id_fkey foreign key(audit_id) references audit (id)
)
    """,
    "create trigger audit_append_only_row before update or delete on audit for each row execute function append_only()",
    "create trigger audit_append_only_statement before truncate on audit for each statement execute function append_only()",
    "create trigger audit_seal_append_only_row before update or delete on audit_seal for each row execute function append_only()",
    "create trigger audit_seal_append_only_statement before truncate on audit_seal for each statement execute function append_only()",
    r"""create or replace function audit_sealed() returns trigger language plpgsql as $$
         declare
           last audit_seal;
         begin
           perform pg_advisory_xact_lock(7406);
           select * into last from audit_seal order by number desc limit 1;
           insert into audit_seal (number, audit_id, digest) values (
             coalesce(last.number, 0) + 1, new.id, sha256(coalesce(last.digest, '') || convert_to(concat_ws(E'\n',
               coalesce(last.number, 0) + 1, new.id, to_char(new.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'),
               new.kind, new.actor, coalesce(encode(new.origin_digest, 'hex'), ''), new.body), 'UTF8')));
           return null;
         end
       $$""",
    """create constraint trigger audit_sealed after insert on audit deferrable initially deferred
       for each row execute function audit_sealed()""",
)


def upgrade() -> None:
    for command in COMMANDS:
        op.execute(command)
