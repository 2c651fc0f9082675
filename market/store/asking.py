"""Shapes of question: one page, one number, and the rows of some numbers; and how one that was built before is asked."""

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from operator import itemgetter
from typing import Any

import sqlalchemy as sa

from core.paging import Order, Slice, Window, WindowShape, sliced, windowed
from core.rows import Plain
from core.work import Read
from market.store import scope

ONE: sa.BindParameter[int] = sa.bindparam("id", type_=sa.BigInteger())
ANY = sa.any_(sa.bindparam("ids", type_=scope.NUMBERS))
"""Where the numbers go that a question is asked about, in one that is built once for all."""


async def run(read: Read, query: Any, **values: Any) -> Any:
    """Ask what was built for an outline of the caller."""
    return await read.session.execute(query, scope.values(read, **values))


async def by_outline(
    read: Read,
    build: Callable[[scope.Outline], sa.Select[*tuple[Any, ...]]],
    order: Order,
    window: Window,
    *,
    plan: Callable[[sa.Select[Any]], Plain] = Plain,
    together: int = 1,
    **values: Any,
) -> Slice[Any]:
    """A page of what `build` selects for an outline of the caller: built once for every shape of window. If that is several
    things, `together` says how many, and a row of the page is a tuple of them."""
    query = _paged(plan, build, scope.outline(read.actor), order, window.shape)
    found = await query.all(read, scope.values(read, **values, **window.values))
    if together == 1:
        return sliced(found, window)
    return sliced(found, window, row=itemgetter(slice(together)), key=itemgetter(slice(together, None)))


@cache
def _paged(
    plan: Callable[[sa.Select[Any]], Plain],
    build: Callable[[scope.Outline], sa.Select[*tuple[Any, ...]]],
    asker: scope.Outline,
    order: Order,
    shape: WindowShape,
) -> Plain:
    return plan(windowed(build(asker), order, order.window(shape)))


async def page(read: Read, query: sa.Select[Any], order: Order, window: Window) -> Slice[Any]:
    found = (await read.session.execute(windowed(query, order, window))).all()
    return sliced(found, window)


async def count(read: Read, query: sa.Select[Any], **values: Any) -> int:
    """How many rows the query has."""
    counted = sa.select(sa.func.count()).select_from(query.order_by(None).subquery())
    return int((await run(read, counted, **values)).scalar_one())


async def by_number(read: Read, query: Any, **values: Any) -> Mapping[int, Any]:
    """The rows of a query by their `id`."""
    rows: Iterable[Any]
    if isinstance(query, Plain):
        rows = await query.rows(read, scope.values(read, **values))
    else:
        rows = (await run(read, query, **values)).scalars()
    return {row.id: row for row in rows}
