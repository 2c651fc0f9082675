"""People: their accounts, members and invitations, sessions, passkeys and passwords."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256

from core.errors import InvalidInput, NotAllowed, NotFound, WrongState
from core.work import Work
from market import rules, store
from market.facts import (
    AccountCreated,
    InvitationRevoked,
    MemberAdded,
    MemberInvited,
    MemberReinstated,
    MemberSuspended,
    PasskeyAdded,
    PasskeyRemoved,
    PasswordChanged,
    PasswordReset,
    SessionEnded,
    SignedIn,
)
from market.rights import Industry
from market.states import PartyKind
from market.tables import Invitation, Member, Party, Passkey, Person, SignIn

INVITATION_HOLDS = timedelta(days=7)
MAXIMUM_INVITATIONS = 50
MAXIMUM_PASSKEYS = 20
SESSION_LENGTH = timedelta(days=7)
OPERATOR_SESSION_LENGTH = timedelta(hours=8)


@dataclass(frozen=True, slots=True)
class NewAccount:
    """A party and the first person who acts for it. The password is hashed already."""

    kind: PartyKind
    name: str
    handle: str
    country: str
    industry: Industry | None
    email: str
    password_hash: str


def check_account(*, kind: PartyKind, name: str, handle: str, country: str, industry: Industry | None) -> None:
    """All that can be known to be wrong without asking anybody."""
    if (kind is PartyKind.BRAND) != (industry is not None):
        raise InvalidInput("A brand has an industry, and nobody else has one.", path=["industry"])
    rules.check_line(name, path=["name"])
    rules.check_handle(handle)
    rules.check_country(country)


async def register(work: Work, account: NewAccount) -> tuple[Party, Person]:
    """By anybody, for herself. The handle, which is public, is looked at before the email, which is not."""
    name = rules.check_line(account.name, path=["name"])
    party = await store.parties.keep(
        work,
        {
            "kind": account.kind,
            "handle": rules.check_handle(account.handle),
            "name": name,
            "country": rules.check_country(account.country),
            "industry": account.industry,
        },
    )
    if party is None:
        raise InvalidInput(
            f"The handle {account.handle!r} is taken. Choose another.", code="HANDLE_TAKEN", path=["handle"]
        )
    person = await _new_person(work, email=account.email, name=name, password_hash=account.password_hash)
    await store.parties.add_member(work, party_id=_id(party), person_id=_id(person))
    work.record(AccountCreated(party_id=_id(party), person_id=_id(person)))
    return party, person


async def _new_person(work: Work, *, email: str, name: str, password_hash: str) -> Person:
    kept = rules.check_email(email)
    person = await store.people.keep(work, email=kept, name=name, password_hash=password_hash)
    if person is None:
        raise InvalidInput(
            "No account can be made with this email. If you have one already, sign in.",
            code="EMAIL_TAKEN",
            path=["email"],
        )
    return person


# ------------------------------------------------------------------ members


async def invite_member(work: Work, *, party_id: int | None) -> tuple[Invitation, str]:
    """A letter and its secret, which is shown this once. A model is alone: whoever acts for her could sign for her."""
    person_id = rules.check_person(work.actor)
    acting = rules.acting_party(party_id, work.actor.party_ids, noun="party")
    party = await store.parties.find(work, acting)
    if party.kind is PartyKind.MODEL:
        raise NotAllowed("A model acts for herself; nobody can be added to act in her name.", code="ONLY_THE_MODEL")
    if len((await store.people.invitations(work, [acting]))[acting]) >= MAXIMUM_INVITATIONS:
        raise NotAllowed("Too many invitations are waiting. Revoke some.", code="TOO_MANY_INVITATIONS")
    return await letter(work, party_id=acting, invited_by=person_id)


async def letter(work: Work, *, party_id: int, invited_by: int) -> tuple[Invitation, str]:
    """Whoever brings it first acts for the party; its secret is shown this once."""
    secret = secrets.token_urlsafe(32)
    invitation = Invitation(
        party_id=party_id,
        secret_hash=_digest(secret),
        invited_by=invited_by,
        created_at=work.now,
        expires_at=work.now + INVITATION_HOLDS,
    )
    work.session.add(invitation)
    await work.session.flush()
    work.record(MemberInvited(party_id=party_id, invitation_id=invitation.id or 0))
    return invitation, secret


async def revoke_invitation(work: Work, *, invitation_id: int) -> Invitation:
    rules.check_person(work.actor)
    invitation = await store.people.lock_own_invitation(work, invitation_id)
    if invitation.accepted_at is not None or invitation.revoked_at is not None:
        raise WrongState("The invitation was accepted or revoked already.", state="USED")
    invitation.revoked_at = work.now
    work.record(InvitationRevoked(party_id=invitation.party_id, invitation_id=invitation_id))
    return invitation


async def join(
    work: Work, *, secret: str, person_id: int | None, email: str = "", name: str = "", password_hash: str = ""
) -> Person:
    """With an invitation: the person who is signed in, or a new one."""
    invitation = await store.people.lock_invitation(work, secret_hash=_digest(secret))
    if (
        invitation is None
        or invitation.accepted_at is not None
        or invitation.revoked_at is not None
        or invitation.expires_at <= work.now
    ):
        raise NotFound("This invitation is unknown, used or too old. Ask for a new one.", path=["invitation"])
    if person_id is None:
        line = rules.check_line(name, path=["name"])
        person = await _new_person(work, email=email, name=line, password_hash=password_hash)
    else:
        person = await store.parties.person(work, person_id)
    invitation.accepted_at, invitation.accepted_by = work.now, _id(person)
    if not await store.parties.add_member(work, party_id=invitation.party_id, person_id=_id(person)):
        raise WrongState("You are a member of this party already, or were suspended there.", state="MEMBER")
    work.record(MemberAdded(party_id=invitation.party_id, person_id=_id(person)))
    return person


async def suspend_member(work: Work, *, member_id: int) -> tuple[Member, Person]:
    """She acts for the party no more: within a second her open streams have ended, and whom she invited cannot come."""
    rules.check_person(work.actor)
    member, person = await store.people.lock_member(work, member_id)
    if member.suspended_at is not None:
        raise WrongState("The member is suspended already.", state="SUSPENDED")
    if await store.people.acting_members(work, member.party_id) == 1:
        raise NotAllowed("Somebody must act for the party: this is its last member.", code="LAST_MEMBER")
    member.suspended_at = work.now
    await store.people.revoke_invitations(work, party_id=member.party_id, invited_by=member.person_id)
    await work.session.flush()
    work.record(MemberSuspended(party_id=member.party_id, person_id=member.person_id))
    return member, person


async def reinstate_member(work: Work, *, member_id: int) -> tuple[Member, Person]:
    rules.check_person(work.actor)
    member, person = await store.people.lock_member(work, member_id)
    if member.suspended_at is None:
        raise WrongState("The member is not suspended.", state="ACTIVE")
    member.suspended_at = None
    await work.session.flush()
    work.record(MemberReinstated(party_id=member.party_id, person_id=member.person_id))
    return member, person


# ------------------------------------------------------------------ sessions


async def begin_session(work: Work, person: Person, *, method: str, user_agent: str, replaces: str | None) -> str:
    """The new session's secret. The one that the browser had before ends: nobody else can have planted it."""
    if replaces is not None:
        await end_session_of(work, replaces)
    secret = secrets.token_urlsafe(32)
    length = OPERATOR_SESSION_LENGTH if person.is_operator else SESSION_LENGTH
    sign_in_id = await store.people.sign_in(
        work, person_id=_id(person), secret_hash=_digest(secret), user_agent=user_agent, expires_at=work.now + length
    )
    work.record(SignedIn(person_id=_id(person), sign_in_id=sign_in_id, method=method))
    return secret


