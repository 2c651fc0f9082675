"""An OPEN listing, through the verbs and the real database, does what a small model of the auction says."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, TypeVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from core.actor import SYSTEM
from core.errors import Refusal
from market import bids, listings, rules, store
from market.errors import BidTooLow
from market.states import BidStatus, ListingStatus
from market.tables import Bid, Listing
from payments.money import Money
from server.database import Database
from server.postgres import Postgres
from tests import factories
from tests.conftest import copied
from tests.factories import ListedTwin, Player, number
from tests.fakes.clock import advance_clock, stop_clock

T = TypeVar("T")

SOFT_CLOSE = timedelta(seconds=120)
INSTANT = timedelta(microseconds=1)
BRANDS = ("Lumen", "Tindra", "Vero", "Solvind", "Klint")
CENTS = st.integers(min_value=50, max_value=2_000_00)

# ------------------------------------------------------------------ the model


@dataclass
class Auction:
    """An English auction with secret maxima. `maxima` holds the live bids, the oldest maximum in front."""

    starting: int
    reserve: int | None
    now: datetime
    closes: datetime
    maxima: dict[str, int] = field(default_factory=dict)
    price: int | None = None

    @property
    def is_open(self) -> bool:
        return self.now < self.closes

    @property
    def leader(self) -> str | None:
        return max(self.maxima, key=lambda brand: self.maxima[brand], default=None)  # the first of equals

    @property
    def reserve_met(self) -> bool:
        return self.reserve is None or max(self.maxima.values(), default=0) >= self.reserve

    def bid(self, brand: str, amount: int, maximum: int) -> str:
        if not self.is_open:
            return "WRONG_STATE"
        if maximum < amount:
            return "INVALID_INPUT"
        offered, least = (maximum, self.maxima[brand] + 1) if brand == self.leader else (amount, self.least)
        if offered < least:
            return f"BID_TOO_LOW {least}"
        was_leader = brand == self.leader
        self.maxima.pop(brand, None)
        self.maxima[brand] = maximum
        self.price = self._at_least_the_reserve(self.price if was_leader and self.price else self._challenged())
        self.closes = max(self.closes, self.now + SOFT_CLOSE)
        return "done"

    def withdraw(self, brand: str) -> str:
        if brand == self.leader:
            return "WRONG_STATE"
        del self.maxima[brand]
        if self.is_open and self.price is not None:  # nobody pays more because somebody left
            self.price = self._at_least_the_reserve(min(self.price, self._challenged()))
        return "done"

    @property
    def least(self) -> int:
        return self.starting if self.price is None else self.price + step(self.price)

    def _challenged(self) -> int:
        """What the second highest maximum makes of the price."""
        highest, *others = sorted(self.maxima.values(), reverse=True)
        pushed = max((other + step(other) for other in others[:1]), default=0)
        return min(highest, max(self.starting, pushed))

    def _at_least_the_reserve(self, price: int) -> int:
        return max(price, self.reserve) if self.reserve is not None and self.reserve_met else price


def step(cents: int) -> int:
    """The least of 1, 2, 5, 10, 20, 50 ... cents that is five per cent or more."""
    return next(round_ for zeros in range(9) for one in (1, 2, 5) if (round_ := one * 10**zeros) * 20 >= cents)


# ------------------------------------------------------------------ the same on both


@dataclass
class Hall:
    """Where the real ones stand: one twin, five brands, and a loop of their own to run in."""

    loop: asyncio.AbstractEventLoop
    database: Database
    ada: ListedTwin
    brands: dict[str, Player]

    def run(self, awaitable: Awaitable[T]) -> T:
        async def waited() -> T:
            return await awaitable

        return self.loop.run_until_complete(waited())

    def answer(self, brand: str, verb: Callable[[Any], Awaitable[Any]]) -> str:
        async def asked() -> str:
            try:
                async with self.database.work(self.brands[brand].actor)() as work:
                    await verb(work)
            except BidTooLow as low:
                return f"{low.code} {low.minimum.minor}"
            except Refusal as refusal:
                return refusal.code
            return "done"

        return self.run(asked())

    def advance(self, by: timedelta) -> None:
        self.run(advance_clock(self.database.writes, by))


class Bidding(RuleBasedStateMachine):
    """Whatever is done is done to both, and then they are the same."""

    hall: Hall
    listing: Listing

    @initialize(starting=CENTS, reserve=st.none() | CENTS)
    def open(self, starting: int, reserve: int | None) -> None:
        at_least = max(reserve, starting) if reserve is not None else None
        self.listing = self.hall.run(
            factories.listing(
                self.hall.database,
                self.hall.ada,
                starting=Money(starting, "EUR"),
                reserve=Money(at_least, "EUR") if at_least is not None else None,
                closes_in=timedelta(minutes=10),
                soft_close_seconds=int(SOFT_CLOSE.total_seconds()),
            )
        )
        assert self.listing.created_at is not None
        self.auction = Auction(starting, at_least, self.listing.created_at, self.listing.closes_at)

    @rule(
        brand=st.sampled_from(BRANDS),
        above=st.sampled_from([-1, 0, 1, 77]) | st.integers(0, 500_00),
        maximum=st.sampled_from(["none", "tie", "tie + 1", "reserve", "too little"]) | st.integers(0, 500_00),
    )
    def bid(self, brand: str, above: int, maximum: str | int) -> None:
        amount = max(50, self.auction.least + above)
        highest = max(self.auction.maxima.values(), default=amount)
        reserve = self.auction.reserve
        named = {"none": None, "tie": highest, "tie + 1": highest + 1, "reserve": reserve, "too little": 50}
        self.place(brand, amount, named[maximum] if isinstance(maximum, str) else amount + maximum)

    @precondition(lambda self: self.auction.maxima)
    @rule(by=st.sampled_from([0, 1]) | st.integers(0, 500_00))
    def the_leader_raises(self, by: int) -> None:
        leader = self.auction.leader
        assert leader is not None
        self.place(leader, 50, self.auction.maxima[leader] + by)

    def place(self, brand: str, amount: int, most: int | None) -> None:
        self.pass_time(INSTANT)
        told = self.hall.answer(
            brand,
            lambda work: bids.place(
                work,
                brand_id=None,
                listing_id=number(self.listing),
                amount=Money(amount, "EUR"),
                maximum=Money(most, "EUR") if most is not None else None,
                intended_use=factories.USE,
            ),
        )
        assert told == self.auction.bid(brand, amount, most if most is not None else amount)

    @precondition(lambda self: self.auction.maxima)
    @rule(data=st.data())
    def withdraw(self, data: st.DataObject) -> None:
        brand = data.draw(st.sampled_from(sorted(self.auction.maxima)))
        own = self.live()[brand]
        told = self.hall.answer(brand, lambda work: bids.withdraw(work, bid_id=number(own)))
        assert told == self.auction.withdraw(brand)

    @rule(by=st.integers(1, 200))
    def wait(self, by: int) -> None:
        self.pass_time(timedelta(seconds=by))

    @precondition(lambda self: self.auction.is_open)
    @rule(before=st.sampled_from([0, 1, 2]))
    def wait_for_the_close(self, before: int) -> None:
        """To the very instant, or to one or two before it."""
        self.pass_time(max(timedelta(0), self.auction.closes - before * INSTANT - self.auction.now))

    def pass_time(self, by: timedelta) -> None:
        self.hall.advance(by)
        self.auction.now += by

    @invariant()
    def they_are_the_same(self) -> None:
        auction, live = self.auction, self.live()
        assert {brand: bid.maximum_minor for brand, bid in live.items()} == auction.maxima
        pays = {brand: auction.price if brand == auction.leader else most for brand, most in auction.maxima.items()}
        assert {brand: bid.amount_minor for brand, bid in live.items()} == pays
        now = self.listing
        leader = next((brand for brand, bid in live.items() if bid.id == now.leading_bid_id), None)
        assert (leader, now.current_minor, now.bid_count) == (auction.leader, auction.price, len(auction.maxima))
        assert now.reserve_met is auction.reserve_met
        assert now.closes_at == auction.closes
        status = ListingStatus.OPEN if auction.is_open else ListingStatus.CLOSED
        assert rules.listing_status(now, auction.now) is status

    def live(self) -> dict[str, Bid]:
        """Reads the listing again too."""

        async def found() -> dict[str, Bid]:
            names = {player.id: name for name, player in self.hall.brands.items()}
            async with self.hall.database.work(SYSTEM)() as work:
                self.listing = await store.listings.find(work, number(self.listing))
                standing = await store.bids.live_on(work, number(self.listing))
            assert all(bid.status is BidStatus.PENDING for bid in standing)
            return {names[bid.brand_id]: bid for bid in standing}

        return self.hall.run(found())

    def teardown(self) -> None:
        if hasattr(self, "listing"):
            self.hall.run(self._end())

    async def _end(self) -> None:
        async with self.hall.database.work(self.hall.ada.model.actor)() as work:
            await listings.withdraw(work, listing_id=number(self.listing))


def test_an_open_listing_does_what_the_model_of_the_auction_says(postgres: Postgres, template: str) -> None:
    loop = asyncio.new_event_loop()
    opened = copied(postgres, template)
    database = loop.run_until_complete(opened.__aenter__())
    try:
        hall = loop.run_until_complete(_hall(loop, database))
        machine = type("Machine", (Bidding,), {"hall": hall})
        slow = [HealthCheck.too_slow, HealthCheck.data_too_large]
        run_state_machine_as_test(  # type: ignore[no-untyped-call]
            machine,
            settings=settings(max_examples=25, stateful_step_count=20, deadline=None, suppress_health_check=slow),
        )
    finally:
        loop.run_until_complete(opened.__aexit__(None, None, None))
        loop.close()


async def _hall(loop: asyncio.AbstractEventLoop, database: Database) -> Hall:
    await stop_clock(database.writes)
    ada = await factories.listed_twin(database, rates={"floor": Decimal(0)})
    return Hall(loop, database, ada, {name: await factories.brand(database, name) for name in BRANDS})
