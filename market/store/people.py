"""Members and their invitations, sessions, passkeys and the challenges that passkeys answer."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col

from core.errors import NotFound
from core.work import Read, Work
from market.states import Ceremony
from market.store import asking
from market.tables import Challenge, Invitation, Member, Passkey, Person, SignIn

MAXIMUM_SIGN_INS = 20
"""Of one person at a time: the oldest makes room."""

IDLE = timedelta(hours=12)
OPERATOR_IDLE = timedelta(minutes=30)


async def keep(work: Work, *, email: str, name: str, password_hash: str) -> Person | None:
    """None when the email is taken."""
    fresh = insert(Person).values(email=email, name=name, password_hash=password_hash, is_operator=False)
    kept = fresh.on_conflict_do_nothing(index_elements=["email"]).returning(Person)
    return (await work.session.execute(kept)).scalar_one_or_none()


async def lock(work: Work, person_id: int) -> Person:
    """Her password, passkeys and sessions change one at a time."""
    query = sa.select(Person).where(col(Person.id) == person_id).with_for_update(key_share=True)
    return (await work.session.execute(query.execution_options(populate_existing=True))).scalar_one()


async def who_asks(read: Read) -> Person | None:
    """The person who has signed in; None for an API key, an operator's too."""
    if read.actor.person_id is None or read.actor.api_key_id is not None:
        return None
    return await read.session.get(Person, read.actor.person_id)


# ------------------------------------------------------------------ members


async def members(read: Read, party_ids: Collection[int]) -> Mapping[int, Sequence[tuple[Member, Person]]]:
    """Of those of the parties for which the caller acts, those of longest standing first, suspended ones too."""
    own = party_ids if read.actor.is_operator else set(party_ids) & read.actor.party_ids
    query = sa.select(Member, Person).join(Person, col(Person.id) == col(Member.person_id))
    found: dict[int, list[tuple[Member, Person]]] = {party_id: [] for party_id in party_ids}
    for member, person in await read.session.execute(
        query.where(col(Member.party_id).in_(own)).order_by(col(Member.number))
    ):
        found[member.party_id].append((member, person))
    return found


async def lock_member(work: Work, number: int) -> tuple[Member, Person]:
    """One of a party for which the caller acts. The party's members change one at a time. Raises NotFound."""
    seen = (await work.session.execute(sa.select(col(Member.party_id)).where(col(Member.number) == number))).scalar()
    if seen is None or not (work.actor.is_operator or seen in work.actor.party_ids):
        raise NotFound("There is no such member.", path=["memberId"])
    await work.session.execute(sa.select(Member).where(col(Member.party_id) == seen).with_for_update())
    query = sa.select(Member, Person).join(Person, col(Person.id) == col(Member.person_id))
    member, person = (await work.session.execute(query.where(col(Member.number) == number))).one()
    return member, person


async def acting_members(read: Read, party_id: int) -> int:
    """How many may act for the party today."""
    acting = sa.select(col(Member.person_id)).where(
        col(Member.party_id) == party_id, col(Member.suspended_at).is_(None)
    )
    return await asking.count(read, acting)


async def invitations(read: Read, party_ids: Collection[int]) -> Mapping[int, Sequence[Invitation]]:
    """Those that wait to be accepted, of those of the parties for which the caller acts."""
    own = party_ids if read.actor.is_operator else set(party_ids) & read.actor.party_ids
    waiting = sa.select(Invitation).where(
        col(Invitation.party_id).in_(own),
        col(Invitation.accepted_at).is_(None),
        col(Invitation.revoked_at).is_(None),
        col(Invitation.expires_at) > read.now,
    )
    found: dict[int, list[Invitation]] = {party_id: [] for party_id in party_ids}
    for invitation in (await read.session.execute(waiting.order_by(col(Invitation.id)))).scalars():
        found[invitation.party_id].append(invitation)
    return found


async def lock_invitation(work: Work, *, secret_hash: bytes) -> Invitation | None:
    """Whoever brings it first has it; the next finds it accepted."""
    query = sa.select(Invitation).where(col(Invitation.secret_hash) == secret_hash).with_for_update()
    return (await work.session.execute(query)).scalar_one_or_none()


async def lock_own_invitation(work: Work, invitation_id: int) -> Invitation:
    """Raises NotFound."""
    query = sa.select(Invitation).where(col(Invitation.id) == invitation_id)
    if not work.actor.is_operator:
        query = query.where(col(Invitation.party_id).in_(work.actor.party_ids))
    invitation = (await work.session.execute(query.with_for_update())).scalar_one_or_none()
    if invitation is None:
        raise NotFound("There is no such invitation.", path=["invitationId"])
    return invitation


async def revoke_invitations(work: Work, *, party_id: int, invited_by: int) -> None:
    """Those that wait, of one member's."""
    waiting = sa.update(Invitation).where(
        col(Invitation.party_id) == party_id,
        col(Invitation.invited_by) == invited_by,
        col(Invitation.accepted_at).is_(None),
        col(Invitation.revoked_at).is_(None),
    )
    await work.session.execute(waiting.values(revoked_at=work.now))


# ------------------------------------------------------------------ sessions


def idle_limit() -> sa.ColumnElement[Any]:
    """How long somebody may be silent: an operator less long than others. For a query with Person."""
    return sa.case((col(Person.is_operator), OPERATOR_IDLE), else_=IDLE)


