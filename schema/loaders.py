"""What the relations of an answer ask for. `resolvers.loaders` answers; one set of loaders serves one answer.

Whatever is loaded by number is what something that the caller may see points at. Lists and questions are scoped by the
caller.
"""

from collections.abc import Awaitable, Collection, Sequence
from datetime import date, datetime
from typing import Protocol

from strawberry.dataloader import DataLoader

from market.certificates import Names
from market.search import TwinQuery
from market.store.companions import Beside
from market.store.listings import ListingQuery
from market.tables import Consent
from payments import tables
from schema.api_keys import ApiKey
from schema.assets import Asset, AssetConnection
from schema.bids import Bid, BidConnection
from schema.consent import ConsentDocument, ConsentPolicy, ConsentRecord
from schema.contributions import Contribution, CrewReport, LicenceContribution
from schema.endpoints import WebhookDelivery
from schema.enums import AssetStatus, BidStatus, LicenceStatus, ListingStatus, MandateStatus
from schema.leaving import Erasure
from schema.licences import Licence, LicenceConnection
from schema.listings import Listing, ListingConnection
from schema.mandates import Mandate, MandateConnection
from schema.money import Money
from schema.paging import Page
from schema.parties import Agency, Brand, Contributor, Model, ModelConnection, Party
from schema.payments import Balance, Earning, Payee, Payment, Payout, PayoutConnection, Share, ShareConnection
from schema.people import Invitation, Member, Passkey, Session
from schema.rates import Quote, RateCard, SharePreview
from schema.rights import Availability, RightsInput
from schema.statements import Statement, StatementConnection, StatementLineConnection
from schema.takedowns import Takedown
from schema.twins import Twin, TwinConnection


class PartyLoaders(Protocol):
    @property
    def party(self) -> DataLoader[int, Party]: ...
    @property
    def model(self) -> DataLoader[int, Model]: ...
    @property
    def agency(self) -> DataLoader[int, Agency]: ...
    @property
    def brand(self) -> DataLoader[int, Brand]: ...
    @property
    def mandate_in_force(self) -> DataLoader[int, Mandate | None]:
        """By the model's number."""

    @property
    def agency_in_force(self) -> DataLoader[int, Agency | None]:
        """By the model's number: the agency of that mandate."""

    @property
    def api_keys(self) -> DataLoader[int, list[ApiKey]]:
        """By the party's number."""

    @property
    def members(self) -> DataLoader[int, list[Member]]:
        """By the party's number."""

    @property
    def invitations(self) -> DataLoader[int, list[Invitation]]:
        """By the party's number."""

    @property
    def passkeys(self) -> DataLoader[int, list[Passkey]]:
        """By the person's number: the caller's own and nobody else's."""

    @property
    def sessions(self) -> DataLoader[int, list[Session]]:
        """By the person's number: the caller's own and nobody else's."""

    async def roster(self, agency_id: int, page: Page) -> ModelConnection: ...
    async def mandates_of(self, party_id: int, status: Sequence[MandateStatus] | None, page: Page) -> MandateConnection:
        """An agency's, or a model's."""


class ContributionLoaders(Protocol):
    @property
    def contributor(self) -> DataLoader[int, Contributor]: ...
    @property
    def visible_twin(self) -> DataLoader[int, Twin | None]: ...
    @property
    def contributions_of_twin(self) -> DataLoader[int, list[Contribution]]: ...
    @property
    def contributions_of(self) -> DataLoader[int, list[Contribution]]:
        """By the contributor's number."""

    @property
    def contributions_of_licence(self) -> DataLoader[int, list[LicenceContribution]]: ...
    async def erasure(self, model_id: int) -> Erasure: ...
    async def erasure_of_contributor(self, contributor_id: int) -> Erasure: ...
    async def crew_report(self, brand_id: int, year: int) -> CrewReport: ...


class EndpointLoaders(Protocol):
    @property
    def deliveries(self) -> DataLoader[int, list[WebhookDelivery]]:
        """By the endpoint's number."""


class TwinLoaders(Protocol):
    @property
    def twin(self) -> DataLoader[int, Twin]: ...
    @property
    def policy(self) -> DataLoader[tuple[int, int], ConsentPolicy]:
        """By the twin's number and the policy's version."""

    @property
    def rate_card(self) -> DataLoader[tuple[int, int], RateCard | None]:
        """By the twin's number and the card's version."""

    async def search(self, query: TwinQuery, page: Page, beside: Beside) -> TwinConnection: ...
    async def twin_called(self, handle: str, beside: Beside) -> Twin | None: ...
    async def twins_of(self, model_id: int, page: Page, beside: Beside) -> TwinConnection: ...
    async def quote(self, twin: Twin, rights: RightsInput) -> Quote | None: ...
    async def availability(self, twin: Twin, rights: RightsInput) -> Availability: ...


