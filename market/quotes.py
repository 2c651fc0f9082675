"""What a twin's rate card asks for some rights today, and how that would be shared."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from core.work import Read
from market import pricing, rules, shares, store
from market.rights import Rights
from market.rules import Power
from market.tables import Contribution, Twin
from payments.money import Money
from payments.split import Portion, split


@dataclass(frozen=True, slots=True)
class Asked:
    quote: pricing.Quote
    portions: tuple[Portion, ...]


async def ask(read: Read, twins: Sequence[Twin], rights: Rights) -> Mapping[int, Asked]:
    """By twin; none for one whose card has no rate for every medium."""
    cards = await store.twins.cards(read, twins)
    powers = await store.mandates.powers(read, {twin.model_id for twin in twins})
    crews = await store.contributions.sharing(read, [(twin.id, twin.version) for twin in twins if twin.id is not None])
    found: dict[int, Asked] = {}
    for twin in twins:
        quote = pricing.quote(cards[twin.id], rights) if twin.id is not None and twin.id in cards else None
        if quote is not None and twin.id is not None:
            power = rules.power_over(powers[twin.model_id], rights)
            crew = crews.get((twin.id, twin.version), ())
            found[twin.id] = Asked(quote, portions(quote.price, model_id=twin.model_id, power=power, crew=crew))
    return found


def portions(
    price: Money, *, model_id: int, power: Power | None, crew: Sequence[Contribution] = ()
) -> tuple[Portion, ...]:
    """Whose the price would be: with the agency whose mandate covers the rights, or without one, and with the crew."""
    agency_id, commission_bps = (power.agency_id, power.commission_bps) if power is not None else (None, None)
    parts = shares.parts(
        model_id=model_id,
        agency_id=agency_id,
        commission_bps=commission_bps,
        contributors_bps={each.party_id: each.share_bps for each in crew},
    )
    return split(price, parts)
