"""Parties, the people who act for them, and their API keys."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col

from core.errors import NotFound
from core.rows import Lookup
from core.work import Read, Work
from market.rules import is_system
from market.states import PartyKind
from market.store import asking
from market.tables import ApiKey, Member, Party, Person

BY_IDS = Lookup(sa.select(Party).where(col(Party.id) == asking.ANY))
_NAMED = Lookup(sa.select(col(Party.name), col(Party.country)).where(col(Party.id) == asking.ONE))


async def find(read: Read, party_id: int, *, kind: PartyKind | None = None) -> Party:
    """Parties are known to everybody. Raises NotFound."""
    party = await read.session.get(Party, party_id)
    if party is None or (kind is not None and party.kind is not kind):
        raise NotFound(f"There is no such {(kind or 'party').lower()}.")
    return party


async def named(read: Read, party_id: int) -> tuple[str, str]:
    """A party's name and country, of one that something points at."""
    ((name, country),) = await _NAMED.values(read, {"id": party_id})
    return name, country


async def by_handle(read: Read, handle: str) -> Party:
    """Raises NotFound."""
    party = (await read.session.execute(sa.select(Party).where(col(Party.handle) == handle))).scalar_one_or_none()
    if party is None:
        raise NotFound(f"There is no party with the handle {handle!r}.")
    return party


async def by_ids(read: Read, ids: Collection[int]) -> Mapping[int, Party]:
    return await asking.by_number(read, BY_IDS, ids=list(ids)) if ids else {}


async def lock(work: Work, party_id: int) -> Party:
    """Held until the work ends. A model's mandates change under her lock."""
    query = sa.select(Party).where(col(Party.id) == party_id).with_for_update(key_share=True)
    return (await work.session.execute(query)).scalar_one()


async def hold_contributor(work: Work, contributor_id: int) -> Party:
    """Held until the work ends, before any twin: that is how an erasure holds her, and so none comes between. Raises NotFound."""
    party = await find(work, contributor_id, kind=PartyKind.CONTRIBUTOR)
    await lock(work, contributor_id)
    return party


async def keep(work: Work, values: Mapping[str, Any]) -> Party | None:
    """None when the handle is taken."""
    fresh = insert(Party).values(values).on_conflict_do_nothing(index_elements=["handle"]).returning(Party)
    return (await work.session.execute(fresh)).scalar_one_or_none()


# ------------------------------------------------------------------ people


async def ensure_person(work: Work, *, email: str, name: str, password_hash: str | None) -> Person:
    """The person of that email, who keeps the name and the password that are there already."""
    fresh = insert(Person).values(email=email, name=name, password_hash=password_hash, is_operator=False)
    await work.session.execute(fresh.on_conflict_do_nothing(index_elements=["email"]))
    query = sa.select(Person).where(col(Person.email) == email).with_for_update(key_share=True)
    return (await work.session.execute(query)).scalar_one()


async def person(read: Read, person_id: int) -> Person:
    """Raises NotFound."""
    found = await read.session.get(Person, person_id)
    if found is None:
        raise NotFound("There is no such person.")
    return found


async def add_member(work: Work, *, party_id: int, person_id: int) -> bool:
    """Whether the person is new there: one who was suspended stays so."""
    fresh = insert(Member).values(party_id=party_id, person_id=person_id)
    added = await work.session.execute(fresh.on_conflict_do_nothing().returning(col(Member.number)))
    return added.scalar_one_or_none() is not None


async def first_member(read: Read, party_id: int) -> Person | None:
    """The one who has acted for the party longest."""
    query = sa.select(Person).join(Member, col(Member.person_id) == col(Person.id))
    acting = query.where(col(Member.party_id) == party_id, col(Member.suspended_at).is_(None))
    oldest = acting.order_by(col(Member.since), col(Person.id)).limit(1)
    return (await read.session.execute(oldest)).scalar_one_or_none()


# ------------------------------------------------------------------ keys


async def api_keys(read: Read, party_ids: Collection[int]) -> Mapping[int, Sequence[ApiKey]]:
    """Of those of the parties for which the caller acts, newest first, revoked ones too."""
    own = party_ids if _sees_all(read) else set(party_ids) & read.actor.party_ids
    query = sa.select(ApiKey).where(col(ApiKey.party_id).in_(own)).order_by(col(ApiKey.id).desc())
    keys: dict[int, list[ApiKey]] = {party_id: [] for party_id in party_ids}
    for key in (await read.session.execute(query)).scalars():
        if key.party_id is not None:
            keys[key.party_id].append(key)
    return keys


async def live_keys(read: Read, *, party_id: int | None, person_id: int | None) -> int:
    """How many keys of the party, or of the person, still work."""
    holder = col(ApiKey.party_id) == party_id if party_id is not None else col(ApiKey.person_id) == person_id
    live = sa.or_(col(ApiKey.expires_at).is_(None), col(ApiKey.expires_at) > read.now)
    return await asking.count(read, sa.select(col(ApiKey.id)).where(holder, live, col(ApiKey.revoked_at).is_(None)))


async def api_keys_by_id(read: Read, ids: Collection[int]) -> Mapping[int, ApiKey]:
    return await asking.by_number(read, sa.select(ApiKey).where(col(ApiKey.id).in_(ids), _own_keys(read)))


async def lock_api_key(work: Work, api_key_id: int) -> ApiKey:
    """Raises NotFound."""
    query = sa.select(ApiKey).where(col(ApiKey.id) == api_key_id, _own_keys(work)).with_for_update()
    key = (await work.session.execute(query)).scalar_one_or_none()
    if key is None:
        raise NotFound("There is no such API key.", path=["apiKeyId"])
    return key


def _own_keys(read: Read) -> sa.ColumnElement[bool]:
    if _sees_all(read):
        return sa.true()
    own: list[sa.ColumnElement[bool]] = [col(ApiKey.party_id).in_(read.actor.party_ids)]
    if read.actor.person_id is not None:
        own.append(col(ApiKey.person_id) == read.actor.person_id)
    return sa.or_(*own)


def _sees_all(read: Read) -> bool:
    return read.actor.is_operator or is_system(read.actor)
