"""Making and revoking API keys."""

import strawberry

from market import parties
from schema import policy
from schema.api_keys import (
    ApiKey,
    ApiKeyCreated,
    ApiKeyRevoked,
    CreateApiKeyInput,
    CreateApiKeyResult,
    RevokeApiKeyInput,
    RevokeApiKeyResult,
)
from schema.context import Info
from schema.ids import PARTIES, number_if_given, number_of


@strawberry.type
class ApiKeyMutations:
    @strawberry.mutation
    async def create_api_key(self, info: Info, input: CreateApiKeyInput) -> CreateApiKeyResult:
        async with policy.work(info) as work:
            party_id = number_if_given(info, input.party_id, *PARTIES, path=["partyId"])
            key, secret = await parties.create_api_key(
                work, party_id=party_id, name=input.name, scopes=input.scopes, expires_at=input.expires_at
            )
        return ApiKeyCreated(api_key=ApiKey.of(key), key=secret)

    @strawberry.mutation
    async def revoke_api_key(self, info: Info, input: RevokeApiKeyInput) -> RevokeApiKeyResult:
        async with policy.work(info) as work:
            key_id = number_of(info, input.api_key_id, "ApiKey", path=["apiKeyId"])
            key = await parties.revoke_api_key(work, api_key_id=key_id)
        return ApiKeyRevoked(api_key=ApiKey.of(key))
