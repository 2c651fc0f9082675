"""Who is connected is looked at again when something has happened to its credential, and when it has only just come."""

from contextlib import ExitStack
from typing import Any, cast

import pytest

from core.actor import SYSTEM
from market.tables import ApiKey
from server import store
from server.auth import Authenticator
from server.callers import Caller
from server.database import Database
from server.presence import Presence
from tests.server.people import a_party, an_api_key, revoke


async def caller_of(database: Database, key_id: int) -> Caller:
    async with database.read(SYSTEM)() as read:
        standing = await store.standing(read, key_ids=[key_id], sign_in_ids=[])
    return Caller(store.actor_of(standing[key_id, None]), key_id)


async def renamed(database: Database, key_id: int, name: str) -> None:
    async with database.work(SYSTEM)() as work:
        key = await work.session.get(ApiKey, key_id)
        assert key is not None
        key.name = name


async def test_who_is_no_longer_who_it_was_is_cut_off_once(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[Any] = []
    actor_of = store.actor_of
    monkeypatch.setattr(store, "actor_of", lambda holder: looked.append(holder.key_id) or actor_of(holder))
    party = await a_party(database)
    keys = [(await an_api_key(database, party))[0] for _ in range(3)]
    callers = [await caller_of(database, key_id) for key_id in keys]
    presence, ended = Presence(database, cast(Authenticator, None)), []
    with ExitStack() as stack:
        for number, caller in enumerate([*callers, callers[0]]):
            stack.enter_context(presence.here(caller, lambda number=number: ended.append(number)))
        looked.clear()
        for _ in range(3):
            await presence.end_revoked()
        assert (ended, sorted(looked)) == ([], sorted([*keys, keys[0]]))  # each once, when it was new
        await revoke(database, keys[0])
        await renamed(database, keys[1], "another")
        await presence.end_revoked()
        await presence.end_revoked()
        assert sorted(ended) == [0, 1, 3]
        # who was asked for before that change, and comes only now
        stack.enter_context(presence.here(callers[1], lambda: ended.append(4)))
        stack.enter_context(presence.here(callers[0], lambda: ended.append(5)))
        await presence.end_revoked()
        assert sorted(ended) == [0, 1, 3, 4, 5]
    assert not presence._connected
    assert not presence._new
