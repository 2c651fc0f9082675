"""People: those who act for a party, whom it has invited, and what somebody signs in with."""

from datetime import datetime
from typing import Annotated, Self, TypeAlias

import strawberry

from market import tables
from schema.errors import InvalidInput, NotAllowed, WrongState
from schema.ids import own_id, stored


@strawberry.type
class Passkey:
    row_id: strawberry.Private[int]
    id: strawberry.ID = own_id()
    name: str
    created_at: datetime
    last_used_at: datetime | None

    @classmethod
    def of(cls, row: tables.Passkey) -> Self:
        return cls(
            row_id=stored(row.id), name=row.name, created_at=stored(row.created_at), last_used_at=row.last_used_at
        )


@strawberry.type(description="A browser in which the person has signed in.")
class Session:
    row_id: strawberry.Private[int]
    id: strawberry.ID = own_id()
    user_agent: str = strawberry.field(description="As the browser called itself.")
    created_at: datetime
    last_seen_at: datetime = strawberry.field(description="To the minute.")
    current: bool = strawberry.field(description="Whether this very question was asked in it.")

    @classmethod
    def of(cls, row: tables.SignIn, current_id: int | None) -> Self:
        return cls(
            row_id=stored(row.id),
            user_agent=row.user_agent,
            created_at=stored(row.created_at),
            last_seen_at=stored(row.last_seen_at),
            current=row.id == current_id,
        )


@strawberry.type(description="A person who acts for a party.")
class Member:
    row_id: strawberry.Private[int]
    id: strawberry.ID = own_id()
    name: str
    email: str
    since: datetime
    suspended_at: datetime | None = strawberry.field(description="Since when the person may not act for it, if so.")

    @classmethod
    def of(cls, row: tables.Member, person: tables.Person) -> Self:
        return cls(
            row_id=stored(row.number),
            name=person.name,
            email=person.email,
            since=stored(row.since),
            suspended_at=row.suspended_at,
        )


@strawberry.type(description="A letter that makes whoever brings it first a member.")
class Invitation:
    row_id: strawberry.Private[int]
    id: strawberry.ID = own_id()
    created_at: datetime
    expires_at: datetime

    @classmethod
    def of(cls, row: tables.Invitation) -> Self:
        return cls(row_id=stored(row.id), created_at=stored(row.created_at), expires_at=row.expires_at)


# ------------------------------------------------------------------ what is one's own


@strawberry.input
class RemovePasskeyInput:
    passkey_id: strawberry.ID


@strawberry.type
class PasskeyRemoved:
    passkey: Passkey


RemovePasskeyResult: TypeAlias = Annotated[
    PasskeyRemoved | InvalidInput | NotAllowed, strawberry.union("RemovePasskeyResult")
]


@strawberry.input
class EndSessionInput:
    session_id: strawberry.ID


@strawberry.type
class SessionEnded:
    session: Session


EndSessionResult: TypeAlias = Annotated[SessionEnded | InvalidInput | NotAllowed, strawberry.union("EndSessionResult")]


@strawberry.type
class OtherSessionsEnded:
    sessions: list[Session] = strawberry.field(description="Those that ended by this.")


EndOtherSessionsResult: TypeAlias = Annotated[
    OtherSessionsEnded | NotAllowed, strawberry.union("EndOtherSessionsResult")
]


# ------------------------------------------------------------------ members


@strawberry.input
class InviteMemberInput:
    party_id: strawberry.ID | None


@strawberry.type
class MemberInvited:
    invitation: Invitation
    secret: str = strawberry.field(
        description="Shown this once: hand it to the person, who sends it to POST /members within seven days.",
    )


InviteMemberResult: TypeAlias = Annotated[
    MemberInvited | InvalidInput | NotAllowed, strawberry.union("InviteMemberResult")
]


@strawberry.input
class RevokeInvitationInput:
    invitation_id: strawberry.ID


@strawberry.type
class InvitationRevoked:
    invitation: Invitation


RevokeInvitationResult: TypeAlias = Annotated[
    InvitationRevoked | InvalidInput | NotAllowed | WrongState, strawberry.union("RevokeInvitationResult")
]


@strawberry.input
class SuspendMemberInput:
    member_id: strawberry.ID


@strawberry.type
class MemberSuspended:
    member: Member


SuspendMemberResult: TypeAlias = Annotated[
    MemberSuspended | InvalidInput | NotAllowed | WrongState, strawberry.union("SuspendMemberResult")
]


@strawberry.input
class ReinstateMemberInput:
    member_id: strawberry.ID


@strawberry.type
class MemberReinstated:
    member: Member


ReinstateMemberResult: TypeAlias = Annotated[
    MemberReinstated | InvalidInput | NotAllowed | WrongState, strawberry.union("ReinstateMemberResult")
]
