"""Submitting and deciding assets."""

import strawberry

from market import assets, store
from market.states import Making
from resolvers.idempotency import once
from schema import policy
from schema.assets import (
    Asset,
    AssetDecided,
    AssetSubmitted,
    DecideAssetInput,
    DecideAssetResult,
    SubmitAssetInput,
    SubmitAssetResult,
)
from schema.context import Info
from schema.ids import number_of
from schema.uploads import upload_at


@strawberry.type
class AssetMutations:
    @strawberry.mutation
    async def submit_asset(self, info: Info, input: SubmitAssetInput) -> SubmitAssetResult:
        async with policy.work(info) as work:
            row = await once(
                work,
                input,
                do=lambda: assets.submit(
                    work,
                    licence_id=number_of(info, input.licence_id, "Licence", path=["licenceId"]),
                    title=input.title,
                    medium=input.medium,
                    url=input.url,
                    sha256=input.sha256,
                    making=input.making or Making.GENERATED,
                    is_recognisable=input.recognisable is not False,
                    upload_id=upload_at(info, input.url),
                ),
                find=lambda number: store.assets.find(work, number),
            )
        return AssetSubmitted(asset=Asset.of(row, work.now))

    @strawberry.mutation
    async def decide_asset(self, info: Info, input: DecideAssetInput) -> DecideAssetResult:
        async with policy.work(info) as work:
            asset_id = number_of(info, input.asset_id, "Asset", path=["assetId"])
            row = await assets.decide(work, asset_id=asset_id, approve=input.approve, note=input.note)
        return AssetDecided(asset=Asset.of(row, work.now))
