"""Everything that concerns one model or contributor, as plain values: own rows, and of others' only what they see anyway."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, TypeAlias

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql.ranges import MultiRange, Range
from sqlmodel import col

from core.tables import Activity, Table
from core.work import Read
from market.store import scope
from market.tables import (
    ApiKey,
    Asset,
    Bid,
    Consent,
    ConsentPolicy,
    Contribution,
    Endpoint,
    Licence,
    LicenceContribution,
    Listing,
    Mandate,
    Member,
    Party,
    Passkey,
    Person,
    RateCard,
    SignIn,
    Takedown,
    Twin,
)

NEVER = {"maximum_minor", "secret_hash", "password_hash", "public_key", "credential_id"}
"""A rival's secret, and what opens doors."""

Which: TypeAlias = dict[type[Table], sa.ColumnElement[bool]]
PUBLIC = ("id", "kind", "handle", "name", "country")


async def everything(read: Read, model_id: int) -> Mapping[str, Sequence[Mapping[str, Any]]]:
    """By table. Bids are those that she may see at this moment: sealed ones after their close."""
    twins = sa.select(col(Twin.id)).where(col(Twin.model_id) == model_id)
    own = sa.select(col(Licence.id)).where(col(Licence.model_id) == model_id)
    which = _of_party(model_id, f"payout:{model_id}", f"licence:{model_id}") | {
        Twin: col(Twin.model_id) == model_id,
        ConsentPolicy: col(ConsentPolicy.twin_id).in_(twins),
        RateCard: col(RateCard.twin_id).in_(twins),
        Mandate: col(Mandate.model_id) == model_id,
        Contribution: col(Contribution.model_id) == model_id,
        Listing: col(Listing.twin_id).in_(twins),
        Bid: sa.and_(col(Bid.twin_id).in_(twins), scope.bids(read.actor, read.now)),
        Licence: col(Licence.model_id) == model_id,
        LicenceContribution: col(LicenceContribution.licence_id).in_(own),
        Consent: col(Consent.licence_id).in_(own),
        Asset: col(Asset.licence_id).in_(own),
        Takedown: col(Takedown.licence_id).in_(own),
    }
    return await _found(read, which)


async def of_contributor(read: Read, contributor_id: int) -> Mapping[str, Sequence[Mapping[str, Any]]]:
    """By table. What was agreed in a licence is its parties': of that, the contributor's own part."""
    which = _of_party(contributor_id, f"payout:{contributor_id}") | {
        Contribution: col(Contribution.party_id) == contributor_id,
        LicenceContribution: col(LicenceContribution.party_id) == contributor_id,
    }
    return await _found(read, which)


def _of_party(party_id: int, *topics: str) -> Which:
    people = sa.select(col(Member.person_id)).where(col(Member.party_id) == party_id)
    return {
        Party: col(Party.id) == party_id,
        Person: col(Person.id).in_(people),
        Member: col(Member.party_id) == party_id,
        SignIn: col(SignIn.person_id).in_(people),
        Passkey: col(Passkey.person_id).in_(people),
        ApiKey: col(ApiKey.party_id) == party_id,
        Endpoint: col(Endpoint.party_id) == party_id,
        Activity: col(Activity.topic).in_(topics),
    }


async def _found(read: Read, which: Which) -> Mapping[str, Sequence[Mapping[str, Any]]]:
    found = {str(table.__tablename__): await _rows(read, sa.select(table).where(rows)) for table, rows in which.items()}
    return found | {"others": await _others(read, found)}


async def _rows(read: Read, query: sa.Select[Any]) -> list[dict[str, Any]]:
    rows = (await read.session.execute(query.limit(100_000))).scalars()
    return [plain(row) for row in rows]


def plain(row: Any) -> dict[str, Any]:
    """A row's columns, as JSON has values."""
    names = [column.key for column in sa.inspect(type(row)).columns if column.key not in NEVER]
    return {name: _value(getattr(row, name)) for name in names}


def _value(value: Any) -> Any:
    match value:
        case None | bool() | int() | str() | dict() | datetime() | date():
            return value
        case Range():
            return [value.lower, value.upper]
        case MultiRange():
            return [[each.lower, each.upper] for each in value]
        case bytes():
            return value.hex()
        case list() | tuple():
            return [_value(each) for each in value]
        case _:
            return str(value)


async def _others(read: Read, found: Mapping[str, Sequence[Mapping[str, Any]]]) -> list[dict[str, Any]]:
    """Who is meant by a number, as everybody may know it: brands, agencies, models, contributors."""
    named = ("brand_id", "agency_id", "model_id", "party_id")
    ids = {row[name] for rows in found.values() for row in rows for name in named if row.get(name) is not None}
    rows = (
        await read.session.execute(sa.select(Party).where(col(Party.id).in_(ids)).order_by(col(Party.id)))
    ).scalars()
    return [{name: _value(getattr(row, name)) for name in PUBLIC} for row in rows]
