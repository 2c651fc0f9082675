"""How people come in: sessions, passkeys, the challenges that passkeys answer, invitations, and attempts that are counted."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import BigInteger
from sqlmodel import Field

from core.tables import Id, MaybeMoment, Moment, Stamp, Table, listed, one_of, ref
from market.states import Ceremony


class SignIn(Table, table=True):
    """A person's session. Only the SHA-256 of its secret is kept. It ends at `expires_at`, or earlier when it is idle."""

    id: Id = None
    person_id: int = ref("person.id")
    secret_hash: bytes = Field(unique=True)
    user_agent: str = ""
    created_at: Stamp = None
    last_seen_at: Stamp = None
    expires_at: Moment
    revoked_at: MaybeMoment = None
    __table_args__ = (sa.Index(None, "person_id"),)


class Passkey(Table, table=True):
    """A WebAuthn credential: the public half of a key that never leaves the person's device. `sign_count` only rises."""

    id: Id = None
    person_id: int = ref("person.id")
    name: str
    credential_id: bytes = Field(unique=True)
    public_key: bytes
    sign_count: int = Field(sa_type=BigInteger)
    created_at: Stamp = None
    last_used_at: MaybeMoment = None
    __table_args__ = (sa.Index(None, "person_id"),)


class Challenge(Table, table=True):
    """What a passkey must sign, once and soon. The row is deleted by whoever answers it first."""

    challenge: bytes = Field(primary_key=True)
    ceremony: Ceremony = one_of(Ceremony)
    person_id: int | None = ref("person.id", nullable=True, default=None)
    expires_at: Moment
    __table_args__ = (
        listed("ceremony", Ceremony),
        sa.CheckConstraint("(ceremony = 'REGISTRATION') = (person_id is not null)", name="registers_somebody"),
        sa.Index(None, "expires_at"),
    )


class Invitation(Table, table=True):
    """A letter that makes whoever brings it a member, once. Only the SHA-256 of its secret is kept."""

    id: Id = None
    party_id: int = ref("party.id")
    secret_hash: bytes = Field(unique=True)
    invited_by: int = ref("person.id")
    created_at: Stamp = None
    expires_at: Moment
    accepted_at: MaybeMoment = None
    accepted_by: int | None = ref("person.id", nullable=True, default=None)
    revoked_at: MaybeMoment = None
    __table_args__ = (sa.Index(None, "party_id"),)


class Attempt(Table, table=True):
    """How often something was tried in the window that `ends_at`. `subject` is a digest: of an account, of an address."""

    subject: bytes = Field(primary_key=True)
    count: int
    ends_at: datetime = Field(sa_type=sa.DateTime(timezone=True))
    __table_args__ = (sa.Index(None, "ends_at"),)
