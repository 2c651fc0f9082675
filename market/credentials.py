"""Content credentials: what an approved picture or film says of itself, and the row of the signed copy."""

from dataclasses import dataclass
from typing import Any

from core.work import Work
from market import disclosure, rules, store, uploads
from market.states import SigningStatus
from market.store.rights import rights_of
from market.tables import Asset, Consent, Licence, Upload

PICTURES = ("image/jpeg", "image/png", "image/webp", "image/avif")
FILMS = ("video/mp4", "video/quicktime")
"""C2PA has no place for credentials in a WebM."""
LARGEST_PICTURE = 60_000_000
"""Bytes. A larger one is not signed: the library holds a picture in memory whole, of a film only parts."""
MOST_ATTEMPTS = 5
UNSUITABLE = "Pictures of at most 60 MB carry content credentials, and films that are MP4 or QuickTime."
DAMAGED = "The file is damaged, or not what it says it is. Submit it again."
GIVEN_UP = "It was tried several times and could not be signed. Submit it again, or ask us why."
LICENCE_ASSERTION = "market.twinmarket.licence"


@dataclass(frozen=True, slots=True)
class Signing:
    """One file to be signed: where it lies, what it shall say, and the row for the signed copy."""

    source_key: str
    source_bytes: int
    media_type: str
    manifest: dict[str, Any]
    copy: Upload
    attempt: int


async def begin(work: Work, *, asset_id: int) -> Signing | None:
    """None where there is nothing to sign: not approved, not sent here, signed already, or given up. Each attempt counts
    before it is made, so that a file on which a worker dies is not tried for ever."""
    locked = await store.assets.lock(work, asset_id)
    asset, licence = locked.asset, locked.licence
    if asset.signing is not SigningStatus.PENDING or asset.upload_id is None:
        return None
    source = (await store.uploads.by_ids(work, [asset.upload_id])).get(asset.upload_id)
    if source is None or source.media_type is None or not is_signable(source.media_type, source.bytes or 0):
        rules.move_signing(asset, SigningStatus.UNSUITABLE, UNSUITABLE)
        await work.session.flush()
        return None
    if asset.signing_attempts >= MOST_ATTEMPTS:
        await _end(work, asset)
        return None
    asset.signing_attempts += 1
    await work.session.flush()
    version = (licence.twin_id, licence.policy_version)
    policy = (await store.twins.policies_at(work, [version]))[version]
    consent = (await store.licences.consents(work, [asset.licence_id]))[asset.licence_id]
    return Signing(
        source_key=source.object_key,
        source_bytes=source.bytes or 0,
        media_type=source.media_type,
        manifest=manifest(asset, licence, consent, training_allowed=policy.training_allowed),
        copy=await uploads.begin_copy(work, brand_id=source.brand_id),
        attempt=asset.signing_attempts,
    )


def is_signable(media_type: str, size: int) -> bool:
    return media_type in FILMS or (media_type in PICTURES and size <= LARGEST_PICTURE)


async def keep(work: Work, *, asset_id: int, upload_id: int, media_type: str, size: int, sha256: str) -> None:
    """The signed copy is whole and the asset's; unless another has been made meanwhile, or the model was erased."""
    asset = (await store.assets.lock(work, asset_id)).asset
    if asset.signing is not SigningStatus.PENDING:
        await uploads.give_up(work, upload_id=upload_id)
        return
    upload = await uploads.arrived(work, upload_id=upload_id, media_type=media_type, size=size, sha256=sha256)
    upload.used_at = work.now
    asset.signed_upload_id = upload_id
    rules.move_signing(asset, SigningStatus.SIGNED)
    await work.session.flush()


async def failed(work: Work, *, asset_id: int, upload_id: int, note: str | None) -> bool:
    """An attempt came to nothing. Whether it is worth another."""
    asset = (await store.assets.lock(work, asset_id)).asset
    await uploads.give_up(work, upload_id=upload_id)
    if asset.signing is not SigningStatus.PENDING:
        return False
    asset.signing_note = note
    if asset.signing_attempts >= MOST_ATTEMPTS:
        await _end(work, asset)
        return False
    await work.session.flush()
    return True


async def _end(work: Work, asset: Asset) -> None:
    rules.move_signing(asset, SigningStatus.FAILED, asset.signing_note or GIVEN_UP)
    await work.session.flush()


def manifest(asset: Asset, licence: Licence, consent: Consent, *, training_allowed: bool) -> dict[str, Any]:
    """In the terms of C2PA 2 and CAWG 1.1: how it was made, whether machines may learn from it, under which licence."""
    use = {"use": "allowed" if training_allowed else "notAllowed"}
    purposes = ("ai_generative_training", "ai_training", "data_mining")
    rights = rights_of(licence)
    return {
        "title": asset.title,
        "claim_generator_info": [{"name": "Twinmarket", "version": "0.1.0"}],
        "assertions": [
            {
                "label": "c2pa.actions.v2",
                "data": {
                    "actions": [{"action": "c2pa.created", "digitalSourceType": disclosure.source_uri(asset.making)}]
                },
            },
            {
                "label": "cawg.training-mining",
                "data": {"entries": {f"cawg.{purpose}": use for purpose in purposes}},
            },
            {
                "label": LICENCE_ASSERTION,
                "data": {
                    "number": licence.number,
                    "digitalSourceType": disclosure.source_uri(asset.making),
                    "medium": asset.medium,
                    "until": str(rights.ends_on),
                    "consentSha256": consent.digest,
                    "approvedBy": asset.decided_by,
                },
            },
        ],
    }
