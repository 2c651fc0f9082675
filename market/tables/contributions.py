"""The people behind the picture: who has which part of each licence, and what of it was frozen into licences."""

import sqlalchemy as sa
from sqlalchemy import text
from sqlmodel import Field

from core.tables import Id, MaybeMoment, Stamp, Table, append_only, listed, one_of, ref
from market.states import ContributionStatus


class Contribution(Table, table=True):
    """What a contributor did for one capture, and the part of each licence's price that the model gives for it."""

    id: Id = None
    twin_id: int = ref("twin.id")
    twin_version: int
    model_id: int = ref("party.id")
    party_id: int = ref("party.id")
    craft: str
    share_bps: int
    status: ContributionStatus = one_of(ContributionStatus, default=ContributionStatus.INVITED)
    invited_at: Stamp = None
    answered_at: MaybeMoment = None
    ended_at: MaybeMoment = None
    __table_args__ = (
        listed("status", ContributionStatus),
        sa.CheckConstraint("share_bps between 1 and 3000", name="share"),
        sa.Index(
            "contribution_one_a_capture",
            "twin_id",
            "twin_version",
            "party_id",
            unique=True,
            postgresql_where=text("status in ('INVITED', 'ACCEPTED')"),
        ),
        sa.Index(None, "party_id"),
    )


class LicenceContribution(Table, table=True):
    """A contribution as it was when the model signed. Never altered."""

    licence_id: int = ref("licence.id", primary_key=True)
    contribution_id: int = ref("contribution.id", primary_key=True)
    party_id: int = ref("party.id")
    craft: str
    share_bps: int = Field()
    __table_args__ = (sa.Index(None, "party_id"),)


append_only(LicenceContribution)
