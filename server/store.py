"""The wiring's own questions: who holds a credential, is the database fit, who hears of what, what was forgotten."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any, NamedTuple, TypeAlias

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import col

from core.actor import Actor, Scope
from core.errors import NotFound
from core.tables import Document
from core.work import Fetch, Read, Work
from market.assets import REMINDER_BEFORE
from market.states import AssetStatus, LicenceStatus, MandateStatus, SigningStatus
from market.store.people import IDLE, OPERATOR_IDLE
from market.tables import ApiKey, Asset, Attempt, Licence, Listing, Mandate, Person, SignIn, Takedown
from payments.rules import PAID
from payments.states import PaymentStatus
from payments.tables import Payment

CHANNEL = "twinmarket"


async def notify(connection: AsyncConnection) -> None:
    await connection.execute(sa.text(f"notify {CHANNEL}"))


# ------------------------------------------------------------------ fitness


async def server_version(connection: AsyncConnection) -> int:
    """Such as 180006 for 18.6."""
    return int((await connection.execute(sa.text("show server_version_num"))).scalar_one())


async def migrated_to(connection: AsyncConnection) -> str | None:
    """The revision that the tables stand at; None when they were never migrated."""
    if (await connection.execute(sa.text("select to_regclass('alembic_version')"))).scalar_one() is None:
        return None
    return (await connection.execute(sa.text("select version_num from alembic_version"))).scalar_one_or_none()


# ------------------------------------------------------------------ who is asking

_PARTIES = """
    select coalesce(array_agg(p.id) filter (where p.kind = 'MODEL'), '{}') as model_ids,
           coalesce(array_agg(p.id) filter (where p.kind = 'AGENCY'), '{}') as agency_ids,
           coalesce(array_agg(p.id) filter (where p.kind = 'BRAND'), '{}') as brand_ids,
           coalesce(array_agg(p.id) filter (where p.kind = 'CONTRIBUTOR'), '{}') as contributor_ids
      from party p
"""
_REPRESENTED = """
    select coalesce(array_agg(m.model_id), '{}') as represented_ids
      from unnest(parties.agency_ids) as own(agency_id)
     cross join lateral (select model_id from mandate
                          where agency_id = own.agency_id and status = 'ACTIVE'
                            and days @> (clock() at time zone 'UTC')::date offset 0) m
"""
_KEYS = f"""
    select k.id as key_id, null::bigint as sign_in_id, k.person_id, k.name, k.scopes, k.last_used_at, k.secret_hash,
           coalesce(o.is_operator, false) as is_operator, parties.*, represented.*, clock() as shown_at
      from api_key k
      left join person o on o.id = k.person_id
      cross join lateral ({_PARTIES} where p.id = any (array(select k.party_id union all select party_id from member
                                      where person_id = k.person_id and suspended_at is null))) parties
      cross join lateral ({_REPRESENTED}) represented
     where k.revoked_at is null and (k.expires_at is null or k.expires_at > clock()) and o.suspended_at is null
"""  # noqa: S608 - all of it is written here
_SIGN_INS = f"""
    select null::bigint as key_id, s.id as sign_in_id, s.person_id, o.email as name, null::text[] as scopes,
           s.last_seen_at as last_used_at, s.secret_hash, o.is_operator, parties.*, represented.*, clock() as shown_at
      from sign_in s
      join person o on o.id = s.person_id
      cross join lateral ({_PARTIES} where p.id = any (array(select party_id from member
                                                      where person_id = s.person_id and suspended_at is null))) parties
      cross join lateral ({_REPRESENTED}) represented
     where s.revoked_at is null and s.expires_at > clock() and o.suspended_at is null
       and s.last_seen_at > clock() - make_interval(secs => case when o.is_operator
           then {OPERATOR_IDLE.total_seconds():.0f} else {IDLE.total_seconds():.0f} end)
