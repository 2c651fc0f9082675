"""Rights: what a bid asks for, a listing offers and a licence grants. Pure.

Two rights to one twin conflict exactly when their media intersect, their territories intersect, their days overlap, and either is
TOTAL, or either is INDUSTRY and the industries are equal. `Rights.conflicts_with` says so in Python, `market.tables` in SQL, and the
exclusion constraint on licences has the last word.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Medium(StrEnum):
    """Where a picture is shown. The order is permanent: a medium's number in the database is its place here, from 1."""

    SOCIAL_ORGANIC = "SOCIAL_ORGANIC"
    SOCIAL_PAID = "SOCIAL_PAID"
    ECOMMERCE = "ECOMMERCE"
    BRAND_WEBSITE = "BRAND_WEBSITE"
    EMAIL = "EMAIL"
    DIGITAL_DISPLAY = "DIGITAL_DISPLAY"
    ONLINE_VIDEO = "ONLINE_VIDEO"
    TELEVISION = "TELEVISION"
    CINEMA = "CINEMA"
    PRINT_EDITORIAL = "PRINT_EDITORIAL"
    PRINT_ADVERTISING = "PRINT_ADVERTISING"
    OUT_OF_HOME = "OUT_OF_HOME"
    IN_STORE = "IN_STORE"
    PACKAGING = "PACKAGING"
    LOOKBOOK = "LOOKBOOK"
    INTERNAL = "INTERNAL"

    @property
    def number(self) -> int:
        return _MEDIUM_NUMBERS[self]

    @classmethod
    def of(cls, number: int) -> "Medium":
        return _MEDIA[number - 1]


_MEDIA = tuple(Medium)
_MEDIUM_NUMBERS = {medium: place for place, medium in enumerate(_MEDIA, start=1)}


class Industry(StrEnum):
    """What a brand sells. The order is permanent: the exclusion constraint numbers industries by it."""

    APPAREL = "APPAREL"
    SPORTSWEAR = "SPORTSWEAR"
    LUXURY = "LUXURY"
    FOOTWEAR = "FOOTWEAR"
    UNDERWEAR = "UNDERWEAR"
    SWIMWEAR = "SWIMWEAR"
    ACCESSORIES = "ACCESSORIES"
    JEWELLERY = "JEWELLERY"
    WATCHES = "WATCHES"
    EYEWEAR = "EYEWEAR"
    BEAUTY = "BEAUTY"
    FRAGRANCE = "FRAGRANCE"
    HAIRCARE = "HAIRCARE"
    HEALTH = "HEALTH"
    FOOD = "FOOD"
    BEVERAGE = "BEVERAGE"
    ALCOHOL = "ALCOHOL"
    TOBACCO = "TOBACCO"
    GAMBLING = "GAMBLING"
    FINANCE = "FINANCE"
    TECHNOLOGY = "TECHNOLOGY"
    AUTOMOTIVE = "AUTOMOTIVE"
    TRAVEL = "TRAVEL"
    HOME = "HOME"
    MEDIA = "MEDIA"
    POLITICS = "POLITICS"
    ADULT = "ADULT"
    OTHER = "OTHER"

    @property
    def number(self) -> int:
        return _INDUSTRY_NUMBERS[self]


_INDUSTRY_NUMBERS = {industry: place for place, industry in enumerate(Industry, start=1)}


class Exclusivity(StrEnum):
    """NON_EXCLUSIVE lets rivals in; INDUSTRY shuts out the same industry; TOTAL shuts out everyone."""

    NON_EXCLUSIVE = "NON_EXCLUSIVE"
    INDUSTRY = "INDUSTRY"
    TOTAL = "TOTAL"


@dataclass(frozen=True, slots=True)
class Rights:
    """Use of a twin in these media, in these territories, for this industry, on these days (both ends included).

    `territories` are countries (ISO 3166-1 alpha-2), already expanded: `market.territories` reads regions and sets into
    countries and writes countries as the shortest equal list.
    """

    media: frozenset[Medium]
    territories: frozenset[str]
    industry: Industry
    starts_on: date
    ends_on: date
    exclusivity: Exclusivity = Exclusivity.NON_EXCLUSIVE

    @property
    def days(self) -> int:
        return (self.ends_on - self.starts_on).days + 1

    def conflicts_with(self, other: "Rights") -> bool:
        """Whether the two cannot both be held. Symmetric."""
        exclusive = (
            Exclusivity.TOTAL in (self.exclusivity, other.exclusivity)
            or self.industry is other.industry
            and Exclusivity.INDUSTRY in (self.exclusivity, other.exclusivity)
        )
        return (
            exclusive
            and self.starts_on <= other.ends_on
            and other.starts_on <= self.ends_on
            and not self.media.isdisjoint(other.media)
            and not self.territories.isdisjoint(other.territories)
        )
