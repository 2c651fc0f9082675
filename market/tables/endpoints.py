"""Where parties' programs want to be told what happens, and how each telling went."""

import sqlalchemy as sa
from sqlalchemy import BigInteger, text
from sqlmodel import Field

from core.tables import Id, MaybeMoment, Stamp, Table, Texts, ref


class Endpoint(Table, table=True):
    """One address. It has been told everything of its party's log up to the cursor (`tx`, `row_id`). `generation` numbers its
    secrets, which are derived and kept nowhere; the one before still signs until `overlap_until`."""

    id: Id = None
    party_id: int = ref("party.id")
    url: str
    kinds: Texts = []
    generation: int = 1
    overlap_until: MaybeMoment = None
    tx: int = Field(sa_type=BigInteger)
    row_id: int = Field(sa_type=BigInteger)
    created_at: Stamp = None
    failures: int = Field(default=0, sa_column_kwargs={"server_default": text("0")})
    failing_since: MaybeMoment = None
    next_at: MaybeMoment = None
    last_error: str | None = Field(default=None, nullable=True)
    disabled_at: MaybeMoment = None
    deleted_at: MaybeMoment = None
    __table_args__ = (sa.Index(None, "party_id"),)


class Delivery(Table, table=True):
    """One attempt to tell. `error` is null when the address answered 2xx. Only the newest of each address are kept."""

    id: Id = None
    endpoint_id: int = ref("endpoint.id")
    message_id: str
    kind: str
    at: Stamp = None
    status_code: int | None = Field(default=None, nullable=True)
    error: str | None = Field(default=None, nullable=True)
    __table_args__ = (sa.Index(None, "endpoint_id", "id"),)
