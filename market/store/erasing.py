"""What is kept of a model or of one of the crew, so that it can be overwritten."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col

from core.tables import Job
from core.work import Read, Work
from market.showing import Spelling
from market.states import BidStatus, ContributionStatus, MandateStatus
from market.store import twins, uploads
from market.tables import (
    ApiKey,
    Asset,
    Bid,
    Consent,
    ConsentPolicy,
    Contribution,
    Delivery,
    Endpoint,
    Erasure,
    Invitation,
    Licence,
    LicenceContribution,
    Mandate,
    Member,
    Party,
    Passkey,
    Person,
    SignIn,
    Takedown,
    Twin,
)

NOTHING = "[erased]"
CREW = "(contributor)"
"""How a consent's text marks whose part it is."""


@dataclass(frozen=True, slots=True)
class Traces:
    """All rows that tell of one model or contributor. `people` are those who act for nobody else."""

    party: Party
    twins: Sequence[Twin]
    people: Sequence[Person]
    licences: Sequence[Licence]
    consents: Sequence[Consent]

    @property
    def names(self) -> list[str]:
        """What somebody else may have called them or the twins, the longest first. Whose licence it is has signed it."""
        own = [self.party.name, self.party.handle]
        own += [word for twin in self.twins for word in (twin.name, twin.handle)]
        own += [word for person in self.people for word in (person.name, person.email)]
        hers = {licence.id for licence in self.licences if licence.model_id == self.party.id}
        signed = [consent for consent in self.consents if consent.licence_id in hers]
        own += [word for consent in signed for word in (consent.signed_by, consent.signature)]
        return sorted({word for word in own if len(word) > 1 and word != NOTHING}, key=lambda word: (-len(word), word))


async def hold(work: Work, model_id: int) -> Traces:
    """The model and her twins, held until the work ends, with everything that tells of her."""
    held = await _hold_party(work, model_id)
    mine = sa.select(Twin).where(col(Twin.model_id) == model_id).order_by(col(Twin.id))
    numbers = [twin.id for twin in (await work.session.execute(mine)).scalars() if twin.id is not None]
    await twins.hold_many(work, numbers)
    own = await work.session.execute(mine.execution_options(populate_existing=True))
    return await _traces(work, held, own.scalars().all(), col(Licence.model_id) == model_id)


async def hold_contributor(work: Work, contributor_id: int) -> Traces:
    """One of the crew, and the twins of which they may still get a part, held until the work ends."""
    held = await _hold_party(work, contributor_id)
    standing = sa.select(col(Contribution.twin_id)).where(
        col(Contribution.party_id) == contributor_id,
        col(Contribution.status).in_((ContributionStatus.INVITED, ContributionStatus.ACCEPTED)),
    )
    numbers = (await work.session.execute(standing.distinct().order_by(col(Contribution.twin_id)))).scalars().all()
    await twins.hold_many(work, list(numbers))
    return await _traces(work, held, [], col(Licence.id).in_(_shared_with(contributor_id)))


async def _hold_party(work: Work, party_id: int) -> Party:
    party = sa.select(Party).where(col(Party.id) == party_id).with_for_update(key_share=True)
    return (await work.session.execute(party.execution_options(populate_existing=True))).scalar_one()


def _shared_with(contributor_id: int) -> sa.Select[int]:
    return sa.select(col(LicenceContribution.licence_id)).where(col(LicenceContribution.party_id) == contributor_id)


async def _traces(work: Work, party: Party, own: Sequence[Twin], which: sa.ColumnElement[bool]) -> Traces:
    licences = await work.session.execute(sa.select(Licence).where(which))
    signed = sa.select(Consent).join(Licence, col(Licence.id) == col(Consent.licence_id))
    consents = await work.session.execute(signed.where(which))
    elsewhere = sa.select(col(Member.person_id)).where(col(Member.party_id) != party.id)
    acting = sa.select(col(Member.person_id)).where(col(Member.party_id) == party.id)
    alone = sa.select(Person).where(
        col(Person.id).in_(acting), col(Person.id).not_in(elsewhere), sa.not_(col(Person.is_operator))
    )
    people = await work.session.execute(alone.with_for_update(key_share=True))
    return Traces(
        party=party,
        twins=own,
        people=people.scalars().all(),
        licences=licences.scalars().all(),
        consents=consents.scalars().all(),
    )