async def end_session_of(work: Work, secret: str) -> None:
    ended = await store.people.end_sign_in_of(work, _digest(secret))
    if ended is not None:
        work.record(SessionEnded(person_id=ended.person_id, sign_in_id=ended.id or 0))


async def end_session(work: Work, *, sign_in_id: int) -> SignIn:
    """One of the caller's own."""
    person_id = rules.check_person(work.actor)
    ended = await _end(work, person_id=person_id, only=sign_in_id)
    if not ended:
        raise NotFound("There is no such session. It may have ended already.", path=["sessionId"])
    return ended[0]


async def end_other_sessions(work: Work) -> Sequence[SignIn]:
    person_id = rules.check_person(work.actor)
    return await _end(work, person_id=person_id, but=work.actor.sign_in_id)


async def _end(work: Work, *, person_id: int, only: int | None = None, but: int | None = None) -> Sequence[SignIn]:
    ended = await store.people.end_sign_ins(work, person_id=person_id, only=only, but=but)
    for sign_in in ended:
        work.record(SessionEnded(person_id=person_id, sign_in_id=sign_in.id or 0))
    return ended


# ------------------------------------------------------------------ passwords and passkeys


async def change_password(work: Work, *, known_hash: str, password_hash: str, user_agent: str) -> str:
    """The secret of a new session; every session that there was has ended. `known_hash` is the one that was checked:
    of two changes at once the second finds another."""
    person = await store.people.lock(work, rules.check_person(work.actor))
    if person.password_hash != known_hash:
        raise WrongState("The password was changed just now.", state="CHANGED")
    person.password_hash = password_hash
    work.record(PasswordChanged(person_id=_id(person)))
    await _end(work, person_id=_id(person))
    return await begin_session(work, person, method="password", user_agent=user_agent, replaces=None)


