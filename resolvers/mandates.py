"""Proposing, answering, widening and ending mandates."""

import strawberry

from market import mandates
from schema import policy
from schema.context import Info
from schema.ids import number_if_given, number_of
from schema.mandates import (
    AssetDecisionsDelegated,
    DelegateAssetDecisionsInput,
    DelegateAssetDecisionsResult,
    EndMandateInput,
    EndMandateResult,
    Mandate,
    MandateAnswered,
    MandateEnded,
    MandateProposed,
    ProposeMandateInput,
    ProposeMandateResult,
    RespondToMandateInput,
    RespondToMandateResult,
)
from schema.rights import countries


@strawberry.type
class MandateMutations:
    @strawberry.mutation
    async def respond_to_mandate(self, info: Info, input: RespondToMandateInput) -> RespondToMandateResult:
        async with policy.work(info) as work:
            mandate_id = number_of(info, input.mandate_id, "Mandate", path=["mandateId"])
            mandate = await mandates.respond(work, mandate_id=mandate_id, accept=input.accept)
        return MandateAnswered(mandate=Mandate.of(mandate))

    @strawberry.mutation
    async def propose_mandate(self, info: Info, input: ProposeMandateInput) -> ProposeMandateResult:
        async with policy.work(info) as work:
            mandate = await mandates.propose(
                work,
                agency_id=number_if_given(info, input.agency_id, "Agency", path=["agencyId"]),
                model_id=number_of(info, input.model_id, "Model", path=["modelId"]),
                commission_bps=input.commission_basis_points,
                territories=countries(input.territories, path=["territories"]),
                starts_on=input.starts_on,
                ends_on=input.ends_on,
            )
        return MandateProposed(mandate=Mandate.of(mandate))

    @strawberry.mutation
    async def delegate_asset_decisions(
        self, info: Info, input: DelegateAssetDecisionsInput
    ) -> DelegateAssetDecisionsResult:
        async with policy.work(info) as work:
            mandate_id = number_of(info, input.mandate_id, "Mandate", path=["mandateId"])
            mandate = await mandates.delegate(work, mandate_id=mandate_id, decides_assets=input.delegate)
        return AssetDecisionsDelegated(mandate=Mandate.of(mandate))

    @strawberry.mutation
    async def end_mandate(self, info: Info, input: EndMandateInput) -> EndMandateResult:
        async with policy.work(info) as work:
            mandate_id = number_of(info, input.mandate_id, "Mandate", path=["mandateId"])
            mandate = await mandates.end(work, mandate_id=mandate_id)
        return MandateEnded(mandate=Mandate.of(mandate))
