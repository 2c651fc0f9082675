"""The loaders of one answer: whatever its relations ask for, batched, each batch in a short read of its own."""

from core.work import OpenRead
from resolvers.loaders.assets import Assets
from resolvers.loaders.bids import Bids
from resolvers.loaders.contributions import Contributions
from resolvers.loaders.licences import Licences
from resolvers.loaders.payments import Payments
from resolvers.loaders.statements import Statements
from schema.loaders import Loaders


class AllLoaders(Contributions, Bids, Licences, Assets, Payments, Statements):
    pass


def load(read: OpenRead) -> Loaders:
    return AllLoaders(read)
