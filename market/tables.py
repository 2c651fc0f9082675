"""What the market remembers: parties, twins, listings, bids, licences."""

from decimal import Decimal
from typing import Annotated

import sqlalchemy as sa
from sqlalchemy import BigInteger, Text, text
from sqlalchemy.dialects import postgresql as pg
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlmodel import Field

from core.actor import Scope
from core.tables import (
    Currency,
    Days,
    Id,
    Json,
    MaybeMinor,
    MaybeMoment,
    Minor,
    Moment,
    Numbers,
    Stamp,
    Table,
    Texts,
    append_only,
    listed,
    one_of,
    ref,
)
from market import showing as showing  # searches read it, and it fills the metadata
from market.rights import Exclusivity, Industry
from market.states import (
    BidStatus,
    LicenceStatus,
    ListingFormat,
    MandateStatus,
    Outcome,
    PartyKind,
    TwinStatus,
)

SCOPED = "not (isempty(media) or isempty(territories) or isempty(days))"
"""Empty ranges overlap nothing, so a licence with an empty scope would slip through the exclusion constraint."""


# ------------------------------------------------------------------ parties


class Party(Table, table=True):
    """Someone with rights or money here: a model, an agency or a brand."""

    id: Id = None
    kind: PartyKind = one_of(PartyKind)
    handle: str = Field(unique=True)
    name: str
    country: str = Field(sa_type=sa.CHAR(2))
    industry: Industry | None = one_of(Industry, nullable=True, default=None)
    created_at: Stamp = None
    __table_args__ = (
        listed("kind", PartyKind),
        listed("industry", Industry),
        sa.CheckConstraint("(kind = 'BRAND') = (industry is not null)", name="brand_has_industry"),
        sa.CheckConstraint("handle ~ '^[a-z0-9]+(-[a-z0-9]+)*$' and length(handle) <= 60", name="handle"),
        sa.Index(
            "party_agency_words_idx",
            text("to_tsvector('simple', folded(name))"),
            postgresql_using="gin",
            postgresql_where=text("kind = 'AGENCY'"),
        ),
    )


class Person(Table, table=True):
    """Somebody who signs in. `email` is kept in lower case; `password_hash` is argon2id."""

    id: Id = None
    email: str = Field(unique=True)
    name: str
    password_hash: str | None = Field(default=None, nullable=True)
    is_operator: bool = Field(default=False, sa_column_kwargs={"server_default": text("false")})
    created_at: Stamp = None
    suspended_at: MaybeMoment = None
    __table_args__ = (sa.CheckConstraint("email = lower(email)", name="email"),)


class Member(Table, table=True):
    """A person who acts for a party."""

    party_id: int = ref("party.id", primary_key=True)
    person_id: int = ref("person.id", primary_key=True)
    since: Stamp = None
    __table_args__ = (sa.Index(None, "person_id"),)


class ApiKey(Table, table=True):
    """A program that acts for a party. Only the SHA-256 of its 256-bit secret is kept."""

    id: Id = None
    party_id: int | None = ref("party.id", nullable=True, default=None)
    person_id: int | None = ref("person.id", nullable=True, default=None)
    name: str
    prefix: str
    secret_hash: bytes = Field(unique=True)
    scopes: list[Scope] = Field(sa_type=pg.ARRAY(Text))
    created_at: Stamp = None
    last_used_at: MaybeMoment = None
    revoked_at: MaybeMoment = None
    __table_args__ = (
        sa.CheckConstraint("num_nonnulls(party_id, person_id) = 1", name="acts_for_one"),
        sa.Index(None, "party_id"),
    )


class SignIn(Table, table=True):
    """A person's session. Only the SHA-256 of its secret is kept."""

    id: Id = None
    person_id: int = ref("person.id")
    secret_hash: bytes = Field(unique=True)
    user_agent: str = ""
    created_at: Stamp = None
    expires_at: Moment
    revoked_at: MaybeMoment = None