async def sign_in(work: Work, *, person_id: int, secret_hash: bytes, user_agent: str, expires_at: datetime) -> int:
    """The new session's number. Who has too many loses the oldest."""
    row = {"person_id": person_id, "secret_hash": secret_hash, "user_agent": user_agent[:300], "expires_at": expires_at}
    number = (await work.session.execute(insert(SignIn).values(row).returning(col(SignIn.id)))).scalar_one()
    newest = sa.select(col(SignIn.id)).where(col(SignIn.person_id) == person_id, col(SignIn.revoked_at).is_(None))
    kept = newest.order_by(col(SignIn.id).desc()).limit(MAXIMUM_SIGN_INS)
    beyond = sa.update(SignIn).where(
        col(SignIn.person_id) == person_id, col(SignIn.revoked_at).is_(None), col(SignIn.id).not_in(kept)
    )
    await work.session.execute(beyond.values(revoked_at=sa.func.clock()))
    return number or 0


async def sign_ins(read: Read, person_id: int) -> Sequence[SignIn]:
    """Those that hold now, the one seen last first."""
    query = sa.select(SignIn).join(Person, col(Person.id) == col(SignIn.person_id))
    holding = query.where(
        col(SignIn.person_id) == person_id,
        col(SignIn.revoked_at).is_(None),
        col(SignIn.expires_at) > read.now,
        col(SignIn.last_seen_at) > sa.func.clock() - idle_limit(),
    )
    found = await read.session.execute(holding.order_by(col(SignIn.last_seen_at).desc(), col(SignIn.id).desc()))
    return found.scalars().all()


async def own_sign_ins(read: Read, person_ids: Collection[int]) -> Mapping[int, Sequence[SignIn]]:
    """The caller's, and of nobody else."""
    return {each: await sign_ins(read, each) for each in person_ids if each == read.actor.person_id}


async def end_sign_ins(
    work: Work, *, person_id: int, only: int | None = None, but: int | None = None
) -> Sequence[SignIn]:
    """Those of the person's sessions that ended by this."""
    ended = sa.update(SignIn).where(
        col(SignIn.person_id) == person_id, col(SignIn.revoked_at).is_(None), col(SignIn.expires_at) > work.now
    )
    if only is not None:
        ended = ended.where(col(SignIn.id) == only)
    if but is not None:
        ended = ended.where(col(SignIn.id) != but)
    return (await work.session.execute(ended.values(revoked_at=sa.func.clock()).returning(SignIn))).scalars().all()


async def end_sign_in_of(work: Work, secret_hash: bytes) -> SignIn | None:
    """The session of that secret, if it ended by this."""
    ended = sa.update(SignIn).where(col(SignIn.secret_hash) == secret_hash, col(SignIn.revoked_at).is_(None))
    return (await work.session.execute(ended.values(revoked_at=sa.func.clock()).returning(SignIn))).scalar_one_or_none()


# ------------------------------------------------------------------ passkeys


async def passkeys(read: Read, person_id: int) -> Sequence[Passkey]:
    query = sa.select(Passkey).where(col(Passkey.person_id) == person_id).order_by(col(Passkey.id))
    return (await read.session.execute(query)).scalars().all()


async def own_passkeys(read: Read, person_ids: Collection[int]) -> Mapping[int, Sequence[Passkey]]:
    """The caller's, and of nobody else."""
    return {each: await passkeys(read, each) for each in person_ids if each == read.actor.person_id}


async def lock_passkey(work: Work, credential_id: bytes) -> tuple[Passkey, Person] | None:
    """With its owner, if she may sign in. Its count is compared and raised by one at a time."""
    query = sa.select(Passkey, Person).join(Person, col(Person.id) == col(Passkey.person_id))
    found = query.where(col(Passkey.credential_id) == credential_id, col(Person.suspended_at).is_(None))
    row = (await work.session.execute(found.with_for_update(of=Passkey))).one_or_none()
    return None if row is None else (row[0], row[1])


async def keep_passkey(work: Work, values: Mapping[str, Any]) -> Passkey | None:
    """None when the credential is known already."""
    fresh = insert(Passkey).values(values).on_conflict_do_nothing(index_elements=["credential_id"]).returning(Passkey)
    return (await work.session.execute(fresh)).scalar_one_or_none()


async def keep_challenge(
    work: Work, challenge: bytes, *, ceremony: Ceremony, person_id: int | None, expires_at: datetime
) -> None:
    """Those that nobody answered in time go."""
    await work.session.execute(sa.delete(Challenge).where(col(Challenge.expires_at) < work.now))
    row = {"challenge": challenge, "ceremony": ceremony, "person_id": person_id, "expires_at": expires_at}
    await work.session.execute(insert(Challenge).values(row))


async def take_challenge(work: Work, challenge: bytes, *, ceremony: Ceremony, person_id: int | None) -> bool:
    """Whether it was asked, for this, and not yet answered. Of several that answer at once, one takes it."""
    taken = sa.delete(Challenge).where(
        col(Challenge.challenge) == challenge,
        col(Challenge.ceremony) == ceremony,
        col(Challenge.person_id).is_not_distinct_from(person_id),
        col(Challenge.expires_at) > work.now,
    )
    row = await work.session.execute(taken.returning(col(Challenge.challenge)))
    return row.scalar_one_or_none() is not None
