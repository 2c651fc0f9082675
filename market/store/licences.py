"""Licences: granted rights, and the consent under each."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col

from core.errors import NotFound
from core.paging import Order, Slice, Window
from core.rows import Plain
from core.work import Read, Work
from market.rights import Rights
from market.states import LIVE, LicenceStatus, PartyKind
from market.store import asking, scope, twins
from market.store.rights import rights_in
from market.tables import LICENCE_NO_CONFLICT, Consent, Licence, Party, Twin

NEWEST = Order((col(Licence.id),), descending=True)

RUNNING = (LicenceStatus.ACTIVE, LicenceStatus.SUSPENDED)
"""Paid, and not over."""


async def by_ids(read: Read, ids: Collection[int]) -> Mapping[int, Licence]:
    """Those that the caller may see."""
    return await asking.by_number(read, _seen(scope.outline(read.actor)), ids=list(ids))


@cache
def _seen(asker: scope.Outline) -> sa.Select[Any]:
    return sa.select(Licence).where(col(Licence.id) == asking.ANY, scope.licences(asker))


async def by_number(read: Read, number: str) -> Licence | None:
    query = sa.select(Licence).where(col(Licence.number) == number, scope.licences(read.actor))
    return (await read.session.execute(query)).scalar_one_or_none()


async def numbers(read: Read, ids: Collection[int]) -> Mapping[int, str]:
    """As people call them, of any licences: for those who see something of them."""
    rows = (await read.session.execute(sa.select(Licence).where(col(Licence.id).in_(ids)))).scalars()
    return {row.id: row.number for row in rows if row.id is not None and row.number is not None}


async def of_bids(read: Read, bid_ids: Collection[int]) -> Mapping[int, Licence]:
    """By bid, those that the caller may see."""
    query = sa.select(Licence).where(col(Licence.bid_id).in_(bid_ids), scope.licences(read.actor))
    return {licence.bid_id: licence for licence in (await read.session.execute(query)).scalars()}


async def find(read: Read, licence_id: int) -> Licence:
    """Raises NotFound."""
    licence = (await by_ids(read, [licence_id])).get(licence_id)
    if licence is None:
        raise _unknown()
    return licence


async def lock(work: Work, licence_id: int) -> tuple[Licence, Twin]:
    """The licence and its twin, held until the work ends. Raises NotFound."""
    its_twin, itself = _locked(scope.outline(work.actor))
    twin = await twins.hold_of(work, its_twin, id=licence_id)
    found = (await asking.run(work, itself, id=licence_id)).one_or_none() if twin is not None else None
    if twin is None or found is None:
        raise _unknown()
    licence, work.now = found
    return licence, twin


@cache
def _locked(asker: scope.Outline) -> tuple[Any, Any]:
    seen = sa.and_(col(Licence.id) == asking.ONE, scope.licences(asker))
    query = sa.select(Licence, sa.func.clock()).where(seen).with_for_update(key_share=True, of=Licence)
    held = query.execution_options(populate_existing=True)
    return twins.holding(sa.select(col(Licence.twin_id)).where(seen)), held


async def hold_of_twin(work: Work, twin_id: int, status: LicenceStatus) -> Sequence[Licence]:
    """Lock the held twin's licences of one status."""
    query = sa.select(Licence).where(col(Licence.twin_id) == twin_id, col(Licence.status) == status)
    held = query.order_by(col(Licence.id)).with_for_update(key_share=True).execution_options(populate_existing=True)
    return (await work.session.execute(held)).scalars().all()


async def hold_over(work: Work, *, limit: int) -> Sequence[Licence]:
    """Lock some of the licences that are paid and whose days are over, and their twins first."""
    over = sa.and_(col(Licence.status).in_(RUNNING), sa.func.upper(col(Licence.days)) <= work.today)
    due = sa.select(col(Licence.id), col(Licence.twin_id)).where(over).order_by(col(Licence.id)).limit(limit)
    found = (await work.session.execute(due)).all()
    await twins.hold_many(work, {twin_id for _, twin_id in found})
    query = sa.select(Licence).where(col(Licence.id).in_([number for number, _ in found]), over)
    held = query.order_by(col(Licence.id)).with_for_update(key_share=True).execution_options(populate_existing=True)
    return (await work.session.execute(held)).scalars().all()


