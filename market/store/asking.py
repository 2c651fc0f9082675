"""Three shapes of question: one page, one number, and the rows of some numbers."""

from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa

from core.paging import Order, Slice, Window, sliced, windowed
from core.work import Read


async def page(read: Read, query: sa.Select[Any], order: Order, window: Window) -> Slice[Any]:
    found = (await read.session.execute(windowed(query, order, window))).all()
    return sliced(found, window)


async def count(read: Read, query: sa.Select[Any]) -> int:
    """How many rows the query has."""
    counted = sa.select(sa.func.count()).select_from(query.order_by(None).subquery())
    return int((await read.session.execute(counted)).scalar_one())


async def by_number(read: Read, query: sa.Select[Any]) -> Mapping[int, Any]:
    """The rows of a query by their `id`."""
    rows: Iterable[Any] = (await read.session.execute(query)).scalars()
    return {row.id: row for row in rows}
