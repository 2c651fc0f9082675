"""Who leads an OPEN listing, at what price, and what the next bid must offer. Changes rows, asks nothing."""

from collections.abc import Sequence

from market import bidding
from market.bidding import Lead, Standing
from market.states import ListingFormat
from market.tables import Bid, Listing
from payments.money import Money


def settle(listing: Listing, live: Sequence[Bid]) -> None:
    """Write down what the live bids make of the listing, which holds what they made of it before."""
    listing.bid_count = len(live)
    if listing.format is ListingFormat.SEALED:
        return  # nothing of a sealed bid may show before the close
    standings = [Standing(number(bid), _maximum(bid), bid.placed_at) for bid in live]
    lead = lead_now(listing, standings)
    listing.leading_bid_id = lead.bid_id if lead else None
    listing.current_minor = lead.price_minor if lead else None
    listing.reserve_met = is_met(listing, lead)
    prices = pays(standings, lead)
    for bid in live:
        bid.amount_minor = prices[number(bid)]


def lead_now(listing: Listing, standings: Sequence[Standing]) -> Lead | None:
    """`listing` holds who led until now."""
    before = lead_of(listing)
    return bidding.outcome(standings, listing.starting_minor, listing.reserve_minor, listing.currency, before=before)


def is_met(listing: Listing, lead: Lead | None) -> bool:
    """Whether the reserve is, if that bid leads."""
    return lead.reserve_met if lead else listing.reserve_minor is None


def pays(standings: Sequence[Standing], lead: Lead | None) -> dict[int, int]:
    """What each bid would pay, by its number: who leads its price, and everybody else the most that it offers."""
    prices = {each.bid_id: each.maximum_minor for each in standings}
    return prices | {lead.bid_id: lead.price_minor} if lead is not None else prices


def lead_of(listing: Listing) -> Lead | None:
    if listing.leading_bid_id is None or listing.current_minor is None:
        return None
    return Lead(listing.leading_bid_id, listing.current_minor, listing.reserve_met)


def minimum_bid(listing: Listing, floor: Money | None, *, leads_with_minor: int | None = None) -> Money:
    """The least that the next bid must offer, and never less than the model's floor. For the brand that leads, give
    its own maximum, which it need only exceed."""
    if listing.format is ListingFormat.SEALED:
        least = Money(listing.starting_minor, listing.currency)
    else:
        least = bidding.minimum_bid(
            lead_of(listing), listing.starting_minor, listing.currency, own_maximum_minor=leads_with_minor
        )
    return max(least, floor) if floor is not None and floor.currency == least.currency else least


def number_of(listing: Listing) -> int:
    if listing.id is None:
        raise ValueError("The listing is not kept yet.")
    return listing.id


def number(bid: Bid) -> int:
    if bid.id is None:
        raise ValueError("The bid is not kept yet.")
    return bid.id


def _maximum(bid: Bid) -> int:
    return bid.amount_minor if bid.maximum_minor is None else bid.maximum_minor
