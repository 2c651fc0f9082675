"""Parties: models, agencies and brands; and who is asking."""

from typing import TYPE_CHECKING, Annotated, Self, TypeAlias

import strawberry

from market import tables
from market.states import PartyKind
from market.store.companions import Companion
from schema import policy
from schema.api_keys import ApiKey
from schema.context import Info
from schema.enums import AssetStatus, BidStatus, Industry, LicenceStatus, MandateStatus
from schema.ids import Node, own_id, stored
from schema.paging import Connection, Page
from schema.people import Invitation, Member, Passkey, Session
from schema.relations import asked_beside, related

if TYPE_CHECKING:
    from schema.assets import AssetConnection
    from schema.bids import BidConnection
    from schema.contributions import Contribution, CrewReport
    from schema.leaving import Erasure
    from schema.licences import LicenceConnection
    from schema.mandates import Mandate, MandateConnection
    from schema.payments import Payee, PayoutConnection
    from schema.twins import TwinConnection

Assets: TypeAlias = Annotated["AssetConnection", strawberry.lazy("schema.assets")]
Bids: TypeAlias = Annotated["BidConnection", strawberry.lazy("schema.bids")]
Contributions: TypeAlias = list[Annotated["Contribution", strawberry.lazy("schema.contributions")]]
ItsErasure: TypeAlias = Annotated["Erasure", strawberry.lazy("schema.leaving")]
ItsCrewReport: TypeAlias = Annotated["CrewReport", strawberry.lazy("schema.contributions")]
Licences: TypeAlias = Annotated["LicenceConnection", strawberry.lazy("schema.licences")]
Mandates: TypeAlias = Annotated["MandateConnection", strawberry.lazy("schema.mandates")]
MaybeMandate: TypeAlias = Annotated["Mandate", strawberry.lazy("schema.mandates")] | None
MaybePayee: TypeAlias = Annotated["Payee", strawberry.lazy("schema.payments")] | None
Payouts: TypeAlias = Annotated["PayoutConnection", strawberry.lazy("schema.payments")]
Twins: TypeAlias = Annotated["TwinConnection", strawberry.lazy("schema.twins")]

MEMBERS_ONLY = "Members only, as everything below."


@strawberry.interface(
    description="Someone with rights or money here: a model, an agency, a brand, a contributor. `Model` always means the person.",
)
class Party:
    row_id: strawberry.Private[int]
    id: strawberry.ID = own_id()
    handle: str
    name: str
    country: str = strawberry.field(description="ISO 3166-1 alpha-2.")


@strawberry.type
class Model(Node, Party):
    @classmethod
    def of(cls, row: tables.Party) -> Self:
        return cls(row_id=stored(row.id), handle=row.handle, name=row.name, country=row.country)

    @strawberry.field
    async def twins(
        self,
        info: Info,
        first: int | None = strawberry.UNSET,
        after: str | None = strawberry.UNSET,
        last: int | None = strawberry.UNSET,
        before: str | None = strawberry.UNSET,
    ) -> Twins:
        page = Page.of(info, first, after, last, before)
        return await info.context.load.twins_of(self.row_id, page, asked_beside(info))

    mandate: MaybeMandate = related(
        lambda model, load: load.mandate_in_force.load(model.row_id),
        beside=Companion.MANDATE,
        description="The mandate in force today, if an agency represents the model.",
    )

    @strawberry.field(description="All that agencies proposed to her, newest first. Hers alone.")
    async def mandates(
        self,
        info: Info,
        status: list[MandateStatus] | None = strawberry.UNSET,
        first: int | None = strawberry.UNSET,
        after: str | None = strawberry.UNSET,
        last: int | None = strawberry.UNSET,
        before: str | None = strawberry.UNSET,
    ) -> Mandates:
        policy.require_member(info.context.actor, self.row_id)
        return await info.context.load.mandates_of(self.row_id, status, Page.of(info, first, after, last, before))

    @strawberry.field(description=MEMBERS_ONLY)
    async def payee(self, info: Info) -> MaybePayee:
        return (
            await info.context.load.payee.load(self.row_id)
            if policy.is_member(info.context.actor, self.row_id)
            else None
        )

    @strawberry.field(description="Whether she can be erased now, and what must be over first.")
    async def erasure(self, info: Info) -> ItsErasure:
        policy.require_member(info.context.actor, self.row_id)
        return await info.context.load.erasure(self.row_id)

    @strawberry.field
    async def bids(
        self,
        info: Info,
        status: list[BidStatus] | None = strawberry.UNSET,
        first: int | None = strawberry.UNSET,
        after: str | None = strawberry.UNSET,
        last: int | None = strawberry.UNSET,
        before: str | None = strawberry.UNSET,
    ) -> Bids:
        policy.require_seller(info.context.actor, self.row_id)
        return await info.context.load.bids_of(self.row_id, status, Page.of(info, first, after, last, before))

    @strawberry.field
    async def licences(
        self,
        info: Info,
        status: list[LicenceStatus] | None = strawberry.UNSET,
        first: int | None = strawberry.UNSET,
        after: str | None = strawberry.UNSET,
        last: int | None = strawberry.UNSET,
        before: str | None = strawberry.UNSET,
    ) -> Licences:
        policy.require_seller(info.context.actor, self.row_id)
        return await info.context.load.licences_of(self.row_id, status, Page.of(info, first, after, last, before))

    @strawberry.field(description="What was made with all of her twins. Those that wait for her: status PENDING.")
    async def assets(
        self,
        info: Info,
        status: list[AssetStatus] | None = strawberry.UNSET,
        first: int | None = strawberry.UNSET,
        after: str | None = strawberry.UNSET,
        last: int | None = strawberry.UNSET,
        before: str | None = strawberry.UNSET,
    ) -> Assets:
        policy.require_seller(info.context.actor, self.row_id)
        return await info.context.load.assets_of(self.row_id, status, Page.of(info, first, after, last, before))

    @strawberry.field(description="Who acts for it, suspended ones too. For members; an API key needs MANAGE.")
    async def members(self, info: Info) -> list[Member]:
        policy.require_manager(info.context.actor, self.row_id)
        return await info.context.load.members.load(self.row_id)


