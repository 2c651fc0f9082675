"""What may be asked of the market's twins. Pure."""

import re
import unicodedata
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
        """What is searched for, folded, each word once."""
        return tuple(dict.fromkeys(re.findall(r"[^\W_]+", folded(self.search)))) if self.search else ()


def folded(words: str) -> str:
    """Small letters without accents, as the database folds what is found."""
    plain = unicodedata.normalize("NFKD", words).lower()
    return "".join(letter for letter in plain if not "\u0300" <= letter <= "\u036f")


def is_slip(typed: str, word: str) -> bool:
    """Whether `word` may have been meant: one slip in a word of three letters, two in one of six. A slip is a letter
    too many, too few or wrong, or two letters that changed places."""
    allowed = 0 if len(typed) < 3 else 1 if len(typed) < 6 else 2
    return abs(len(typed) - len(word)) <= allowed and _slips(typed, word) <= allowed


def _slips(typed: str, word: str) -> int:
    """The optimal string alignment distance."""
    before: list[int] = []
    last = list(range(len(word) + 1))
    for row, letter in enumerate(typed, start=1):
        now = [row]
        for place, wanted in enumerate(word, start=1):
            least = min(last[place] + 1, now[-1] + 1, last[place - 1] + (letter != wanted))
            if row > 1 and place > 1 and letter == word[place - 2] and typed[row - 2] == wanted:
                least = min(least, before[place - 2] + 1)
            now.append(least)
        before, last = last, now
    return last[-1]


def check(query: TwinQuery, today: date) -> TwinQuery:
    """Raises InvalidInput."""
    if query.search is not None:
        check_text(query.search, path=["filter", "search"], most=200)
        if not query.words:
            raise InvalidInput("Search for words: letters or digits.", path=["filter", "search"])
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