class Mandate(Table, table=True):
    """An agency's dated power to act for a model. It never covers signing. `days` hold both ends."""

    id: Id = None
    model_id: int = ref("party.id")
    agency_id: int = ref("party.id")
    status: MandateStatus = one_of(MandateStatus, default=MandateStatus.PROPOSED)
    commission_bps: int
    territories: Numbers
    days: Days
    proposed_at: Stamp = None
    answered_at: MaybeMoment = None
    ended_at: MaybeMoment = None
    __table_args__ = (
        listed("status", MandateStatus),
        sa.CheckConstraint("commission_bps between 0 and 2000", name="commission"),
        sa.CheckConstraint("not isempty(days) and upper(days) <= lower(days) + interval '3 years 1 day'", name="days"),
        ExcludeConstraint(
            ("model_id", "="),
            ("territories", "&&"),
            ("days", "&&"),
            name="mandate_one_at_a_time",
            using="gist",
            where=text("status = 'ACTIVE'"),
        ),
        sa.Index(None, "agency_id", "status"),
        sa.Index(None, "model_id", "status"),
    )


# ------------------------------------------------------------------ twins


class Twin(Table, table=True):
    """A digital double. `version` counts captures; the policy and card in force are named by their versions (0: none yet)."""

    id: Id = None
    model_id: int = ref("party.id")
    handle: str = Field(unique=True)
    name: str
    status: TwinStatus = one_of(TwinStatus, default=TwinStatus.DRAFT)
    status_reason: str | None = Field(default=None, nullable=True)
    version: int = 1
    description: str = ""
    height_cm: int | None = Field(default=None, nullable=True)
    bust_cm: int | None = Field(default=None, nullable=True)
    waist_cm: int | None = Field(default=None, nullable=True)
    hips_cm: int | None = Field(default=None, nullable=True)
    shoe_size_eu: Decimal | None = Field(default=None, sa_type=sa.Numeric(4, 1), nullable=True)
    hair_colour: str | None = Field(default=None, nullable=True)
    eye_colour: str | None = Field(default=None, nullable=True)
    tags: Texts = []
    preview_urls: Texts = []
    policy_version: int = 0
    card_version: int = 0
    created_at: Stamp = None
    __table_args__ = (
        listed("status", TwinStatus),
        sa.CheckConstraint("handle ~ '^[a-z0-9]+(-[a-z0-9]+)*$' and length(handle) <= 60", name="handle"),
        sa.Index(None, "model_id"),
    )


class ConsentPolicy(Table, table=True):
    """What the model allows to be asked for at all. A new version for every change; none is ever altered."""

    twin_id: int = ref("twin.id", primary_key=True)
    version: int = Field(primary_key=True)
    media: Numbers
    forbidden_industries: list[Industry] = Field(sa_type=pg.ARRAY(Text))
    territories: Numbers
    maximum_days: int
    asset_approval_required: bool
    training_allowed: bool
    restrictions: Texts = []
    set_at: Stamp = None
    set_by: str


class RateCard(Table, table=True):
    """What the model asks. A new version for every change. `rates`: medium -> minor units for thirty days; `factors`:
    territory -> ten-thousandths; both exclusivity factors are ten-thousandths too."""

    twin_id: int = ref("twin.id", primary_key=True)
    version: int = Field(primary_key=True)
    currency: Currency
    rates: Json
    factors: Json = {}
    industry_exclusivity_e4: int
    total_exclusivity_e4: int
    floor_minor: Minor
    set_at: Stamp = None
    set_by: str


# ------------------------------------------------------------------ listings and bids


class RightsColumns(Table):
    """The columns of rights. `market.rights.Rights` is their value; `market.store` converts. `days` is [first, last + 1)."""

    media: Numbers
    territories: Numbers
    industry: Industry = one_of(Industry)
    days: Days
    exclusivity: Exclusivity = one_of(Exclusivity)


