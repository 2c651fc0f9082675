"""How rights are said in plain English: media, industries, days and territories. Pure."""

from collections.abc import Iterable
from datetime import date

from market import territories
from market.rights import Exclusivity, Industry, Medium

MEDIA = {
    Medium.SOCIAL_ORGANIC: "social media posts",
    Medium.SOCIAL_PAID: "paid social media advertising",
    Medium.ECOMMERCE: "online shops",
    Medium.BRAND_WEBSITE: "the brand's website",
    Medium.EMAIL: "email and newsletters",
    Medium.DIGITAL_DISPLAY: "digital display advertising",
    Medium.ONLINE_VIDEO: "online video",
    Medium.TELEVISION: "television",
    Medium.CINEMA: "cinema",
    Medium.PRINT_EDITORIAL: "editorial pages in print",
    Medium.PRINT_ADVERTISING: "print advertising",
    Medium.OUT_OF_HOME: "posters and screens in public places",
    Medium.IN_STORE: "shops and their windows",
    Medium.PACKAGING: "packaging and labels",
    Medium.LOOKBOOK: "lookbooks and catalogues",
    Medium.INTERNAL: "internal use within the brand's company",
}

INDUSTRIES = {industry: industry.value.lower() for industry in Industry} | {
    Industry.FOOD: "food",
    Industry.HOME: "home and furniture",
    Industry.MEDIA: "media and entertainment",
    Industry.ADULT: "adult entertainment",
    Industry.OTHER: "other goods and services",
}

EXCLUSIVITIES = {
    Exclusivity.NON_EXCLUSIVE: "not exclusive",
    Exclusivity.INDUSTRY: "exclusive within its industry",
    Exclusivity.TOTAL: "totally exclusive",
}

_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def listing(words: Iterable[str]) -> str:
    """One, two and three."""
    *most, last = words
    return f"{', '.join(most)} and {last}" if most else last


def day(on: date) -> str:
    """1 June 2026, whatever the locale of the machine."""
    return f"{on.day} {_MONTHS[on.month - 1]} {on.year}"


def period(first: date, last: date) -> str:
    return f"from {day(first)} to {day(last)}"


def days(count: int) -> str:
    return "1 day" if count == 1 else f"{count} days"


def media(chosen: Iterable[Medium]) -> str:
    """Every medium in words, in their permanent order."""
    return listing(MEDIA[medium] for medium in sorted(chosen, key=lambda medium: medium.number))


def places(countries: frozenset[str]) -> str:
    """Territories by the fewest names: Nordic countries and Germany."""
    return listing(territories.name(code) for code in territories.shortest(countries))


def every_country(code: str) -> str:
    """A territory by name, and a region or set with every country that it means: Benelux (Belgium, ...)."""
    countries = territories.members(code)
    if code == "WORLD" or len(countries) == 1:
        return territories.name(code)
    return f"{territories.name(code)} ({listing(sorted(map(territories.name, countries)))})"
