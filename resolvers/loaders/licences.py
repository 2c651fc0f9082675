"""Licences, and the consent under each."""

from collections.abc import Mapping, Sequence
from functools import cached_property

from core.work import Read
from market import certificates, store, tables
from market.certificates import Names
from resolvers.loaders.batches import Batches, DataLoader, given, plainly
from resolvers.paging import asking, connection
from schema.consent import ConsentRecord
from schema.enums import LicenceStatus
from schema.licences import Licence, LicenceConnection
from schema.paging import Page
from schema.takedowns import Takedown


class Licences(Batches):
    @cached_property
    def licence(self) -> DataLoader[int, Licence]:
        return self.each(store.licences.by_ids, _told)

    @cached_property
    def licence_of_bid(self) -> DataLoader[int, Licence | None]:
        return self.maybe(store.licences.of_bids, _told)

    @cached_property
    def takedown_of_licence(self) -> DataLoader[int, Takedown | None]:
        return self.maybe(store.takedowns.of_licences, lambda row, read: Takedown.of(row, read.now))

    @cached_property
    def consent(self) -> DataLoader[int, ConsentRecord]:
        return self.each(store.licences.consents, plainly(ConsentRecord.of))

    @cached_property
    def certified(self) -> DataLoader[int, tuple[tables.Consent, Names]]:
        async def find(read: Read, numbers: Sequence[int]) -> Mapping[int, tuple[tables.Consent, Names]]:
            names = await certificates.names_of(read, (await store.licences.by_ids(read, numbers)).values())
            consents = await store.licences.consents(read, numbers)
            return {number: (consents[number], names[number]) for number in names if number in consents}

        return self.each(find, lambda both, _: both)

    async def licences_of(self, party_id: int, status: Sequence[LicenceStatus] | None, page: Page) -> LicenceConnection:
        async with self.read() as read:
            party = await store.parties.find(read, party_id)
            found = await store.licences.page_of_party(read, party, given(status), page.window("licences"))
            now = read.now
        count = asking(self.read, store.licences.count_of_party, party, given(status))
        return connection(
            LicenceConnection, found, list_name="licences", present=lambda row: Licence.of(row, now), count=count
        )


def _told(row: tables.Licence, read: Read) -> Licence:
    return Licence.of(row, read.now)
