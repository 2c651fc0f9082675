"""Contributions: who of a capture's crew has which part of a price."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col

from core.errors import NotFound
from core.store import refresh_clock
from core.work import Read, Work
from market.states import ContributionStatus
from market.store import asking, scope, twins
from market.store.twins import Version
from market.tables import Contribution, LicenceContribution, Twin

STANDING = (ContributionStatus.INVITED, ContributionStatus.ACCEPTED)


async def by_ids(read: Read, ids: Collection[int]) -> Mapping[int, Contribution]:
    """Those that the caller may see."""
    query = sa.select(Contribution).where(col(Contribution.id).in_(ids), scope.contributions(read.actor))
    return await asking.by_number(read, query)


async def sharing(read: Read, versions: Collection[Version]) -> Mapping[Version, Sequence[Contribution]]:
    """By a twin's number and version, the crew of that capture that has accepted, in the order of their invitations."""
    found: dict[Version, list[Contribution]] = defaultdict(list)
    for each in (await asking.run(read, _sharing(), ids=list({twin_id for twin_id, _ in versions}))).scalars():
        if (each.twin_id, each.twin_version) in versions:
            found[each.twin_id, each.twin_version].append(each)
    return found


@cache
def _sharing() -> Any:
    query = sa.select(Contribution).where(
        col(Contribution.twin_id) == asking.ANY, col(Contribution.status) == ContributionStatus.ACCEPTED
    )
    return query.order_by(col(Contribution.id))


async def of_twins(read: Read, twin_ids: Collection[int]) -> Mapping[int, Sequence[Contribution]]:
    """By twin, all that the caller may see."""
    query = sa.select(Contribution).where(col(Contribution.twin_id).in_(twin_ids), scope.contributions(read.actor))
    found: dict[int, list[Contribution]] = defaultdict(list)
    for each in (await read.session.execute(query.order_by(col(Contribution.id)))).scalars():
        found[each.twin_id].append(each)
    return found


async def of_parties(read: Read, party_ids: Collection[int]) -> Mapping[int, Sequence[Contribution]]:
    """By contributor, newest first, those that the caller may see."""
    query = sa.select(Contribution).where(col(Contribution.party_id).in_(party_ids), scope.contributions(read.actor))
    found: dict[int, list[Contribution]] = defaultdict(list)
    for each in (await read.session.execute(query.order_by(col(Contribution.id).desc()))).scalars():
        found[each.party_id].append(each)
    return found


async def of_version(work: Work, twin: Twin) -> Sequence[Contribution]:
    """Everybody who was ever invited for the present version of a twin that is locked."""
    query = sa.select(Contribution).where(
        col(Contribution.twin_id) == twin.id, col(Contribution.twin_version) == twin.version
    )
    return (await work.session.execute(query.order_by(col(Contribution.id)))).scalars().all()


async def lock(work: Work, contribution_id: int) -> tuple[Contribution, Twin]:
    """The contribution and its twin, held until the work ends. Raises NotFound."""
    seen = sa.and_(col(Contribution.id) == contribution_id, scope.own_contributions(work.actor))
    its_twin = twins.holding(sa.select(col(Contribution.twin_id)).where(seen))
    twin = await twins.hold_of(work, its_twin)
    held = sa.select(Contribution).where(seen).with_for_update(key_share=True)
    query = held.execution_options(populate_existing=True)
    found = (await work.session.execute(query)).scalar_one_or_none() if twin is not None else None
    if twin is None or found is None:
        raise NotFound("There is no such contribution.", path=["contributionId"])
    await refresh_clock(work)
    return found, twin


async def freeze(work: Work, licence_id: int, crew: Sequence[Contribution]) -> None:
    """What the crew has of a licence that was signed just now."""
    if crew:
        rows = [
            {
                "licence_id": licence_id,
                "contribution_id": each.id,
                "party_id": each.party_id,
                "craft": each.craft,
                "share_bps": each.share_bps,
            }
            for each in crew
        ]
        await work.session.execute(insert(LicenceContribution).values(rows))


async def of_licences(read: Read, licence_ids: Collection[int]) -> Mapping[int, Sequence[LicenceContribution]]:
    """By licence, as they were frozen into it."""
    query = sa.select(LicenceContribution).where(col(LicenceContribution.licence_id).in_(licence_ids))
    found: dict[int, list[LicenceContribution]] = defaultdict(list)
    for each in (await read.session.execute(query.order_by(col(LicenceContribution.contribution_id)))).scalars():
        found[each.licence_id].append(each)
    return found


async def carry_over(work: Work, crew: Sequence[Contribution], version: int) -> None:
    """The same people have the same parts of another version."""
    for each in crew:
        work.session.add(
            Contribution(
                twin_id=each.twin_id,
                twin_version=version,
                model_id=each.model_id,
                party_id=each.party_id,
                craft=each.craft,
                share_bps=each.share_bps,
                status=ContributionStatus.ACCEPTED,
                invited_at=work.now,
                answered_at=each.answered_at,
            )
        )
    await work.session.flush()
