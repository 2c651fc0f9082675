"""What may be asked of the market's twins. Pure."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from core.errors import InvalidInput
from market.rights import Rights
from market.rules import check_rights, check_text
from payments.money import Money

MAXIMUM_WORDS = 10
MAXIMUM_VALUES = 50
"""Of one filter: so many tags, so many colours."""

IntRange = tuple[int | None, int | None]
"""Both ends included; None is no end."""

ANY: IntRange = (None, None)


class TwinOrder(StrEnum):
    NEWEST = "NEWEST"
    NAME = "NAME"
    PRICE_ASC = "PRICE_ASC"
    PRICE_DESC = "PRICE_DESC"
    RELEVANCE = "RELEVANCE"


BY_PRICE = (TwinOrder.PRICE_ASC, TwinOrder.PRICE_DESC)


@dataclass(frozen=True, slots=True)
class TwinQuery:
    """Twins that match all of it. An empty tuple asks for nothing. `tags` are all wanted; of colours, any."""

    search: str | None = None
    available_for: Rights | None = None
    maximum_price: Money | None = None
    tags: tuple[str, ...] = ()
    height_cm: IntRange = ANY
    bust_cm: IntRange = ANY
    waist_cm: IntRange = ANY
    hips_cm: IntRange = ANY
    hair_colour: tuple[str, ...] = ()
    eye_colour: tuple[str, ...] = ()
    model_id: int | None = None
    agency_id: int | None = None
    order: TwinOrder = TwinOrder.NEWEST

    @property
    def words(self) -> tuple[str, ...]:
        """What is searched for, in lower case, each word once."""
        return tuple(dict.fromkeys((self.search or "").lower().split()))


def check(query: TwinQuery, today: date) -> TwinQuery:
    """Raises InvalidInput."""
    if query.search is not None:
        check_text(query.search, path=["filter", "search"], most=200)
    if len(query.words) > MAXIMUM_WORDS:
        raise InvalidInput(f"Search for at most {MAXIMUM_WORDS} words.", path=["filter", "search"])
    if query.available_for is not None:
        check_rights(query.available_for, today, path=["filter", "availableFor"])
    elif query.maximum_price is not None:
        raise InvalidInput(
            "maximumPrice needs availableFor: a price is for some rights.", path=["filter", "maximumPrice"]
        )
    elif query.order in BY_PRICE:
        raise InvalidInput(f"{query.order} needs availableFor: a price is for some rights.", path=["orderBy"])
    if query.order is TwinOrder.RELEVANCE and not query.words:
        raise InvalidInput("RELEVANCE needs search.", path=["orderBy"])
    for name, values in (("tags", query.tags), ("hairColour", query.hair_colour), ("eyeColour", query.eye_colour)):
        if len(values) > MAXIMUM_VALUES:
            raise InvalidInput(f"Name at most {MAXIMUM_VALUES} values.", path=["filter", name])
        for value in values:
            check_text(value, path=["filter", name], most=100)
    return query