@strawberry.type
class ModelConnection(Connection[Model]):
    pass


@strawberry.type
class Agency(Node, Party):
    @classmethod
    def of(cls, row: tables.Party) -> Self:
        return cls(row_id=stored(row.id), handle=row.handle, name=row.name, country=row.country)

    @strawberry.field
    async def roster(
        self,
        info: Info,
        first: int | None = strawberry.UNSET,
        after: str | None = strawberry.UNSET,
        last: int | None = strawberry.UNSET,
        before: str | None = strawberry.UNSET,
    ) -> ModelConnection:
        return await info.context.load.roster(self.row_id, Page.of(info, first, after, last, before))

    @strawberry.field(description=MEMBERS_ONLY)
    async def mandates(
        self,
        info: Info,
        status: list[MandateStatus] | None = strawberry.UNSET,
        first: int | None = strawberry.UNSET,
        after: str | None = strawberry.UNSET,
        last: int | None = strawberry.UNSET,
        before: str | None = strawberry.UNSET,
    ) -> Mandates:
        policy.require_member(info.context.actor, self.row_id)
        return await info.context.load.mandates_of(self.row_id, status, Page.of(info, first, after, last, before))

    @strawberry.field
    async def payee(self, info: Info) -> MaybePayee:
        return (
            await info.context.load.payee.load(self.row_id)
            if policy.is_member(info.context.actor, self.row_id)
            else None
        )

    @strawberry.field(description="Its own and those of the models whom it represents today, newest first.")
    async def payouts(
        self,
        info: Info,
        first: int | None = strawberry.UNSET,
        after: str | None = strawberry.UNSET,
        last: int | None = strawberry.UNSET,
        before: str | None = strawberry.UNSET,
    ) -> Payouts:
        policy.require_member(info.context.actor, self.row_id)
        return await info.context.load.payouts_of_agency(self.row_id, Page.of(info, first, after, last, before))

    @strawberry.field
    async def bids(
        self,
        info: Info,
        status: list[BidStatus] | None = strawberry.UNSET,
        first: int | None = strawberry.UNSET,
        after: str | None = strawberry.UNSET,
        last: int | None = strawberry.UNSET,
        before: str | None = strawberry.UNSET,
    ) -> Bids:
        policy.require_member(info.context.actor, self.row_id)
        return await info.context.load.bids_of(self.row_id, status, Page.of(info, first, after, last, before))

    @strawberry.field
    async def licences(
        self,
        info: Info,
        status: list[LicenceStatus] | None = strawberry.UNSET,
        first: int | None = strawberry.UNSET,
        after: str | None = strawberry.UNSET,
        last: int | None = strawberry.UNSET,
        before: str | None = strawberry.UNSET,
    ) -> Licences:
        policy.require_member(info.context.actor, self.row_id)
        return await info.context.load.licences_of(self.row_id, status, Page.of(info, first, after, last, before))

    @strawberry.field(description="Who acts for it, suspended ones too. For members; an API key needs MANAGE.")
    async def members(self, info: Info) -> list[Member]:
        policy.require_manager(info.context.actor, self.row_id)
        return await info.context.load.members.load(self.row_id)

    @strawberry.field(description="Those that wait to be accepted.")
    async def invitations(self, info: Info) -> list[Invitation]:
        policy.require_manager(info.context.actor, self.row_id)
        return await info.context.load.invitations.load(self.row_id)


