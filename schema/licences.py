"""Licences: granted rights, and the acceptance that grants them."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Self, TypeAlias

import strawberry

from market import certificates, documents, rules, tables
from market.store.rights import rights_of
from schema import policy
from schema.consent import ConsentRecord
from schema.context import Info
from schema.enums import AssetStatus, LicenceStatus
from schema.errors import ConsentOutdated, IdempotencyConflict, InvalidInput, NotAllowed, RightsUnavailable, WrongState
from schema.ids import Node, stored
from schema.money import Money
from schema.paging import Connection, Page
from schema.parties import Brand
from schema.rights import Rights
from schema.twins import Twin

if TYPE_CHECKING:
    from schema.assets import AssetConnection
    from schema.bids import Bid
    from schema.contributions import LicenceContribution
    from schema.payments import Payment
    from schema.takedowns import Takedown

Assets: TypeAlias = Annotated["AssetConnection", strawberry.lazy("schema.assets")]
Contributions: TypeAlias = list[Annotated["LicenceContribution", strawberry.lazy("schema.contributions")]]
ListOfBids: TypeAlias = list[Annotated["Bid", strawberry.lazy("schema.bids")]]
ItsTakedown: TypeAlias = Annotated["Takedown", strawberry.lazy("schema.takedowns")] | None
ItsPayment: TypeAlias = Annotated["Payment", strawberry.lazy("schema.payments")]


@strawberry.enum
class DocumentFormat(StrEnum):
    HTML = "HTML"
    PDF = "PDF"


@strawberry.type
class Licence(Node):
    row: strawberry.Private[tables.Licence]
    number: str = strawberry.field(description="For people and invoices: TM-2026-000123.")
    rights: Rights
    price: Money
    status: LicenceStatus
    created_at: datetime
    twin_version: int = strawberry.field(description="The capture that it is for: a later one needs its own consent.")

    @classmethod
    def of(cls, row: tables.Licence, now: datetime) -> Self:
        return cls(
            row_id=stored(row.id),
            row=row,
            number=stored(row.number),
            rights=Rights.of(rights_of(row)),
            price=Money.minor(row.price_minor, row.currency),
            status=rules.licence_status(row, now),
            created_at=stored(row.created_at),
            twin_version=row.twin_version,
        )

    @strawberry.field
    async def twin(self, info: Info) -> Twin:
        return await info.context.load.twin.load(self.row.twin_id)

    @strawberry.field
    async def brand(self, info: Info) -> Brand:
        return await info.context.load.brand.load(self.row.brand_id)

    @strawberry.field
    async def consent(self, info: Info) -> ConsentRecord:
        return await info.context.load.consent.load(self.row_id)

    @strawberry.field(description="What must come down, by when, and the brand's proof: the last that was not lifted.")
    async def takedown(self, info: Info) -> ItsTakedown:
        return await info.context.load.takedown_of_licence.load(self.row_id)

    @strawberry.field(description="The people behind the picture who have a part of its price.")
    async def contributions(self, info: Info) -> Contributions:
        return await info.context.load.contributions_of_licence.load(self.row_id)

    @strawberry.field(description="The parties of the licence only.")
    async def payment(self, info: Info) -> ItsPayment:
        return await info.context.load.payment_of_licence.load(self.row_id)

    @strawberry.field(
        description=(
            "A signed statement of the licence (a JWS), which anyone can verify with the public keys at "
            "/.well-known/jwks.json. Null before it is paid."
        )
    )
    async def certificate(self, info: Info) -> str | None:
        if not certificates.is_certified(self.row):
            return None
        consent, names = await info.context.load.certified.load(self.row_id)
        key = await info.context.proofs.signing_key()
        context = info.context
        return certificates.certificate(self.row, consent, names, key=key, seal=context.seal, url=context.public_url)

    @strawberry.field(
        description=(
            "The whole licence in words, to file: parties, rights, price and shares, duties, consent and signature. A link "
            "for a quarter of an hour."
        )
    )
    def document_url(self, info: Info, format: DocumentFormat = DocumentFormat.PDF) -> str:
        context = info.context
        now = datetime.now(UTC)
        return documents.address(self.row_id, format.value, context.seal, context.public_url, now)

    @strawberry.field
    async def assets(
        self,
        info: Info,
        status: list[AssetStatus] | None = strawberry.UNSET,
        first: int | None = strawberry.UNSET,
        after: str | None = strawberry.UNSET,
        last: int | None = strawberry.UNSET,
        before: str | None = strawberry.UNSET,
    ) -> Assets:
        return await info.context.load.assets_under(self.row_id, status, Page.of(info, first, after, last, before))

    @strawberry.field(
        description=(
            "The seller's side only: once the licence has LAPSED or was TERMINATED, the pending bids for what it had held "
            "that could be accepted now, the highest first. Bids that were LOST to a licence that lapsed are PENDING again."
        )
    )
    async def next_bids(self, info: Info) -> ListOfBids:
        policy.require_seller(info.context.actor, self.row.model_id)
        return await info.context.load.next_bids(self)


@strawberry.type
class LicenceConnection(Connection[Licence]):
    pass


# ------------------------------------------------------------------ mutations


@strawberry.input(
    description="The model signs the consent document of this very bid: its digest, and her name as the signature."
)
class AcceptBidInput:
    bid_id: strawberry.ID
    consent_digest: str
    signature: str
    idempotency_key: str | None


@strawberry.type
class BidAccepted:
    licence: Licence


AcceptBidResult: TypeAlias = Annotated[
    BidAccepted | InvalidInput | NotAllowed | WrongState | RightsUnavailable | ConsentOutdated | IdempotencyConflict,
    strawberry.union("AcceptBidResult"),
]