async def begin(work: Work, model_id: int) -> Erasure | None:
    """From now until it is done, evidence that names her can be redacted. None when she was erased before."""
    fresh = insert(Erasure).values(party_id=model_id, asked_at=work.now, asked_by=work.actor.caller)
    return (await work.session.execute(fresh.on_conflict_do_nothing().returning(Erasure))).scalar_one_or_none()


async def is_erased(read: Read, party_id: int) -> bool:
    found = sa.select(sa.exists().where(col(Erasure.party_id) == party_id))
    return bool((await read.session.execute(found)).scalar_one())


async def licences_of(read: Read, model_id: int) -> Sequence[Licence]:
    query = sa.select(Licence).where(col(Licence.model_id) == model_id).order_by(col(Licence.id))
    return (await read.session.execute(query)).scalars().all()


async def licences_shared_with(read: Read, contributor_id: int) -> Sequence[int]:
    return (await read.session.execute(_shared_with(contributor_id))).scalars().all()


async def redact_crew(work: Work, traces: Traces, redacted: Callable[[str], str]) -> None:
    """A name out of what was signed, where the crew stands and in the brand's own words; all else is what others agreed."""
    for consent in traces.consents:
        lines = consent.text.split("\n")
        kept = [redacted(line) if line.startswith("> ") or CREW in line else line for line in lines]
        if kept != lines:
            consent.text, consent.erased_at = "\n".join(kept), work.now
    helped = sa.select(col(Contribution.twin_id)).where(col(Contribution.party_id) == traces.party.id)
    bids = sa.select(Bid).where(col(Bid.twin_id).in_(helped))
    for bid in (await work.session.execute(bids)).scalars():
        bid.intended_use = redacted(bid.intended_use)
    await redact_jobs(work, redacted)


async def redact_evidence(work: Work, traces: Traces, redacted: Callable[[str], str]) -> None:
    """Her own words and all names out of what was signed; what was agreed stays, and so does the digest."""
    twin_ids = [twin.id for twin in traces.twins]
    policies = sa.select(ConsentPolicy).where(col(ConsentPolicy.twin_id).in_(twin_ids))
    for policy in (await work.session.execute(policies)).scalars():
        policy.restrictions = [NOTHING] * len(policy.restrictions)
    for consent in traces.consents:
        kept = [f"> {NOTHING}" if line.startswith("> ") else redacted(line) for line in consent.text.split("\n")]
        consent.text = "\n".join(kept)
        consent.signed_by = consent.signature = NOTHING
        consent.erased_at = work.now
    await work.session.flush()


async def redact_words(work: Work, traces: Traces, redacted: Callable[[str], str]) -> None:
    """Names out of what others wrote about her, and everything out of what her side wrote to them."""
    bids = sa.select(Bid).where(col(Bid.twin_id).in_([twin.id for twin in traces.twins]))
    for bid in (await work.session.execute(bids)).scalars():
        bid.intended_use = redacted(bid.intended_use) if bid.status is BidStatus.ACCEPTED else NOTHING
        bid.decline_reason = bid.counter_message = None
    takedowns = sa.select(Takedown).where(col(Takedown.licence_id).in_([licence.id for licence in traces.licences]))
    for takedown in (await work.session.execute(takedowns)).scalars():
        takedown.note = redacted(takedown.note) if takedown.note is not None else None
        takedown.urls = [redacted(url) for url in takedown.urls]
    await redact_jobs(work, redacted)


async def redact_jobs(work: Work, redacted: Callable[[str], str]) -> None:
    failed = sa.select(Job).where(col(Job.error).is_not(None))
    for job in (await work.session.execute(failed)).scalars():
        job.error = redacted(job.error or "")
    await work.session.flush()


