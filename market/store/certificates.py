"""The keys of certificates, and what a certificate is checked against."""

from collections.abc import Sequence
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col

from core.work import Read, Work
from market.states import LIVE
from market.tables import Licence, SigningKey

A_WHILE = timedelta(minutes=5)
"""A process may go on signing for some seconds after another has changed the key."""


async def signing(read: Read) -> SigningKey | None:
    """The key that signs now."""
    query = sa.select(SigningKey).where(col(SigningKey.retired_at).is_(None))
    return (await read.session.execute(query)).scalar_one_or_none()


async def by_kid(read: Read, kid: str) -> SigningKey | None:
    return (await read.session.execute(sa.select(SigningKey).where(col(SigningKey.kid) == kid))).scalar_one_or_none()


async def keep(work: Work, *, kid: str, public: bytes, sealed: str) -> SigningKey:
    """This key, or the one that another has made meanwhile."""
    fresh = insert(SigningKey).values(kid=kid, public=public, sealed=sealed)
    await work.session.execute(fresh.on_conflict_do_nothing())
    query = sa.select(SigningKey).where(col(SigningKey.retired_at).is_(None))
    return (await work.session.execute(query)).scalar_one()


async def retire(work: Work, *, revoke: bool = False, kid: str | None = None) -> None:
    """The key that signs now, if it is this one, signs no more, and its private part is forgotten."""
    gone = sa.update(SigningKey).where(col(SigningKey.retired_at).is_(None))
    if kid is not None:
        gone = gone.where(col(SigningKey.kid) == kid)
    now = sa.func.clock()
    await work.session.execute(gone.values(sealed="", retired_at=now, **({"revoked_at": now} if revoke else {})))


async def published(read: Read) -> Sequence[SigningKey]:
    """Those with which a certificate that still counts may have been signed, the newest first."""
    signed_before = sa.select(1).where(
        col(Licence.activated_at) < col(SigningKey.retired_at) + A_WHILE, col(Licence.status).in_(LIVE)
    )
    needed = sa.or_(col(SigningKey.retired_at).is_(None), sa.exists(signed_before.correlate(SigningKey)))
    query = sa.select(SigningKey).where(needed, col(SigningKey.revoked_at).is_(None))
    return (await read.session.execute(query.order_by(col(SigningKey.id).desc()))).scalars().all()
