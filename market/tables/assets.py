"""Pictures and films made with a twin, and what the model says of each before it is published."""

import sqlalchemy as sa
from sqlalchemy import text
from sqlmodel import Field

from core.tables import Id, MaybeMoment, Moment, Stamp, Table, listed, one_of, ref
from market.rights import Medium
from market.states import AssetStatus, Making, SigningStatus


class Asset(Table, table=True):
    """One file made under a licence: where it is (elsewhere, or uploaded here), its SHA-256, how it was made.
    `status` is what somebody decided;
    after `decide_by` one that is still PENDING is rejected by the clock. `reminded_at` and `expiry_told_at` are when the
    parties were told so. `decided_by` is a name for people, `decided_caller` the exact credential. `signing` is how far its
    content credentials are; null: none are made."""

    id: Id = None
    licence_id: int = ref("licence.id")
    title: str
    medium: Medium = one_of(Medium)
    url: str
    upload_id: int | None = ref("upload.id", nullable=True, default=None, unique=True)
    signed_upload_id: int | None = ref("upload.id", nullable=True, default=None, unique=True)
    sha256: str
    making: Making = one_of(Making, default=Making.GENERATED)
    is_recognisable: bool = Field(default=True, sa_column_kwargs={"server_default": text("true")})
    status: AssetStatus = one_of(AssetStatus, default=AssetStatus.PENDING)
    policy_version: int
    submitted_caller: str
    submitted_at: Stamp = None
    decide_by: Moment
    reminded_at: MaybeMoment = None
    expiry_told_at: MaybeMoment = None
    decided_at: MaybeMoment = None
    decided_by: str | None = Field(default=None, nullable=True)
    decided_caller: str | None = Field(default=None, nullable=True)
    note: str | None = Field(default=None, nullable=True)
    signing: SigningStatus | None = one_of(SigningStatus, nullable=True, default=None)
    signing_attempts: int = Field(default=0, sa_column_kwargs={"server_default": text("0")})
    signing_note: str | None = Field(default=None, nullable=True)
    __table_args__ = (
        listed("status", AssetStatus),
        listed("medium", Medium),
        listed("making", Making),
        listed("signing", SigningStatus),
        sa.CheckConstraint("signing <> 'SIGNED' or signed_upload_id is not null", name="signed"),
        sa.CheckConstraint("sha256 ~ '^[0-9a-f]{64}$'", name="sha256"),
        sa.CheckConstraint(
            "(status = 'PENDING') = (decided_at is null) and (decided_at is null) = (decided_by is null)",
            name="decided",
        ),
        sa.Index(None, "licence_id", "id"),
        sa.Index("asset_to_sign", "id", postgresql_where=text("signing = 'PENDING'")),
        sa.Index("asset_waiting", "decide_by", postgresql_where=text("status = 'PENDING' and expiry_told_at is null")),
    )
