"""When rights conflict, in SQL: the same sentence as `Rights.conflicts_with` and the exclusion constraint."""

from typing import Any

import sqlalchemy as sa
from sqlmodel import col

from market.rights import Exclusivity, Rights
from market.store.rights import columns_of
from market.tables import Bid, Licence, Listing

AnyRights = type[Bid] | type[Licence] | type[Listing] | Any
"""A table with the columns of rights, or an alias of one."""


def with_rights(table: AnyRights, rights: Rights) -> sa.ColumnElement[bool]:
    """Rows of `table` that cannot be held beside `rights`."""
    wanted = columns_of(rights)
    same_industry = col(table.industry) == rights.industry
    match rights.exclusivity:
        case Exclusivity.TOTAL:
            exclusive: sa.ColumnElement[bool] = sa.true()
        case Exclusivity.INDUSTRY:
            exclusive = sa.or_(col(table.exclusivity) == Exclusivity.TOTAL, same_industry)
        case Exclusivity.NON_EXCLUSIVE:
            shut_out = sa.and_(same_industry, col(table.exclusivity) == Exclusivity.INDUSTRY)
            exclusive = sa.or_(col(table.exclusivity) == Exclusivity.TOTAL, shut_out)
    return sa.and_(
        col(table.media).overlaps(wanted["media"]),
        col(table.territories).overlaps(wanted["territories"]),
        col(table.days).overlaps(wanted["days"]),
        exclusive,
    )


def between(one: AnyRights, other: AnyRights) -> sa.ColumnElement[bool]:
    """Pairs of rows that cannot both be held. Of one twin, which the caller sees to."""
    total = sa.or_(col(one.exclusivity) == Exclusivity.TOTAL, col(other.exclusivity) == Exclusivity.TOTAL)
    industry = sa.and_(
        col(one.industry) == col(other.industry),
        sa.or_(col(one.exclusivity) == Exclusivity.INDUSTRY, col(other.exclusivity) == Exclusivity.INDUSTRY),
    )
    return sa.and_(
        col(one.media).overlaps(col(other.media)),
        col(one.territories).overlaps(col(other.territories)),
        col(one.days).overlaps(col(other.days)),
        sa.or_(total, industry),
    )
