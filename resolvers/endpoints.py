"""Webhook endpoints: making, changing, testing, replaying."""

from datetime import timedelta

import strawberry

from core.seal import Seal
from market import endpoints, store
from market.tables import Endpoint
from schema import policy
from schema.context import Info
from schema.endpoints import (
    CreateWebhookEndpointInput,
    DeleteWebhookEndpointInput,
    ReplayWebhookEndpointInput,
    RotateWebhookSecretInput,
    TestWebhookEndpointInput,
    UpdateWebhookEndpointInput,
    WebhookEndpoint,
    WebhookEndpointResult,
    WebhookEndpointSaved,
)
from schema.ids import PARTIES, number_if_given, number_of


@strawberry.type
class EndpointQueries:
    @strawberry.field(description="Members of the party only.")
    async def webhook_endpoints(self, info: Info, party_id: strawberry.ID) -> list[WebhookEndpoint]:
        policy.require_reader(info.context.actor)
        number = number_of(info, party_id, *PARTIES, path=["partyId"])
        policy.require_member(info.context.actor, number)
        async with policy.read(info) as read:
            return [WebhookEndpoint.of(row) for row in await store.endpoints.of_party(read, number)]


@strawberry.type
class EndpointMutations:
    @strawberry.mutation
    async def create_webhook_endpoint(self, info: Info, input: CreateWebhookEndpointInput) -> WebhookEndpointResult:
        async with policy.work(info) as work:
            row = await endpoints.create(
                work,
                party_id=number_if_given(info, input.party_id, *PARTIES, path=["partyId"]),
                url=input.url,
                kinds=[*input.licence_kinds, *input.payout_kinds],
                insecure=_insecure(info),
            )
        return WebhookEndpointSaved(endpoint=WebhookEndpoint.of(row), secret=_secret(info.context.seal, row))

    @strawberry.mutation
    async def update_webhook_endpoint(self, info: Info, input: UpdateWebhookEndpointInput) -> WebhookEndpointResult:
        kinds = [*(input.licence_kinds or ()), *(input.payout_kinds or ())]
        is_given = input.licence_kinds is not None or input.payout_kinds is not None
        async with policy.work(info) as work:
            row = await endpoints.update(
                work,
                endpoint_id=_number(info, input.endpoint_id),
                url=input.url,
                kinds=kinds if is_given else None,
                enabled=input.enabled,
                insecure=_insecure(info),
            )
        return WebhookEndpointSaved(endpoint=WebhookEndpoint.of(row), secret=None)

    @strawberry.mutation
    async def delete_webhook_endpoint(self, info: Info, input: DeleteWebhookEndpointInput) -> WebhookEndpointResult:
        async with policy.work(info) as work:
            row = await endpoints.delete(work, endpoint_id=_number(info, input.endpoint_id))
        return WebhookEndpointSaved(endpoint=WebhookEndpoint.of(row), secret=None)

    @strawberry.mutation
    async def rotate_webhook_secret(self, info: Info, input: RotateWebhookSecretInput) -> WebhookEndpointResult:
        async with policy.work(info) as work:
            overlap = timedelta(seconds=input.overlap_seconds)
            row = await endpoints.rotate(work, endpoint_id=_number(info, input.endpoint_id), overlap=overlap)
        return WebhookEndpointSaved(endpoint=WebhookEndpoint.of(row), secret=_secret(info.context.seal, row))

    @strawberry.mutation
    async def replay_webhook_endpoint(self, info: Info, input: ReplayWebhookEndpointInput) -> WebhookEndpointResult:
        async with policy.work(info) as work:
            row = await endpoints.replay(work, endpoint_id=_number(info, input.endpoint_id), since=input.since)
        return WebhookEndpointSaved(endpoint=WebhookEndpoint.of(row), secret=None)

    @strawberry.mutation
    async def test_webhook_endpoint(self, info: Info, input: TestWebhookEndpointInput) -> WebhookEndpointResult:
        async with policy.work(info) as work:
            row = await endpoints.ping(work, endpoint_id=_number(info, input.endpoint_id))
        return WebhookEndpointSaved(endpoint=WebhookEndpoint.of(row), secret=None)


def _number(info: Info, id: str) -> int:
    return number_of(info, id, "WebhookEndpoint", path=["endpointId"])


def _secret(seal: Seal, row: Endpoint) -> str:
    return endpoints.secret(seal, row.id or 0, row.generation)


def _insecure(info: Info) -> bool:
    """Where the market itself is not reached over TLS, on a laptop, its listeners need not be either."""
    return info.context.public_url.startswith("http://")
