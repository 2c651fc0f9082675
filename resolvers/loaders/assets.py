"""Assets, by number and by the page."""

from collections.abc import Sequence
from functools import cached_property

from market import store
from market.store.assets import AssetQuery
from resolvers.loaders.batches import Batches, DataLoader, given
from resolvers.paging import asking, connection
from schema.assets import Asset, AssetConnection
from schema.enums import AssetStatus
from schema.paging import Page


class Assets(Batches):
    @cached_property
    def asset(self) -> DataLoader[int, Asset]:
        return self.each(store.assets.by_ids, lambda row, read: Asset.of(row, read.now))

    async def assets_under(self, licence_id: int, status: Sequence[AssetStatus] | None, page: Page) -> AssetConnection:
        return await self._assets(AssetQuery(licence_id=licence_id, statuses=given(status)), page)

    async def assets_of(self, model_id: int, status: Sequence[AssetStatus] | None, page: Page) -> AssetConnection:
        return await self._assets(AssetQuery(model_id=model_id, statuses=given(status)), page)

    async def _assets(self, query: AssetQuery, page: Page) -> AssetConnection:
        async with self.read() as read:
            found = await store.assets.page(read, query, page.window("assets"))
        return connection(
            AssetConnection,
            found,
            list_name="assets",
            present=lambda row: Asset.of(row, read.now),
            count=asking(self.read, store.assets.count, query),
        )
