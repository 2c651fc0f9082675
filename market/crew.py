"""What a brand's licences paid to people in a year: the crew beside the twins, by craft."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.errors import InvalidInput
from core.work import Read
from market import store
from payments import store as payments
from payments.money import Money


@dataclass(frozen=True, slots=True)
class CrewLine:
    """One craft in one currency: `earned` after what went back, and how much of it was `sent`."""

    craft: str
    people: int
    licences: int
    earned: Money
    sent: Money


@dataclass(frozen=True, slots=True)
class CrewTotal:
    """One currency: what was `paid` for all licences, after refunds, and the crew's part of it."""

    paid: Money
    earned: Money
    licences: int
    with_crew: int


@dataclass(frozen=True, slots=True)
class CrewReport:
    year: int
    lines: tuple[CrewLine, ...]
    totals: tuple[CrewTotal, ...]


async def report(read: Read, *, brand_id: int, year: int) -> CrewReport:
    """Of the payments that succeeded in the calendar year (UTC)."""
    if not 2000 <= year <= 2999:
        raise InvalidInput(f"A year is from 2000 to 2999; it was {year}.", path=["year"])
    paid = await payments.paid_by(read, brand_id, year)
    parts = await payments.crew_shares(read, brand_id, year)
    frozen = await store.contributions.of_licences(read, [part.reference for part in parts])
    crafts = {(each.licence_id, each.party_id): each.craft for crew in frozen.values() for each in crew}
    by_craft: defaultdict[tuple[str, str], list[payments.CrewShare]] = defaultdict(list)
    for part in parts:
        by_craft[crafts[part.reference, part.payee_id], part.earned.currency].append(part)
    return CrewReport(
        year=year,
        lines=tuple(_line(craft, currency, some) for (craft, currency), some in sorted(by_craft.items())),
        totals=_totals(dict(paid), parts),
    )


def _line(craft: str, currency: str, parts: list[payments.CrewShare]) -> CrewLine:
    return CrewLine(
        craft=craft,
        people=len({part.payee_id for part in parts}),
        licences=len({part.reference for part in parts}),
        earned=Money(sum(part.earned.minor for part in parts), currency),
        sent=Money(sum(part.sent.minor for part in parts), currency),
    )


def _totals(paid: Mapping[int, Money], parts: Sequence[payments.CrewShare]) -> tuple[CrewTotal, ...]:
    totals: list[CrewTotal] = []
    for currency in sorted({amount.currency for amount in paid.values()}):
        amounts = [amount.minor for amount in paid.values() if amount.currency == currency]
        ours = [part for part in parts if part.earned.currency == currency]
        totals.append(
            CrewTotal(
                paid=Money(sum(amounts), currency),
                earned=Money(sum(part.earned.minor for part in ours), currency),
                licences=len(amounts),
                with_crew=len({part.reference for part in ours}),
            )
        )
    return tuple(totals)
