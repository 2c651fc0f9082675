"""What the web app knows of the market without asking, in three files, so that no screen loads what it does not show.

`frontend/src/shared/{market,places,currencies}.json` are this, printed; a test sees that they are current.
"""

import json
from enum import StrEnum

from market import shares, territories
from market.rights import Exclusivity, Industry, Medium
from payments.money import CURRENCIES

OFTEN_USED = ("EUR", "USD", "GBP", "SEK", "NOK", "DKK", "CHF", "JPY")


class Figures(StrEnum):
    MARKET = "market"
    PLACES = "places"
    CURRENCIES = "currencies"


def printed(which: Figures) -> str:
    """JSON, the same for the same market."""
    match which:
        case Figures.MARKET:
            figures: object = {
                "platformFeeBasisPoints": shares.PLATFORM_FEE_BPS,
                "media": list(Medium),
                "industries": list(Industry),
                "exclusivities": list(Exclusivity),
            }
        case Figures.PLACES:
            regions = {code: list(inside) for code, inside in territories.TREE.items()}
            figures = {"countries": sorted(territories.COUNTRIES), "tree": regions}
        case Figures.CURRENCIES:
            figures = [*OFTEN_USED, *sorted(set(CURRENCIES) - set(OFTEN_USED))]
    return json.dumps(figures, indent=1, ensure_ascii=False) + "\n"
