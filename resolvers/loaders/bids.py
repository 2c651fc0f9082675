"""Listings, and the bids on them."""

from collections.abc import Awaitable, Sequence
from datetime import datetime
from functools import cached_property, partial

from core.paging import Slice, sliced
from core.work import OpenRead, Read
from market import bids, licences, store, tables
from market.store.listings import ListingQuery
from payments.money import Money as Amount
from resolvers.loaders.batches import DataLoader, given, plainly
from resolvers.loaders.twins import Twins
from resolvers.paging import asking, connection
from schema.bids import Bid, BidConnection
from schema.consent import ConsentDocument
from schema.enums import BidStatus, ListingFormat, ListingStatus
from schema.ids import stored
from schema.licences import Licence
from schema.listings import Listing, ListingConnection
from schema.money import Money
from schema.paging import Page
from schema.parties import party_of
from schema.rates import SharePreview
from schema.relations import Here, Made


class Bids(Twins):
    @cached_property
    def listing(self) -> DataLoader[int, Listing]:
        return self.each(store.listings.by_ids, lambda row, read: Listing.of(row, read.now))

    async def listings_of(self, twin_id: int, status: Sequence[ListingStatus] | None, page: Page) -> ListingConnection:
        query = ListingQuery(twin_id=twin_id, statuses=given(status))
        few = self._few_listings.get(twin_id)
        if few is not None and few.are(query, page):
            found = sliced([(row, row.id) for row in few.rows], page.window("listings"))
            return self._listings(query, found, few.now)
        return await self.listings(query, page)

    async def listings(self, query: ListingQuery, page: Page) -> ListingConnection:
        async with self.read() as read:
            found = await store.listings.page(read, query, page.window("listings"))
        return self._listings(query, found, read.now)

    def _listings(self, query: ListingQuery, found: Slice[tables.Listing], now: datetime) -> ListingConnection:
        return connection(
            ListingConnection,
            found,
            list_name="listings",
            present=lambda row: Listing.of(row, now),
            count=asking(self.read, store.listings.count, query),
        )

    async def minimum_bid(self, listing: Listing) -> Money:
        """Never under the floor of the card in force. A brand that leads need only exceed its own maximum."""
        row = listing.row
        twin = await self.twin.load(row.twin_id)
        shown = await self.rate_card.load((twin.row_id, twin.row.card_version))
        floor = None if shown is None else Amount(shown.card.floor_minor, shown.card.currency)
        own = None if row.leading_bid_id is None else await self._own_maximum.load(row.leading_bid_id)
        return Money.of(bids.minimum_bid(row, floor, leads_with_minor=own))

    @cached_property
    def _own_maximum(self) -> DataLoader[int, int | None]:
        """By bid: its secret maximum, if the caller is its own brand."""
        return self.asked(_own_maxima)

    async def bid_count(self, listing: Listing) -> int:
        if listing.row.format is ListingFormat.OPEN:
            return listing.row.bid_count
        return await self._visible_bids.load(listing.row_id)

    @cached_property
    def _visible_bids(self) -> DataLoader[int, int]:
        return self.each(store.bids.own_counts, plainly(int))

    async def reserve_met(self, listing: Listing) -> bool:
        """Of a SEALED listing nobody learns it before the close; then a brand learns it of its own bid alone."""
        row = listing.row
        if row.format is ListingFormat.OPEN or row.reserve_minor is None:
            return row.reserve_met or row.reserve_minor is None
        if listing.state in (ListingStatus.SCHEDULED, ListingStatus.OPEN):
            return False
        return (await self._highest.load(listing.row_id) or 0) >= row.reserve_minor

    @cached_property
    def _highest(self) -> DataLoader[int, int | None]:
        return self.maybe(store.bids.highest, plainly(int))

    async def bids_on(self, listing_id: int, page: Page) -> BidConnection:
        async with self.read() as read:
            found = await store.bids.page_of_listing(read, listing_id, page.window("bids"))
        count = asking(self.read, store.bids.count_of_listing, listing_id)
        for _, brand in found.rows:
            self.party.prime(stored(brand.id), party_of(brand))
        return connection(
            BidConnection, found, list_name="bids", present=lambda row: Bid.of(row[0], read.now), count=count
        )

    async def bids_of(self, party_id: int, status: Sequence[BidStatus] | None, page: Page) -> BidConnection:
        async with self.read() as read:
            party = await store.parties.find(read, party_id)
            found = await store.bids.page_of_party(read, party, given(status), page.window("bids"))
        count = asking(self.read, store.bids.count_of_party, party, given(status))
        return connection(
            BidConnection, found, list_name="bids", present=lambda row: Bid.of(row, read.now), count=count
        )

    def leads(self, bid: Bid) -> Awaitable[bool | None]:
        if bid.row.listing_id is None:
            return Here(None)
        listing = self.listing.load(bid.row.listing_id)
        leads = partial(_leads, bid)
        return Here(leads(listing.value)) if isinstance(listing, Here) else Made(listing, leads)

    async def conflicts(self, bid: Bid) -> list[Bid]:
        return await self._conflicts.load(bid.row_id)

    @cached_property
    def _conflicts(self) -> DataLoader[int, list[Bid]]:
        return self.many(store.bids.conflicting, lambda row, read: Bid.of(row, read.now))

    async def best_outcome(self, listing: Listing) -> list[Bid]:
        now, found = await self._best.load(listing.row)
        return [Bid.of(row, now) for row in found.bids]

    async def best_outcome_proven(self, listing: Listing) -> bool:
        _, found = await self._best.load(listing.row)
        return found.is_proven

    @cached_property
    def _best(self) -> DataLoader[tables.Listing, tuple[datetime, bids.BestOutcome]]:
        """With the moment at which it was asked for."""
        return DataLoader(load_fn=partial(_best, self.read), cache_key_fn=_row_id)

    async def next_bids(self, licence: Licence) -> list[Bid]:
        async with self.read() as read:
            found = await bids.next_after(read, licence.row)
        return [Bid.of(row, read.now) for row in found]

    async def consent_document(self, bid: Bid) -> ConsentDocument:
        return ConsentDocument.of((await self._deals.load(bid.row)).document)

    async def shares_of_bid(self, bid: Bid) -> list[SharePreview]:
        return [SharePreview.of(portion) for portion in (await self._deals.load(bid.row)).portions]

    @cached_property
    def _deals(self) -> DataLoader[tables.Bid, licences.Deal]:
        return self.asked(_deals, cache_key_fn=_row_id)


def _row_id(row: tables.Listing | tables.Bid) -> int:
    return stored(row.id)


async def _best(open_read: OpenRead, rows: Sequence[tables.Listing]) -> list[tuple[datetime, bids.BestOutcome]]:
    """The solver works when the read has ended: others may have its connection."""
    async with open_read() as read:
        choices = [await bids.that_can_win(read, row) for row in rows]
    return [(read.now, await bids.best_outcome(choice)) for choice in choices]


async def _deals(read: Read, rows: Sequence[tables.Bid]) -> list[licences.Deal | BaseException]:
    found = await licences.deals(read, rows)
    return [found.get(stored(row.id)) or LookupError(f"No policy for bid {row.id}") for row in rows]


async def _own_maxima(read: Read, bid_ids: Sequence[int]) -> list[int | None]:
    rows = await store.bids.by_ids(read, bid_ids) if read.actor.brand_ids else {}
    own = {number: row for number, row in rows.items() if row.brand_id in read.actor.brand_ids}
    return [own[number].maximum_minor if number in own else None for number in bid_ids]


def _leads(bid: Bid, listing: Listing) -> bool | None:
    return listing.row.leading_bid_id == bid.row_id if listing.row.format is ListingFormat.OPEN else None
