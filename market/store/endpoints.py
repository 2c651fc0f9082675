"""Addresses that are told what happens, and how the tellings went."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col

from core.errors import NotFound
from core.tables import Activity
from core.work import Read, Work
from market.rules import is_system
from market.store import asking
from market.tables import Delivery, Endpoint

KEPT = 200
"""Deliveries of one address that are remembered."""

Cursor = tuple[int, int]


def topics(endpoint: Endpoint) -> list[str]:
    return [f"{noun}:{endpoint.party_id}" for noun in ("licence", "payout")]


async def by_ids(read: Read, ids: Collection[int]) -> Mapping[int, Endpoint]:
    """Those of the caller's parties."""
    return await asking.by_number(read, sa.select(Endpoint).where(col(Endpoint.id).in_(ids), _own(read)))


async def of_party(read: Read, party_id: int) -> Sequence[Endpoint]:
    """Of one of the caller's parties, the oldest first."""
    query = sa.select(Endpoint).where(col(Endpoint.party_id) == party_id, _own(read)).order_by(col(Endpoint.id))
    return (await read.session.execute(query)).scalars().all()


async def lock(work: Work, endpoint_id: int) -> Endpoint:
    """Held until the work ends. Raises NotFound."""
    query = sa.select(Endpoint).where(col(Endpoint.id) == endpoint_id, _own(work)).with_for_update(key_share=True)
    found = (await work.session.execute(query.execution_options(populate_existing=True))).scalar_one_or_none()
    if found is None:
        raise NotFound("There is no such webhook endpoint.", path=["endpointId"])
    return found


async def behind(read: Read) -> Sequence[int]:
    """Addresses that have something to be told, and whose time has come."""
    payout = sa.literal("payout:").concat(sa.cast(col(Endpoint.party_id), sa.Text))
    licence = sa.literal("licence:").concat(sa.cast(col(Endpoint.party_id), sa.Text))
    beyond = sa.tuple_(col(Activity.tx), col(Activity.id)) > sa.tuple_(col(Endpoint.tx), col(Endpoint.row_id))
    news = sa.or_(*(sa.exists(sa.select(1).where(col(Activity.topic) == topic, beyond)) for topic in (licence, payout)))
    due = sa.or_(col(Endpoint.next_at).is_(None), col(Endpoint.next_at) <= read.now)
    open_ = sa.and_(col(Endpoint.deleted_at).is_(None), col(Endpoint.disabled_at).is_(None))
    query = sa.select(col(Endpoint.id)).where(open_, due, news).order_by(col(Endpoint.id))
    return [number for number in (await read.session.execute(query)).scalars() if number is not None]


async def cursor_before(read: Read, endpoint: Endpoint, moment: datetime) -> Cursor:
    """From where everything that happened at that moment or later is told."""
    query = sa.select(col(Activity.tx), col(Activity.id)).where(
        col(Activity.topic).in_(topics(endpoint)), col(Activity.at) >= moment
    )
    found = (await read.session.execute(query.order_by(col(Activity.tx), col(Activity.id)).limit(1))).one_or_none()
    if found is None or found[0] is None or found[1] is None:
        return endpoint.tx, endpoint.row_id
    return found[0], found[1] - 1


async def note(
    work: Work, endpoint: Endpoint, *, message_id: str, kind: str, status: int | None, error: str | None
) -> None:
    """Remember one attempt, and forget the oldest."""
    row = {"message_id": message_id, "kind": kind, "status_code": status, "error": error and error[:500]}
    await work.session.execute(insert(Delivery).values(endpoint_id=endpoint.id, at=work.now, **row))
    own = sa.select(col(Delivery.id)).where(col(Delivery.endpoint_id) == endpoint.id)
    oldest = own.order_by(col(Delivery.id).desc()).offset(KEPT)
    await work.session.execute(sa.delete(Delivery).where(col(Delivery.id).in_(oldest.scalar_subquery())))


async def deliveries(read: Read, endpoint_ids: Collection[int]) -> Mapping[int, Sequence[Delivery]]:
    """By address, the newest first, of those of the caller's parties."""
    seen = sa.select(col(Endpoint.id)).where(col(Endpoint.id).in_(endpoint_ids), _own(read))
    query = sa.select(Delivery).where(col(Delivery.endpoint_id).in_(seen)).order_by(col(Delivery.id).desc())
    found: dict[int, list[Delivery]] = {number: [] for number in endpoint_ids}
    for each in (await read.session.execute(query)).scalars():
        found[each.endpoint_id].append(each)
    return found


def _own(read: Read) -> sa.ColumnElement[bool]:
    """Those that were not deleted, of the caller's parties."""
    there = col(Endpoint.deleted_at).is_(None)
    if is_system(read.actor):
        return there
    return sa.and_(there, col(Endpoint.party_id).in_(read.actor.party_ids))
