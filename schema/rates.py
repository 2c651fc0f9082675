"""Rate cards, and the quotes that follow from them."""

from decimal import Decimal
from enum import StrEnum
from typing import Self

import strawberry

from core.errors import InvalidInput
from market import pricing
from market.pricing import Card
from payments.split import Portion
from schema.context import Info
from schema.enums import Medium
from schema.money import Money, chargeable
from schema.parties import Party
from schema.relations import Lasting, derived
from schema.rights import countries, in_order
from schema.scalars import Currency, Territory


@strawberry.enum(
    description=(
        "CONTRIBUTOR: the human crew behind the capture (photographer, make-up artist, stylist) to whom the model "
        "gives a part."
    )
)
class ShareRole(StrEnum):
    MODEL = "MODEL"
    AGENCY = "AGENCY"
    CONTRIBUTOR = "CONTRIBUTOR"
    PLATFORM = "PLATFORM"


@strawberry.type
class Rate:
    medium: Medium
    per_30_days: Money


@strawberry.type
class TerritoryFactor:
    territory: Territory
    factor: Decimal


@strawberry.type
class RateCard(Lasting):
    card: strawberry.Private[Card]
    version: int
    currency: Currency = derived(lambda shown: shown.card.currency)
    rates: list[Rate] = derived(
        lambda shown: [
            Rate(medium=medium, per_30_days=Money.minor(shown.card.rates[medium], shown.card.currency))
            for medium in in_order(shown.card.rates)
        ],
        description="The price of a medium for thirty days, non-exclusive, in one country of factor 1.",
    )
    territory_factors: list[TerritoryFactor] = derived(
        lambda shown: [
            TerritoryFactor(territory=Territory(code), factor=factor(e4))
            for code, e4 in sorted(shown.card.factors_e4.items())
        ],
        description=(
            "What a country or region weighs. Asked territories weigh the cheapest way to buy them: a region costs "
            "its factor, or its "
            "parts, whichever is less."
        ),
    )
    industry_exclusivity_factor: Decimal = derived(lambda shown: factor(shown.card.industry_exclusivity_e4))
    total_exclusivity_factor: Decimal = derived(lambda shown: factor(shown.card.total_exclusivity_e4))
    floor: Money = derived(
        lambda shown: Money.minor(shown.card.floor_minor, shown.card.currency),
        description="No bid under this, whatever the rights.",
    )


@strawberry.type
class QuoteLine:
    description: str
    amount: Money


@strawberry.type
class SharePreview:
    role: ShareRole
    basis_points: int
    amount: Money
    payee_id: strawberry.Private[int | None]

    @classmethod
    def of(cls, portion: Portion) -> Self:
        return cls(
            role=ShareRole(portion.role),
            basis_points=portion.basis_points,
            amount=Money.of(portion.amount),
            payee_id=portion.payee_id,
        )

    @strawberry.field
    async def party(self, info: Info) -> Party | None:
        return None if self.payee_id is None else await info.context.load.party.load(self.payee_id)


@strawberry.type
class Quote:
    price: Money
    lines: list[QuoteLine]
    shares: list[SharePreview] = strawberry.field(
        description="How the price would be shared, to the last minor unit: the parts sum to the price.",
    )

    @classmethod
    def of(cls, quote: pricing.Quote, portions: tuple[Portion, ...]) -> Self:
        return cls(
            price=Money.of(quote.price),
            lines=[QuoteLine(description=line.description, amount=Money.of(line.amount)) for line in quote.lines],
            shares=[SharePreview.of(portion) for portion in portions],
        )


@strawberry.input
class RateInput:
    medium: Medium
    per_30_days: Decimal


@strawberry.input
class TerritoryFactorInput:
    territory: Territory
    factor: Decimal


@strawberry.input
class SetRatesInput:
    twin_id: strawberry.ID
    currency: Currency
    rates: list[RateInput]
    territory_factors: list[TerritoryFactorInput] = strawberry.field(default_factory=list)
    industry_exclusivity_factor: Decimal = Decimal("1.5")
    total_exclusivity_factor: Decimal = Decimal(3)
    floor: Decimal = Decimal(0)

    def checked_currency(self) -> str:
        return chargeable(self.currency, path=["currency"])

    def rates_by_medium(self) -> dict[Medium, Decimal]:
        rates = {rate.medium: rate.per_30_days for rate in self.rates}
        if len(rates) != len(self.rates):
            raise InvalidInput("A medium has two rates. Name each medium once.", path=["rates"])
        return rates

    def factors_by_territory(self) -> dict[str, Decimal]:
        """Each country's or region's own factor. Raises InvalidInput for one that is unknown or named twice."""
        countries([each.territory for each in self.territory_factors], path=["territoryFactors"])
        factors: dict[str, Decimal] = {each.territory: each.factor for each in self.territory_factors}
        if len(factors) != len(self.territory_factors):
            raise InvalidInput("A territory has two factors. Name each territory once.", path=["territoryFactors"])
        return factors


def factor(e4: int) -> Decimal:
    """From ten-thousandths, without idle zeros."""
    return Decimal(f"{Decimal(e4).scaleb(-4).normalize():f}")
