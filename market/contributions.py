"""Contributions: the model gives a part of each licence to the crew of a capture; each of them accepts, and either side ends."""

import re
import secrets
import unicodedata

from core.actor import Scope
from core.errors import InvalidInput, NotAllowed, WrongState
from core.work import Work
from market import people, rules, store
from market.facts import ContributionChanged
from market.states import ContributionStatus, PartyKind, TwinStatus
from market.store.contributions import STANDING
from market.tables import Contribution, Party

MAXIMUM_INVITATIONS = 50
"""For one version of a twin, those that were declined too."""


async def invite(
    work: Work,
    *,
    twin_id: int,
    craft: str,
    share_bps: int,
    contributor_id: int | None,
    name: str | None,
    country: str | None,
) -> tuple[Contribution, str | None]:
    """Ask somebody of the crew of the present version to take a part of each licence to come. Whoever is not here yet is named
    with a name and a country: then a letter comes with it, for her to hand on, and whoever brings it acts for that contributor.
    It counts once it is accepted."""
    rules.check_scope(work.actor, Scope.MANAGE)
    known = await store.parties.hold_contributor(work, contributor_id) if contributor_id is not None else None
    twin = await store.twins.lock(work, twin_id)
    rules.check_may_sign(work.actor, twin)
    if twin.status is TwinStatus.RETIRED:
        raise WrongState("The twin is retired: there will be no more licences to share.", state=twin.status)
    invited = await store.contributions.of_version(work, twin)
    standing = [each for each in invited if each.status in STANDING]
    rules.check_contribution(share_bps=share_bps, others_bps=[each.share_bps for each in standing])
    if len(invited) >= MAXIMUM_INVITATIONS:
        raise NotAllowed(f"{MAXIMUM_INVITATIONS} people were invited for this version already.", code="TOO_MANY")
    if (contributor_id is None) == (name is None):
        raise InvalidInput("Name either a contributor who is here already, or a name and a country.", path=["name"])
    if known is not None:
        party, secret = known, None
        if await store.erasing.is_erased(work, _id(party)):
            raise WrongState("This contributor was erased: nobody could answer. Invite somebody else.", state="ERASED")
    else:
        party, secret = await _newcomer(work, name=name or "", country=country or "")
    if any(each.party_id == party.id for each in standing):
        raise WrongState(f"{party.name} has a part, or was asked already. End that first.", state="INVITED")
    contribution = Contribution(
        twin_id=twin_id,
        twin_version=twin.version,
        model_id=twin.model_id,
        party_id=_id(party),
        craft=rules.check_line(craft, path=["craft"], most=60),
        share_bps=share_bps,
        invited_at=work.now,
    )
    work.session.add(contribution)
    return await _changed(work, contribution), secret


async def respond(work: Work, *, contribution_id: int, accept: bool) -> Contribution:
    """Only the contributor answers."""
    rules.check_scope(work.actor, Scope.MANAGE)
    contribution, twin = await store.contributions.lock(work, contribution_id)
    if contribution.party_id not in work.actor.contributor_ids:
        raise NotAllowed("Only who was invited can answer.", code="ONLY_THE_CONTRIBUTOR")
    if accept and contribution.twin_version != twin.version:
        raise WrongState("The twin has a newer version: this invitation is for an older one.", state="OUTDATED")
    answer = ContributionStatus.ACCEPTED if accept else ContributionStatus.DECLINED
    rules.move(contribution, answer, work.now)
    contribution.answered_at = work.now
    return await _changed(work, contribution)


async def end(work: Work, *, contribution_id: int) -> Contribution:
    """By the model or by the contributor: no further licence has this part. Those that were signed keep theirs."""
    rules.check_scope(work.actor, Scope.MANAGE)
    contribution, _ = await store.contributions.lock(work, contribution_id)
    if not {contribution.model_id, contribution.party_id} & (work.actor.model_ids | work.actor.contributor_ids):
        raise NotAllowed("Only the model and the contributor can end this.", code="ONLY_THE_MODEL")
    rules.move(contribution, ContributionStatus.ENDED, work.now)
    contribution.ended_at = work.now
    return await _changed(work, contribution)


async def _newcomer(work: Work, *, name: str, country: str) -> tuple[Party, str]:
    """A contributor for whom nobody acts yet, and the letter for whoever will."""
    invited_by, called = rules.check_person(work.actor), rules.check_line(name, path=["name"])
    values = {"kind": PartyKind.CONTRIBUTOR, "handle": _handle(called), "name": called}
    party = await store.parties.keep(work, values | {"country": rules.check_country(country)})
    if party is None:
        raise RuntimeError("A handle with chance in it was taken.")
    _, secret = await people.letter(work, party_id=_id(party), invited_by=invited_by)
    return party, secret


def _handle(name: str) -> str:
    """Their name in letters that a handle may have, and a little chance, for names are not unique."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return "-".join([*re.findall("[a-z0-9]+", plain[:40]), secrets.token_hex(4)])


async def _changed(work: Work, contribution: Contribution) -> Contribution:
    await work.session.flush()
    work.record(ContributionChanged(contribution_id=_id(contribution)))
    return contribution


def _id(row: Contribution | Party) -> int:
    if row.id is None:
        raise ValueError("The row is not kept yet.")
    return row.id
