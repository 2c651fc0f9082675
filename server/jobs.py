"""The jobs: each kind in one line, shallow, safe to run twice. `sweep` finds what was forgotten."""

import asyncio
import hashlib
import logging
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from tempfile import TemporaryFile
from typing import Any, BinaryIO

from core.store import append_activity, enqueue, forget_origins, once, trim_activity
from core.work import OpenWork, Read, Work
from market import assets, bids, credentials, licences, takedowns
from market import store as market_store
from payments import charges, disputes, payees, payers, refunds, reversals, transfers, webhooks
from payments import store as payments
from payments.gateway import Gateway
from server import store
from server.bookkeeping import catch_up, reconcile_nightly
from server.credentials import Unsignable
from server.files import PART
from server.graphql.trusted import KEPT_IN_ALL
from server.worker import Again, Job, Tools, backoff

log = logging.getLogger(__name__)

SWEEP_EVERY = timedelta(minutes=1)
FORGOTTEN = timedelta(seconds=30)
"""What nobody has taken further for so long, the sweeper does."""
RARELY = timedelta(minutes=10)
DAILY = timedelta(days=1)
ORIGINS_KEPT = timedelta(days=180)
"""From which address somebody acted is remembered so long, beside the audit log."""
TRIMMED_AT_ONCE = 5_000
REMOVED_AT_ONCE = 100


# ------------------------------------------------------------------ four shapes


def asks_stripe(verb: Callable[[OpenWork, Gateway, int], Awaitable[None]], argument: str) -> Job:
    """A verb that makes transactions of its own around its calls to the payment service."""

    async def run(tools: Tools, body: dict[str, Any]) -> Again:
        await verb(tools.open_work, tools.gateway, body[argument])
        return None

    return run


def moves_licence(verb: Callable[..., Awaitable[object]]) -> Job:
    async def run(tools: Tools, body: dict[str, Any]) -> Again:
        async with tools.open_work() as work:
            await verb(work, licence_id=body["licence_id"])
        return None

    return run


def tells_of_asset(verb: Callable[..., Awaitable[Again]]) -> Job:
    async def run(tools: Tools, body: dict[str, Any]) -> Again:
        async with tools.open_work() as work:
            return await verb(work, asset_id=body["asset_id"])

    return run


def tells_of_listing(kind: str, due: Callable[[Read, int], Awaitable[datetime]]) -> Job:
    """Write one row of activity when the listing's own clock says so, unless it has ended by then."""

    async def run(tools: Tools, body: dict[str, Any]) -> Again:
        listing_id: int = body["listing_id"]
        async with tools.open_work() as work:
            if (due_at := await due(work, listing_id)) > work.now:
                return due_at
            await _tell_once(work, kind, listing_id)
        return None

    return run


async def _tell_once(work: Work, kind: str, listing_id: int) -> None:
    async def tell() -> int:
        if (await store.listing(work, listing_id)).outcome is None:
            await append_activity(work, topic=f"listing:{listing_id}", kind=kind, body={"listing_id": listing_id})
        return listing_id

    async def told(number: int) -> int:
        return number

    key = f"listing:{listing_id}:{kind}"
    await once(work, operation="listing.activity", key=key, input=None, do=tell, id_of=lambda number: number, find=told)


# ------------------------------------------------------------------ and three of their own


async def release(tools: Tools, body: dict[str, Any]) -> Again:
    """The payee may be able to receive: send what was held."""
    async with tools.open_work() as work:
        for payment_id in await transfers.release(work, body["payee_id"]):
            await enqueue(work, "payment.transfer", key=str(payment_id), body={"payment_id": payment_id})
        for payment_id in await payments.payments_with_returns(work, body["payee_id"]):
            await enqueue(work, "payment.settle", key=str(payment_id), body={"payment_id": payment_id})
    return None


async def sweep(tools: Tools, body: dict[str, Any]) -> Again:
    """Ask again for what should have gone further by now: a worker died, or Stripe's event never came."""
    async with tools.open_work() as work:
        for kind, argument, forgotten in await _forgotten(work):
            for number in forgotten:
                await enqueue(work, kind, key=str(number), body={argument: number})
        await enqueue(work, "licences.end", key="every minute")
        await enqueue(work, "uploads.discard", key="every minute")
        await enqueue(work, "uploads.erase", key="every minute")
        await enqueue(work, "uploads.clear", key="every day", due_at=work.now + timedelta(days=1))
        await store.forget_attempts(work)
        await forget_origins(work, older_than=ORIGINS_KEPT)
        await enqueue(work, "tidy", key="every minute")
        return work.now + SWEEP_EVERY


