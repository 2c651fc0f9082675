"""Mandates: an agency's dated power to act for a model."""

from datetime import date, timedelta
from typing import Annotated, Self, TypeAlias

import strawberry

from market import tables
from market.store.rights import Numbers, countries_of
from schema.enums import MandateStatus
from schema.errors import InvalidInput, NotAllowed, WrongState
from schema.ids import Node, stored
from schema.paging import Connection
from schema.parties import Agency, Model
from schema.relations import derived, related
from schema.rights import shortest
from schema.scalars import Territory


@strawberry.type(
    description=(
        "An agency's power to act for a model: dated, bounded by territory, with the commission both agreed to. It "
        "never covers signing "
        "the model's consent, and deciding assets only while she lets it."
    )
)
class Mandate(Node):
    model_row_id: strawberry.Private[int]
    agency_row_id: strawberry.Private[int]

    countries: strawberry.Private[Numbers]

    status: MandateStatus
    commission_basis_points: int
    territories: list[Territory] = derived(lambda mandate: shortest(countries_of(mandate.countries)))
    starts_on: date
    ends_on: date
    decides_assets: bool = strawberry.field(description="Whether the model lets the agency decide assets in her place.")

    @classmethod
    def of(cls, row: tables.Mandate) -> Self:
        return cls(
            row_id=stored(row.id),
            model_row_id=row.model_id,
            agency_row_id=row.agency_id,
            status=row.status,
            commission_basis_points=row.commission_bps,
            countries=row.territories,
            starts_on=stored(row.days.lower),
            ends_on=stored(row.days.upper) - timedelta(days=1),
            decides_assets=row.decides_assets_since is not None,
        )

    model: Model = related(lambda mandate, load: load.model.load(mandate.model_row_id))
    agency: Agency = related(lambda mandate, load: load.agency.load(mandate.agency_row_id))


@strawberry.type
class MandateConnection(Connection[Mandate]):
    pass


def _everywhere() -> list[Territory]:
    return [Territory("WORLD")]


@strawberry.input
class ProposeMandateInput:
    agency_id: strawberry.ID | None
    model_id: strawberry.ID
    commission_basis_points: int
    territories: list[Territory] = strawberry.field(default_factory=_everywhere)
    starts_on: date
    ends_on: date


@strawberry.type
class MandateProposed:
    mandate: Mandate


ProposeMandateResult: TypeAlias = Annotated[
    MandateProposed | InvalidInput | NotAllowed | WrongState, strawberry.union("ProposeMandateResult")
]


@strawberry.input
class RespondToMandateInput:
    mandate_id: strawberry.ID
    accept: bool


@strawberry.type
class MandateAnswered:
    mandate: Mandate


RespondToMandateResult: TypeAlias = Annotated[
    MandateAnswered | NotAllowed | WrongState, strawberry.union("RespondToMandateResult")
]


@strawberry.input(
    description=(
        "The model lets the agency decide assets in her place, or takes that back: deciding, never signing. It ends with "
        "the mandate."
    )
)
class DelegateAssetDecisionsInput:
    mandate_id: strawberry.ID
    delegate: bool


@strawberry.type
class AssetDecisionsDelegated:
    mandate: Mandate


DelegateAssetDecisionsResult: TypeAlias = Annotated[
    AssetDecisionsDelegated | InvalidInput | NotAllowed | WrongState, strawberry.union("DelegateAssetDecisionsResult")
]


@strawberry.input
class EndMandateInput:
    mandate_id: strawberry.ID


@strawberry.type
class MandateEnded:
    mandate: Mandate


EndMandateResult: TypeAlias = Annotated[MandateEnded | NotAllowed | WrongState, strawberry.union("EndMandateResult")]
