"""A model, or one of the crew, leaves: what concerns them is overwritten; what was agreed and paid stays, without the name."""

import re
from collections.abc import Awaitable, Callable, Sequence

from core.actor import Scope
from core.errors import WrongState
from core.store import forget_origins
from core.work import Read, Work
from market import listings, rules, store
from market.facts import ContributorErased, ModelErased
from market.states import ContributionStatus, LicenceStatus, MandateStatus, TwinStatus
from market.store.erasing import NOTHING, Traces
from market.store.rights import rights_of
from market.tables import Licence, Party, Twin
from payments import store as payments

RUNNING = (LicenceStatus.AWAITING_PAYMENT, LicenceStatus.ACTIVE, LicenceStatus.SUSPENDED)


async def remaining(read: Read, model_id: int) -> tuple[str, ...]:
    """What must be over before she can be erased, each in a few words. Nothing: she can be, now."""
    own = await store.erasing.licences_of(read, model_id)
    running = [each for each in own if rules.licence_status(each, read.now) in RUNNING]
    told = [
        f"licence {each.number}, {_words(rules.licence_status(each, read.now))}, until {_last_day(each)}"
        for each in running
    ]
    counts = await payments.under_way(read, model_id, [each.id for each in own if each.id is not None])
    return (*told, *(f"{count} {name}" for name, count in counts.items() if count))


async def remaining_of_contributor(read: Read, contributor_id: int) -> tuple[str, ...]:
    """Licences may run on without them: what is in the way is money."""
    shared = await store.erasing.licences_shared_with(read, contributor_id)
    counts = await payments.under_way(read, contributor_id, shared)
    return tuple(f"{count} {name}" for name, count in counts.items() if count)


async def erase_contributor(work: Work, *, contributor_id: int, confirmation: str) -> Party:
    """By themselves, signed with their name: it cannot be undone. Raises WrongState with all that is in the way."""
    rules.check_scope(work.actor, Scope.MANAGE)
    rules.check_person(work.actor)
    rules.check_is_contributor(work.actor, contributor_id)
    traces = await store.erasing.hold_contributor(work, contributor_id)
    rules.check_signature(confirmation, traces.party.name)
    await _once(work, contributor_id, await remaining_of_contributor(work, contributor_id), _erase_contributor, traces)
    work.record(ContributorErased(party_id=contributor_id))
    return traces.party


async def erase(work: Work, *, model_id: int, confirmation: str) -> Party:
    """By the model herself, signed with her name: it cannot be undone. Raises WrongState with all that is in the way."""
    rules.check_scope(work.actor, Scope.MANAGE)
    rules.check_person(work.actor)
    rules.check_is_model(work.actor, model_id)
    traces = await store.erasing.hold(work, model_id)
    rules.check_signature(confirmation, traces.party.name)
    await _once(work, model_id, await remaining(work, model_id), _erase_model, traces)
    work.record(ModelErased(party_id=model_id))
    return traces.party


async def _once(
    work: Work, party_id: int, left: Sequence[str], overwrite: Callable[[Work, Traces], Awaitable[None]], traces: Traces
) -> None:
    """Nothing may be left under way; and while it is done, and no longer, evidence gives way."""
    if left:
        raise WrongState(f"Not yet: {'; '.join(left)}. End these first, or wait for them.", state="UNDER_WAY")
    erasure = await store.erasing.begin(work, party_id)
    if erasure is None:
        raise WrongState("This was done before.", state="ERASED")
    await overwrite(work, traces)
    erasure.done_at = work.now
    await work.session.flush()


async def _erase_contributor(work: Work, traces: Traces) -> None:
    names, redacted = traces.names, _redacting(traces.names)
    await _end_powers(work, traces.party.id or 0)
    await store.erasing.redact_crew(work, traces, redacted)
    await _forget(work, traces, names, redacted)


async def _forget(work: Work, traces: Traces, names: Sequence[str], redacted: Callable[[str], str]) -> None:
    """What is kept of any party with people and money."""
    party_id = traces.party.id or 0
    references = [licence.id for licence in traces.licences if licence.id is not None]
    await payments.take_names_out(work, party_id, references, redacted=redacted, names=names)
    await store.erasing.forget_people(work, traces)
    await forget_origins(work, person_ids=[person.id for person in traces.people if person.id is not None])
    traces.party.name, traces.party.handle = NOTHING, f"erased-{party_id}"
    await work.session.flush()


async def _erase_model(work: Work, traces: Traces) -> None:
    names, redacted = traces.names, _redacting(traces.names)
    words = [*names, *(word for twin in traces.twins for word in (twin.description, *twin.tags))]
    for twin in traces.twins:
        await _retire(work, twin)
    await _end_powers(work, traces.party.id or 0)
    await store.erasing.redact_evidence(work, traces, redacted)
    await store.erasing.redact_words(work, traces, redacted)
    await store.erasing.take_pictures(work, traces, redacted)
    for twin in traces.twins:
        _overwrite(twin)
    await _forget(work, traces, names, redacted)
    await store.erasing.forget_spellings(work, words)


async def _retire(work: Work, twin: Twin) -> None:
    if twin.status is not TwinStatus.RETIRED:
        rules.move(twin, TwinStatus.RETIRED, work.now)
        await listings.withdraw_all(work, twin, reason="The twin has left the market.")


async def _end_powers(work: Work, party_id: int) -> None:
    """Nobody acts for them, and nobody has a part of what is to come, nor they of anybody's."""
    mandates, parts = await store.erasing.powers(work, party_id)
    for mandate in mandates:
        is_active = mandate.status is MandateStatus.ACTIVE
        rules.move(mandate, MandateStatus.ENDED if is_active else MandateStatus.DECLINED, work.now)
        mandate.ended_at, mandate.answered_at = work.now if is_active else None, mandate.answered_at or work.now
    for part in parts:
        rules.move(part, ContributionStatus.ENDED, work.now)
        part.ended_at = work.now
    await work.session.flush()


def _overwrite(twin: Twin) -> None:
    twin.name, twin.handle, twin.description = NOTHING, f"erased-{twin.id}", ""
    twin.status_reason = None
    twin.height_cm = twin.bust_cm = twin.waist_cm = twin.hips_cm = None
    twin.shoe_size_eu = twin.hair_colour = twin.eye_colour = None
    twin.tags, twin.preview_urls = [], []


def _redacting(names: Sequence[str]) -> Callable[[str], str]:
    """What takes the names out of a text, wherever they stand as words of their own."""
    if not names:
        return lambda text: text
    anyone = re.compile("|".join(rf"(?<!\w){re.escape(name)}(?!\w)" for name in names), re.IGNORECASE)
    return lambda text: anyone.sub(NOTHING, text)


def _words(status: LicenceStatus) -> str:
    return status.lower().replace("_", " ")


def _last_day(licence: Licence) -> str:
    return str(rights_of(licence).ends_on)