async def reset_password(work: Work, *, person_id: int, known_hash: str | None, password_hash: str) -> None:
    """By who was handed the link: every session that there was has ended. Of two at once the second finds another hash."""
    person = await store.people.lock(work, person_id)
    if person.password_hash != known_hash or person.suspended_at is not None:
        raise WrongState("The password was changed just now.", state="CHANGED")
    person.password_hash = password_hash
    work.record(PasswordReset(person_id=person_id))
    await _end(work, person_id=person_id)


async def add_passkey(work: Work, *, name: str, credential_id: bytes, public_key: bytes, sign_count: int) -> Passkey:
    person = await store.people.lock(work, rules.check_person(work.actor))
    if len(await store.people.passkeys(work, _id(person))) >= MAXIMUM_PASSKEYS:
        raise NotAllowed(f"There are {MAXIMUM_PASSKEYS} passkeys already. Remove one.", code="TOO_MANY_PASSKEYS")
    passkey = await store.people.keep_passkey(
        work,
        {
            "person_id": _id(person),
            "name": rules.check_line(name, path=["name"], most=60),
            "credential_id": credential_id,
            "public_key": public_key,
            "sign_count": sign_count,
        },
    )
    if passkey is None:
        raise InvalidInput("This passkey is registered already.", code="PASSKEY_KNOWN", path=["credential"])
    work.record(PasskeyAdded(person_id=_id(person), passkey_id=passkey.id or 0))
    return passkey


async def remove_passkey(work: Work, *, passkey_id: int) -> Passkey:
    """It opens nothing from now on. Who has no password keeps the last one."""
    person = await store.people.lock(work, rules.check_person(work.actor))
    own = await store.people.passkeys(work, _id(person))
    passkey = next((each for each in own if each.id == passkey_id), None)
    if passkey is None:
        raise NotFound("There is no such passkey.", path=["passkeyId"])
    if person.password_hash is None and len(own) == 1:
        raise NotAllowed("This is the only way in: you have no password.", code="LAST_WAY_IN")
    await work.session.delete(passkey)
    work.record(PasskeyRemoved(person_id=_id(person), passkey_id=passkey_id))
    return passkey


def _digest(secret: str) -> bytes:
    """What is kept of a session or an invitation: its 256 bits of chance need no salt."""
    return sha256(secret.encode()).digest()


def _id(row: Party | Person) -> int:
    if row.id is None:
        raise ValueError("The row is not kept yet.")
    return row.id
