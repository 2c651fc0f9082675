"""Who the tests of the server speak as, and what they make happen."""

import hashlib
import secrets

from core.actor import SYSTEM, Scope
from core.store import append_activity
from market.states import PartyKind
from market.tables import ApiKey, Member, Party, Person
from server.auth import digest
from server.database import Database


async def a_person(database: Database, *, email: str = "ana@example.com", password_hash: str | None = None) -> int:
    async with database.work(SYSTEM)() as work:
        person = Person(email=email, name="Ana", password_hash=password_hash)
        work.session.add(person)
        await work.session.flush()
    assert person.id is not None
    return person.id


async def a_party(
    database: Database, *, kind: PartyKind = PartyKind.MODEL, handle: str = "ana", person_id: int | None = None
) -> int:
    async with database.work(SYSTEM)() as work:
        party = Party(kind=kind, handle=handle, name=handle.title(), country="SE")
        work.session.add(party)
        await work.session.flush()
        assert party.id is not None
        if person_id is not None:
            work.session.add(Member(party_id=party.id, person_id=person_id))
    return party.id


async def an_api_key(database: Database, party_id: int, *, scopes: list[Scope] | None = None) -> tuple[int, str]:
    text = f"tm_{secrets.token_hex(4)}_{secrets.token_urlsafe(32)}"
    key = ApiKey(
        party_id=party_id, name="tests", prefix=text[:11], secret_hash=digest(text), scopes=scopes or list(Scope)
    )
    assert hashlib.sha256(text.encode()).digest() == key.secret_hash
    async with database.work(SYSTEM)() as work:
        work.session.add(key)
        await work.session.flush()
    assert key.id is not None
    return key.id, text


async def happen(database: Database, topic: str, number: int) -> None:
    """One row of activity, committed, and nudged."""
    async with database.work(SYSTEM)() as work:
        await append_activity(work, topic=topic, kind="TEST", body={"number": number})
    for call in database.after_commit:
        call()


async def revoke(database: Database, key_id: int) -> None:
    async with database.work(SYSTEM)() as work:
        key = await work.session.get(ApiKey, key_id)
        assert key is not None
        key.revoked_at = work.now
