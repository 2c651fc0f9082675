"""What a payee's statement says of licences."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import col

from core.work import Read
from market.store import scope
from market.tables import Licence, Party, Twin


@dataclass(frozen=True, slots=True)
class LicenceNamed:
    """In names, as a bookkeeper writes them down. `is_open`: the caller may see the licence; others that have a part of
    it, as crew, know its number alone."""

    number: str
    twin: str | None
    brand: str | None
    model: str | None
    is_open: bool


async def licences_named(read: Read, ids: Collection[int]) -> Mapping[int, LicenceNamed]:
    """For whoever has a part of them."""
    brand, model = aliased(Party), aliased(Party)
    sees = scope.licences(read.actor)
    query = (
        sa.select(col(Licence.id), col(Licence.number), col(Twin.name), col(brand.name), col(model.name), sees)
        .join(Twin, col(Twin.id) == col(Licence.twin_id))
        .join(brand, col(brand.id) == col(Licence.brand_id))
        .join(model, col(model.id) == col(Licence.model_id))
        .where(col(Licence.id).in_(ids))
    )
    rows: Iterable[Any] = await read.session.execute(query)
    return {row[0]: LicenceNamed(*row[1:]) if row[-1] else _closed(row[1]) for row in rows if row[0] is not None}


def _closed(number: str) -> LicenceNamed:
    return LicenceNamed(number, twin=None, brand=None, model=None, is_open=False)
