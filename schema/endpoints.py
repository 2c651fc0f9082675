"""Webhook endpoints: addresses of a party's programs, and how each telling went."""

from datetime import datetime
from typing import Annotated, Self, TypeAlias

import strawberry

from market import tables
from schema.activity import LicenceActivityKind, PayoutActivityKind
from schema.context import Info
from schema.errors import InvalidInput, NotAllowed, WrongState
from schema.ids import Node, stored


@strawberry.type(description="One attempt to tell an endpoint something. The error is null when it answered 2xx.")
class WebhookDelivery:
    message_id: str = strawberry.field(
        description="The webhook-id header: the same whenever the same thing is told again."
    )
    kind: str
    at: datetime
    status_code: int | None
    error: str | None

    @classmethod
    def of(cls, row: tables.Delivery) -> Self:
        return cls(
            message_id=row.message_id, kind=row.kind, at=stored(row.at), status_code=row.status_code, error=row.error
        )


@strawberry.type(
    description=(
        "An address that is told what licenceActivity and payoutActivity of its party tell, as Standard Webhooks has it: signed, "
        "in order, at least once. What it does not take is tried again for three days; then it is disabled."
    )
)
class WebhookEndpoint(Node):
    url: str
    kinds: list[str] = strawberry.field(description="What it wants to be told; all if empty.")
    created_at: datetime
    failing_since: datetime | None
    next_attempt_at: datetime | None
    last_error: str | None
    disabled_at: datetime | None = strawberry.field(
        description="By its party, or after three days of failures. Enabled again, it goes on where it stopped.",
    )

    @classmethod
    def of(cls, row: tables.Endpoint) -> Self:
        return cls(
            row_id=stored(row.id),
            url=row.url,
            kinds=row.kinds,
            created_at=stored(row.created_at),
            failing_since=row.failing_since,
            next_attempt_at=row.next_at,
            last_error=row.last_error,
            disabled_at=row.disabled_at,
        )

    @strawberry.field(description="The last attempts, newest first; at most 200 are remembered.")
    async def deliveries(self, info: Info) -> list[WebhookDelivery]:
        return await info.context.load.deliveries.load(self.row_id)


@strawberry.input
class CreateWebhookEndpointInput:
    url: str
    party_id: strawberry.ID | None = None
    licence_kinds: list[LicenceActivityKind] = strawberry.field(default_factory=list)
    payout_kinds: list[PayoutActivityKind] = strawberry.field(default_factory=list)


@strawberry.input(description="What is left out stays as it is.")
class UpdateWebhookEndpointInput:
    endpoint_id: strawberry.ID
    url: str | None = None
    licence_kinds: list[LicenceActivityKind] | None = None
    payout_kinds: list[PayoutActivityKind] | None = None
    enabled: bool | None = None


@strawberry.input
class DeleteWebhookEndpointInput:
    endpoint_id: strawberry.ID


@strawberry.input(
    description="A new secret signs at once; the one before signs beside it, for a day unless said otherwise."
)
class RotateWebhookSecretInput:
    endpoint_id: strawberry.ID
    overlap_seconds: int = 86_400


@strawberry.input(description="Tell again everything that happened since: with the same message ids.")
class ReplayWebhookEndpointInput:
    endpoint_id: strawberry.ID
    since: datetime


@strawberry.input(description="Send a message of the type `ping`. How it went stands in deliveries.")
class TestWebhookEndpointInput:
    endpoint_id: strawberry.ID


@strawberry.type
class WebhookEndpointSaved:
    endpoint: WebhookEndpoint
    secret: str | None = strawberry.field(description="What signs from now on, where it is new: shown this once.")


WebhookEndpointResult: TypeAlias = Annotated[
    WebhookEndpointSaved | InvalidInput | NotAllowed | WrongState, strawberry.union("WebhookEndpointResult")
]
