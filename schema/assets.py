"""Assets: pictures and films made with a twin, submitted and decided."""

from datetime import datetime
from typing import Annotated, Self, TypeAlias

import strawberry

from market import rules, tables
from schema.context import Info
from schema.enums import AssetStatus, Making, Medium
from schema.errors import IdempotencyConflict, InvalidInput, NotAllowed, RightsUnavailable, WrongState
from schema.ids import Node, stored
from schema.licences import Licence
from schema.paging import Connection

TOO_LATE = "Nobody decided in time, and silence means no."


@strawberry.type(description="A picture or film made with the twin under a licence, before it is published.")
class Asset(Node):
    row: strawberry.Private[tables.Asset]
    title: str
    medium: Medium
    url: str
    sha256: str = strawberry.field(description="SHA-256 of the file, hexadecimal.")
    making: Making
    recognisable: bool = strawberry.field(description="Whether whoever knows the model would know her in it.")
    status: AssetStatus
    decided_by: str | None = strawberry.field(
        description="The model's name, or her agency's and hers, or the policy that asks for no decision."
    )
    decided_at: datetime | None
    note: str | None
    decide_by: datetime = strawberry.field(description="Pending longer than this is rejected.")
    submitted_at: datetime

    @classmethod
    def of(cls, row: tables.Asset, now: datetime) -> Self:
        status = rules.asset_status(row, now)
        is_late = status is not row.status
        return cls(
            row_id=stored(row.id),
            row=row,
            title=row.title,
            medium=row.medium,
            url=row.url,
            sha256=row.sha256,
            making=row.making,
            recognisable=row.is_recognisable,
            status=status,
            decided_by="Deadline" if is_late else row.decided_by,
            decided_at=row.decide_by if is_late else row.decided_at,
            note=TOO_LATE if is_late else row.note,
            decide_by=row.decide_by,
            submitted_at=stored(row.submitted_at),
        )

    @strawberry.field
    async def licence(self, info: Info) -> Licence:
        return await info.context.load.licence.load(self.row.licence_id)


@strawberry.type
class AssetConnection(Connection[Asset]):
    pass


# ------------------------------------------------------------------ mutations


@strawberry.input(
    description="What the brand made, shown to the model before it is published. `medium` is one of the licence's."
)
class SubmitAssetInput:
    licence_id: strawberry.ID
    title: str
    medium: Medium
    url: str = strawberry.field(description="Where the file can be seen: https://.")
    sha256: str
    making: Making | None = strawberry.field(
        default=strawberry.UNSET, description="How it was made. Left out: GENERATED, all of it."
    )
    recognisable: bool | None = strawberry.field(
        default=strawberry.UNSET,
        description="Whether whoever knows the model would know her in it. Left out: true.",
    )
    idempotency_key: str | None


@strawberry.type
class AssetSubmitted:
    asset: Asset


SubmitAssetResult: TypeAlias = Annotated[
    AssetSubmitted | InvalidInput | NotAllowed | WrongState | RightsUnavailable | IdempotencyConflict,
    strawberry.union("SubmitAssetResult"),
]


@strawberry.input(
    description="By the model alone, or by the agency whose mandate she let decide: see delegateAssetDecisions."
)
class DecideAssetInput:
    asset_id: strawberry.ID
    approve: bool
    note: str | None


@strawberry.type
class AssetDecided:
    asset: Asset


DecideAssetResult: TypeAlias = Annotated[
    AssetDecided | InvalidInput | NotAllowed | WrongState, strawberry.union("DecideAssetResult")
]
