"""Mandates: the agency proposes, the model answers and may let it decide assets, either ends."""

from datetime import date, timedelta

from sqlalchemy.dialects.postgresql.ranges import Range

from core.actor import Scope
from core.errors import NotAllowed, WrongState
from core.store import refresh_clock
from core.work import Work
from market import rules, store
from market.facts import MandateAnswered, MandateDelegated, MandateEnded, MandateProposed
from market.states import MandateStatus, PartyKind
from market.store.rights import country_numbers
from market.tables import Mandate


async def propose(
    work: Work,
    *,
    agency_id: int | None,
    model_id: int,
    commission_bps: int,
    territories: frozenset[str],
    starts_on: date,
    ends_on: date,
) -> Mandate:
    rules.check_scope(work.actor, Scope.MANAGE)
    acting = rules.acting_party(agency_id, work.actor.agency_ids, noun="agency")
    await store.parties.find(work, model_id, kind=PartyKind.MODEL)
    rules.check_mandate(
        commission_bps=commission_bps,
        countries=territories,
        starts_on=starts_on,
        ends_on=ends_on,
        today=work.today,
    )
    mandate = Mandate(
        model_id=model_id,
        agency_id=acting,
        status=MandateStatus.PROPOSED,
        commission_bps=commission_bps,
        territories=country_numbers(territories),
        days=Range(starts_on, ends_on + timedelta(days=1), bounds="[)"),
        proposed_at=work.now,
    )
    if await store.mandates.overlapping(work, mandate, status=MandateStatus.PROPOSED, agency_id=acting):
        raise WrongState("Your last proposal for these territories and days waits for an answer.", state="PROPOSED")
    work.session.add(mandate)
    await work.session.flush()
    work.record(MandateProposed(mandate_id=_id(mandate)))
    return mandate


async def respond(work: Work, *, mandate_id: int, accept: bool) -> Mandate:
    """Only the model herself answers."""
    rules.check_scope(work.actor, Scope.MANAGE)
    seen = (await store.mandates.by_ids(work, [mandate_id])).get(mandate_id)
    if seen is not None:
        await store.parties.lock(work, seen.model_id)  # her mandates change one at a time
        await refresh_clock(work)
    mandate = await store.mandates.lock(work, mandate_id)
    if mandate.model_id not in work.actor.model_ids:
        raise NotAllowed("Only the model herself can answer.", code="ONLY_THE_MODEL")
    rules.move(mandate, MandateStatus.ACTIVE if accept else MandateStatus.DECLINED, work.now)
    if accept:
        await _check_room(work, mandate)
    mandate.answered_at = work.now
    await work.session.flush()
    work.record(MandateAnswered(mandate_id=_id(mandate), accepted=accept))
    return mandate


async def _check_room(work: Work, mandate: Mandate) -> None:
    """Its days are not over, and no other agency acts there then: the database would refuse too, but not in words."""
    if mandate.days.upper is not None and mandate.days.upper <= work.today:
        raise WrongState("The days of this mandate are over.", state=MandateStatus.PROPOSED)
    with work.session.no_autoflush:
        others = await store.mandates.overlapping(work, mandate, status=MandateStatus.ACTIVE)
    if others:
        raise WrongState(
            "You have a mandate for some of these territories and days already. End that one first.",
            state=MandateStatus.PROPOSED,
        )


async def delegate(work: Work, *, mandate_id: int, decides_assets: bool) -> Mandate:
    """The model lets the agency decide assets in her place, or no longer. Signing is never given away."""
    rules.check_scope(work.actor, Scope.MANAGE)
    mandate = await store.mandates.lock(work, mandate_id)
    if mandate.model_id not in work.actor.model_ids:
        raise NotAllowed("Only the model herself can give this away.", code="ONLY_THE_MODEL")
    over = mandate.days.upper is not None and mandate.days.upper <= work.today
    if mandate.status is not MandateStatus.ACTIVE or over:
        state = MandateStatus.ENDED if over else mandate.status
        raise WrongState(f"The mandate is {state}: only one that is ACTIVE can cover this.", state=state)
    if decides_assets is not (mandate.decides_assets_since is not None):
        mandate.decides_assets_since = work.now if decides_assets else None
        await work.session.flush()
        work.record(MandateDelegated(mandate_id=_id(mandate)))
    return mandate


async def end(work: Work, *, mandate_id: int) -> Mandate:
    """Either side, at any time. What was agreed under it stays agreed."""
    rules.check_scope(work.actor, Scope.MANAGE)
    mandate = await store.mandates.lock(work, mandate_id)
    if mandate.model_id not in work.actor.model_ids and mandate.agency_id not in work.actor.agency_ids:
        raise NotAllowed("Only the model and the agency can end their mandate.")
    rules.move(mandate, MandateStatus.ENDED, work.now)
    mandate.ended_at = work.now
    await work.session.flush()
    work.record(MandateEnded(mandate_id=_id(mandate), agency_id=mandate.agency_id))
    return mandate


def _id(mandate: Mandate) -> int:
    if mandate.id is None:
        raise ValueError("The mandate is not kept yet.")
    return mandate.id
