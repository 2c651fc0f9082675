"""A model, or one of the crew, takes their data with them, and is erased."""

from datetime import datetime
from typing import Annotated, TypeAlias

import strawberry

from schema.errors import InvalidInput, NotAllowed, WrongState
from schema.parties import Contributor, Model


@strawberry.type(description="Whether a model or a contributor can be erased now, and what must be over first.")
class Erasure:
    possible: bool
    remaining: list[str] = strawberry.field(description="Licences that run, money that is under way: a line each.")


@strawberry.input
class ExportModelInput:
    model_id: strawberry.ID


@strawberry.type
class ModelExported:
    url: str = strawberry.field(
        description="A JSON archive, for whoever asked for it and is signed in, until expiresAt."
    )
    expires_at: datetime


ExportModelResult: TypeAlias = Annotated[
    ModelExported | InvalidInput | NotAllowed, strawberry.union("ExportModelResult")
]


@strawberry.input(
    description=(
        "The model signs with her name. Her twins are retired, her name and words are overwritten wherever they are kept, and "
        "nobody can sign in for her any more. What was agreed and paid stays, without her name. It cannot be undone."
    )
)
class EraseModelInput:
    model_id: strawberry.ID
    signature: str


@strawberry.type
class ModelErased:
    model: Model


EraseModelResult: TypeAlias = Annotated[
    ModelErased | InvalidInput | NotAllowed | WrongState, strawberry.union("EraseModelResult")
]


@strawberry.input
class ExportContributorInput:
    contributor_id: strawberry.ID


@strawberry.type
class ContributorExported:
    url: str = strawberry.field(
        description="A JSON archive, for whoever asked for it and is signed in, until expiresAt."
    )
    expires_at: datetime


ExportContributorResult: TypeAlias = Annotated[
    ContributorExported | InvalidInput | NotAllowed, strawberry.union("ExportContributorResult")
]


@strawberry.input(
    description=(
        "The contributor signs with their name. Their parts of licences to come end, their name is overwritten wherever it is kept, and "
        "nobody can sign in for them any more. What was agreed and paid stays, without their name. It cannot be undone."
    )
)
class EraseContributorInput:
    contributor_id: strawberry.ID
    signature: str


@strawberry.type
class ContributorErased:
    contributor: Contributor


EraseContributorResult: TypeAlias = Annotated[
    ContributorErased | InvalidInput | NotAllowed | WrongState, strawberry.union("EraseContributorResult")
]
