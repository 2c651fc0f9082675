"""Twins, and the versions of what their models say of them: consent policies and rate cards."""

from collections.abc import Collection, Iterable, Mapping
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col

from core.errors import NotFound
from core.rows import Lookup
from core.store import refresh_clock
from core.work import Read, Work
from market.consent import PolicyView
from market.pricing import Card
from market.store import asking, companions, scope
from market.store.companions import Accompanied, Beside, Companions
from market.store.rights import card_of, policy_of
from market.tables import ConsentPolicy, RateCard, Twin

Version = tuple[int, int]
"""A twin's number and a version of its policy or card."""


async def find(read: Read, twin_id: int) -> Twin:
    """Raises NotFound."""
    twin = (await by_ids(read, [twin_id])).get(twin_id)
    if twin is None:
        raise _unknown()
    return twin


async def by_handle(read: Read, handle: str, asked: Beside = companions.ALONE) -> Accompanied | None:
    query = _named(scope.outline(read.actor), asked.companions)
    found = await query.all(read, scope.values(read, handle=handle, **asked.values))
    told, _ = companions.telling(asked.companions)
    return told(found[0]) if found else None


@cache
def _named(asker: scope.Outline, asked: Companions) -> Lookup:
    named = col(Twin.handle) == sa.bindparam("handle", type_=sa.Text())
    return Lookup(companions.beside(sa.select(Twin).where(named, scope.twins(asker)), asker, asked))


async def by_ids(read: Read, ids: Collection[int]) -> Mapping[int, Twin]:
    """Those that the caller may see."""
    return await asking.by_number(read, _seen(scope.outline(read.actor)), ids=list(ids))


@cache
def _seen(asker: scope.Outline) -> Lookup:
    return Lookup(sa.select(Twin).where(col(Twin.id) == asking.ANY, scope.twins(asker)))


async def lock(work: Work, twin_id: int) -> Twin:
    """Held until the work ends; the clock is moved to the moment at which it was. Raises NotFound."""
    twin = await hold_of(work, _locked(scope.outline(work.actor)), id=twin_id)
    if twin is None:
        raise _unknown()
    await refresh_clock(work)
    return twin


@cache
def _locked(asker: scope.Outline) -> sa.Select[Any]:
    return _held(sa.and_(col(Twin.id) == asking.ONE, scope.twins(asker)))


def holding(seen: sa.Select[Any]) -> sa.Select[Any]:
    """The question that `hold_of` asks, of the one thing whose `twin_id` is selected."""
    return _held(col(Twin.id) == seen.scalar_subquery())


async def hold_of(work: Work, holding: Any, **values: Any) -> Twin | None:
    """Lock the twin of the one thing that is seen, if it is. Ask for the thing again: it may have changed while this
    waited, and so has the clock."""
    twin: Twin | None = (await asking.run(work, holding, **values)).scalar_one_or_none()
    return twin


def _held(which: sa.ColumnElement[bool]) -> sa.Select[Any]:
    query = sa.select(Twin).where(which).with_for_update(key_share=True)
    return query.execution_options(populate_existing=True)


async def hold_many(work: Work, ids: Collection[int]) -> None:
    """Lock several, in one order."""
    query = sa.select(col(Twin.id)).where(col(Twin.id).in_(ids)).order_by(col(Twin.id))
    await work.session.execute(query.with_for_update(key_share=True))
    await refresh_clock(work)


async def keep(work: Work, values: Mapping[str, Any]) -> Twin | None:
    """None when the handle is taken."""
    fresh = insert(Twin).values(values).on_conflict_do_nothing(index_elements=["handle"]).returning(Twin)
    return (await work.session.execute(fresh)).scalar_one_or_none()


# ------------------------------------------------------------------ versions


async def keep_policy(work: Work, twin: Twin, policy: ConsentPolicy) -> None:
    """The policy in force from now on. The twin is locked."""
    work.session.add(policy)
    twin.policy_version = policy.version
    await work.session.flush()


async def keep_card(work: Work, twin: Twin, card: RateCard) -> None:
    """The card in force from now on. The twin is locked."""
    work.session.add(card)
    twin.card_version = card.version
    await work.session.flush()


async def next_policy(work: Work, twin_id: int) -> int:
    """The version that the next policy of a locked twin will have. None is given twice, whatever is in force."""
    latest = sa.select(sa.func.max(col(ConsentPolicy.version))).where(col(ConsentPolicy.twin_id) == twin_id)
    return ((await work.session.execute(latest)).scalar_one() or 0) + 1


async def next_card(work: Work, twin_id: int) -> int:
    latest = sa.select(sa.func.max(col(RateCard.version))).where(col(RateCard.twin_id) == twin_id)
    return ((await work.session.execute(latest)).scalar_one() or 0) + 1


async def policies(read: Read, twins: Iterable[Twin]) -> Mapping[int, PolicyView]:
    """The policies in force by twin; none for a twin whose model has not said anything yet."""
    found = await policies_at(read, [(twin.id, twin.policy_version) for twin in twins if twin.id is not None])
    return {twin_id: policy for (twin_id, _), policy in found.items()}


async def cards(read: Read, twins: Iterable[Twin]) -> Mapping[int, Card]:
    """The rate cards in force by twin; none for a twin without rates."""
    found = await cards_at(read, [(twin.id, twin.card_version) for twin in twins if twin.id is not None])
    return {twin_id: card for (twin_id, _), card in found.items()}


async def policies_at(read: Read, versions: Collection[Version]) -> Mapping[Version, PolicyView]:
    rows = await _OF_VERSIONS[ConsentPolicy].values(read, _given(versions))
    return {(row.twin_id, row.version): policy_of(row) for row, *_ in rows}


async def cards_at(read: Read, versions: Collection[Version]) -> Mapping[Version, Card]:
    rows = await _OF_VERSIONS[RateCard].values(read, _given(versions))
    return {(row.twin_id, row.version): card_of(row) for row, *_ in rows}


def _of_versions(table: type[ConsentPolicy] | type[RateCard]) -> Lookup:
    wanted = (
        sa.func.unnest(
            sa.bindparam("twins", type_=pg.ARRAY(sa.BigInteger)), sa.bindparam("versions", type_=pg.ARRAY(sa.Integer))
        )
        .table_valued("twin_id", "version")
        .render_derived()
    )
    same = sa.and_(col(table.twin_id) == wanted.c.twin_id, col(table.version) == wanted.c.version)
    return Lookup(sa.select(table).join(wanted, same))


def _given(versions: Collection[Version]) -> dict[str, list[int]]:
    asked = set(versions)
    return {"twins": [twin_id for twin_id, _ in asked], "versions": [version for _, version in asked]}


_OF_VERSIONS = {table: _of_versions(table) for table in (ConsentPolicy, RateCard)}


def _unknown() -> NotFound:
    return NotFound("There is no such twin.", path=["twinId"])
