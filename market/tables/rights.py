"""The columns of rights, which listings, bids and licences share."""

from core.tables import (
    Days,
    Numbers,
    Table,
    one_of,
)
from market.rights import Exclusivity, Industry

SCOPED = "not (isempty(media) or isempty(territories) or isempty(days))"
"""Empty ranges overlap nothing, so a licence with an empty scope would slip through the exclusion constraint."""


class RightsColumns(Table):
    """The columns of rights. `market.rights.Rights` is their value; `market.store` converts. `days` is [first, last + 1)."""

    media: Numbers
    territories: Numbers
    industry: Industry = one_of(Industry)
    days: Days
    exclusivity: Exclusivity = one_of(Exclusivity)
