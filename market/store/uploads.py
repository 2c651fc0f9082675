"""Uploads: whose, how far, and which nobody needs any more."""

from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta

import sqlalchemy as sa
from sqlmodel import col

from core.errors import NotFound
from core.work import Read, Work
from market.states import UploadStatus
from market.store import asking
from market.tables import Upload

WITHIN = timedelta(hours=24)
"""A file that no asset was made of by then is thrown away."""
STUCK = timedelta(hours=1)
"""Longer than any file may take to arrive: whoever took it in has died."""


async def keep(work: Work, upload: Upload) -> Upload:
    work.session.add(upload)
    await work.session.flush()
    return upload


async def unused(read: Read, brand_id: int) -> int:
    query = sa.select(Upload).where(col(Upload.brand_id) == brand_id, col(Upload.used_at).is_(None))
    return await asking.count(read, query)


async def lock(work: Work, upload_id: int) -> Upload:
    """Held until the work ends. Raises NotFound. Whoever asks has shown its address, or checks whose it is."""
    query = sa.select(Upload).where(col(Upload.id) == upload_id).with_for_update()
    held = await work.session.execute(query.execution_options(populate_existing=True))
    upload = held.scalar_one_or_none()
    if upload is None:
        raise NotFound("There is no such upload. Ask for a new address with createUpload.", path=["url"])
    return upload


async def by_ids(read: Read, ids: Collection[int]) -> Mapping[int, Upload]:
    """Of those that lie whole in the object store."""
    query = sa.select(Upload).where(col(Upload.id).in_(ids), col(Upload.status) == UploadStatus.KEPT)
    return await asking.by_number(read, query)


async def discard(work: Work, *, limit: int) -> Sequence[Upload]:
    """Those that nobody needs any more, marked so that nobody can use them from now on; and those marked before."""
    stuck = sa.and_(col(Upload.status) == UploadStatus.ARRIVING, col(Upload.arriving_since) < work.now - STUCK)
    over = sa.and_(col(Upload.status) == UploadStatus.WAITING, col(Upload.expires_at) < work.now - STUCK)
    unused = sa.and_(col(Upload.status) == UploadStatus.KEPT, col(Upload.created_at) < work.now - WITHIN)
    gone = col(Upload.status) == UploadStatus.GONE
    needless = sa.and_(col(Upload.used_at).is_(None), sa.or_(stuck, over, unused, gone))
    due = (
        sa.select(col(Upload.id))
        .where(needless)
        .order_by(col(Upload.id))
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    marked = sa.update(Upload).where(col(Upload.id).in_(due), needless).values(status=UploadStatus.GONE)
    return (await work.session.execute(marked.returning(Upload))).scalars().all()


async def forget(work: Work, ids: Collection[int]) -> None:
    """Their objects are gone."""
    gone = sa.and_(col(Upload.id).in_(ids), col(Upload.status) == UploadStatus.GONE)
    await work.session.execute(sa.delete(Upload).where(gone))


async def erase(work: Work, ids: Collection[int]) -> None:
    """They show somebody who is erased: nobody fetches or uses them from now on, and their objects are to be removed. What
    this work says stands with it: no crash forgets an object."""
    erased = sa.update(Upload).where(col(Upload.id).in_(ids), col(Upload.erased_at).is_(None))
    used_at = sa.func.coalesce(col(Upload.used_at), work.now)
    await work.session.execute(erased.values(status=UploadStatus.GONE, erased_at=work.now, used_at=used_at))


async def to_remove(read: Read, *, limit: int) -> Sequence[Upload]:
    """Erased ones whose objects may still be there."""
    query = sa.select(Upload).where(col(Upload.erased_at).is_not(None), col(Upload.removed_at).is_(None))
    return (await read.session.execute(query.order_by(col(Upload.id)).limit(limit))).scalars().all()


async def removed(work: Work, ids: Collection[int]) -> None:
    """Their objects are gone; their rows stay for who still has a link."""
    gone = sa.update(Upload).where(col(Upload.id).in_(ids), col(Upload.erased_at).is_not(None))
    await work.session.execute(gone.values(removed_at=work.now))


async def is_erased(read: Read, upload_id: int) -> bool:
    query = sa.select(1).where(col(Upload.id) == upload_id, col(Upload.erased_at).is_not(None))
    return (await read.session.execute(query)).scalar_one_or_none() is not None


async def unknown_keys(read: Read, keys: Collection[str]) -> set[str]:
    """Those of the keys that no row has."""
    query = sa.select(col(Upload.object_key)).where(col(Upload.object_key).in_(keys))
    return set(keys) - set((await read.session.execute(query)).scalars())
