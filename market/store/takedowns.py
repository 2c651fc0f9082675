"""Takedowns: what must come down, by when, and the proof."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col

from core.errors import NotFound
from core.paging import Order, Slice, Window
from core.work import Read, Work
from market.states import TakedownReason
from market.store import asking, licences, scope
from market.tables import Licence, Takedown

OLDEST = Order((col(Takedown.id),))
OPEN = sa.and_(col(Takedown.lifted_at).is_(None), col(Takedown.done_at).is_(None))


async def open_one(work: Work, licence: Licence, reason: TakedownReason, due_at: datetime) -> Takedown | None:
    """The new takedown of a licence that is held; None where one is open already."""
    values = {"licence_id": licence.id, "reason": reason, "opened_at": work.now, "due_at": due_at}
    fresh = insert(Takedown).values(values).on_conflict_do_nothing().returning(Takedown)
    return (await work.session.execute(fresh)).scalar_one_or_none()


async def lift(work: Work, licence_id: int) -> None:
    """What is open of a licence that is held need not come down after all."""
    lifted = sa.update(Takedown).where(col(Takedown.licence_id) == licence_id, OPEN).values(lifted_at=work.now)
    await work.session.execute(lifted)


async def lock(work: Work, takedown_id: int) -> tuple[Takedown, Licence]:
    """The takedown and its licence, held until the work ends. Raises NotFound."""
    asked = sa.select(Takedown).where(col(Takedown.id) == takedown_id)
    found = (await work.session.execute(asked)).scalar_one_or_none()
    if found is None:
        raise _unknown()
    try:
        licence, _ = await licences.lock(work, found.licence_id)
    except NotFound:
        raise _unknown() from None
    held = asked.with_for_update(key_share=True).execution_options(populate_existing=True)
    return (await work.session.execute(held)).scalar_one(), licence


async def of_licences(read: Read, licence_ids: Collection[int]) -> Mapping[int, Takedown]:
    """By licence, the last that was not lifted."""
    query = (
        sa.select(Takedown)
        .where(col(Takedown.licence_id).in_(licence_ids), col(Takedown.lifted_at).is_(None))
        .order_by(col(Takedown.id))
    )
    return {each.licence_id: each for each in (await read.session.execute(query)).scalars()}


async def by_ids(read: Read, ids: Collection[int]) -> Mapping[int, Takedown]:
    """Of the licences that the caller may see."""
    return await asking.by_number(read, _seen(read).where(col(Takedown.id).in_(ids)))


async def page(read: Read, overdue: bool, window: Window) -> Slice[Takedown]:
    """Those that are open, or only those that are late, of the licences that the caller may see."""
    return await asking.page(read, _open(read, overdue), OLDEST, window)


async def count(read: Read, overdue: bool) -> int:
    return await asking.count(read, _open(read, overdue))


def _open(read: Read, overdue: bool) -> sa.Select[Any]:
    query = _seen(read).where(OPEN)
    return query.where(col(Takedown.due_at) <= read.now) if overdue else query


def _seen(read: Read) -> sa.Select[Any]:
    return (
        sa.select(Takedown).join(Licence, col(Licence.id) == col(Takedown.licence_id)).where(scope.licences(read.actor))
    )


def _unknown() -> NotFound:
    return NotFound("There is no such takedown.", path=["takedownId"])
