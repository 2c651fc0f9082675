"""Twins, how they are searched, and what their models say of them."""

from collections.abc import Awaitable, Callable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any, Self, TypeAlias

import strawberry

from core.errors import InvalidInput as Invalid
from market import tables
from market.store.companions import Companion
from schema.consent import ConsentPolicy
from schema.context import Info
from schema.enums import Industry, ListingStatus, Medium, TwinStatus
from schema.errors import IdempotencyConflict, InvalidInput, NotAllowed, WrongState
from schema.ids import Node, stored
from schema.money import MoneyInput
from schema.paging import Connection, Page
from schema.parties import Agency, Model
from schema.rates import Quote, RateCard
from schema.relations import BESIDE, column, related
from schema.rights import Availability, RightsInput, countries
from schema.scalars import Territory

if TYPE_CHECKING:
    from schema.contributions import Contribution
    from schema.listings import ListingConnection

Contributions: TypeAlias = list[Annotated["Contribution", strawberry.lazy("schema.contributions")]]
Listings: TypeAlias = Annotated["ListingConnection", strawberry.lazy("schema.listings")]


@strawberry.type
class Twin(Node):
    row: strawberry.Private[tables.Twin]
    handle: str = column("handle")
    name: str = column("name")
    status: TwinStatus = column("status")
    version: int = column("version")
    description: str = column("description")
    height_cm: int | None = column("height_cm")
    bust_cm: int | None = column("bust_cm")
    waist_cm: int | None = column("waist_cm")
    hips_cm: int | None = column("hips_cm")
    shoe_size_eu: Decimal | None = column("shoe_size_eu")
    hair_colour: str | None = column("hair_colour")
    eye_colour: str | None = column("eye_colour")
    tags: list[str] = column("tags")
    preview_urls: list[str] = column("preview_urls")
    model: Model = related(lambda twin, load: load.model.load(twin.row.model_id), beside=Companion.MODEL)
    agency: Agency | None = related(
        lambda twin, load: load.agency_in_force.load(twin.row.model_id),
        beside=Companion.AGENCY,
        description="The agency whose mandate is in force.",
    )
    consent_policy: ConsentPolicy = related(
        lambda twin, load: load.policy.load((twin.row_id, twin.row.policy_version)), beside=Companion.POLICY
    )
    rate_card: RateCard | None = related(
        lambda twin, load: load.rate_card.load((twin.row_id, twin.row.card_version)),
        beside=Companion.CARD,
        description="What the model asks. Null until rates are set.",
    )

    @classmethod
    def of(cls, row: tables.Twin) -> Self:
        return cls(row_id=stored(row.id), row=row)

    @strawberry.field(description="The asking price for these rights, with its split. Null where no rate covers them.")
    async def quote(self, info: Info, rights: RightsInput) -> Quote | None:
        return await info.context.load.quote(self, rights)

    @strawberry.field
    async def availability(self, info: Info, rights: RightsInput) -> Availability:
        return await info.context.load.availability(self, rights)

    @strawberry.field(
        description="The people behind its captures, of every version: those who accepted, and to both sides all."
    )
    async def contributions(self, info: Info) -> Contributions:
        return await info.context.load.contributions_of_twin.load(self.row_id)

    @strawberry.field(metadata={BESIDE: Companion.LISTINGS})
    async def listings(
        self,
        info: Info,
        status: list[ListingStatus] | None = strawberry.UNSET,
        first: int | None = strawberry.UNSET,
        after: str | None = strawberry.UNSET,
        last: int | None = strawberry.UNSET,
        before: str | None = strawberry.UNSET,
    ) -> Listings:
        return await info.context.load.listings_of(self.row_id, status, Page.of(info, first, after, last, before))


@strawberry.type
class FacetValue:
    value: str
    count: int


@strawberry.type(description="How many twins of the whole result carry each value of a field.")
class Facet:
    field: str
    values: list[FacetValue]

    @classmethod
    def of(cls, field: str, counts: Mapping[str, int]) -> Self:
        return cls(field=field, values=[FacetValue(value=value, count=count) for value, count in counts.items()])


@strawberry.type
class TwinConnection(Connection[Twin]):
    """`tally` is asked only when facets are."""

    tally: strawberry.Private[Callable[[], Awaitable[list[Facet]]]]

    @strawberry.field
    async def facets(self) -> list[Facet]:
        return await self.tally()


@strawberry.input
class IntRange:
    min: int | None
    max: int | None


@strawberry.input
class TwinFilter:
    search: str | None = strawberry.field(
        description="Words in name, description, tags, model and agency; small typing errors are forgiven.",
    )
    available_for: RightsInput | None = strawberry.field(
        description="Only twins whose model consents to these rights and for which they are free.",
    )
    maximum_price: MoneyInput | None = strawberry.field(
        description="Only twins whose quote for availableFor is at most this.",
    )
    tags: list[str] | None
    height_cm: IntRange | None
    bust_cm: IntRange | None
    waist_cm: IntRange | None
    hips_cm: IntRange | None
    hair_colour: list[str] | None
    eye_colour: list[str] | None
    model_id: strawberry.ID | None
    agency_id: strawberry.ID | None


