"""Mandates: an agency's dated power to act for a model."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlmodel import col

from core.errors import NotFound
from core.paging import Order, Slice, Window
from core.rows import Lookup
from core.work import Read, Work
from market.rules import Power
from market.states import MandateStatus
from market.store import asking, scope
from market.store.rights import power_of
from market.tables import Mandate, Party

NEWEST = Order((col(Mandate.id),), descending=True)
BY_NAME = Order((col(Party.name), col(Party.id)))


async def by_ids(read: Read, ids: Collection[int]) -> Mapping[int, Mandate]:
    """Those that the caller may see."""
    query = sa.select(Mandate).where(col(Mandate.id).in_(ids), scope.mandates(read.actor))
    return await asking.by_number(read, query)


async def lock(work: Work, mandate_id: int) -> Mandate:
    """Held until the work ends. Raises NotFound."""
    query = sa.select(Mandate).where(col(Mandate.id) == mandate_id, scope.mandates(work.actor))
    locked = query.with_for_update(key_share=True).execution_options(populate_existing=True)
    mandate = (await work.session.execute(locked)).scalar_one_or_none()
    if mandate is None:
        raise NotFound("There is no such mandate.", path=["mandateId"])
    return mandate


async def overlapping(
    read: Read, mandate: Mandate, *, status: MandateStatus, agency_id: int | None = None
) -> Sequence[Mandate]:
    """The model's other mandates of that status which share a country and a day with this one."""
    places: Any = col(Mandate.territories)
    days: Any = col(Mandate.days)
    query = sa.select(Mandate).where(
        col(Mandate.model_id) == mandate.model_id,
        col(Mandate.status) == status,
        places.overlaps(mandate.territories),
        days.overlaps(mandate.days),
    )
    if mandate.id is not None:
        query = query.where(col(Mandate.id) != mandate.id)
    if agency_id is not None:
        query = query.where(col(Mandate.agency_id) == agency_id)
    return (await read.session.execute(query)).scalars().all()


async def in_force(read: Read, model_ids: Collection[int]) -> Mapping[int, Sequence[Mandate]]:
    """The mandates in force today by model, the one of most countries first."""
    found: dict[int, list[Mandate]] = defaultdict(list)
    for mandate in await _in_force().rows(read, scope.values(read, ids=list(model_ids))):
        found[mandate.model_id].append(mandate)
    return found


@cache
def _in_force() -> Lookup:
    query = sa.select(Mandate).where(col(Mandate.model_id) == asking.ANY, scope.in_force(scope.TODAY))
    return Lookup(query.order_by(*_widest_first()))


def widest_in_force(model_id: Any) -> sa.Select[Any]:
    """The first of them, of a model of the statement that this stands in."""
    query = sa.select(Mandate).where(col(Mandate.model_id) == model_id, scope.in_force(scope.TODAY))
    return query.order_by(*_widest_first()).limit(1)


def _widest_first() -> tuple[Any, ...]:
    run = sa.func.unnest(col(Mandate.territories)).column_valued("run")
    countries = sa.select(sa.func.sum(sa.func.upper(run) - sa.func.lower(run))).scalar_subquery()
    return countries.desc(), col(Mandate.id)


async def agencies_in_force(read: Read, model_ids: Collection[int]) -> Mapping[int, Party]:
    """The agency of the mandate of most countries in force today, by model."""
    found: dict[int, Party] = {}
    for agency, model_id in await _agencies_in_force().all(read, scope.values(read, ids=list(model_ids))):
        found.setdefault(model_id, agency)
    return found


@cache
def _agencies_in_force() -> Lookup:
    query = sa.select(Party, col(Mandate.model_id)).join(Mandate, col(Party.id) == col(Mandate.agency_id))
    of_models = query.where(col(Mandate.model_id) == asking.ANY, scope.in_force(scope.TODAY))
    return Lookup(of_models.order_by(*_widest_first()))


async def powers(read: Read, model_ids: Collection[int]) -> Mapping[int, tuple[Power, ...]]:
    """What agencies may do for the models today."""
    found = await in_force(read, model_ids)
    return {model_id: tuple(map(power_of, found.get(model_id, ()))) for model_id in model_ids}


async def hold_powers(work: Work, model_id: int) -> tuple[Power, ...]:
    """The same for one model, and none of it can end before this work does."""
    return tuple(map(power_of, (await asking.run(work, _held(), id=model_id)).scalars()))


@cache
def _held() -> sa.Select[Any]:
    query = (
        sa.select(Mandate)
        .where(col(Mandate.model_id) == asking.ONE, scope.in_force(scope.TODAY))
        .order_by(col(Mandate.id))
    )
    return query.with_for_update(read=True).execution_options(populate_existing=True)


async def page(read: Read, party_id: int, statuses: Collection[MandateStatus] | None, window: Window) -> Slice[Mandate]:
    """An agency's mandates or a model's, newest first."""
    return await asking.page(read, _of_party(read, party_id, statuses), NEWEST, window)


async def count(read: Read, party_id: int, statuses: Collection[MandateStatus] | None) -> int:
    return await asking.count(read, _of_party(read, party_id, statuses))


async def roster(read: Read, agency_id: int, window: Window) -> Slice[Party]:
    """The models whom the agency represents today, by name."""
    return await asking.page(read, _roster(read, agency_id), BY_NAME, window)


async def roster_size(read: Read, agency_id: int) -> int:
    return await asking.count(read, _roster(read, agency_id))


async def represented(read: Read, agency_id: int) -> Sequence[int]:
    """The numbers of the same models."""
    query = sa.select(col(Mandate.model_id)).where(col(Mandate.agency_id) == agency_id, _today(read))
    return (await read.session.execute(query.distinct())).scalars().all()


def _of_party(read: Read, party_id: int, statuses: Collection[MandateStatus] | None) -> sa.Select[Any]:
    theirs = sa.or_(col(Mandate.agency_id) == party_id, col(Mandate.model_id) == party_id)
    query = sa.select(Mandate).where(theirs, scope.mandates(read.actor))
    return query.where(col(Mandate.status).in_(statuses)) if statuses is not None else query


def _roster(read: Read, agency_id: int) -> sa.Select[Any]:
    represented = sa.select(col(Mandate.model_id)).where(col(Mandate.agency_id) == agency_id, _today(read))
    return sa.select(Party).where(col(Party.id).in_(represented))


def _today(read: Read) -> sa.ColumnElement[bool]:
    return scope.in_force(read.today)