"""  # noqa: S608 - all of it is written here

_BY_KEY = f"{_KEYS} and k.secret_hash = $1"
_BY_SIGN_IN = f"{_SIGN_INS} and s.secret_hash = $1"


class Holder(NamedTuple):
    """All that a credential says of whoever holds it, as the database has it."""

    key_id: int | None
    sign_in_id: int | None
    person_id: int | None
    name: str
    scopes: Sequence[str] | None
    model_ids: Sequence[int]
    agency_ids: Sequence[int]
    brand_ids: Sequence[int]
    contributor_ids: Sequence[int]
    represented_ids: Sequence[int]
    is_operator: bool


Standing: TypeAlias = Mapping[tuple[int | None, int | None], Holder]  # by (key id, sign-in id)
_STANDING = sa.text(
    f"select {', '.join(Holder._fields)} from ({_KEYS} and k.id = any(:key_ids) union all {_SIGN_INS} and s.id = any(:sign_in_ids)) s"  # noqa: S608
)


@dataclass(frozen=True, slots=True)
class Credential:
    """What somebody showed us, and who that makes them at that moment."""

    actor: Actor
    key_id: int | None
    sign_in_id: int | None
    secret_hash: bytes
    shown_at: datetime
    last_used_at: datetime | None = None


async def key_holder(fetch: Fetch, secret_hash: bytes) -> Credential | None:
    """Who holds the API key, with its parties and the mandates in force. None when it is unknown or revoked."""
    return _shown(await fetch(_BY_KEY, [secret_hash]))


async def signed_in(fetch: Fetch, secret_hash: bytes) -> Credential | None:
    return _shown(await fetch(_BY_SIGN_IN, [secret_hash]))


async def standing(read: Read, *, key_ids: Collection[int], sign_in_ids: Collection[int]) -> Standing:
    """Those of the credentials that still hold, and who holds them now."""
    found = await read.session.execute(_STANDING, {"key_ids": list(key_ids), "sign_in_ids": list(sign_in_ids)})
    return {(holder.key_id, holder.sign_in_id): holder for holder in map(Holder._make, found)}


def _shown(found: Sequence[Any]) -> Credential | None:
    if not found:
        return None
    row: Any = SimpleNamespace(**found[0])
    return Credential(actor_of(row), row.key_id, row.sign_in_id, row.secret_hash, row.shown_at, row.last_used_at)


def actor_of(holder: Holder) -> Actor:
    return Actor(
        caller=f"key:{holder.key_id}" if holder.key_id is not None else f"person:{holder.person_id}",
        name=holder.name,
        person_id=holder.person_id,
        api_key_id=holder.key_id,
        sign_in_id=holder.sign_in_id,
        scopes=frozenset(Scope) if holder.scopes is None else frozenset(map(Scope, holder.scopes)),
        model_ids=frozenset(holder.model_ids),
        agency_ids=frozenset(holder.agency_ids),
        brand_ids=frozenset(holder.brand_ids),
        contributor_ids=frozenset(holder.contributor_ids),
        represented_ids=frozenset(holder.represented_ids),
        is_operator=holder.is_operator,
    )


async def keys_used(work: Work, key_ids: Sequence[int]) -> None:
    """They were used just now, to the minute."""
    stale = sa.or_(
        col(ApiKey.last_used_at).is_(None), col(ApiKey.last_used_at) < sa.func.clock() - sa.text("interval '1 minute'")
    )
    used = sa.update(ApiKey).where(col(ApiKey.id).in_(key_ids), stale)
    await work.session.execute(used.values(last_used_at=sa.func.clock()))


async def sessions_seen(work: Work, sign_in_ids: Sequence[int]) -> None:
    """Somebody used them just now."""
    seen = sa.update(SignIn).where(col(SignIn.id).in_(sign_in_ids))
    await work.session.execute(seen.values(last_seen_at=sa.func.clock()))


async def count_attempt(work: Work, subject: bytes, *, ends_at: datetime) -> tuple[int, datetime]:
    """How often the subject was tried in its window with this once more, and when the window ends. One statement, so
    that of many at once each learns another number."""
    fresh = insert(Attempt).values(subject=subject, count=1, ends_at=ends_at)
    is_over = col(Attempt.ends_at) <= work.now
    counted = fresh.on_conflict_do_update(
        index_elements=["subject"],
        set_={
            "count": sa.case((is_over, 1), else_=col(Attempt.count) + 1),
            "ends_at": sa.case((is_over, fresh.excluded.ends_at), else_=col(Attempt.ends_at)),
        },
    ).returning(col(Attempt.count), col(Attempt.ends_at))
    number, ending = (await work.session.execute(counted)).one()
    return number, ending


async def forget_attempts_of(work: Work, subject: bytes) -> None:
    await work.session.execute(sa.delete(Attempt).where(col(Attempt.subject) == subject))


async def forget_attempts(work: Work) -> None:
    """Of windows that are over; not those that somebody is counting in just now."""
    over = sa.select(col(Attempt.subject)).where(col(Attempt.ends_at) <= work.now).with_for_update(skip_locked=True)
    await work.session.execute(sa.delete(Attempt).where(col(Attempt.subject).in_(over.limit(1000))))


async def person_by_email(read: Read, email: str) -> Person | None:
    """Somebody who may sign in."""
    query = sa.select(Person).where(col(Person.email) == email.lower(), col(Person.suspended_at).is_(None))
    return (await read.session.execute(query)).scalar_one_or_none()


async def person(read: Read, person_id: int | None) -> Person:
    """Raises NotFound."""
    found = await read.session.get(Person, person_id) if person_id is not None else None
    if found is None:
        raise NotFound("There is no such person.")
    return found


async def operator_named(read: Read, email: str) -> int:
    """Raises NotFound."""
    person = await person_by_email(read, email)
    if person is None or person.id is None or not person.is_operator:
        raise NotFound(f"There is no operator with the email {email!r}.")
    return person.id


# ------------------------------------------------------------------ who hears of what, and when


async def followers_of_share(read: Read, *, licence_id: int, payee_id: int) -> Sequence[int]:
    """The payee; of a model's share, also the agency that the licence names."""
    query = sa.select(col(Licence.agency_id)).where(
        col(Licence.id) == licence_id, col(Licence.model_id) == payee_id, col(Licence.agency_id).is_not(None)
    )
    agencies = (await read.session.execute(query)).scalars()
    return payee_id, *(agency_id for agency_id in agencies if agency_id is not None)


