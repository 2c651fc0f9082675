"""Assets: the brand submits a picture or film, the model decides, silence until the deadline means no."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from core.actor import Scope
from core.errors import NotAllowed, WrongState
from core.work import Fact, Work
from market import rules, store, uploads, words
from market.consent import PolicyView, policy_obstacles
from market.errors import Availability, Obstacle, ObstacleKind, RightsUnavailable
from market.facts import AssetDecided, AssetDueSoon, AssetSubmitted
from market.rights import Medium
from market.states import AssetStatus, Making, SigningStatus
from market.store.rights import rights_of
from market.tables import Asset, Licence, Twin

TIME_TO_DECIDE = timedelta(hours=72)
REMINDER_BEFORE = timedelta(hours=24)
MOST_WAITING = 100
"""Under one licence: a model can look at so many, and no more."""
MAXIMUM_NOTE = 1000
UPLOADED = "uploaded"
"""Stands for the address of a file that lies here: it has a new one for every quarter of an hour."""


async def submit(
    work: Work,
    *,
    licence_id: int,
    title: str,
    medium: Medium,
    url: str,
    sha256: str,
    making: Making = Making.GENERATED,
    is_recognisable: bool = True,
    upload_id: int | None = None,
) -> Asset:
    """The brand shows what it has made before it is published. Raises RightsUnavailable for a medium that the licence
    does not cover, or to which the model no longer consents."""
    rules.check_scope(work.actor, Scope.MANAGE)
    licence, twin = await store.licences.lock(work, licence_id)
    if licence.brand_id not in work.actor.brand_ids:
        raise NotAllowed("Only the brand whose licence it is can submit what it has made.")
    asset = Asset(
        licence_id=licence_id,
        title=rules.check_line(title, path=["title"]),
        medium=medium,
        url=rules.check_https(url, path=["url"]) if upload_id is None else UPLOADED,
        upload_id=upload_id,
        sha256=rules.check_sha256(sha256),
        making=making,
        is_recognisable=is_recognisable,
        policy_version=licence.policy_version,
        submitted_caller=work.actor.caller,
        submitted_at=work.now,
        decide_by=work.now + TIME_TO_DECIDE,
    )
    rules.check_licence_runs(licence, work.today)
    await _check_consent(work, licence, twin, medium)
    if await store.assets.waiting(work, licence_id) >= MOST_WAITING:
        raise WrongState(f"{MOST_WAITING} assets wait for a decision already.", state=AssetStatus.PENDING)
    agreed = (await store.twins.policies_at(work, [(licence.twin_id, licence.policy_version)])).get(
        (licence.twin_id, licence.policy_version)
    )
    if upload_id is not None:
        await uploads.use(work, upload_id=upload_id, brand_id=licence.brand_id, sha256=asset.sha256)
    await store.assets.keep(work, asset)
    _tell(work, AssetSubmitted, asset, licence)
    if agreed is not None and not agreed.asset_approval_required:
        await _approve_unasked(work, asset, licence, agreed)
    return asset


async def _check_consent(work: Work, licence: Licence, twin: Twin, medium: Medium) -> None:
    """What she signed covers the medium, and her policy of now does not forbid it. How long the licence runs was agreed."""
    rights = rights_of(licence)
    if medium not in rights.media:
        message = f"The licence covers {words.media(rights.media)}, not {words.media([medium])}."
        outside = Obstacle(ObstacleKind.CONSENT, message, media=frozenset({medium}))
        raise RightsUnavailable(message, availability=Availability((outside,), lambda: (rights,)), path=["medium"])
    policy = (await store.twins.policies(work, [twin])).get(licence.twin_id)
    obstacles = _obstacles(policy, licence, medium)
    if obstacles:
        raise RightsUnavailable(obstacles[0].message, availability=Availability(obstacles), path=["medium"])


def _obstacles(policy: PolicyView | None, licence: Licence, medium: Medium) -> tuple[Obstacle, ...]:
    rights = rights_of(licence)
    if policy is None:
        return (Obstacle(ObstacleKind.CONSENT, "The model has no consent policy."),)
    wanted = replace(rights, media=frozenset({medium}))
    return policy_obstacles(replace(policy, maximum_days=max(policy.maximum_days, rights.days)), wanted)


async def _approve_unasked(work: Work, asset: Asset, licence: Licence, agreed: PolicyView) -> None:
    rules.move(asset, AssetStatus.APPROVED, work.now)
    asset.decided_at, asset.decided_by, asset.decided_caller = work.now, f"Consent policy {agreed.version}", "policy"
    asset.note = "Approved at once: the policy under which the model signed does not ask to see each picture first."
    asset.signing = _signing(asset)
    await work.session.flush()
    _tell(work, AssetDecided, asset, licence)


async def decide(work: Work, *, asset_id: int, approve: bool, note: str | None = None) -> Asset:
    """The model says yes or no, or her agency where she has given it that. Raises NotAllowed for everybody else."""
    rules.check_scope(work.actor, Scope.MANAGE)
    locked = await store.assets.lock(work, asset_id)
    asset, licence = locked.asset, locked.licence
    powers = await store.mandates.hold_powers(work, licence.model_id)
    power = rules.check_may_decide(work.actor, licence, rights_of(licence), powers)
    said = rules.check_text(note, path=["note"], most=MAXIMUM_NOTE) if note is not None else ""
    _check_undecided(asset, work.now)
    if approve:
        rules.check_licence_runs(licence, work.today)
        if power is not None:
            await _check_policy_of_now(work, locked.twin, licence, asset)
    name = await _name(work, licence, power.agency_id if power is not None else None)
    rules.move(asset, AssetStatus.APPROVED if approve else AssetStatus.REJECTED, work.now)
    asset.decided_at, asset.decided_by, asset.decided_caller = work.now, name, work.actor.caller
    asset.note, asset.signing = said or None, _signing(asset)
    await work.session.flush()
    _tell(work, AssetDecided, asset, licence)
    return asset


def _signing(asset: Asset) -> SigningStatus | None:
    """What is approved and lies here is to be given content credentials."""
    return SigningStatus.PENDING if asset.status is AssetStatus.APPROVED and asset.upload_id is not None else None


def _check_undecided(asset: Asset, now: datetime) -> None:
    status = rules.asset_status(asset, now)
    if asset.status is not AssetStatus.PENDING:
        raise WrongState(f"The asset is {status} already. The brand can submit another.", state=status)
    if status is not AssetStatus.PENDING:
        raise WrongState(
            "The time to decide is over, and silence means no. The brand can submit it again.", state=status
        )


async def _check_policy_of_now(work: Work, twin: Twin, licence: Licence, asset: Asset) -> None:
    """An agency approves nothing that the model's policy of now forbids; she herself may."""
    policy = (await store.twins.policies(work, [twin])).get(licence.twin_id)
    if obstacles := _obstacles(policy, licence, asset.medium):
        raise NotAllowed(f"{obstacles[0].message} Only she herself can approve this.", code="ONLY_THE_MODEL")


