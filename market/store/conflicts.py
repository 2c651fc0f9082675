"""When rights conflict, in SQL: the same sentence as `Rights.conflicts_with` and the exclusion constraint."""

from typing import Any, TypeAlias

import sqlalchemy as sa

from market.rights import Exclusivity, Rights
from market.store.rights import columns_of

AnyRights: TypeAlias = Any
"""A table with the columns of rights, or an alias of one: mypy knows neither's range operators."""


def with_rights(table: AnyRights, rights: Rights) -> sa.ColumnElement[bool]:
    """Rows of `table` that cannot be held beside `rights`."""
    wanted = columns_of(rights)
    same_industry = table.industry == rights.industry
    match rights.exclusivity:
        case Exclusivity.TOTAL:
            exclusive: sa.ColumnElement[bool] = sa.true()
        case Exclusivity.INDUSTRY:
            exclusive = sa.or_(table.exclusivity == Exclusivity.TOTAL, same_industry)
        case Exclusivity.NON_EXCLUSIVE:
            shut_out = sa.and_(same_industry, table.exclusivity == Exclusivity.INDUSTRY)
            exclusive = sa.or_(table.exclusivity == Exclusivity.TOTAL, shut_out)
    return sa.and_(
        table.media.overlaps(wanted["media"]),
        table.territories.overlaps(wanted["territories"]),
        table.days.overlaps(wanted["days"]),
        exclusive,
    )


def between(one: AnyRights, other: AnyRights) -> sa.ColumnElement[bool]:
    """Pairs of rows that cannot both be held. Of one twin, which the caller sees to."""
    total = sa.or_(one.exclusivity == Exclusivity.TOTAL, other.exclusivity == Exclusivity.TOTAL)
    industry = sa.and_(
        one.industry == other.industry,
        sa.or_(one.exclusivity == Exclusivity.INDUSTRY, other.exclusivity == Exclusivity.INDUSTRY),
    )
    return sa.and_(
        one.media.overlaps(other.media),
        one.territories.overlaps(other.territories),
        one.days.overlaps(other.days),
        sa.or_(total, industry),
    )
