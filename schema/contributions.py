"""The people behind the picture: contributors, their parts of each licence, and what a brand's licences paid to crews."""

from datetime import datetime
from typing import Annotated, Self, TypeAlias

import strawberry

from market import crew, tables
from schema.context import Info
from schema.enums import ContributionStatus
from schema.errors import InvalidInput, NotAllowed, WrongState
from schema.ids import Node, stored
from schema.money import Money
from schema.parties import Contributor
from schema.twins import Twin


@strawberry.type(
    description=(
        "What a contributor did for the capture of one version of a twin, and the part of each licence's price that the model "
        "gives for it. Once accepted it is public; before, it is seen by both sides alone."
    )
)
class Contribution(Node):
    row: strawberry.Private[tables.Contribution]
    twin_version: int
    craft: str = strawberry.field(description="In the model's words: photographer, make-up artist, stylist.")
    basis_points: int = strawberry.field(description="Of the whole price, taken from the model's own part.")
    status: ContributionStatus
    invited_at: datetime
    answered_at: datetime | None
    ended_at: datetime | None

    @classmethod
    def of(cls, row: tables.Contribution) -> Self:
        return cls(
            row_id=stored(row.id),
            row=row,
            twin_version=row.twin_version,
            craft=row.craft,
            basis_points=row.share_bps,
            status=row.status,
            invited_at=stored(row.invited_at),
            answered_at=row.answered_at,
            ended_at=row.ended_at,
        )

    @strawberry.field(description="Null to those who may not see the twin.")
    async def twin(self, info: Info) -> Twin | None:
        return await info.context.load.visible_twin.load(self.row.twin_id)

    @strawberry.field
    async def contributor(self, info: Info) -> Contributor:
        return await info.context.load.contributor.load(self.row.party_id)


@strawberry.type(description="A contribution as it was when the model signed this licence.")
class LicenceContribution:
    party_row_id: strawberry.Private[int]
    craft: str
    basis_points: int

    @classmethod
    def of(cls, row: tables.LicenceContribution) -> Self:
        return cls(party_row_id=row.party_id, craft=row.craft, basis_points=row.share_bps)

    @strawberry.field
    async def contributor(self, info: Info) -> Contributor:
        return await info.context.load.contributor.load(self.party_row_id)


@strawberry.type
class CrewLine:
    craft: str
    people: int
    licences: int
    earned: Money = strawberry.field(description="After what went back to the brand.")
    sent: Money = strawberry.field(description="How much of it has been transferred; the rest waits for an account.")

    @classmethod
    def of(cls, value: crew.CrewLine) -> Self:
        return cls(
            craft=value.craft,
            people=value.people,
            licences=value.licences,
            earned=Money.of(value.earned),
            sent=Money.of(value.sent),
        )


@strawberry.type
class CrewTotal:
    paid: Money = strawberry.field(description="By the brand for all its licences, less refunds.")
    earned: Money = strawberry.field(description="The crew's part of it.")
    licences: int
    licences_with_crew: int

    @classmethod
    def of(cls, value: crew.CrewTotal) -> Self:
        return cls(
            paid=Money.of(value.paid),
            earned=Money.of(value.earned),
            licences=value.licences,
            licences_with_crew=value.with_crew,
        )


@strawberry.type(description="The human crew that was paid beside a brand's twin work in a calendar year (UTC).")
class CrewReport:
    year: int
    lines: list[CrewLine] = strawberry.field(description="By craft and currency.")
    totals: list[CrewTotal] = strawberry.field(description="By currency.")

    @classmethod
    def of(cls, value: crew.CrewReport) -> Self:
        return cls(
            year=value.year,
            lines=[CrewLine.of(line) for line in value.lines],
            totals=[CrewTotal.of(total) for total in value.totals],
        )


# ------------------------------------------------------------------ mutations


@strawberry.input(
    description=(
        "Ask somebody of the crew of the twin's present version to take a part of each licence to come: a contributor who is "
        "here already, or anybody by email, name and country. A crew has at most 3000 basis points in all."
    )
)
class InviteContributorInput:
    twin_id: strawberry.ID
    craft: str
    basis_points: int
    contributor_id: strawberry.ID | None = None
    name: str | None = None
    country: str | None = strawberry.field(default=None, description="ISO 3166-1 alpha-2.")


@strawberry.type
class ContributorInvited:
    contribution: Contribution
    invitation: str | None = strawberry.field(
        description=(
            "The secret of a letter, shown this once: hand it on, and whoever joins with it acts for this contributor. Null for "
            "one who is here already."
        ),
    )


InviteContributorResult: TypeAlias = Annotated[
    ContributorInvited | InvalidInput | NotAllowed | WrongState, strawberry.union("InviteContributorResult")
]


@strawberry.input
class RespondToContributionInput:
    contribution_id: strawberry.ID
    accept: bool


@strawberry.type
class ContributionAnswered:
    contribution: Contribution


RespondToContributionResult: TypeAlias = Annotated[
    ContributionAnswered | NotAllowed | WrongState, strawberry.union("RespondToContributionResult")
]


@strawberry.input(description="By the model or the contributor. Licences that were signed before keep the part.")
class EndContributionInput:
    contribution_id: strawberry.ID


@strawberry.type
class ContributionEnded:
    contribution: Contribution


EndContributionResult: TypeAlias = Annotated[
    ContributionEnded | NotAllowed | WrongState, strawberry.union("EndContributionResult")
]
