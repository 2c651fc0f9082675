"""Exporting what concerns a model, and erasing her."""

from datetime import timedelta

import orjson
import strawberry

from market import erasing, exporting
from schema import policy
from schema.context import Info
from schema.ids import number_of
from schema.leaving import (
    EraseModelInput,
    EraseModelResult,
    ExportModelInput,
    ExportModelResult,
    ModelErased,
    ModelExported,
)
from schema.parties import Model

LINK_HOLDS = timedelta(minutes=15)


@strawberry.type
class LeavingMutations:
    @strawberry.mutation
    async def export_model(self, info: Info, input: ExportModelInput) -> ExportModelResult:
        async with policy.work(info) as work:
            model_id = number_of(info, input.model_id, "Model", path=["modelId"])
            exporting.check_may_export(work.actor, model_id)
            expires_at = work.now + LINK_HOLDS
        ticket = orjson.dumps([model_id, info.context.actor.caller, int(expires_at.timestamp())])
        url = f"{info.context.public_url}/exports/{info.context.seal.close('export', ticket)}"
        return ModelExported(url=url, expires_at=expires_at)

    @strawberry.mutation
    async def erase_model(self, info: Info, input: EraseModelInput) -> EraseModelResult:
        async with policy.work(info) as work:
            model_id = number_of(info, input.model_id, "Model", path=["modelId"])
            row = await erasing.erase(work, model_id=model_id, confirmation=input.signature)
        return ModelErased(model=Model.of(row))
