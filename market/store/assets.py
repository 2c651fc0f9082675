"""Assets: what was made with a twin under a licence."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import col

from core.errors import NotFound
from core.paging import Order, Slice, Window
from core.work import Read, Work
from market.states import AssetStatus
from market.store import asking, licences, scope
from market.tables import Asset, Licence, Twin

NEWEST = Order((col(Asset.id),), descending=True)


@dataclass(frozen=True, slots=True)
class AssetQuery:
    """Whose assets: those of one licence, or of all of a model's. `statuses` as they are at this moment."""

    licence_id: int | None = None
    model_id: int | None = None
    statuses: Collection[AssetStatus] | None = None


@dataclass(frozen=True, slots=True)
class LockedAsset:
    asset: Asset
    licence: Licence
    twin: Twin


async def by_ids(read: Read, ids: Collection[int]) -> Mapping[int, Asset]:
    """Those that the caller may see."""
    return await asking.by_number(read, sa.select(Asset).where(col(Asset.id).in_(ids), scope.assets(read.actor)))


async def find(read: Read, asset_id: int) -> Asset:
    """Raises NotFound."""
    asset = (await by_ids(read, [asset_id])).get(asset_id)
    if asset is None:
        raise _unknown()
    return asset


async def lock(work: Work, asset_id: int) -> LockedAsset:
    """The asset, after its licence and twin, held until the work ends; the clock shows the moment at which it was. Raises
    NotFound."""
    seen = await find(work, asset_id)
    licence, twin = await licences.lock(work, seen.licence_id)
    query = sa.select(Asset, sa.func.clock()).where(col(Asset.id) == asset_id).with_for_update(of=Asset)
    held = query.execution_options(populate_existing=True)
    asset, work.now = (await work.session.execute(held)).one()
    return LockedAsset(asset, licence, twin)


async def keep(work: Work, asset: Asset) -> Asset:
    work.session.add(asset)
    await work.session.flush()
    return asset


async def waiting(read: Read, licence_id: int) -> int:
    """How many wait for a decision under one licence."""
    return await asking.count(read, _asked(read, AssetQuery(licence_id=licence_id, statuses=[AssetStatus.PENDING])))


async def page(read: Read, query: AssetQuery, window: Window) -> Slice[Asset]:
    """Newest first."""
    return await asking.page(read, _asked(read, query), NEWEST, window)


async def count(read: Read, query: AssetQuery) -> int:
    return await asking.count(read, _asked(read, query))


def _asked(read: Read, asked: AssetQuery) -> sa.Select[Any]:
    query = sa.select(Asset).where(scope.assets(read.actor))
    if asked.licence_id is not None:
        query = query.where(col(Asset.licence_id) == asked.licence_id)
    if asked.model_id is not None:
        own = sa.select(col(Licence.id)).where(col(Licence.model_id) == asked.model_id)
        query = query.where(col(Asset.licence_id).in_(own))
    return query if asked.statuses is None else query.where(_status_now(read.now).in_(asked.statuses))


def _status_now(now: datetime) -> sa.ColumnElement[str]:
    """`market.rules.asset_status`, in SQL."""
    late = sa.and_(col(Asset.status) == AssetStatus.PENDING, col(Asset.decide_by) <= now)
    return sa.case((late, AssetStatus.REJECTED.value), else_=sa.cast(col(Asset.status), sa.Text))


def _unknown() -> NotFound:
    return NotFound("There is no such asset.", path=["assetId"])
