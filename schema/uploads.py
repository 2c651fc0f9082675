"""Uploads: an address for one file."""

from datetime import datetime
from typing import Annotated, TypeAlias

import strawberry

from market import uploads
from schema.context import Info
from schema.errors import InvalidInput, NotAllowed, WrongState


@strawberry.input
class CreateUploadInput:
    brand_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="May be left out by a caller who acts for one brand."
    )


@strawberry.type(description="PUT one picture or film to uploadUrl, then send uploadUrl as the url of submitAsset.")
class UploadCreated:
    upload_url: str = strawberry.field(
        description="Takes one file, until expiresAt. Who has it needs no other credential."
    )
    expires_at: datetime


CreateUploadResult: TypeAlias = Annotated[
    UploadCreated | InvalidInput | NotAllowed | WrongState, strawberry.union("CreateUploadResult")
]


def upload_at(info: Info, url: str) -> int | None:
    """The upload whose address this is."""
    return uploads.upload_at(url, info.context.seal, info.context.public_url)
