"""Uploads: a brand asks for an address, sends a file there, and makes an asset of it."""

import secrets
from datetime import datetime, timedelta

from core.actor import Scope
from core.errors import InvalidInput, NotFound, WrongState
from core.seal import Broken, Seal
from core.work import Work
from market import rules, store
from market.states import UploadStatus
from market.tables import Upload

ADDRESS_STANDS = timedelta(hours=1)
LINK_STANDS = timedelta(minutes=15)
LINK_STEP_SECONDS = 300
"""Links end at whole five minutes, so that a picture keeps its address for a while and browsers can keep the picture."""
MOST_UNUSED = 100
UPLOAD, FILE = "upload", "file"


async def create(work: Work, *, brand_id: int | None) -> Upload:
    """An address that takes one file within the hour."""
    rules.check_scope(work.actor, Scope.MANAGE)
    acting = rules.acting_party(brand_id, work.actor.brand_ids, noun="brand")
    await store.parties.lock(work, acting)
    if await store.uploads.unused(work, acting) >= MOST_UNUSED:
        raise WrongState(
            f"{MOST_UNUSED} uploads wait to be used. Submit them, or wait a day.", state=UploadStatus.WAITING
        )
    return await store.uploads.keep(
        work,
        Upload(
            brand_id=acting,
            object_key=_new_key(),
            created_caller=work.actor.caller,
            created_at=work.now,
            expires_at=work.now + ADDRESS_STANDS,
        ),
    )


async def begin_copy(work: Work, *, brand_id: int) -> Upload:
    """The row of a copy that we make ourselves and that arrives at once. Nobody is given its address."""
    return await store.uploads.keep(
        work,
        Upload(
            brand_id=brand_id,
            object_key=_new_key(),
            status=UploadStatus.ARRIVING,
            created_caller=work.actor.caller,
            created_at=work.now,
            expires_at=work.now,
            arriving_since=work.now,
        ),
    )


async def begin(work: Work, *, upload_id: int) -> Upload:
    """A file arrives at its address; no second one does meanwhile, or afterwards."""
    upload = await store.uploads.lock(work, upload_id)
    if upload.status is UploadStatus.KEPT:
        raise WrongState("A file was put here already: an address takes one.", state=upload.status)
    if upload.status is UploadStatus.ARRIVING:
        raise WrongState("A file is arriving here.", state=upload.status)
    if upload.status is UploadStatus.GONE or upload.expires_at <= work.now:
        raise NotFound("This address is no longer good. Ask for a new one with createUpload.")
    rules.move(upload, UploadStatus.ARRIVING, work.now)
    upload.arriving_since = work.now
    await work.session.flush()
    return upload


async def arrived(work: Work, *, upload_id: int, media_type: str, size: int, sha256: str) -> Upload:
    """The object is whole. Raises WrongState when it took so long that it was given up."""
    upload = await store.uploads.lock(work, upload_id)
    rules.move(upload, UploadStatus.KEPT, work.now)
    upload.media_type, upload.bytes, upload.sha256, upload.kept_at = media_type, size, sha256, work.now
    await work.session.flush()
    return upload


async def failed(work: Work, *, upload_id: int) -> None:
    """It did not arrive whole, and no object was made of it: the address is good for another try."""
    upload = await store.uploads.lock(work, upload_id)
    if upload.status is UploadStatus.ARRIVING:
        rules.move(upload, UploadStatus.WAITING, work.now)
        await work.session.flush()


async def give_up(work: Work, *, upload_id: int) -> None:
    """A copy that nobody wants any more: its object, should there be one, is thrown away next."""
    upload = await store.uploads.lock(work, upload_id)
    if upload.status is UploadStatus.ARRIVING:
        rules.move(upload, UploadStatus.GONE, work.now)
        await work.session.flush()


async def use(work: Work, *, upload_id: int, brand_id: int, sha256: str) -> Upload:
    """The brand makes an asset of its file, once."""
    upload = await store.uploads.lock(work, upload_id)
    if upload.brand_id != brand_id or upload.status is UploadStatus.GONE:
        raise NotFound("There is no such upload. Ask for an address with createUpload.", path=["url"])
    if upload.status is not UploadStatus.KEPT:
        raise WrongState("The file has not arrived: PUT it to its address first.", state=upload.status)
    if upload.used_at is not None:
        raise WrongState("An asset was made of this file already.", state="USED")
    if upload.sha256 != sha256:
        raise InvalidInput(f"The file that arrived has another SHA-256: {upload.sha256}.", path=["sha256"])
    upload.used_at = work.now
    await work.session.flush()
    return upload


def _new_key() -> str:
    return f"uploads/{secrets.token_urlsafe(24)}"


# ------------------------------------------------------------------ addresses


def address(upload_id: int, seal: Seal, url: str) -> str:
    return f"{url}/uploads/{seal.close(UPLOAD, str(upload_id).encode())}"


def upload_at(address: str, seal: Seal, url: str) -> int | None:
    """The upload whose address this is; None for the address of anything else."""
    return opened(address.removeprefix(f"{url}/uploads/"), seal) if address.startswith(f"{url}/uploads/") else None


def opened(token: str, seal: Seal) -> int | None:
    try:
        return int(seal.open(UPLOAD, token))
    except Broken:
        return None


def link(upload_id: int, seal: Seal, url: str, now: datetime) -> str:
    """Where the file can be fetched for a quarter of an hour, by whoever has the link."""
    until = int((now + LINK_STANDS).timestamp())
    until += -until % LINK_STEP_SECONDS
    return f"{url}/files/{seal.close(FILE, f'{upload_id}:{until}'.encode())}"


def linked(token: str, seal: Seal) -> tuple[int, int] | None:
    """The upload, and until when the link holds in seconds of the epoch."""
    try:
        number, _, until = seal.open(FILE, token).decode().partition(":")
    except Broken:
        return None
    return int(number), int(until)