async def take_pictures(work: Work, traces: Traces, redacted: Callable[[str], str]) -> None:
    """Names out of what is said of pictures, and the pictures themselves, with their signed copies, off to be removed."""
    mine = sa.select(Asset).where(col(Asset.licence_id).in_([licence.id for licence in traces.licences]))
    assets = (await work.session.execute(mine.order_by(col(Asset.id)).with_for_update())).scalars().all()
    for asset in assets:
        asset.title, asset.url = redacted(asset.title), redacted(asset.url)
        asset.note = NOTHING if asset.note is not None else None
        asset.decided_by = redacted(asset.decided_by) if asset.decided_by is not None else None
        asset.signing = asset.signing_note = None
    await work.session.flush()
    files = {number for asset in assets for number in (asset.upload_id, asset.signed_upload_id) if number is not None}
    await uploads.erase(work, files)


async def powers(work: Work, party_id: int) -> tuple[Sequence[Mandate], Sequence[Contribution]]:
    """The mandates and the crew's parts that are not over, locked."""
    mandates = sa.select(Mandate).where(
        col(Mandate.model_id) == party_id, col(Mandate.status).in_((MandateStatus.ACTIVE, MandateStatus.PROPOSED))
    )
    parts = sa.select(Contribution).where(
        sa.or_(col(Contribution.model_id) == party_id, col(Contribution.party_id) == party_id),
        col(Contribution.status).in_((ContributionStatus.INVITED, ContributionStatus.ACCEPTED)),
    )
    held = await work.session.execute(mandates.order_by(col(Mandate.id)).with_for_update(key_share=True))
    own = await work.session.execute(parts.order_by(col(Contribution.id)).with_for_update(key_share=True))
    return held.scalars().all(), own.scalars().all()


async def forget_people(work: Work, traces: Traces) -> None:
    """Those who act for nobody else are nobody; all others act for her no more. Sessions and keys open nothing."""
    party_id, ids = traces.party.id, [person.id for person in traces.people]
    keys = sa.update(ApiKey).where(sa.or_(col(ApiKey.party_id) == party_id, col(ApiKey.person_id).in_(ids)))
    revoked_at = sa.func.coalesce(col(ApiKey.revoked_at), work.now)
    await work.session.execute(keys.values(name=NOTHING, revoked_at=revoked_at))
    ended_at = sa.func.coalesce(col(SignIn.revoked_at), work.now)
    sessions = sa.update(SignIn).where(col(SignIn.person_id).in_(ids))
    await work.session.execute(sessions.values(user_agent="", revoked_at=ended_at))
    await work.session.execute(sa.delete(Passkey).where(col(Passkey.person_id).in_(ids)))
    letters = sa.update(Invitation).where(col(Invitation.party_id) == party_id, col(Invitation.accepted_at).is_(None))
    await work.session.execute(letters.values(revoked_at=work.now))
    await work.session.execute(sa.delete(Member).where(col(Member.party_id) == party_id))
    told = sa.select(col(Endpoint.id)).where(col(Endpoint.party_id) == party_id)
    await work.session.execute(sa.delete(Delivery).where(col(Delivery.endpoint_id).in_(told)))
    silent = sa.update(Endpoint).where(col(Endpoint.party_id) == party_id)
    deleted_at = sa.func.coalesce(col(Endpoint.deleted_at), work.now)
    await work.session.execute(silent.values(url=NOTHING, last_error=None, deleted_at=deleted_at))
    for person in traces.people:
        person.email, person.name = f"erased-{person.id}@erased.invalid", NOTHING
        person.password_hash, person.suspended_at = None, work.now
    await work.session.flush()


async def forget_spellings(work: Work, words: Sequence[str]) -> None:
    """Words by which she was found, that nothing else is found by. What tells of her is overwritten already."""
    folded = [sa.func.to_tsvector("simple", sa.func.folded(word)) for word in words]
    for vector in folded:
        lexemes = sa.select(sa.func.unnest(sa.func.tsvector_to_array(vector)))
        unused = sa.text(
            "not exists (select from wording where document @@ to_tsquery('simple', quote_literal(spelling.word)))"
            " and not exists (select from party where kind = 'AGENCY'"
            " and to_tsvector('simple', folded(party.name)) @@ to_tsquery('simple', quote_literal(spelling.word)))"
        )
        await work.session.execute(sa.delete(Spelling).where(col(Spelling.word).in_(lexemes), unused))
