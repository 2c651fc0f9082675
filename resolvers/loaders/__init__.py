"""The loaders of one answer: whatever its relations ask for, batched, each batch in a short read of its own."""

from core.work import OpenRead
from resolvers.loaders.bids import Bids
from resolvers.loaders.licences import Licences
from resolvers.loaders.parties import Parties
from resolvers.loaders.payments import Payments
from schema.loaders import Loaders


class AllLoaders(Parties, Bids, Licences, Payments):
    pass


def load(read: OpenRead) -> Loaders:
    return AllLoaders(read)
