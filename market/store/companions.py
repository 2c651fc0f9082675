"""What stands beside a twin, read in the statement that finds it: one round trip instead of one for each relation."""

from dataclasses import dataclass
from enum import Enum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import col

from market.store import mandates
from market.tables import ConsentPolicy, Mandate, Party, RateCard, Twin


class Companion(Enum):
    """In the order in which they stand in a row."""

    MODEL = "model"
    MANDATE = "mandate"
    """The one in force today, and its agency."""
    POLICY = "policy"
    CARD = "card"


Companions = frozenset[Companion]
ALONE: Companions = frozenset()


@dataclass(frozen=True, slots=True)
class Accompanied:
    """A twin, and of what was asked for beside it whatever there is. `asked` says which of the Nones mean that there is
    nothing."""

    twin: Twin
    asked: Companions
    model: Party | None = None
    mandate: Mandate | None = None
    agency: Party | None = None
    policy: ConsentPolicy | None = None
    card: RateCard | None = None


def beside(query: sa.Select[Any], asked: Companions) -> sa.Select[Any]:
    """The same rows of a query from `Twin`, with the companions in further columns; `told` reads them."""
    query = query.select_from(Twin)
    for companion in Companion:
        if companion in asked:
            query = _with(query, companion)
    return query


def told(row: tuple[Any, ...], asked: Companions) -> tuple[Accompanied, tuple[Any, ...]]:
    """Of a row that begins with the twin and ends with its companions: those, and what stands between."""
    names = [name for companion in Companion if companion in asked for name in _NAMES[companion]]
    end = len(row) - len(names)
    return Accompanied(row[0], asked, **dict(zip(names, row[end:], strict=True))), row[1:end]


_NAMES = {
    Companion.MODEL: ("model",),
    Companion.MANDATE: ("mandate", "agency"),
    Companion.POLICY: ("policy",),
    Companion.CARD: ("card",),
}


def _with(query: sa.Select[Any], companion: Companion) -> sa.Select[Any]:
    match companion:
        case Companion.MODEL:
            model = aliased(Party, name="model")
            return query.join(model, col(model.id) == col(Twin.model_id)).add_columns(model)
        case Companion.MANDATE:
            mandate = aliased(Mandate, mandates.widest_in_force(col(Twin.model_id)).lateral("mandate_in_force"))
            agency = aliased(Party, name="agency")
            found = query.outerjoin(mandate, sa.true()).outerjoin(agency, col(agency.id) == col(mandate.agency_id))
            return found.add_columns(mandate, agency)
        case Companion.POLICY:
            version = col(ConsentPolicy.version) == col(Twin.policy_version)
            in_force = sa.and_(col(ConsentPolicy.twin_id) == col(Twin.id), version)
            return query.outerjoin(ConsentPolicy, in_force).add_columns(ConsentPolicy)
        case Companion.CARD:
            in_force = sa.and_(col(RateCard.twin_id) == col(Twin.id), col(RateCard.version) == col(Twin.card_version))
            return query.outerjoin(RateCard, in_force).add_columns(RateCard)