class Listing(RightsColumns, table=True):
    """Rights on offer. Its status is told by `opens_at`, `closes_at`, `outcome` and the clock (`market.rules.listing_status`)."""

    id: Id = None
    twin_id: int = ref("twin.id")
    format: ListingFormat = one_of(ListingFormat)
    currency: Currency
    starting_minor: Minor
    reserve_minor: MaybeMinor = None
    opens_at: Moment
    closes_at: Moment
    soft_close_seconds: int
    outcome: Outcome | None = one_of(Outcome, nullable=True, default=None)
    leading_bid_id: int | None = Field(default=None, sa_type=BigInteger, nullable=True)
    current_minor: MaybeMinor = None
    reserve_met: bool = False
    bid_count: int = 0
    created_at: Stamp = None
    __table_args__ = (
        listed("format", ListingFormat),
        listed("outcome", Outcome),
        listed("industry", Industry),
        listed("exclusivity", Exclusivity),
        sa.CheckConstraint(SCOPED, name="scope"),
        sa.CheckConstraint("starting_minor > 0 and reserve_minor >= starting_minor", name="prices"),
        sa.CheckConstraint("closes_at > opens_at", name="closes_after_opening"),
        sa.Index(None, "twin_id"),
        sa.Index(None, "closes_at"),
    )


class Bid(RightsColumns, table=True):
    """A brand's binding offer. On a listing a brand has one live bid; on an OPEN one `maximum_minor` is its secret and
    `amount_minor` what it would pay now. `placed_at` is when its present maximum came: the earlier of equals leads."""

    id: Id = None
    twin_id: int = ref("twin.id")
    listing_id: int | None = ref("listing.id", nullable=True, default=None)
    brand_id: int = ref("party.id")
    currency: Currency
    amount_minor: Minor
    maximum_minor: MaybeMinor = None
    counter_minor: MaybeMinor = None
    counter_message: str | None = Field(default=None, nullable=True)
    intended_use: str
    status: BidStatus = one_of(BidStatus, default=BidStatus.PENDING)
    decline_reason: str | None = Field(default=None, nullable=True)
    created_at: Stamp = None
    placed_at: Moment
    expires_at: MaybeMoment = None
    decided_at: MaybeMoment = None
    __table_args__ = (
        listed("status", BidStatus),
        listed("industry", Industry),
        listed("exclusivity", Exclusivity),
        sa.CheckConstraint(SCOPED, name="scope"),
        sa.CheckConstraint("amount_minor > 0 and maximum_minor >= amount_minor and counter_minor > 0", name="amounts"),
        sa.Index(
            "bid_one_live_per_brand",
            "listing_id",
            "brand_id",
            unique=True,
            postgresql_where=text("listing_id is not null and status in ('PENDING', 'ACCEPTED')"),
        ),
        sa.Index(None, "twin_id", "status"),
        sa.Index(None, "brand_id", "id"),
    )


# ------------------------------------------------------------------ licences

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
    """The evidence of one signature: the exact text, its digest, who signed it and when. Never altered."""

    licence_id: int = ref("licence.id", primary_key=True)
    text: str
    digest: str
    policy_version: int
    person_id: int | None = ref("person.id", nullable=True, default=None)
    caller: str
    signed_by: str
    signature: str
    signed_at: Moment


append_only(ConsentPolicy)
append_only(RateCard)
append_only(Consent)


def industry_numbers() -> str:
    """The SQL function behind SLOT, from the one list of industries."""
    cases = " ".join(f"when '{industry}' then {industry.number}" for industry in Industry)
    return (
        "create or replace function industry_number(industry text) returns bigint language sql immutable strict parallel safe"
        f" as $$ select (case industry {cases} end)::bigint $$"
    )


sa.event.listen(Table.metadata, "before_create", sa.DDL(industry_numbers()))  # type: ignore[no-untyped-call]
