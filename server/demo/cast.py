"""Who is in the demo, and which twins they own. All of them are made up."""

from dataclasses import dataclass

from market.rights import Industry


@dataclass(frozen=True, slots=True)
class AgencyPart:
    handle: str
    name: str
    country: str


@dataclass(frozen=True, slots=True)
class ModelPart:
    """`agency` is the handle of the agency that represents her, `commission` its basis points; `skin` and `cut` are how
    her placeholder portraits are drawn (`server/portraits.py`)."""

    handle: str
    name: str
    country: str
    agency: str | None = None
    commission: int = 2000
    skin: int = 1
    cut: str = "long"


@dataclass(frozen=True, slots=True)
class BrandPart:
    handle: str
    name: str
    country: str
    industry: Industry


@dataclass(frozen=True, slots=True)
class TwinPart:
    """`rate` is the price in whole units of `currency` for thirty days of paid social media in one country."""

    handle: str
    name: str
    model: str
    description: str
    height: int
    hair: str
    eyes: str
    tags: tuple[str, ...]
    rate: int
    currency: str = "EUR"


AGENCIES = (
    AgencyPart("nordlys", "Nordlys Models", "SE"),
    AgencyPart("maison-aurore", "Maison Aurore", "FR"),
    AgencyPart("kestrel", "Kestrel Talent", "GB"),
)

MODELS = (
    ModelPart("ada-lindqvist", "Ada Lindqvist", "SE", "nordlys", skin=0, cut="long"),
    ModelPart("ebba-sandell", "Ebba Sandell", "SE", "nordlys", 1800, skin=0, cut="waves"),
    ModelPart("ingrid-moen", "Ingrid Moen", "NO", "nordlys", 1500, skin=1, cut="knot"),
    ModelPart("camille-roux", "Camille Roux", "FR", "maison-aurore", skin=1, cut="bob"),
    ModelPart("ines-carvalho", "Inês Carvalho", "PT", "maison-aurore", 1750, skin=2, cut="waves"),
    ModelPart("chiara-bellini", "Chiara Bellini", "IT", "maison-aurore", skin=1, cut="knot"),
    ModelPart("maya-okafor", "Maya Okafor", "GB", "kestrel", 1600, skin=5, cut="curls"),
    ModelPart("tom-hartley", "Tom Hartley", "GB", "kestrel", skin=1, cut="short"),
    ModelPart("lena-vogt", "Lena Vogt", "DE", "kestrel", 1900, skin=0, cut="bob"),
    ModelPart("noor-haddad", "Noor Haddad", "NL", skin=3, cut="long"),
    ModelPart("jonas-weber", "Jonas Weber", "AT", skin=0, cut="short"),
    ModelPart("sofia-marin", "Sofía Marín", "ES", skin=2, cut="waves"),
)

BRANDS = (
    BrandPart("havsand", "Havsand", "SE", Industry.APPAREL),
    BrandPart("linden-lowe", "Linden & Lowe", "GB", Industry.APPAREL),
    BrandPart("atelier-brune", "Atelier Brune", "FR", Industry.APPAREL),
    BrandPart("strandgut", "Strandgut", "DE", Industry.SWIMWEAR),
    BrandPart("tindra-sport", "Tindra Sport", "NO", Industry.SPORTSWEAR),
    BrandPart("kumo-beauty", "Kumo Beauty", "JP", Industry.BEAUTY),
)

TWINS = (
    TwinPart(
        "ada",
        "Ada",
        "ada-lindqvist",
        "Calm, Nordic, at ease in knitwear.",
        178,
        "blonde",
        "blue",
        ("editorial", "knitwear"),
        260,
    ),
    TwinPart(
        "ada-studio", "Ada, studio", "ada-lindqvist", "Clean studio light.", 178, "blonde", "blue", ("ecommerce",), 220
    ),
    TwinPart(
        "ebba", "Ebba", "ebba-sandell", "Freckles and a wide smile.", 174, "red", "green", ("summer", "denim"), 190
    ),
    TwinPart(
        "ebba-outdoor",
        "Ebba, outdoors",
        "ebba-sandell",
        "Wind and daylight.",
        174,
        "red",
        "green",
        ("outdoor", "sport"),
        210,
    ),
    TwinPart(
        "ingrid",
        "Ingrid",
        "ingrid-moen",
        "Strong lines, a runner's build.",
        181,
        "brown",
        "grey",
        ("sport", "outdoor"),
        240,
    ),
    TwinPart(
        "camille",
        "Camille",
        "camille-roux",
        "Parisian tailoring.",
        176,
        "brown",
        "brown",
        ("tailoring", "editorial"),
        340,
    ),
    TwinPart(
        "camille-soir",
        "Camille, evening",
        "camille-roux",
        "Evening wear.",
        176,
        "brown",
        "brown",
        ("evening", "luxury"),
        390,
    ),
    TwinPart(
        "ines",
        "Inês",
        "ines-carvalho",
        "Sun-warm and quick to laugh.",
        172,
        "black",
        "brown",
        ("summer", "swimwear"),
        180,
    ),
    TwinPart(
        "ines-praia",
        "Inês, beach",
        "ines-carvalho",
        "Sand and salt.",
        172,
        "black",
        "brown",
        ("swimwear", "outdoor"),
        200,
    ),
    TwinPart(
        "chiara",
        "Chiara",
        "chiara-bellini",
        "Sharp eyes, sharper shoulders.",
        177,
        "black",
        "green",
        ("luxury", "editorial"),
        360,
    ),
    TwinPart("maya", "Maya", "maya-okafor", "Poise with a spark.", 175, "black", "brown", ("beauty", "editorial"), 310),
    TwinPart("maya-close", "Maya, close-up", "maya-okafor", "Skin and light.", 175, "black", "brown", ("beauty",), 330),
    TwinPart(
        "tom", "Tom", "tom-hartley", "Weekend wear, weekday face.", 188, "brown", "blue", ("menswear", "denim"), 210
    ),
    TwinPart(
        "tom-suit",
        "Tom, suited",
        "tom-hartley",
        "Made to measure.",
        188,
        "brown",
        "blue",
        ("menswear", "tailoring"),
        230,
    ),
    TwinPart("lena", "Lena", "lena-vogt", "Berlin street style.", 173, "blonde", "grey", ("streetwear", "denim"), 200),
    TwinPart("lena-sport", "Lena, in motion", "lena-vogt", "Track and field.", 173, "blonde", "grey", ("sport",), 215),
    TwinPart("noor", "Noor", "noor-haddad", "Quiet strength.", 170, "black", "brown", ("modest", "editorial"), 250),
    TwinPart(
        "jonas", "Jonas", "jonas-weber", "Mountains behind him.", 185, "blonde", "blue", ("menswear", "outdoor"), 195
    ),
    TwinPart(
        "jonas-alpin",
        "Jonas, alpine",
        "jonas-weber",
        "Snow and stone.",
        185,
        "blonde",
        "blue",
        ("sport", "outdoor"),
        205,
    ),
    TwinPart("sofia", "Sofía", "sofia-marin", "Flamenco red.", 169, "brown", "brown", ("evening", "summer"), 225),
)
