"""API keys: programs that act for a party."""

from datetime import datetime
from typing import Annotated, Self, TypeAlias

import strawberry

from market import tables
from schema.enums import Scope
from schema.errors import InvalidInput, NotAllowed, WrongState
from schema.ids import Node, stored


@strawberry.type
class ApiKey(Node):
    name: str
    prefix: str = strawberry.field(
        description="The first characters, to tell keys apart; the key itself is shown once, when it is made.",
    )
    scopes: list[Scope]
    created_at: datetime
    expires_at: datetime | None = strawberry.field(description="When it ends by itself, if ever.")
    last_used_at: datetime | None
    revoked_at: datetime | None

    @classmethod
    def of(cls, row: tables.ApiKey) -> Self:
        return cls(
            row_id=stored(row.id),
            name=row.name,
            prefix=row.prefix,
            scopes=[Scope(scope) for scope in row.scopes],
            created_at=stored(row.created_at),
            expires_at=row.expires_at,
            last_used_at=row.last_used_at,
            revoked_at=row.revoked_at,
        )


@strawberry.input
class CreateApiKeyInput:
    party_id: strawberry.ID | None
    name: str
    scopes: list[Scope]
    expires_at: datetime | None = strawberry.field(
        default=None, description="At least a minute and at most five years from now; it never ends if left out."
    )


@strawberry.type
class ApiKeyCreated:
    api_key: ApiKey
    key: str = strawberry.field(description="Shown this once.")


CreateApiKeyResult: TypeAlias = Annotated[
    ApiKeyCreated | InvalidInput | NotAllowed, strawberry.union("CreateApiKeyResult")
]


@strawberry.input
class RevokeApiKeyInput:
    api_key_id: strawberry.ID


@strawberry.type
class ApiKeyRevoked:
    api_key: ApiKey


RevokeApiKeyResult: TypeAlias = Annotated[
    ApiKeyRevoked | NotAllowed | WrongState, strawberry.union("RevokeApiKeyResult")
]