async def grant(work: Work, licence: Licence) -> Licence | None:
    """The licence, kept; None where one that conflicts is live. The exclusion constraint has the last word, asked in the
    one way in which it answers at once: a bare insert would wait for its rivals and deadlock with them."""
    made = (await work.session.execute(_GRANTED, {name: getattr(licence, name) for name in _GIVEN})).one_or_none()
    if made is None:
        return None
    licence.id, licence.number = made
    return licence


_GIVEN = [column.key for column in Licence.__table__.columns if column.key not in ("id", "number")]  # type: ignore[attr-defined]
_GRANTED = (
    insert(Licence.__table__)  # type: ignore[attr-defined]
    .values({name: sa.bindparam(name) for name in _GIVEN})
    .on_conflict_do_nothing(constraint=LICENCE_NO_CONFLICT)
    .returning(col(Licence.id), col(Licence.number))
)


async def consents(read: Read, licence_ids: Collection[int]) -> Mapping[int, Consent]:
    """By licence, of those that the caller may see."""
    query = sa.select(Consent).join(Licence, col(Licence.id) == col(Consent.licence_id))
    seen = query.where(col(Consent.licence_id).in_(licence_ids), scope.licences(read.actor))
    return {consent.licence_id: consent for consent in (await read.session.execute(seen)).scalars()}


async def live_rights(read: Read, twin_ids: Collection[int], *, since: date) -> Mapping[int, Sequence[Rights]]:
    """What is held of each twin on `since` or later, whoever holds it."""
    held: dict[int, list[Rights]] = defaultdict(list)
    for twin_id, *rights in await _live().values(read, {"ids": list(twin_ids), "since": since}):
        held[twin_id].append(rights_in(*rights))
    return held


@cache
def _live() -> Plain:
    query = sa.select(
        col(Licence.twin_id),
        col(Licence.media),
        col(Licence.territories),
        col(Licence.industry),
        sa.func.lower(col(Licence.days)),
        sa.func.upper(col(Licence.days)),
        col(Licence.exclusivity),
    ).where(
        col(Licence.twin_id) == asking.ANY,
        col(Licence.status).in_([status.value for status in LIVE]),
        sa.func.upper(col(Licence.days)) > sa.bindparam("since", type_=sa.Date()),
    )
    return Plain(query.order_by(col(Licence.id)))


async def page_of_party(
    read: Read, party: Party, statuses: Collection[LicenceStatus] | None, window: Window
) -> Slice[Licence]:
    """A party's licences, newest first."""
    return await asking.page(read, _of_party(read, party, statuses), NEWEST, window)


async def count_of_party(read: Read, party: Party, statuses: Collection[LicenceStatus] | None) -> int:
    return await asking.count(read, _of_party(read, party, statuses))


def _unknown() -> NotFound:
    return NotFound("There is no such licence.", path=["licenceId"])


def _of_party(read: Read, party: Party, statuses: Collection[LicenceStatus] | None) -> sa.Select[Any]:
    theirs = {
        PartyKind.BRAND: col(Licence.brand_id) == party.id,
        PartyKind.MODEL: col(Licence.model_id) == party.id,
        PartyKind.AGENCY: col(Licence.agency_id) == party.id,
        PartyKind.CONTRIBUTOR: sa.false(),
    }[party.kind]
    query = sa.select(Licence).where(theirs, scope.licences(read.actor))
    return query.where(_status_now(read).in_(statuses)) if statuses is not None else query


def _status_now(read: Read) -> sa.ColumnElement[LicenceStatus]:
    """As `market.rules.licence_status` has it: what is paid and whose days are over has ended, told or not."""
    over = sa.and_(col(Licence.status).in_(RUNNING), sa.func.upper(col(Licence.days)) <= read.today)
    return sa.case((over, sa.literal(LicenceStatus.ENDED.value)), else_=col(Licence.status))