async def _forgotten(read: Read) -> Sequence[tuple[str, str, Sequence[int]]]:
    return [
        ("payment.drive", "payment_id", await payments.undriven_payments(read, older_than=FORGOTTEN)),
        ("payment.deadline", "payment_id", await store.overdue_payments(read)),
        ("payment.transfer", "payment_id", await payments.unsent_payments(read, older_than=FORGOTTEN)),
        ("payment.transfer", "payment_id", await payments.held_payments(read, older_than=RARELY)),
        ("payee.refresh", "payee_id", await payments.payees_awaited(read, older_than=RARELY)),
        ("payee.refresh", "payee_id", await payments.ready_payees(read, older_than=DAILY)),
        ("payer.refresh", "payer_id", await payments.stale_payers(read, older_than=DAILY)),
        ("stripe.event", "event_row_id", await payments.unhandled_events(read, older_than=FORGOTTEN)),
        ("licence.activate", "licence_id", await store.paid_not_active(read)),
        ("licence.lapse", "licence_id", await store.abandoned_not_lapsed(read)),
        ("refund.drive", "refund_id", await payments.unsettled_refunds(read, older_than=FORGOTTEN)),
        ("payment.settle", "payment_id", await payments.unsettled_returns(read, older_than=FORGOTTEN)),
        ("payment.dispute", "payment_id", await payments.open_disputes(read, older_than=RARELY)),
        ("licence.follow", "licence_id", await store.licences_behind(read)),
        ("asset.expire", "asset_id", await store.expired_assets(read)),
        ("asset.sign", "asset_id", await store.unsigned_assets(read, older_than=RARELY)),
    ]


async def tidy(tools: Tools, body: dict[str, Any]) -> Again:
    """Clear away what nobody needs any more: old activity, buckets that are full, documents that nobody asks for."""
    async with tools.open_work() as work:
        gone = await trim_activity(work, before=work.now - tools.activity_kept, limit=TRIMMED_AT_ONCE)
        await store.drop_full_buckets(work)
        await store.drop_unused_documents(work, beyond=KEPT_IN_ALL)
        return work.now if gone == TRIMMED_AT_ONCE else None


async def stand_again(tools: Tools, body: dict[str, Any]) -> Again:
    """Who was lost to a licence that lapsed stands again, some at a time."""
    async with tools.open_work() as work:
        return work.now if await bids.stand_again(work, licence_id=body["licence_id"]) else None


async def end_due(tools: Tools, body: dict[str, Any]) -> Again:
    async with tools.open_work() as work:
        await licences.end_due(work)
    return None


async def takedown_overdue(tools: Tools, body: dict[str, Any]) -> Again:
    async with tools.open_work() as work:
        takedown = await takedowns.overdue(work, takedown_id=body["takedown_id"])
    return takedown.due_at if takedown.due_at > work.now else None


async def sign_asset(tools: Tools, body: dict[str, Any]) -> Again:
    """Make the signed copy of an approved picture or film: its row, its object, then the asset that names it."""
    asset_id: int = body["asset_id"]
    async with tools.open_work() as work:
        signing = await credentials.begin(work, asset_id=asset_id)
    if signing is None:
        return None
    try:
        await _sign(tools, asset_id, signing)
    except Exception as error:
        log.warning("asset %d cannot be signed: %s: %s", asset_id, type(error).__name__, error)
        note = credentials.DAMAGED if isinstance(error, Unsignable) else None
        async with tools.open_work() as work:
            copy_id = signing.copy.id or 0
            if await credentials.failed(work, asset_id=asset_id, upload_id=copy_id, note=note):
                return work.now + backoff(signing.attempt)
    return None


