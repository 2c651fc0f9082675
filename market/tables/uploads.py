"""Files that were sent here: rows of what lies, or is about to lie, in the object store."""

import sqlalchemy as sa
from sqlmodel import Field

from core.tables import Id, MaybeMinor, MaybeMoment, Moment, Stamp, Table, listed, one_of, ref
from market.states import UploadStatus


class Upload(Table, table=True):
    """One file of a brand's. The row is there before the object and goes after it, so that no object is without a row; it
    is KEPT only once the object is whole, so that no kept row is without an object. `object_key` tells nobody anything. A file
    that showed somebody who was erased is GONE since `erased_at`, its object since `removed_at`; the row stays, and says so."""

    id: Id = None
    brand_id: int = ref("party.id")
    object_key: str = Field(unique=True)
    status: UploadStatus = one_of(UploadStatus, default=UploadStatus.WAITING)
    created_caller: str
    created_at: Stamp = None
    expires_at: Moment
    arriving_since: MaybeMoment = None
    kept_at: MaybeMoment = None
    used_at: MaybeMoment = None
    erased_at: MaybeMoment = None
    removed_at: MaybeMoment = None
    media_type: str | None = Field(default=None, nullable=True)
    bytes: MaybeMinor = None
    sha256: str | None = Field(default=None, nullable=True)
    __table_args__ = (
        listed("status", UploadStatus),
        sa.CheckConstraint("sha256 ~ '^[0-9a-f]{64}$'", name="sha256"),
        sa.CheckConstraint(
            "status <> 'KEPT' or (sha256 is not null and bytes > 0 and media_type is not null and kept_at is not null)",
            name="kept",
        ),
        sa.CheckConstraint("erased_at is null or (status = 'GONE' and used_at is not null)", name="erased"),
        sa.CheckConstraint("removed_at is null or erased_at is not null", name="removed"),
        sa.Index(None, "brand_id", "status"),
        sa.Index("upload_unused", "created_at", postgresql_where=sa.text("used_at is null")),
        sa.Index("upload_to_remove", "id", postgresql_where=sa.text("erased_at is not null and removed_at is null")),
    )