class BidLoaders(Protocol):
    @property
    def listing(self) -> DataLoader[int, Listing]: ...
    async def listings(self, query: ListingQuery, page: Page) -> ListingConnection: ...
    async def listings_of(
        self, twin_id: int, status: Sequence[ListingStatus] | None, page: Page
    ) -> ListingConnection: ...
    async def reserve_met(self, listing: Listing) -> bool: ...
    async def minimum_bid(self, listing: Listing) -> Money: ...
    async def bid_count(self, listing: Listing) -> int: ...
    async def bids_on(self, listing_id: int, page: Page) -> BidConnection: ...
    async def best_outcome(self, listing: Listing) -> list[Bid]: ...
    async def best_outcome_proven(self, listing: Listing) -> bool: ...
    async def next_bids(self, licence: Licence) -> list[Bid]: ...
    async def bids_of(self, party_id: int, status: Sequence[BidStatus] | None, page: Page) -> BidConnection: ...
    def leads(self, bid: Bid) -> Awaitable[bool | None]: ...
    async def conflicts(self, bid: Bid) -> list[Bid]: ...
    async def consent_document(self, bid: Bid) -> ConsentDocument: ...
    async def shares_of_bid(self, bid: Bid) -> list[SharePreview]: ...


class LicenceLoaders(Protocol):
    @property
    def licence(self) -> DataLoader[int, Licence]: ...
    @property
    def takedown_of_licence(self) -> DataLoader[int, Takedown | None]: ...
    @property
    def licence_of_bid(self) -> DataLoader[int, Licence | None]: ...
    @property
    def consent(self) -> DataLoader[int, ConsentRecord]:
        """By the licence's number."""

    @property
    def certified(self) -> DataLoader[int, tuple[Consent, Names]]:
        """What its certificate states, by the licence's number."""

    async def licences_of(
        self, party_id: int, status: Sequence[LicenceStatus] | None, page: Page
    ) -> LicenceConnection: ...


class AssetLoaders(Protocol):
    @property
    def asset(self) -> DataLoader[int, Asset]: ...
    async def assets_under(
        self, licence_id: int, status: Sequence[AssetStatus] | None, page: Page
    ) -> AssetConnection: ...
    async def assets_of(self, model_id: int, status: Sequence[AssetStatus] | None, page: Page) -> AssetConnection: ...


class PaymentLoaders(Protocol):
    @property
    def payment(self) -> DataLoader[int, Payment]: ...
    @property
    def payment_of_licence(self) -> DataLoader[int, Payment]: ...
    @property
    def share(self) -> DataLoader[int, Share]: ...
    @property
    def shares_of_payment(self) -> DataLoader[int, list[Share]]: ...
    @property
    def licence_number_of_payment(self) -> DataLoader[int, str]: ...
    @property
    def payout(self) -> DataLoader[int, Payout]: ...
    @property
    def payee(self) -> DataLoader[int, Payee]: ...
    @property
    def balances(self) -> DataLoader[tuple[int, datetime | None], list[Balance]]:
        """By the payee's number."""

    @property
    def can_pay(self) -> DataLoader[int, bool]:
        """By the brand's number."""

    async def shares_of(self, payee_id: int, page: Page) -> ShareConnection: ...
    async def payouts_of(self, payee_ids: Collection[int], page: Page) -> PayoutConnection: ...
    async def payouts_of_agency(self, agency_id: int, page: Page) -> PayoutConnection: ...
    async def statements_of(self, payee_id: int, page: Page) -> StatementConnection: ...
    async def statement_lines(self, statement: Statement, page: Page) -> StatementLineConnection: ...
    async def statement_model_lines(self, statement: Statement, page: Page) -> StatementLineConnection: ...
    async def waits_for_payer(self, row: tables.Payment) -> datetime | None:
        """The moment, if the payer can pay it now."""

    async def earnings(self, payee_id: int, first: date, last: date) -> list[Earning]: ...


class Loaders(
    EndpointLoaders,
    PartyLoaders,
    ContributionLoaders,
    TwinLoaders,
    BidLoaders,
    LicenceLoaders,
    PaymentLoaders,
    AssetLoaders,
    Protocol,
):
    pass
