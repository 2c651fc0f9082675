"""The words of a search: which words of the market they may mean, and where those are found."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import sqlalchemy as sa
from sqlmodel import col

from core.work import Read
from market.search import is_slip
from market.showing import Spelling, Wording
from market.states import PartyKind
from market.store import scope
from market.tables import Mandate, Party

Condition: TypeAlias = sa.ColumnElement[bool]

WORTH = {"A": 4, "B": 3, "C": 2, "D": 1}
"""How much a word counts that is found there: in the name, the model's, the tags, the description."""

WORTH_OF_AGENCY = 2
AS_TYPED = 2
"""How many times more a word counts that is found just as it was typed."""

CLOSEST = 50
"""So many words at most stand for one that was typed, besides all that begin with it."""

SIMPLE: Any = sa.literal_column("'simple'::regconfig")


@dataclass(frozen=True, slots=True)
class Word:
    """A word that was typed, what it may mean, and the agencies that are called so."""

    typed: str
    meanings: tuple[str, ...]
    agencies: tuple[int, ...]

    def query(self, place: str = "") -> str:
        """As a tsquery for those found in `place`, or anywhere."""
        return " | ".join([f"{self.typed}:*{place}", *(f"{each}:{place}" if place else each for each in self.meanings)])


async def meanings(read: Read, typed: Sequence[str]) -> tuple[Word, ...]:
    """Words that hold the typed one, or that it may be a slip of: the latter only if no word begins with it."""
    return tuple([await _meaning(read, word) for word in typed])


async def _meaning(read: Read, typed: str) -> Word:
    word = col(Spelling.word)
    found: list[str] = []
    if len(typed) >= 3:  # nothing shorter has a trigram
        closest = sa.func.similarity(word, typed).desc()
        swapped = [f"{typed[:at]}{typed[at + 1]}{typed[at]}{typed[at + 2 :]}" for at in range(len(typed) - 1)]
        near = sa.or_(word.contains(typed), word.bool_op("%")(typed), word.in_(swapped))  # a swap spoils four trigrams
        query = sa.select(word).where(near)
        rows = list((await read.session.execute(query.order_by(closest, word).limit(4 * CLOSEST))).scalars())
        known = any(each.startswith(typed) for each in rows)
        found = [each for each in rows if typed in each or (is_slip(typed, each) and not known)][:CLOSEST]
    meant = Word(typed, tuple(each for each in found if not each.startswith(typed) and each.isalnum()), ())
    named = sa.func.to_tsvector(SIMPLE, sa.func.folded(col(Party.name))).bool_op("@@")(_tsquery(meant.query()))
    agencies = sa.select(col(Party.id)).where(col(Party.kind) == PartyKind.AGENCY, named).limit(CLOSEST)
    numbers = (await read.session.execute(agencies.order_by(col(Party.id)))).scalars()
    return Word(typed, meant.meanings, tuple(number for number in numbers if number is not None))


def found(words: Sequence[Word]) -> Condition:
    """Of `Wording`: every word is found somewhere."""
    return sa.and_(*(_anywhere(word) for word in words))


def relevance(words: Sequence[Word]) -> Any:
    """Of `Wording`: the more, the more words are found in the better places."""
    document, parts = col(Wording.document), []
    for word in words:
        for place, worth in WORTH.items():
            typed = document.bool_op("@@")(_tsquery(f"{word.typed}:{place}"))
            meant = document.bool_op("@@")(_tsquery(word.query(place)))
            parts.append(sa.case((typed, worth * AS_TYPED), (meant, worth), else_=0))
        if word.agencies:
            parts.append(sa.case((_by_agency(word), WORTH_OF_AGENCY), else_=0))
    return sa.cast(sum(parts[1:], parts[0]), sa.Integer)


def _anywhere(word: Word) -> Condition:
    written: Condition = col(Wording.document).bool_op("@@")(_tsquery(word.query()))
    return sa.or_(written, _by_agency(word)) if word.agencies else written


def _by_agency(word: Word) -> Condition:
    """As an array, which an index can look up beside the words."""
    models = sa.select(col(Mandate.model_id)).where(
        col(Mandate.agency_id).in_(word.agencies), scope.in_force(scope.TODAY)
    )
    return col(Wording.model_id) == sa.func.any(sa.func.array(models.scalar_subquery()))


def _tsquery(words: str) -> Any:
    return sa.func.to_tsquery(SIMPLE, words)