# ------------------------------------------------------------------ mutations

DETAILS = (
    "name",
    "description",
    "height_cm",
    "bust_cm",
    "waist_cm",
    "hips_cm",
    "shoe_size_eu",
    "hair_colour",
    "eye_colour",
    "tags",
    "preview_urls",
)
NEVER_NULL = {"name": "name", "description": "description", "tags": "tags", "preview_urls": "previewUrls"}


@strawberry.input
class CreateTwinInput:
    model_id: strawberry.ID | None = strawberry.field(description="May be left out by a caller who acts for one model.")
    handle: str
    name: str
    description: str = ""
    height_cm: int | None
    bust_cm: int | None
    waist_cm: int | None
    hips_cm: int | None
    shoe_size_eu: Decimal | None
    hair_colour: str | None
    eye_colour: str | None
    tags: list[str] = strawberry.field(default_factory=list)
    preview_urls: list[str] = strawberry.field(default_factory=list)
    idempotency_key: str | None


@strawberry.type
class TwinCreated:
    twin: Twin


CreateTwinResult: TypeAlias = Annotated[
    TwinCreated | InvalidInput | NotAllowed | IdempotencyConflict, strawberry.union("CreateTwinResult")
]


@strawberry.input
class UpdateTwinInput:
    twin_id: strawberry.ID
    name: str | None = strawberry.UNSET
    description: str | None = strawberry.UNSET
    height_cm: int | None = strawberry.UNSET
    bust_cm: int | None = strawberry.UNSET
    waist_cm: int | None = strawberry.UNSET
    hips_cm: int | None = strawberry.UNSET
    shoe_size_eu: Decimal | None = strawberry.UNSET
    hair_colour: str | None = strawberry.UNSET
    eye_colour: str | None = strawberry.UNSET
    tags: list[str] | None = strawberry.UNSET
    preview_urls: list[str] | None = strawberry.UNSET

    def changes(self) -> dict[str, Any]:
        """Only what was sent: null empties a measurement, and cannot be the value of what every twin has."""
        sent = {name: value for name in DETAILS if (value := getattr(self, name)) is not strawberry.UNSET}
        for name, shown in NEVER_NULL.items():
            if name in sent and sent[name] is None:
                raise Invalid(f"{shown} cannot be null. Leave it out to keep it as it is.", path=[shown])
        return sent


@strawberry.type
class TwinUpdated:
    twin: Twin


UpdateTwinResult: TypeAlias = Annotated[
    TwinUpdated | InvalidInput | NotAllowed | WrongState, strawberry.union("UpdateTwinResult")
]


@strawberry.input(
    description=(
        "A new capture: the twin's next version. It needs its own consent: policy, rates and crew carry over only where it is "
        "said here, and without policy or rates the twin is PAUSED. Listings are withdrawn; offers stay for the version that "
        "they name, and licences run on."
    )
)
class CaptureTwinInput:
    twin_id: strawberry.ID
    keep_policy: bool = False
    keep_rates: bool = False
    keep_contributors: bool = False


CaptureTwinResult: TypeAlias = Annotated[
    TwinUpdated | InvalidInput | NotAllowed | WrongState, strawberry.union("CaptureTwinResult")
]


@strawberry.input(
    description=(
        "LISTED needs rates and a consent policy. SUSPENDED pauses every running licence of the twin at once; LISTED "
        "again resumes them."
    )
)
class SetTwinStatusInput:
    twin_id: strawberry.ID
    status: TwinStatus
    reason: str | None


SetTwinStatusResult: TypeAlias = Annotated[
    TwinUpdated | InvalidInput | NotAllowed | WrongState, strawberry.union("SetTwinStatusResult")
]


@strawberry.input
class SetConsentPolicyInput:
    twin_id: strawberry.ID
    media: list[Medium]
    forbidden_industries: list[Industry] = strawberry.field(default_factory=list)
    territories: list[Territory]
    maximum_days: int = 365
    asset_approval_required: bool = True
    training_allowed: bool = False
    restrictions: list[str] = strawberry.field(default_factory=list)

    def countries(self) -> frozenset[str]:
        return countries(self.territories, path=["territories"])


SetConsentPolicyResult: TypeAlias = Annotated[
    TwinUpdated | InvalidInput | NotAllowed, strawberry.union("SetConsentPolicyResult")
]


@strawberry.type
class RatesSet:
    twin: Twin
    rate_card: RateCard


SetRatesResult: TypeAlias = Annotated[RatesSet | InvalidInput | NotAllowed, strawberry.union("SetRatesResult")]