@strawberry.type
class Brand(Node, Party):
    industry: Industry

    @classmethod
    def of(cls, row: tables.Party) -> Self:
        return cls(
            row_id=stored(row.id), handle=row.handle, name=row.name, country=row.country, industry=stored(row.industry)
        )

    @strawberry.field(description=MEMBERS_ONLY)
    async def bids(
        self,
        info: Info,
        status: list[BidStatus] | None = strawberry.UNSET,
        first: int | None = strawberry.UNSET,
        after: str | None = strawberry.UNSET,
        last: int | None = strawberry.UNSET,
        before: str | None = strawberry.UNSET,
    ) -> Bids:
        policy.require_member(info.context.actor, self.row_id)
        return await info.context.load.bids_of(self.row_id, status, Page.of(info, first, after, last, before))

    @strawberry.field
    async def licences(
        self,
        info: Info,
        status: list[LicenceStatus] | None = strawberry.UNSET,
        first: int | None = strawberry.UNSET,
        after: str | None = strawberry.UNSET,
        last: int | None = strawberry.UNSET,
        before: str | None = strawberry.UNSET,
    ) -> Licences:
        policy.require_member(info.context.actor, self.row_id)
        return await info.context.load.licences_of(self.row_id, status, Page.of(info, first, after, last, before))

    @strawberry.field
    async def api_keys(self, info: Info) -> list[ApiKey]:
        policy.require_member(info.context.actor, self.row_id)
        return await info.context.load.api_keys.load(self.row_id)

    @strawberry.field(description="Whether a payment method is on file, so that an accepted bid can be charged.")
    async def can_pay(self, info: Info) -> bool:
        policy.require_member(info.context.actor, self.row_id)
        return await info.context.load.can_pay.load(self.row_id)

    @strawberry.field(
        description="The human crew that was paid beside the brand's twin work in that calendar year (UTC)."
    )
    async def crew_report(self, info: Info, year: int) -> ItsCrewReport:
        policy.require_member(info.context.actor, self.row_id)
        return await info.context.load.crew_report(self.row_id, year)

    @strawberry.field(description="Who acts for it, suspended ones too. For members; an API key needs MANAGE.")
    async def members(self, info: Info) -> list[Member]:
        policy.require_manager(info.context.actor, self.row_id)
        return await info.context.load.members.load(self.row_id)

    @strawberry.field(description="Those that wait to be accepted.")
    async def invitations(self, info: Info) -> list[Invitation]:
        policy.require_manager(info.context.actor, self.row_id)
        return await info.context.load.invitations.load(self.row_id)


@strawberry.type(description="Somebody of the human crew behind captures: a photographer, a make-up artist, a stylist.")
class Contributor(Node, Party):
    @classmethod
    def of(cls, row: tables.Party) -> Self:
        return cls(row_id=stored(row.id), handle=row.handle, name=row.name, country=row.country)

    @strawberry.field(description=MEMBERS_ONLY)
    async def payee(self, info: Info) -> MaybePayee:
        return (
            await info.context.load.payee.load(self.row_id)
            if policy.is_member(info.context.actor, self.row_id)
            else None
        )

    @strawberry.field(description="Whether they can be erased now, and what must be over first.")
    async def erasure(self, info: Info) -> ItsErasure:
        policy.require_member(info.context.actor, self.row_id)
        return await info.context.load.erasure_of_contributor(self.row_id)

    @strawberry.field(description="Newest first. Others than its members see those that were accepted.")
    async def contributions(self, info: Info) -> Contributions:
        return await info.context.load.contributions_of.load(self.row_id)


KINDS: dict[PartyKind, type[Model] | type[Agency] | type[Brand] | type[Contributor]] = {
    PartyKind.MODEL: Model,
    PartyKind.AGENCY: Agency,
    PartyKind.BRAND: Brand,
    PartyKind.CONTRIBUTOR: Contributor,
}


def party_of(row: tables.Party) -> Model | Agency | Brand | Contributor:
    return KINDS[row.kind].of(row)


@strawberry.type
class Viewer:
    person_id: strawberry.Private[int | None]
    name: str = strawberry.field(description="The person's email, or the API key's name.")
    parties: list[Party] = strawberry.field(description="The parties that the caller acts for.")
    email: str | None = strawberry.field(description="Of the person who has signed in; null for an API key.")
    person_name: str | None = strawberry.field(description="Null for an API key, too.")
    is_operator: bool

    @strawberry.field(description="The person's own; none for an API key.")
    async def passkeys(self, info: Info) -> list[Passkey]:
        return await info.context.load.passkeys.load(self.person_id) if self.person_id is not None else []

    @strawberry.field(description="Those that hold now, the one seen last first; none for an API key.")
    async def sessions(self, info: Info) -> list[Session]:
        return await info.context.load.sessions.load(self.person_id) if self.person_id is not None else []
