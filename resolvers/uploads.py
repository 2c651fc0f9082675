"""Asking for an address to send a file to."""

import strawberry

from market import uploads
from schema import policy
from schema.context import Info
from schema.ids import number_if_given, stored
from schema.uploads import CreateUploadInput, CreateUploadResult, UploadCreated


@strawberry.type
class UploadMutations:
    @strawberry.mutation
    async def create_upload(self, info: Info, input: CreateUploadInput) -> CreateUploadResult:
        async with policy.work(info) as work:
            brand_id = number_if_given(info, input.brand_id or None, "Brand", path=["brandId"])
            upload = await uploads.create(work, brand_id=brand_id)
        address = uploads.address(stored(upload.id), info.context.seal, info.context.public_url)
        return UploadCreated(upload_url=address, expires_at=upload.expires_at)
