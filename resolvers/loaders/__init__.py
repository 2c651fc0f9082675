"""The loaders of one answer: whatever its relations ask for, batched, each batch in a short read of its own."""

from collections.abc import Callable
from functools import partial

from core.work import OpenRead
from resolvers.loaders.assets import Assets
from resolvers.loaders.batches import Kept
from resolvers.loaders.bids import Bids
from resolvers.loaders.contributions import Contributions
from resolvers.loaders.licences import Licences
from resolvers.loaders.payments import Payments
from resolvers.loaders.statements import Statements
from schema.loaders import Loaders


class AllLoaders(Contributions, Bids, Licences, Assets, Payments, Statements):
    pass


def load(read: OpenRead, kept: Kept | None = None) -> Loaders:
    return AllLoaders(read, kept)


def keeping() -> Callable[[OpenRead], Loaders]:
    """For one database: what can never change is remembered from one answer to the next."""
    return partial(load, kept=Kept())