async def parties_of_licence(read: Read, licence_id: int) -> Sequence[int]:
    """The brand, the model, and her agency if the licence names one."""
    query = sa.select(col(Licence.brand_id), col(Licence.model_id), col(Licence.agency_id))
    found = (await read.session.execute(query.where(col(Licence.id) == licence_id))).one_or_none()
    return [party_id for party_id in found or () if party_id is not None]


async def agencies_of(read: Read, model_id: int) -> Sequence[int]:
    """The agencies with a mandate in force today."""
    in_force = sa.and_(col(Mandate.status) == MandateStatus.ACTIVE, col(Mandate.days).contains(read.today))
    query = sa.select(col(Mandate.agency_id)).where(col(Mandate.model_id) == model_id, in_force)
    return (await read.session.execute(query.distinct().order_by(col(Mandate.agency_id)))).scalars().all()


async def listing(read: Read, listing_id: int) -> Listing:
    return (await read.session.execute(sa.select(Listing).where(col(Listing.id) == listing_id))).scalar_one()


async def listing_opens_at(read: Read, listing_id: int) -> datetime:
    return (await listing(read, listing_id)).opens_at


async def listing_closes_at(read: Read, listing_id: int) -> datetime:
    return (await listing(read, listing_id)).closes_at


async def asset_decide_by(read: Read, asset_id: int) -> datetime:
    query = sa.select(col(Asset.decide_by)).where(col(Asset.id) == asset_id)
    return (await read.session.execute(query)).scalar_one()


async def asset_reminded_at(read: Read, asset_id: int) -> datetime:
    return await asset_decide_by(read, asset_id) - REMINDER_BEFORE


async def takedown_due_at(read: Read, takedown_id: int) -> datetime:
    query = sa.select(col(Takedown.due_at)).where(col(Takedown.id) == takedown_id)
    return (await read.session.execute(query)).scalar_one()


# ------------------------------------------------------------------ what the sweeper looks for


async def overdue_payments(read: Read, *, limit: int = 100) -> Sequence[int]:
    """Payments whose deadline has passed and that nobody gave up."""
    waiting = (PaymentStatus.PROCESSING, PaymentStatus.REQUIRES_ACTION, PaymentStatus.FAILED)
    query = sa.select(col(Payment.id)).where(
        col(Payment.status).in_(waiting), col(Payment.abandoned_at).is_(None), col(Payment.due_at) < read.now
    )
    return _ids(await read.session.execute(query.order_by(col(Payment.due_at)).limit(limit)))


async def paid_not_active(read: Read, *, limit: int = 100) -> Sequence[int]:
    """Licences that are paid and do not know it."""
    return await _waiting_licences(read, col(Payment.status).in_(PAID), limit)


async def licences_behind(read: Read, *, limit: int = 100) -> Sequence[int]:
    """Licences that do not know what became of their money."""
    refunded = sa.and_(
        col(Payment.status) == PaymentStatus.REFUNDED,
        col(Licence.status).in_((LicenceStatus.ACTIVE, LicenceStatus.SUSPENDED)),
    )
    disputed = sa.and_(col(Payment.status) == PaymentStatus.DISPUTED, col(Licence.status) == LicenceStatus.ACTIVE)
    query = sa.select(col(Licence.id)).join(Payment, col(Payment.reference) == col(Licence.id))
    return _ids(await read.session.execute(query.where(sa.or_(refunded, disputed)).limit(limit)))


async def abandoned_not_lapsed(read: Read, *, limit: int = 100) -> Sequence[int]:
    """Licences that will never be paid and do not know it."""
    return await _waiting_licences(read, col(Payment.abandoned_at).is_not(None), limit)