async def _name(work: Work, licence: Licence, agency_id: int | None) -> str:
    parties = await store.parties.by_ids(work, {licence.model_id, *filter(None, (agency_id,))})
    model = parties[licence.model_id].name
    return model if agency_id is None else f"{parties[agency_id].name}, for {model}"


# ------------------------------------------------------------------ what the clock does


async def remind(work: Work, *, asset_id: int) -> datetime | None:
    """Tell once that the asset will soon be rejected. When to ask again, if it is too early."""
    locked = await store.assets.lock(work, asset_id)
    asset = locked.asset
    if rules.asset_status(asset, work.now) is not AssetStatus.PENDING or asset.reminded_at is not None:
        return None
    if (due_at := asset.decide_by - REMINDER_BEFORE) > work.now:
        return due_at
    asset.reminded_at = work.now
    await work.session.flush()
    _tell(work, AssetDueSoon, asset, locked.licence)
    return None


async def expire(work: Work, *, asset_id: int) -> datetime | None:
    """Tell once that the clock has rejected the asset. When to ask again, if it is too early."""
    locked = await store.assets.lock(work, asset_id)
    asset = locked.asset
    if asset.status is not AssetStatus.PENDING or asset.expiry_told_at is not None:
        return None
    if asset.decide_by > work.now:
        return asset.decide_by
    asset.expiry_told_at = work.now
    await work.session.flush()
    _tell(work, AssetDecided, asset, locked.licence)
    return None


def _tell(work: Work, fact: Callable[..., Fact], asset: Asset, licence: Licence) -> None:
    work.record(
        fact(
            asset_id=asset.id,
            licence_id=licence.id,
            brand_id=licence.brand_id,
            model_id=licence.model_id,
            agency_id=licence.agency_id,
        )
    )