async def _sign(tools: Tools, asset_id: int, signing: credentials.Signing) -> None:
    """By way of the disk: a film is larger than what a worker should hold."""
    with TemporaryFile() as source, TemporaryFile() as signed:
        async for chunk in tools.files.chunks(signing.source_key, start=0, end=signing.source_bytes):
            source.write(chunk)
        await asyncio.to_thread(tools.identity.sign, signing.manifest, signing.media_type, source, signed)
        size = signed.seek(0, os.SEEK_END)
        signed.seek(0)
        sha256 = (await asyncio.to_thread(hashlib.file_digest, signed, "sha256")).hexdigest()
        signed.seek(0)
        await tools.files.put(signing.copy.object_key, _parts(signed))
    async with tools.open_work() as work:
        copy_id, kind = signing.copy.id or 0, signing.media_type
        await credentials.keep(work, asset_id=asset_id, upload_id=copy_id, media_type=kind, size=size, sha256=sha256)


async def _parts(content: BinaryIO) -> AsyncIterator[bytes]:
    while part := content.read(PART):
        yield part


async def discard_uploads(tools: Tools, body: dict[str, Any]) -> Again:
    """Uploads that nobody needs: marked, then their objects, then their rows. Dying between, the next one goes on."""
    async with tools.open_work() as work:
        needless = await market_store.uploads.discard(work, limit=100)
    for upload in needless:
        await tools.files.delete(upload.object_key)
    if needless:
        async with tools.open_work() as work:
            await market_store.uploads.forget(work, [upload.id for upload in needless if upload.id is not None])
    return None


async def erase_uploads(tools: Tools, body: dict[str, Any]) -> Again:
    """Objects that show somebody who was erased, then the rows that say that they are removed. Dying between, the next one
    deletes again what is not there, and goes on."""
    async with tools.open_read() as read:
        erased = await market_store.uploads.to_remove(read, limit=REMOVED_AT_ONCE)
    for upload in erased:
        await tools.files.delete(upload.object_key)
    async with tools.open_work() as work:
        await market_store.uploads.removed(work, [upload.id for upload in erased if upload.id is not None])
        return work.now if len(erased) == REMOVED_AT_ONCE else None


async def clear_files(tools: Tools, body: dict[str, Any]) -> Again:
    """Objects without a row, which nothing should leave: what is a day old and known to nobody is deleted."""
    async with tools.open_read() as read:
        again = read.now + timedelta(days=1)
    since = datetime.now(UTC) - timedelta(days=1)  # the object store's clock is the world's
    async for keys in tools.files.older_than(since, under="uploads"):
        async with tools.open_read() as read:
            unknown = await market_store.uploads.unknown_keys(read, keys)
        for key in unknown:
            await tools.files.delete(key)
    return again


JOBS: Mapping[str, Job] = {
    "payment.drive": asks_stripe(charges.drive, "payment_id"),
    "payment.deadline": asks_stripe(charges.abandon, "payment_id"),
    "payment.transfer": asks_stripe(transfers.send, "payment_id"),
    "payment.settle": asks_stripe(reversals.settle, "payment_id"),
    "payment.dispute": asks_stripe(disputes.drive, "payment_id"),
    "refund.drive": asks_stripe(refunds.drive, "refund_id"),
    "payer.refresh": asks_stripe(payers.refresh, "payer_id"),
    "payee.refresh": asks_stripe(payees.refresh, "payee_id"),
    "payee.release": release,
    "stripe.event": asks_stripe(webhooks.handle, "event_row_id"),
    "licence.activate": moves_licence(licences.activate),
    "licence.payment_failed": moves_licence(licences.payment_failed),
    "licence.lapse": moves_licence(licences.lapse),
    "licence.follow": moves_licence(licences.follow_payment),
    "licences.end": end_due,
    "asset.remind": tells_of_asset(assets.remind),
    "asset.expire": tells_of_asset(assets.expire),
    "tidy": tidy,
    "stripe.catch_up": catch_up,
    "books.reconcile": reconcile_nightly,
    "takedown.overdue": takedown_overdue,
    "bids.stand_again": stand_again,
    "listing.open": tells_of_listing("OPENED", store.listing_opens_at),
    "listing.close": tells_of_listing("CLOSED", store.listing_closes_at),
    "asset.sign": sign_asset,
    "uploads.discard": discard_uploads,
    "uploads.erase": erase_uploads,
    "uploads.clear": clear_files,
    "sweep": sweep,
}
