"""One's own sessions and passkeys, and the members of a party."""

import strawberry

from market import people
from schema import policy
from schema.context import Info
from schema.ids import PARTIES, number_if_given, number_of
from schema.people import (
    EndOtherSessionsResult,
    EndSessionInput,
    EndSessionResult,
    Invitation,
    InvitationRevoked,
    InviteMemberInput,
    InviteMemberResult,
    Member,
    MemberInvited,
    MemberReinstated,
    MemberSuspended,
    OtherSessionsEnded,
    Passkey,
    PasskeyRemoved,
    ReinstateMemberInput,
    ReinstateMemberResult,
    RemovePasskeyInput,
    RemovePasskeyResult,
    RevokeInvitationInput,
    RevokeInvitationResult,
    Session,
    SessionEnded,
    SuspendMemberInput,
    SuspendMemberResult,
)


@strawberry.type
class PersonMutations:
    @strawberry.mutation(description="It opens nothing from now on. Make one with POST /passkeys.")
    async def remove_passkey(self, info: Info, input: RemovePasskeyInput) -> RemovePasskeyResult:
        async with policy.work(info) as work:
            passkey_id = number_of(info, input.passkey_id, "Passkey", path=["passkeyId"])
            passkey = await people.remove_passkey(work, passkey_id=passkey_id)
        return PasskeyRemoved(passkey=Passkey.of(passkey))

    @strawberry.mutation(description="One of the caller's own: within a second its open streams have ended.")
    async def end_session(self, info: Info, input: EndSessionInput) -> EndSessionResult:
        async with policy.work(info) as work:
            sign_in_id = number_of(info, input.session_id, "Session", path=["sessionId"])
            ended = await people.end_session(work, sign_in_id=sign_in_id)
        return SessionEnded(session=Session.of(ended, info.context.actor.sign_in_id))

    @strawberry.mutation(description="Every session of the caller's but this one.")
    async def end_other_sessions(self, info: Info) -> EndOtherSessionsResult:
        async with policy.work(info) as work:
            ended = await people.end_other_sessions(work)
        return OtherSessionsEnded(sessions=[Session.of(each, info.context.actor.sign_in_id) for each in ended])

    @strawberry.mutation(description="To an agency or a brand. A model acts for herself alone.")
    async def invite_member(self, info: Info, input: InviteMemberInput) -> InviteMemberResult:
        async with policy.work(info) as work:
            party_id = number_if_given(info, input.party_id, *PARTIES, path=["partyId"])
            invitation, secret = await people.invite_member(work, party_id=party_id)
        return MemberInvited(invitation=Invitation.of(invitation), secret=secret)

    @strawberry.mutation
    async def revoke_invitation(self, info: Info, input: RevokeInvitationInput) -> RevokeInvitationResult:
        async with policy.work(info) as work:
            invitation_id = number_of(info, input.invitation_id, "Invitation", path=["invitationId"])
            invitation = await people.revoke_invitation(work, invitation_id=invitation_id)
        return InvitationRevoked(invitation=Invitation.of(invitation))

    @strawberry.mutation(
        description="The person acts for the party no more: within a second their open streams have ended.",
    )
    async def suspend_member(self, info: Info, input: SuspendMemberInput) -> SuspendMemberResult:
        async with policy.work(info) as work:
            member_id = number_of(info, input.member_id, "Member", path=["memberId"])
            member = await people.suspend_member(work, member_id=member_id)
        return MemberSuspended(member=Member.of(*member))

    @strawberry.mutation
    async def reinstate_member(self, info: Info, input: ReinstateMemberInput) -> ReinstateMemberResult:
        async with policy.work(info) as work:
            member_id = number_of(info, input.member_id, "Member", path=["memberId"])
            member = await people.reinstate_member(work, member_id=member_id)
        return MemberReinstated(member=Member.of(*member))
