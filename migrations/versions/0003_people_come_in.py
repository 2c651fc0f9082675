"""People come in: sessions that grow idle, passkeys, invitations, counted attempts, members that can be suspended.

Revision 0003, after 0002.
"""

from collections.abc import Sequence

from alembic import op

revision: str = "0003"
down_revision: str | None = "0002"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

COMMANDS = (
    """
create table attempt (
    subject bytea not null,
    count integer not null,
    ends_at timestamp with time zone not null,
    constraint attempt_pkey primary key (subject)
)
    """,
    "create index attempt_ends_at_idx on attempt (ends_at)",
    """
create table challenge (
    challenge bytea not null,
    ceremony varchar(40) not null,
    person_id bigint,
    expires_at timestamp with time zone not null,
    constraint challenge_pkey primary key (challenge),
    constraint challenge_person_id_fkey foreign key(person_id) references person (id),
    constraint challenge_ceremony_check check (ceremony in ('REGISTRATION', 'SIGN_IN')),
    constraint challenge_registers_somebody_check check ((ceremony = 'REGISTRATION') = (person_id is not null))
)
    """,
    "create index challenge_expires_at_idx on challenge (expires_at)",
    """
create table invitation (
    id bigint generated always as identity,
    party_id bigint not null,
    secret_hash bytea not null,
    invited_by bigint not null,
    created_at timestamp with time zone default clock() not null,
    expires_at timestamp with time zone not null,
    accepted_at timestamp with time zone,
    accepted_by bigint,
    revoked_at timestamp with time zone,
    constraint invitation_pkey primary key (id),
    constraint invitation_secret_hash_key unique (secret_hash),
    constraint invitation_party_id_fkey foreign key(party_id) references party (id),
    constraint invitation_invited_by_fkey foreign key(invited_by) references person (id),
    constraint invitation_accepted_by_fkey foreign key(accepted_by) references person (id)
)
    """,
    "create index invitation_party_id_idx on invitation (party_id)",
    """
create table passkey (
    id bigint generated always as identity,
    person_id bigint not null,
    name varchar not null,
    credential_id bytea not null,
    public_key bytea not null,
    sign_count bigint not null,
    created_at timestamp with time zone default clock() not null,
    last_used_at timestamp with time zone,
    constraint passkey_pkey primary key (id),
    constraint passkey_credential_id_key unique (credential_id),
    constraint passkey_person_id_fkey foreign key(person_id) references person (id)
)
    """,
    "create index passkey_person_id_idx on passkey (person_id)",
    "alter table api_key add column expires_at timestamp with time zone",
    "alter table member add column number bigint generated always as identity",
    "alter table member add column suspended_at timestamp with time zone",
    "alter table member add constraint member_number_key unique (number)",
    "alter table sign_in add column last_seen_at timestamp with time zone default clock() not null",
    "create index sign_in_person_id_idx on sign_in (person_id)",
)


def upgrade() -> None:
    for command in COMMANDS:
        op.execute(command)
