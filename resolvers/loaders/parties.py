"""Parties, their members, mandates and API keys; one's own sessions and passkeys."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import cast

from core.work import Read
from market import store, tables
from resolvers.loaders.batches import Batches, DataLoader, given, plainly
from resolvers.paging import asking, connection
from schema.api_keys import ApiKey
from schema.enums import MandateStatus
from schema.mandates import Mandate, MandateConnection
from schema.paging import Page
from schema.parties import Agency, Brand, Model, ModelConnection, Party, party_of
from schema.people import Invitation, Member, Passkey, Session


class Parties(Batches):
    @cached_property
    def party(self) -> DataLoader[int, Party]:
        return self.each(store.parties.by_ids, plainly(party_of))

    @property
    def model(self) -> DataLoader[int, Model]:
        """The same parties: what asks for a model points at one."""
        return cast(DataLoader[int, Model], self.party)

    @property
    def agency(self) -> DataLoader[int, Agency]:
        return cast(DataLoader[int, Agency], self.party)

    @property
    def brand(self) -> DataLoader[int, Brand]:
        return cast(DataLoader[int, Brand], self.party)

    @cached_property
    def mandate_in_force(self) -> DataLoader[int, Mandate | None]:
        return self.maybe(_widest_in_force, plainly(Mandate.of))

    @cached_property
    def agency_in_force(self) -> DataLoader[int, Agency | None]:
        return self.maybe(store.mandates.agencies_in_force, plainly(Agency.of))

    @cached_property
    def api_keys(self) -> DataLoader[int, list[ApiKey]]:
        return self.many(store.parties.api_keys, plainly(ApiKey.of))

    @cached_property
    def members(self) -> DataLoader[int, list[Member]]:
        return self.many(store.people.members, plainly(lambda pair: Member.of(*pair)))

    @cached_property
    def invitations(self) -> DataLoader[int, list[Invitation]]:
        return self.many(store.people.invitations, plainly(Invitation.of))

    @cached_property
    def passkeys(self) -> DataLoader[int, list[Passkey]]:
        return self.many(store.people.own_passkeys, plainly(Passkey.of))

    @cached_property
    def sessions(self) -> DataLoader[int, list[Session]]:
        return self.many(store.people.own_sign_ins, lambda row, read: Session.of(row, read.actor.sign_in_id))

    async def roster(self, agency_id: int, page: Page) -> ModelConnection:
        async with self.read() as read:
            found = await store.mandates.roster(read, agency_id, page.window("roster"))
        count = asking(self.read, store.mandates.roster_size, agency_id)
        return connection(ModelConnection, found, list_name="roster", present=Model.of, count=count)

    async def mandates_of(self, party_id: int, status: Sequence[MandateStatus] | None, page: Page) -> MandateConnection:
        async with self.read() as read:
            found = await store.mandates.page(read, party_id, given(status), page.window("mandates"))
        count = asking(self.read, store.mandates.count, party_id, given(status))
        return connection(MandateConnection, found, list_name="mandates", present=Mandate.of, count=count)


async def _widest_in_force(read: Read, model_ids: Sequence[int]) -> Mapping[int, tables.Mandate]:
    found = await store.mandates.in_force(read, model_ids)
    return {model_id: mandates[0] for model_id, mandates in found.items()}
