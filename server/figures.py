"""What the web app knows of the market without asking: places, media, industries, currencies and the platform's part.

`frontend/src/shared/market.json` is this, printed; a test sees that it is current.
"""

import json

from market import shares, territories
from market.pricing import DEFAULT_FACTORS_E4
from market.rights import Exclusivity, Industry, Medium
from payments.money import CURRENCIES

OFTEN_USED = ("EUR", "USD", "GBP", "SEK", "NOK", "DKK", "CHF", "JPY")


def printed() -> str:
    """JSON, the same for the same market."""
    regions = {code: list(inside) for code, inside in territories.TREE.items()}
    figures = {
        "platformFeeBasisPoints": shares.PLATFORM_FEE_BPS,
        "currencies": [*OFTEN_USED, *sorted(set(CURRENCIES) - set(OFTEN_USED))],
        "media": list(Medium),
        "industries": list(Industry),
        "exclusivities": list(Exclusivity),
        "countries": sorted(territories.COUNTRIES),
        "tree": regions,
        "factorsInTenThousandths": dict(DEFAULT_FACTORS_E4),
    }
    return json.dumps(figures, indent=1, ensure_ascii=False) + "\n"
