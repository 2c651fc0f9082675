"""Assets: pictures and films made with a twin, submitted and decided."""

from datetime import datetime
from typing import Annotated, Self, TypeAlias

import strawberry

from market import disclosure, rules, tables, uploads
from market.disclosure import Picture
from market.store.rights import rights_of
from schema.context import Info
from schema.enums import AssetStatus, Making, Medium, SigningStatus
from schema.errors import IdempotencyConflict, InvalidInput, NotAllowed, RightsUnavailable, WrongState
from schema.ids import Node, stored
from schema.licences import Licence
from schema.paging import Connection
from schema.scalars import Territory

TOO_LATE = "Nobody decided in time, and silence means no."


@strawberry.type(description="What must be shown with a picture in one territory, and the rule that says so.")
class Disclosure:
    territory: Territory
    label: str = strawberry.field(description="Words to be shown with it.")
    rule: str = strawberry.field(
        description="The law or the consent, since when, what it asks, and where it is written."
    )
    digital_source_type: str = strawberry.field(description="IPTC's term, for the file's metadata.")

    @classmethod
    def of(cls, value: disclosure.Disclosure) -> Self:
        return cls(
            territory=Territory(value.territory),
            label=value.label,
            rule=value.rule,
            digital_source_type=value.digital_source_type,
        )


@strawberry.type(description="A picture or film made with the twin under a licence, before it is published.")
class Asset(Node):
    row: strawberry.Private[tables.Asset]
    title: str
    medium: Medium
    now: strawberry.Private[datetime]
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

    signing: SigningStatus | None = strawberry.field(
        description="How far the content credentials of the approved picture or film are. Null: none are made, for nobody uploaded it,"
        " it is not approved, or its model was erased."
    )
    signing_note: str | None = strawberry.field(
        description="Why it is not signed yet, or will not be, in words for people."
    )

    @classmethod
    def of(cls, row: tables.Asset, now: datetime) -> Self:
        status = rules.asset_status(row, now)
        is_late = status is not row.status
        return cls(
            row_id=stored(row.id),
            row=row,
            now=now,
            title=row.title,
            medium=row.medium,
            sha256=row.sha256,
            making=row.making,
            recognisable=row.is_recognisable,
            status=status,
            decided_by="Deadline" if is_late else row.decided_by,
            decided_at=row.decide_by if is_late else row.decided_at,
            note=TOO_LATE if is_late else row.note,
            decide_by=row.decide_by,
            submitted_at=stored(row.submitted_at),
            signing=row.signing,
            signing_note=row.signing_note,
        )

    @strawberry.field(
        description="Where the file can be seen. Of one that was uploaded here, a link for a quarter of an hour; after its model was "
        "erased it answers 410, and says why."
    )
    def url(self, info: Info) -> str:
        if self.row.upload_id is None:
            return self.row.url
        return uploads.link(self.row.upload_id, info.context.seal, info.context.public_url, self.now)

    @strawberry.field(
        description=(
            "The approved picture or film with content credentials (C2PA) that name the licence, how it was made and whether "
            "machines may learn from it: a link for a quarter of an hour. Null until it is signed: `signing` says how far that is."
        )
    )
    def signed_url(self, info: Info) -> str | None:
        if self.signing is not SigningStatus.SIGNED or self.row.signed_upload_id is None:
            return None
        return uploads.link(self.row.signed_upload_id, info.context.seal, info.context.public_url, self.now)

    @strawberry.field
    async def licence(self, info: Info) -> Licence:
        return await info.context.load.licence.load(self.row.licence_id)

    @strawberry.field(
        description="What must be shown with the asset, by territory. Empty: no label is known to be asked."
    )
    async def disclosures(self, info: Info) -> list[Disclosure]:
        licence = await info.context.load.licence.load(self.row.licence_id)
        picture = Picture(self.medium, self.making, self.recognisable)
        rights = rights_of(licence.row)
        return [Disclosure.of(each) for each in disclosure.disclosures(picture, rights.territories, rights.ends_on)]


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
    url: str = strawberry.field(
        description="Where the file can be seen: https://, or the uploadUrl of createUpload to which it was sent."
    )
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
