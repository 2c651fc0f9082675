"""Granted rights, the constraint that keeps conflicting ones apart, and the signatures under them."""

from typing import Annotated

import sqlalchemy as sa
from sqlalchemy import text
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlmodel import Field

from core.tables import (
    Currency,
    Id,
    MaybeMoment,
    Minor,
    Moment,
    Stamp,
    Table,
    listed,
    one_of,
    redactable,
    ref,
)
from market.rights import Exclusivity, Industry
from market.states import (
    LicenceStatus,
)
from market.tables.rights import SCOPED, RightsColumns

SLOT = (
    "(case exclusivity when 'TOTAL' then int8range(null, null)"
    " when 'INDUSTRY' then int8range(industry_number(industry) << 48, (industry_number(industry) + 1) << 48)"
    " else int8range((industry_number(industry) << 48) + id, (industry_number(industry) << 48) + id, '[]') end)"
)
"""Who may stand beside whom, as a range that overlaps exactly when exclusivity is at odds: TOTAL is everything, INDUSTRY the
block of its industry, NON_EXCLUSIVE one point of its own within that block."""

LICENCE_NO_CONFLICT = "licence_no_conflict"

NUMBER = text("'TM-' || to_char(clock(), 'YYYY') || '-' || to_char(nextval('licence_number'), 'FM9999999999999000000')")

licence_number = sa.Sequence("licence_number", metadata=Table.metadata)


class Licence(RightsColumns, table=True):
    """Granted rights. Two that conflict cannot both be live: the database refuses, whatever the code above it does."""

    id: Id = None
    number: Annotated[str | None, Field(unique=True, nullable=False, sa_column_kwargs={"server_default": NUMBER})] = (
        None
    )
    bid_id: int = ref("bid.id", unique=True)
    twin_id: int = ref("twin.id")
    twin_version: int
    brand_id: int = ref("party.id")
    model_id: int = ref("party.id")
    agency_id: int | None = ref("party.id", nullable=True, default=None)
    mandate_id: int | None = ref("mandate.id", nullable=True, default=None)
    currency: Currency
    price_minor: Minor
    policy_version: int
    card_version: int
    status: LicenceStatus = one_of(LicenceStatus, default=LicenceStatus.AWAITING_PAYMENT)
    created_at: Stamp = None
    payment_due_at: Moment
    activated_at: MaybeMoment = None
    ended_at: MaybeMoment = None
    __table_args__ = (
        listed("status", LicenceStatus),
        listed("industry", Industry),
        listed("exclusivity", Exclusivity),
        sa.CheckConstraint(SCOPED, name="scope"),
        sa.CheckConstraint("price_minor > 0", name="price"),
        ExcludeConstraint(
            ("twin_id", "="),
            ("media", "&&"),
            ("territories", "&&"),
            ("days", "&&"),
            (text(SLOT), "&&"),
            name=LICENCE_NO_CONFLICT,
            using="gist",
            where=text("status in ('AWAITING_PAYMENT', 'ACTIVE', 'SUSPENDED')"),
        ),
        sa.Index(None, "twin_id"),
        sa.Index(None, "brand_id", "id"),
        sa.Index(None, "model_id", "id"),
        sa.Index(None, "agency_id", "id"),
    )


class Consent(Table, table=True):
    """The evidence of one signature: the exact text, its digest, who signed it and when. Never altered, but that names are taken
    out of the text when the model or one of the crew is erased (`erased_at`): the digest stays that of what she signed."""

    licence_id: int = ref("licence.id", primary_key=True)
    text: str
    digest: str
    policy_version: int
    person_id: int | None = ref("person.id", nullable=True, default=None)
    caller: str
    signed_by: str
    signature: str
    signed_at: Moment
    erased_at: MaybeMoment = None


redactable(
    Consent,
    columns=("text", "signed_by", "signature", "erased_at"),
    of="select model_id from licence where licence.id = old.licence_id"
    " union all select party_id from licence_contribution where licence_contribution.licence_id = old.licence_id",
)


def industry_numbers() -> str:
    """The SQL function behind SLOT, from the one list of industries."""
    cases = " ".join(f"when '{industry}' then {industry.number}" for industry in Industry)
    return (
        "create or replace function industry_number(industry text) returns bigint language sql immutable strict parallel safe"
        f" as $$ select (case industry {cases} end)::bigint $$"
    )


sa.event.listen(Table.metadata, "before_create", sa.DDL(industry_numbers()))  # type: ignore[no-untyped-call]
