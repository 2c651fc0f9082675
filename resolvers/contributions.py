"""Inviting the crew of a capture, answering, and ending."""

import strawberry

from market import contributions
from schema import policy
from schema.context import Info
from schema.contributions import (
    Contribution,
    ContributionAnswered,
    ContributionEnded,
    ContributorInvited,
    EndContributionInput,
    EndContributionResult,
    InviteContributorInput,
    InviteContributorResult,
    RespondToContributionInput,
    RespondToContributionResult,
)
from schema.ids import number_if_given, number_of


@strawberry.type
class ContributionMutations:
    @strawberry.mutation
    async def invite_contributor(self, info: Info, input: InviteContributorInput) -> InviteContributorResult:
        async with policy.work(info) as work:
            row, secret = await contributions.invite(
                work,
                twin_id=number_of(info, input.twin_id, "Twin", path=["twinId"]),
                craft=input.craft,
                share_bps=input.basis_points,
                contributor_id=number_if_given(info, input.contributor_id, "Contributor", path=["contributorId"]),
                name=input.name,
                country=input.country,
            )
        return ContributorInvited(contribution=Contribution.of(row), invitation=secret)

    @strawberry.mutation
    async def respond_to_contribution(
        self, info: Info, input: RespondToContributionInput
    ) -> RespondToContributionResult:
        async with policy.work(info) as work:
            number = number_of(info, input.contribution_id, "Contribution", path=["contributionId"])
            row = await contributions.respond(work, contribution_id=number, accept=input.accept)
        return ContributionAnswered(contribution=Contribution.of(row))

    @strawberry.mutation
    async def end_contribution(self, info: Info, input: EndContributionInput) -> EndContributionResult:
        async with policy.work(info) as work:
            number = number_of(info, input.contribution_id, "Contribution", path=["contributionId"])
            row = await contributions.end(work, contribution_id=number)
        return ContributionEnded(contribution=Contribution.of(row))
