"""Certificates: a signed statement of a licence that is paid, and what anyone may learn from one."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any

from core import signing
from core.actor import SYSTEM
from core.seal import Broken, Seal
from core.signing import Forged, KeyPair
from core.work import Read, Work
from market import store, territories, words
from market.rights import Rights
from market.states import LicenceStatus
from market.store.rights import rights_of
from market.tables import Consent, Licence, SigningKey

KIND = "twinmarket-licence+jwt"
SEALED_KEY, STATUS = "signing key", "licence status"

REASONS = {
    LicenceStatus.AWAITING_PAYMENT: "the licence is not paid",
    LicenceStatus.SUSPENDED: "the licence is paused: nothing may be shown under it now",
    LicenceStatus.ENDED: "the days of the licence are over",
    LicenceStatus.LAPSED: "the licence was never paid and has lapsed",
    LicenceStatus.TERMINATED: "the licence was terminated",
}


@dataclass(frozen=True, slots=True)
class Verification:
    """What a certificate is worth today. All but the first two are None where it was not signed here."""

    valid: bool
    reason: str
    licence: Licence | None = None
    twin_name: str | None = None
    brand_name: str | None = None
    status: LicenceStatus | None = None


@dataclass(frozen=True, slots=True)
class Names:
    """What people call the parties and the twin on the day of the certificate."""

    twin: str
    twin_handle: str
    model: str
    brand: str
    agency: str | None


# ------------------------------------------------------------------ keys


def opened(seal: Seal, key: SigningKey) -> KeyPair | None:
    """None where the deployment's secret is no longer the one that it was sealed with."""
    try:
        return KeyPair(seal.open(SEALED_KEY, key.sealed), bytes(key.public))
    except Broken:
        return None


async def ensure_key(work: Work, seal: Seal) -> KeyPair:
    """The key that signs now; a new one where there is none that can be opened."""
    known = await store.certificates.signing(work)
    if known is not None and (pair := opened(seal, known)) is not None:
        return pair
    if known is not None:
        await store.certificates.retire(work, kid=known.kid)  # and not the one that another has made meanwhile
    return await _make(work, seal)


async def rotate(work: Work, seal: Seal, *, revoke: bool = False) -> KeyPair:
    """A new key signs from now on. What the one before has signed holds, unless it is revoked."""
    await store.certificates.retire(work, revoke=revoke)
    return await _make(work, seal)


async def _make(work: Work, seal: Seal) -> KeyPair:
    """A new key, or the one that another has made at the same moment."""
    fresh = signing.new_key()
    sealed = seal.close(SEALED_KEY, fresh.private)
    kept = await store.certificates.keep(work, kid=fresh.id, public=fresh.public, sealed=sealed)
    return opened(seal, kept) or fresh


async def public_keys(read: Read) -> dict[str, Any]:
    """A JSON Web Key Set."""
    return {"keys": [signing.public_jwk(bytes(key.public)) for key in await store.certificates.published(read)]}


# ------------------------------------------------------------------ signing


def is_certified(licence: Licence) -> bool:
    """It was paid once. What it is worth today is asked with verifyLicence."""
    return licence.activated_at is not None


def certificate(licence: Licence, consent: Consent, names: Names, *, key: KeyPair, seal: Seal, url: str) -> str:
    """The same licence and key always make the same certificate."""
    if licence.activated_at is None:
        raise ValueError("Nothing is certified before it is paid.")
    rights = rights_of(licence)
    until = datetime.combine(rights.ends_on + timedelta(days=1), time(), UTC)
    return key.sign(
        KIND,
        {
            "iss": url,
            "sub": licence.number,
            "iat": int(licence.activated_at.timestamp()),
            "exp": int(until.timestamp()),
            "licence": {
                "number": licence.number,
                "model": names.model,
                "brand": names.brand,
                "agency": names.agency,
                "twin": {"name": names.twin, "handle": names.twin_handle, "version": licence.twin_version},
                "rights": _stated(rights),
                "consent": {"sha256": consent.digest, "policyVersion": licence.policy_version},
                "status": status_url(licence, seal, url),
            },
        },
    )


def _stated(rights: Rights) -> dict[str, Any]:
    return {
        "media": sorted(rights.media, key=lambda medium: medium.number),
        "territories": list(territories.shortest(rights.territories)),
        "industry": rights.industry,
        "startsOn": str(rights.starts_on),
        "endsOn": str(rights.ends_on),
        "exclusivity": rights.exclusivity,
    }


def status_url(licence: Licence, seal: Seal, url: str) -> str:
    """Where whoever holds the certificate asks what became of the licence. Nobody else can guess it."""
    return f"{url}/certificates/{seal.close(STATUS, str(licence.id).encode())}"


async def status_of(read: Read, seal: Seal, token: str) -> Mapping[str, Any] | None:
    try:
        number = int(seal.open(STATUS, token))
    except Broken:
        return None
    licence = (await store.licences.by_ids(read, [number])).get(number)
    if licence is None or licence.activated_at is None:
        return None
    return {"number": licence.number, "status": status_today(licence, read), "asOf": read.now}


# ------------------------------------------------------------------ verifying


async def verify(read: Read, text: str) -> Verification:
    """Whatever is wrong is said in words. Asked as the system: whoever holds a certificate may know what it says."""
    if read.actor is not SYSTEM:
        raise ValueError("Certificates are verified as the system.")
    try:
        signed = signing.read(text, kind=KIND)
        key = await store.certificates.by_kid(read, signed.key_id)
        if key is None:
            raise Forged("It was not signed here: its key is none of ours.")
        if key.revoked_at is not None:
            raise Forged("Its key was withdrawn: ask the brand for the certificate of today.")
        stated = signed.statement(bytes(key.public))
    except Forged as forged:
        return Verification(False, str(forged))
    licence = await store.licences.by_number(read, str(stated.get("sub", "")))
    if licence is None:
        return Verification(False, "There is no such licence.")
    return await _as_of_today(read, licence)


async def _as_of_today(read: Read, licence: Licence) -> Verification:
    names = (await names_of(read, [licence]))[licence.id or 0]
    status = status_today(licence, read)
    rights = rights_of(licence)
    if status is not LicenceStatus.ACTIVE:
        reason = f"Signed here, but {REASONS[status]}."
    elif rights.starts_on > read.today:
        reason = f"Signed here, and the licence is active; its days begin on {words.day(rights.starts_on)}."
    else:
        reason = f"Signed here, and the licence is active until {words.day(rights.ends_on)}."
    return Verification(status is LicenceStatus.ACTIVE, reason, licence, names.twin, names.brand, status)


def status_today(licence: Licence, read: Read) -> LicenceStatus:
    """What is kept, unless the licence's last day is over and no job has said so yet."""
    over = rights_of(licence).ends_on < read.today
    running = licence.status in (LicenceStatus.ACTIVE, LicenceStatus.SUSPENDED)
    return LicenceStatus.ENDED if over and running else licence.status


async def names_of(read: Read, licences: Collection[Licence]) -> Mapping[int, Names]:
    """By licence."""
    twins = await store.twins.by_ids(read, {licence.twin_id for licence in licences})
    party_ids = {number for each in licences for number in (each.model_id, each.brand_id, each.agency_id) if number}
    parties = await store.parties.by_ids(read, party_ids)
    return {
        licence.id or 0: Names(
            twin=twins[licence.twin_id].name,
            twin_handle=twins[licence.twin_id].handle,
            model=parties[licence.model_id].name,
            brand=parties[licence.brand_id].name,
            agency=parties[licence.agency_id].name if licence.agency_id is not None else None,
        )
        for licence in licences
    }
