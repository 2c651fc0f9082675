"""Contributors and their parts, and what a brand's licences paid to crews."""

from functools import cached_property
from typing import cast

from market import crew, erasing, store
from resolvers.loaders.batches import DataLoader, plainly
from resolvers.loaders.parties import Parties
from schema.contributions import Contribution, CrewReport, LicenceContribution
from schema.endpoints import WebhookDelivery
from schema.leaving import Erasure
from schema.parties import Contributor
from schema.twins import Twin


class Contributions(Parties):
    @property
    def contributor(self) -> DataLoader[int, Contributor]:
        """The same parties: what asks for a contributor points at one."""
        return cast(DataLoader[int, Contributor], self.party)

    @cached_property
    def visible_twin(self) -> DataLoader[int, Twin | None]:
        return self.maybe(store.twins.by_ids, plainly(Twin.of))

    @cached_property
    def contributions_of_twin(self) -> DataLoader[int, list[Contribution]]:
        return self.many(store.contributions.of_twins, plainly(Contribution.of))

    @cached_property
    def contributions_of(self) -> DataLoader[int, list[Contribution]]:
        return self.many(store.contributions.of_parties, plainly(Contribution.of))

    @cached_property
    def contributions_of_licence(self) -> DataLoader[int, list[LicenceContribution]]:
        return self.many(store.contributions.of_licences, plainly(LicenceContribution.of))

    async def crew_report(self, brand_id: int, year: int) -> CrewReport:
        async with self.read() as read:
            return CrewReport.of(await crew.report(read, brand_id=brand_id, year=year))

    @cached_property
    def deliveries(self) -> DataLoader[int, list[WebhookDelivery]]:
        return self.many(store.endpoints.deliveries, plainly(WebhookDelivery.of))

    async def erasure(self, model_id: int) -> Erasure:
        async with self.read() as read:
            left = await erasing.remaining(read, model_id)
        return Erasure(possible=not left, remaining=list(left))

    async def erasure_of_contributor(self, contributor_id: int) -> Erasure:
        async with self.read() as read:
            left = await erasing.remaining_of_contributor(read, contributor_id)
        return Erasure(possible=not left, remaining=list(left))