async def expired_assets(read: Read, *, limit: int = 100) -> Sequence[int]:
    """Assets that the clock has rejected and of which nobody was told."""
    query = sa.select(col(Asset.id)).where(
        col(Asset.status) == AssetStatus.PENDING, col(Asset.expiry_told_at).is_(None), col(Asset.decide_by) <= read.now
    )
    return _ids(await read.session.execute(query.order_by(col(Asset.decide_by)).limit(limit)))


async def unsigned_assets(read: Read, *, older_than: timedelta, limit: int = 100) -> Sequence[int]:
    """Approved pictures and films that should have content credentials by now."""
    query = sa.select(col(Asset.id)).where(
        col(Asset.signing) == SigningStatus.PENDING, col(Asset.decided_at) < read.now - older_than
    )
    return _ids(await read.session.execute(query.order_by(col(Asset.id)).limit(limit)))


async def _waiting_licences(read: Read, condition: sa.ColumnElement[bool], limit: int) -> Sequence[int]:
    query = sa.select(col(Licence.id)).join(Payment, col(Payment.reference) == col(Licence.id))
    waiting = query.where(col(Licence.status) == LicenceStatus.AWAITING_PAYMENT, condition)
    return _ids(await read.session.execute(waiting.order_by(col(Licence.id)).limit(limit)))


def _ids(found: sa.Result[Any]) -> Sequence[int]:
    return found.scalars().all()


# ------------------------------------------------------------------ what callers may spend

_THERE = """cast(:points as float8)
    - cast(:per_second as float8) * greatest(0, extract(epoch from bucket.full_at - excluded.at)::float8)"""
_LACKING = "cast(:lacking as float8)"


def _granted(there: str) -> str:
    return f"case when {there} >= {_LACKING} then {_LACKING} + floor(({there} - {_LACKING}) / 20) else 0 end"


def _lasting(granted: str) -> str:
    """Until that much has come back, rounded up: nobody is ever given too much."""
    return f"make_interval(secs => ceil(({granted}) * 1e6 / cast(:per_second as float8)) / 1e6)"


_FIRST, _LATER = _granted("cast(:points as float8)"), _granted(f"({_THERE})")
_TAKE_POINTS = sa.text(f"""
    insert into bucket (caller, granted, at, full_at)
    values (:caller, {_FIRST}, clock(), clock() + {_lasting(_FIRST)})
    on conflict (caller) do update
       set granted = {_LATER}, at = excluded.at,
           full_at = greatest(bucket.full_at, excluded.at) + {_lasting(_LATER)}
    returning granted, greatest(0, extract(epoch from full_at - at)::float8) as seconds
""")  # noqa: S608 - all of it is written here


async def take_points(
    connection: AsyncConnection, caller: str, *, points: int, per_second: int, lacking: float
) -> tuple[float, float]:
    """Take what is lacking and a twentieth of what is left beyond it: (what was granted, what is left). (0, what there is)
    when there is not enough. One statement, and its own transaction."""
    asked = {"caller": caller, "points": points, "per_second": per_second, "lacking": lacking}
    taken = (await connection.execute(_TAKE_POINTS, asked)).one()
    return taken.granted, points - per_second * taken.seconds


async def drop_full_buckets(work: Work) -> None:
    await work.session.execute(sa.text("delete from bucket where full_at < clock()"))


# ------------------------------------------------------------------ documents known by their hash


async def find_document(connection: AsyncConnection, hash: str) -> str | None:
    """Its text. It counts as used: the longest unused are dropped first."""
    used = sa.update(Document).where(col(Document.hash) == hash).values(used_at=sa.func.clock())
    return (await connection.execute(used.returning(col(Document.text)))).scalar_one_or_none()


async def keep_document(connection: AsyncConnection, hash: str, text: str, *, at_most: int) -> bool:
    """False when there are too many already."""
    room = sa.select(sa.func.count()).select_from(Document).scalar_subquery() < at_most
    row = sa.select(sa.literal(hash), sa.literal(text)).where(room)
    kept = insert(Document).from_select(["hash", "text"], row)
    again = kept.on_conflict_do_update(index_elements=["hash"], set_={"used_at": sa.func.clock()})
    return (await connection.execute(again.returning(col(Document.hash)))).scalar_one_or_none() is not None


async def drop_unused_documents(work: Work, *, beyond: int) -> None:
    """All but the `beyond` that were used last."""
    longest = sa.select(col(Document.hash)).order_by(col(Document.used_at).desc()).offset(beyond)
    await work.session.execute(sa.delete(Document).where(col(Document.hash).in_(longest)))
