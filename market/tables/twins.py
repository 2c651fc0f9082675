"""Twins, with every version of their consent policies and rate cards."""

from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy import Text
from sqlalchemy.dialects import postgresql as pg
from sqlmodel import Field

from core.tables import (
    Currency,
    Id,
    Json,
    Minor,
    Numbers,
    Recorded,
    RecordedText,
    Table,
    Texts,
    append_only,
    listed,
    one_of,
    redactable,
    ref,
)
from market.rights import Industry
from market.states import (
    TwinStatus,
)


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
    created_at: Recorded = None
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
    set_at: Recorded = None
    set_by: RecordedText


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
    set_at: Recorded = None
    set_by: RecordedText


redactable(ConsentPolicy, columns=("restrictions",), of="select model_id from twin where twin.id = old.twin_id")
append_only(RateCard)
