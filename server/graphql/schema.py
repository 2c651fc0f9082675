"""The schema, put together from every noun's root fields."""

from pathlib import Path

import strawberry
from strawberry.schema.config import StrawberryConfig
from strawberry.schema.name_converter import NameConverter

import schema
from resolvers.activity import Subscriptions
from resolvers.api_keys import ApiKeyMutations
from resolvers.assets import AssetMutations
from resolvers.bids import BidMutations
from resolvers.certificates import CertificateQueries
from resolvers.contributions import ContributionMutations
from resolvers.endpoints import EndpointMutations, EndpointQueries
from resolvers.leaving import LeavingMutations
from resolvers.licences import LicenceMutations, LicenceQueries
from resolvers.listings import ListingMutations, ListingQueries
from resolvers.mandates import MandateMutations
from resolvers.nodes import NodeQueries
from resolvers.parties import PartyQueries
from resolvers.payments import PaymentMutations
from resolvers.people import PersonMutations
from resolvers.refusals import RefusalHandler
from resolvers.takedowns import TakedownMutations, TakedownQueries
from resolvers.twins import TwinMutations, TwinQueries
from resolvers.uploads import UploadMutations
from schema.scalars import SCALARS
from server.graphql.completion.arguments import make_inputs_quickly

PRINTED = Path(schema.__file__).with_name("schema.graphql")
"""The printed schema as it is committed. After a change to the types: `python -m server.graphql.schema`."""


class Names(NameConverter):
    """Names in GraphQL, each made once: Strawberry makes them anew for every argument of every request."""

    def __init__(self) -> None:
        super().__init__()
        self._made: dict[str, str] = {}

    def apply_naming_config(self, name: str) -> str:
        made = self._made.get(name)
        if made is None:
            made = self._made[name] = super().apply_naming_config(name)
        return made


@strawberry.type
class Query(
    NodeQueries,
    PartyQueries,
    TwinQueries,
    ListingQueries,
    LicenceQueries,
    TakedownQueries,
    CertificateQueries,
    EndpointQueries,
):
    pass


@strawberry.type
class Mutation(
    TwinMutations,
    MandateMutations,
    ContributionMutations,
    ListingMutations,
    BidMutations,
    LicenceMutations,
    AssetMutations,
    LeavingMutations,
    EndpointMutations,
    TakedownMutations,
    UploadMutations,
    PaymentMutations,
    ApiKeyMutations,
    PersonMutations,
):
    pass


@strawberry.type
class Subscription(Subscriptions):
    """Every subscription can be resumed: give `after` the last cursor that was seen."""


def build_schema() -> strawberry.Schema:
    built = strawberry.Schema(
        query=Query,
        mutation=Mutation,
        subscription=Subscription,
        config=StrawberryConfig(scalar_map=SCALARS, name_converter=Names()),
        exception_handlers=[RefusalHandler()],
    )
    make_inputs_quickly(built)
    return built


def printed() -> str:
    return f"{build_schema()}\n"


if __name__ == "__main__":
    PRINTED.write_text(printed())
