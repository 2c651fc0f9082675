"""Who is asking."""

import strawberry

from core.errors import NotFound
from market import store
from market.states import PartyKind
from schema import policy
from schema.context import Info
from schema.parties import Model, Viewer, party_of


@strawberry.type
class PartyQueries:
    @strawberry.field(description="Null for a caller without credentials.")
    async def viewer(self, info: Info) -> Viewer | None:
        actor = info.context.actor
        if actor.is_anonymous:
            return None
        async with policy.read(info) as read:
            parties = await store.parties.by_ids(read, actor.party_ids)
            person = await store.people.who_asks(read)
        return Viewer(
            person_id=person.id if person else None,
            name=actor.name,
            parties=[party_of(parties[number]) for number in sorted(parties)],
            email=person.email if person else None,
            person_name=person.name if person else None,
            is_operator=actor.is_operator,
        )

    @strawberry.field(description="Null where no model has that handle.")
    async def model(self, info: Info, handle: str) -> Model | None:
        async with policy.read(info) as read:
            try:
                row = await store.parties.by_handle(read, handle) if handle.isprintable() else None
            except NotFound:
                row = None
        return Model.of(row) if row is not None and row.kind is PartyKind.MODEL else None
