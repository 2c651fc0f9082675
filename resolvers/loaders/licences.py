"""Licences, and the consent under each."""

from collections.abc import Sequence
from functools import cached_property

from market import store
from resolvers.loaders.batches import Batches, DataLoader, given, plainly
from resolvers.paging import asking, connection
from schema.consent import ConsentRecord
from schema.enums import LicenceStatus
from schema.licences import Licence, LicenceConnection
from schema.paging import Page


class Licences(Batches):
    @cached_property
    def licence(self) -> DataLoader[int, Licence]:
        return self.each(store.licences.by_ids, plainly(Licence.of))

    @cached_property
    def licence_of_bid(self) -> DataLoader[int, Licence | None]:
        return self.maybe(store.licences.of_bids, plainly(Licence.of))

    @cached_property
    def consent(self) -> DataLoader[int, ConsentRecord]:
        return self.each(store.licences.consents, plainly(ConsentRecord.of))

    async def licences_of(self, party_id: int, status: Sequence[LicenceStatus] | None, page: Page) -> LicenceConnection:
        async with self.read() as read:
            party = await store.parties.find(read, party_id)
            found = await store.licences.page_of_party(read, party, given(status), page.window("licences"))
        count = asking(self.read, store.licences.count_of_party, party, given(status))
        return connection(LicenceConnection, found, list_name="licences", present=Licence.of, count=count)
