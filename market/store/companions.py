"""What stands beside a twin, read in the statement that finds it: one round trip instead of one for each relation."""

from collections.abc import Callable, Sequence
from enum import StrEnum
from functools import cache
from operator import itemgetter
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql as pg
from sqlalchemy.orm import aliased
from sqlmodel import col

from core.rows import Within
from market.states import ListingStatus
from market.store import mandates, scope, status
from market.tables import ConsentPolicy, Listing, Mandate, Party, RateCard, Twin


class Companion(StrEnum):
    """In the order in which they stand in a row."""

    MODEL = "model"
    MANDATE = "mandate"
    """The one in force today, and its agency."""
    AGENCY = "agency"
    """Of that mandate, without it."""
    POLICY = "policy"
    CARD = "card"
    LISTINGS = "listings"
    """The newest of them, as many as `FewListings` says and one more, that the caller may see."""


Companions = frozenset[Companion]


class FewListings(NamedTuple):
    """Which listings: so many, in any of these states if any are named."""

    first: int
    statuses: tuple[ListingStatus, ...] | None

    @property
    def values(self) -> dict[str, Any]:
        statuses = None if self.statuses is None else [each.value for each in self.statuses]
        return {"listings_most": self.first + 1, "listings_statuses": statuses}


class Beside(NamedTuple):
    """What is asked for beside a twin. `companions` decides how the statement reads; `listings` is given where they are
    among them."""

    companions: Companions
    listings: FewListings | None = None

    @property
    def values(self) -> dict[str, Any]:
        return {} if self.listings is None else self.listings.values


ALONE = Beside(frozenset())


class Accompanied(NamedTuple):
    """A twin, and of what was asked for beside it whatever there is."""

    twin: Twin
    model: Party | None = None
    mandate: Mandate | None = None
    agency: Party | None = None
    policy: ConsentPolicy | None = None
    card: RateCard | None = None
    listings: Sequence[Listing] | None = None


def beside(query: sa.Select[Any], asker: scope.Outline, asked: Companions) -> sa.Select[Any]:
    """The same rows of a query from `Twin`, with the companions in further columns; `telling` reads them."""
    query = query.select_from(Twin)
    for companion in needed(asked):
        query = _with(query, asker, companion)
    return query


@cache
def telling(asked: Companions) -> tuple[Callable[[Any], Accompanied], Callable[[Any], tuple[Any, ...]]]:
    """Of a row that begins with the twin and ends with its companions: what makes of it those, and what stands between."""
    names = [name for companion in needed(asked) for name in _NAMES[companion]]
    at = {name: place - len(names) - 1 for place, name in enumerate(names)}  # from the end, behind which stands a None
    pick = itemgetter(0, *(at.get(name, -1) for name in Accompanied._fields[1:]))

    def told(row: Any) -> Accompanied:
        found = Accompanied._make(pick((*row, None)))
        return found if found.listings is None else found._replace(listings=LISTINGS.rows(found.listings))

    return told, itemgetter(slice(1, -len(names) or None))


def needed(asked: Companions) -> list[Companion]:
    """A mandate brings its agency along."""
    twice = Companion.AGENCY if Companion.MANDATE in asked else None
    return [companion for companion in Companion if companion in asked and companion is not twice]


_NAMES = {
    Companion.MODEL: ("model",),
    Companion.MANDATE: ("mandate", "agency"),
    Companion.AGENCY: ("agency",),
    Companion.POLICY: ("policy",),
    Companion.CARD: ("card",),
    Companion.LISTINGS: ("listings",),
}

LISTINGS = Within(Listing)


def _with(query: sa.Select[Any], asker: scope.Outline, companion: Companion) -> sa.Select[Any]:
    match companion:
        case Companion.MODEL:
            model = aliased(Party, name="model")
            return query.join(model, col(model.id) == col(Twin.model_id)).add_columns(model)
        case Companion.MANDATE | Companion.AGENCY:
            mandate = aliased(Mandate, mandates.widest_in_force(col(Twin.model_id)).lateral("mandate_in_force"))
            agency = aliased(Party, name="agency")
            found = query.outerjoin(mandate, sa.true()).outerjoin(agency, col(agency.id) == col(mandate.agency_id))
            return found.add_columns(*((mandate, agency) if companion is Companion.MANDATE else (agency,)))
        case Companion.POLICY:
            version = col(ConsentPolicy.version) == col(Twin.policy_version)
            in_force = sa.and_(col(ConsentPolicy.twin_id) == col(Twin.id), version)
            return query.outerjoin(ConsentPolicy, in_force).add_columns(ConsentPolicy)
        case Companion.CARD:
            in_force = sa.and_(col(RateCard.twin_id) == col(Twin.id), col(RateCard.version) == col(Twin.card_version))
            return query.outerjoin(RateCard, in_force).add_columns(RateCard)
        case Companion.LISTINGS:
            return query.add_columns(sa.func.array(_listings(asker).scalar_subquery()))


def _listings(asker: scope.Outline) -> sa.Select[Any]:
    statuses = sa.bindparam("listings_statuses", type_=pg.ARRAY(sa.Text))
    wanted = sa.or_(statuses.is_(None), sa.any_(statuses) == status.OF_LISTING)
    of_twin = sa.select(LISTINGS.row).where(col(Listing.twin_id) == col(Twin.id), wanted, scope.listings(asker))
    newest = of_twin.order_by(col(Listing.id).desc()).limit(sa.bindparam("listings_most", type_=sa.Integer()))
    return newest.correlate(Twin)
