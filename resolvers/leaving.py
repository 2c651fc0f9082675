"""Exporting what concerns a model or one of the crew, and erasing them."""

from datetime import datetime, timedelta

import orjson
import strawberry

from market import erasing, exporting
from schema import policy
from schema.context import Info
from schema.ids import number_of
from schema.leaving import (
    ContributorErased,
    ContributorExported,
    EraseContributorInput,
    EraseContributorResult,
    EraseModelInput,
    EraseModelResult,
    ExportContributorInput,
    ExportContributorResult,
    ExportModelInput,
    ExportModelResult,
    ModelErased,
    ModelExported,
)
from schema.parties import Contributor, Model

LINK_HOLDS = timedelta(minutes=15)


@strawberry.type
class LeavingMutations:
    @strawberry.mutation
    async def export_model(self, info: Info, input: ExportModelInput) -> ExportModelResult:
        async with policy.work(info) as work:
            model_id = number_of(info, input.model_id, "Model", path=["modelId"])
            exporting.check_may_export(work.actor, model_id)
            expires_at = work.now + LINK_HOLDS
        return ModelExported(url=_link(info, model_id, expires_at), expires_at=expires_at)

    @strawberry.mutation
    async def erase_model(self, info: Info, input: EraseModelInput) -> EraseModelResult:
        async with policy.work(info) as work:
            model_id = number_of(info, input.model_id, "Model", path=["modelId"])
            row = await erasing.erase(work, model_id=model_id, confirmation=input.signature)
        return ModelErased(model=Model.of(row))

    @strawberry.mutation
    async def export_contributor(self, info: Info, input: ExportContributorInput) -> ExportContributorResult:
        async with policy.work(info) as work:
            contributor_id = number_of(info, input.contributor_id, "Contributor", path=["contributorId"])
            exporting.check_may_export_contributor(work.actor, contributor_id)
            expires_at = work.now + LINK_HOLDS
        return ContributorExported(url=_link(info, contributor_id, expires_at), expires_at=expires_at)

    @strawberry.mutation
    async def erase_contributor(self, info: Info, input: EraseContributorInput) -> EraseContributorResult:
        async with policy.work(info) as work:
            contributor_id = number_of(info, input.contributor_id, "Contributor", path=["contributorId"])
            row = await erasing.erase_contributor(work, contributor_id=contributor_id, confirmation=input.signature)
        return ContributorErased(contributor=Contributor.of(row))


def _link(info: Info, party_id: int, expires_at: datetime) -> str:
    ticket = orjson.dumps([party_id, info.context.actor.caller, int(expires_at.timestamp())])
    return f"{info.context.public_url}/exports/{info.context.seal.close('export', ticket)}"
