"""The arithmetic of an OPEN listing: an English auction in which a secret maximum bids on each brand's behalf. Pure.

The price is what the second highest maximum plus one increment makes it, never more than the leader's maximum, at
least the starting price, and at least the reserve once the leader's maximum reaches it. The earlier of equal maxima
leads. A leader who raises its own maximum raises nothing else.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from payments.money import CURRENCIES, Money

LEAST_INCREMENT_PERCENT = 5
LATEST = 2**63 - 1
"""Stands for the number of a bid that is not kept yet: every other came before it."""


@dataclass(frozen=True, slots=True)
class Standing:
    """One brand's live bid. `placed_at` is when its present maximum came."""

    bid_id: int
    maximum_minor: int
    placed_at: datetime


@dataclass(frozen=True, slots=True)
class Lead:
    """Who leads, at which price, and whether the model's reserve is met (always, where there is none)."""

    bid_id: int
    price_minor: int
    reserve_met: bool


def increment(current: Money) -> Money:
    """By how much the next bid must at least exceed `current`: five per cent, rounded up to a 1, 2 or 5 with zeros
    behind it, and never less than the currency's smallest chargeable amount. At 1,010 EUR, five per cent are 50.50: so
    100."""
    least = -(-current.minor * LEAST_INCREMENT_PERCENT // 100)
    power = max(CURRENCIES[current.currency].unit, 10 ** (len(str(least)) - 1))
    return Money(next(times * power for times in (1, 2, 5, 10) if times * power >= least), current.currency)


def outcome(
    standings: Sequence[Standing],
    starting_minor: int,
    reserve_minor: int | None,
    currency: str,
    *,
    before: Lead | None = None,
) -> Lead | None:
    """Who leads now, and at what price. None while no bid reaches the starting price.

    `before` is the outcome until now. It matters when a leader who stood at its own maximum, less than an increment
    above the second, has raised it: the price does not rise, neither then nor when another bid is withdrawn, for
    nobody else has bid.
    """
    ranked = sorted(
        (standing for standing in standings if standing.maximum_minor >= starting_minor),
        key=lambda standing: (-standing.maximum_minor, standing.placed_at, standing.bid_id),
    )
    if not ranked:
        return None
    leader, rivals = ranked[0], ranked[1:]
    price = starting_minor
    if rivals:
        second = Money(rivals[0].maximum_minor, currency)
        price = max(price, second.minor + increment(second).minor)
    if before is not None and before.bid_id == leader.bid_id and _unchallenged_since(before, rivals):
        price = min(price, before.price_minor)
    reserve_met = reserve_minor is None or leader.maximum_minor >= reserve_minor
    if reserve_minor is not None and reserve_met:
        price = max(price, reserve_minor)
    return Lead(leader.bid_id, min(price, leader.maximum_minor), reserve_met)


def _unchallenged_since(before: Lead, rivals: Sequence[Standing]) -> bool:
    """Whether no rival has bid since `before`: a later bid would have had to exceed its price."""
    return not rivals or rivals[0].maximum_minor <= before.price_minor


def minimum_bid(
    lead: Lead | None, starting_minor: int, currency: str, *, own_maximum_minor: int | None = None
) -> Money:
    """The least that the next bid must offer: the starting price, or the current price and an increment.

    For the brand that leads, give its own maximum: to raise that, it need only exceed it.
    """
    if own_maximum_minor is not None:
        return Money(own_maximum_minor + CURRENCIES[currency].unit, currency)
    if lead is None:
        return Money(starting_minor, currency)
    price = Money(lead.price_minor, currency)
    return Money(price.minor + increment(price).minor, currency)
