"""When rights conflict, in SQL: the same sentence as `Rights.conflicts_with` and the exclusion constraint."""

from typing import Any, TypeAlias

import sqlalchemy as sa

from market.rights import Exclusivity, Rights
from market.store.rights import columns_of
from market.tables import Bid

AnyRights: TypeAlias = Any
"""A table with the columns of rights, or an alias of one: mypy knows neither's range operators."""


ASKED = {
    name: sa.bindparam(f"asked_{name}", type_=Bid.__table__.columns[name].type)  # type: ignore[attr-defined]
    for name in ("media", "territories", "days", "industry")
}


def with_asked(table: AnyRights, exclusivity: Exclusivity) -> sa.ColumnElement[bool]:
    """Rows of `table` that cannot be held beside rights of that exclusivity, in a statement that is built once for all of
    them; `values` says which."""
    same_industry = table.industry == ASKED["industry"]
    match exclusivity:
        case Exclusivity.TOTAL:
            exclusive: sa.ColumnElement[bool] = sa.true()
        case Exclusivity.INDUSTRY:
            exclusive = sa.or_(table.exclusivity == Exclusivity.TOTAL, same_industry)
        case Exclusivity.NON_EXCLUSIVE:
            shut_out = sa.and_(same_industry, table.exclusivity == Exclusivity.INDUSTRY)
            exclusive = sa.or_(table.exclusivity == Exclusivity.TOTAL, shut_out)
    overlapping = [getattr(table, name).overlaps(ASKED[name]) for name in ("media", "territories", "days")]
    return sa.and_(*overlapping, exclusive)


def values(rights: Rights) -> dict[str, Any]:
    columns = columns_of(rights)
    return {parameter.key: columns[name] for name, parameter in ASKED.items()}


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
