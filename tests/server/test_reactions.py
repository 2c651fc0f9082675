"""What follows from each fact: the jobs, and who is told."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.dialects.postgresql.ranges import Range
from sqlmodel import col, select

from core.actor import SYSTEM
from core.tables import Activity, Job
from core.work import Fact, Work
from market import facts as market
from market.rights import Exclusivity, Industry
from market.states import ListingFormat, MandateStatus, PartyKind
from market.tables import Bid, Licence, Listing, Mandate, Party, Twin
from payments import facts as payments
from payments.tables import Payment
from server.database import Database
from server.jobs import JOBS, sweep
from server.worker import ACTIVITY_KEPT, Tools, Worker

RIGHTS: dict[str, Any] = {
    "media": [Range(1, 2)],
    "territories": [Range(1, 2)],
    "industry": Industry.APPAREL,
    "days": Range(date(2027, 1, 1), date(2027, 2, 1)),
    "exclusivity": Exclusivity.NON_EXCLUSIVE,
}
MONEY = {"currency": "EUR", "amount_minor": 500}


class World:
    """A model with an agency, a brand, a listing, a licence and its payment."""

    model: int
    agency: int
    brand: int
    twin: int
    listing: int
    bid: int
    licence: int
    payment: int

    def licence_fact(self) -> dict[str, int]:
        return {"licence_id": self.licence, "brand_id": self.brand, "model_id": self.model, "agency_id": self.agency}

    def share_fact(self, payee_id: int) -> dict[str, Any]:
        return {"share_id": 1, "payment_id": self.payment, "reference": self.licence, "payee_id": payee_id, **MONEY}


async def keep(work: Work, row: Any) -> int:
    work.session.add(row)
    await work.session.flush()
    return int(row.id)


@pytest.fixture
async def world(database: Database) -> World:
    it = World()
    async with database.work(SYSTEM)() as work:
        it.model = await keep(work, Party(kind=PartyKind.MODEL, handle="m", name="M", country="SE"))
        it.agency = await keep(work, Party(kind=PartyKind.AGENCY, handle="a", name="A", country="SE"))
        it.brand = await keep(
            work, Party(kind=PartyKind.BRAND, handle="b", name="B", country="SE", industry=Industry.APPAREL)
        )
        it.twin = await keep(work, Twin(model_id=it.model, handle="t", name="T"))
        days = Range(work.today, work.today + timedelta(days=30))
        mandate = {"commission_bps": 1000, "territories": [Range(1, 9)], "days": days, "status": MandateStatus.ACTIVE}
        await keep(work, Mandate(model_id=it.model, agency_id=it.agency, **mandate))
        opens, closes = work.now + timedelta(hours=-1), work.now + timedelta(seconds=30)
        prices = {
            "currency": "EUR",
            "starting_minor": 100,
            "soft_close_seconds": 0,
            "opens_at": opens,
            "closes_at": closes,
        }
        it.listing = await keep(work, Listing(twin_id=it.twin, format=ListingFormat.OPEN, **prices, **RIGHTS))
        it.bid = await keep(
            work, Bid(twin_id=it.twin, brand_id=it.brand, intended_use="x", placed_at=work.now, **MONEY, **RIGHTS)
        )
        parties = {"brand_id": it.brand, "model_id": it.model, "agency_id": it.agency}
        terms = {
            "currency": "EUR",
            "price_minor": 500,
            "policy_version": 1,
            "card_version": 1,
            "payment_due_at": closes,
        }
        it.licence = await keep(
            work, Licence(bid_id=it.bid, twin_id=it.twin, twin_version=1, **parties, **terms, **RIGHTS)
        )
        it.payment = await keep(
            work, Payment(reference=it.licence, payer_id=it.brand, description="x", due_at=closes, **MONEY)
        )
    return it


async def follows(database: Database, *facts: Fact) -> tuple[dict[str, Any], list[tuple[str, str, Any]]]:
    """(jobs by kind with their bodies, activity as (topic, kind, audience))."""
    async with database.work(SYSTEM)() as work:
        for fact in facts:
            work.record(fact)
    async with database.read(SYSTEM)() as read:
        jobs = (await read.session.execute(select(Job))).scalars().all()
        activity = (await read.session.execute(select(Activity).order_by(col(Activity.id)))).scalars()
        assert {job.kind for job in jobs} <= set(JOBS)
        return {job.kind: job.body for job in jobs}, [(row.topic, row.kind, row.audience) for row in activity]


async def test_a_requested_payment_is_driven_and_has_a_deadline(database: Database, world: World) -> None:
    due = datetime.now(UTC)
    jobs, _ = await follows(database, payments.PaymentRequested(world.payment, world.licence, due))
    body = {"payment_id": world.payment}
    assert jobs == {"payment.drive": body, "payment.deadline": body}


async def test_a_paid_licence_begins_and_its_shares_go_out(database: Database, world: World) -> None:
    jobs, _ = await follows(database, payments.PaymentSucceeded(world.payment, world.licence))
    assert jobs == {
        "licence.activate": {"licence_id": world.licence},
        "payment.transfer": {"payment_id": world.payment},
    }


async def test_an_agency_hears_of_its_own_money_once_and_of_its_models(database: Database, world: World) -> None:
    _, told = await follows(
        database,
        payments.ShareEarned(**world.share_fact(world.model)),
        payments.ShareTransferred(**world.share_fact(world.agency)),
        payments.PayoutPaid(payout_row_id=1, payee_id=world.model, **MONEY),
        payments.PayoutPaid(payout_row_id=2, payee_id=world.agency, **MONEY),
    )
    assert told == [
        (f"payout:{world.model}", "SHARE_EARNED", None),
        (f"payout:{world.agency}", "SHARE_EARNED", None),
        (f"payout:{world.agency}", "SHARE_TRANSFERRED", None),
        (f"payout:{world.model}", "PAYOUT_PAID", None),
        (f"payout:{world.agency}", "PAYOUT_PAID", None),
        (f"payout:{world.agency}", "PAYOUT_PAID", None),
    ]


async def test_everyone_whose_licence_it_is_hears_of_it(database: Database, world: World) -> None:
    _, told = await follows(database, market.LicenceActivated(**world.licence_fact()))
    assert told == [(f"licence:{party}", "ACTIVATED", None) for party in (world.brand, world.model, world.agency)]


async def test_a_rival_learns_nothing_of_a_sealed_bid(database: Database, world: World) -> None:
    bid = {"brand_id": world.brand, "extended": True, "reserve_met": True}
    _, told = await follows(
        database,
        market.BidPlaced(**bid, listing_id=world.listing, sealed=False),
        market.BidPlaced(**bid, listing_id=world.listing, sealed=True),
        market.BidPlaced(**bid, listing_id=None, sealed=False),
    )
    kinds = [(kind, audience) for _, kind, audience in told]
    open_bid = [("BID_PLACED", None), ("EXTENDED", None), ("RESERVE_MET", None)]
    assert kinds == [*open_bid, ("BID_PLACED", [world.brand]), ("EXTENDED", [world.brand])]


async def test_a_listing_opens_and_closes_by_the_clock_and_each_is_told_once(database: Database, world: World) -> None:
    jobs, _ = await follows(database, market.ListingOpened(world.listing))
    assert set(jobs) == {"listing.open", "listing.close"}
    worker = Worker(database, None, JOBS)  # type: ignore[arg-type]
    await worker.drain()
    _, told = await follows(database)
    assert [kind for _, kind, _ in told] == ["OPENED"]
    async with database.work(SYSTEM)() as work:  # a bid in the last second moves the close
        listing = await work.session.get(Listing, world.listing)
        assert listing is not None
        listing.closes_at = work.now + timedelta(seconds=3)
    await asyncio.sleep(0.2)
    await worker.drain()
    _, told = await follows(database)
    assert [kind for _, kind, _ in told] == ["OPENED"]
    await asyncio.sleep(3.1)
    await worker.drain()
    await follows(database, market.ListingOpened(world.listing))
    await worker.drain()
    _, told = await follows(database)
    assert [kind for _, kind, _ in told] == ["OPENED", "CLOSED"]


async def test_the_sweeper_asks_for_what_was_forgotten(database: Database, world: World) -> None:
    async with database.work(SYSTEM)() as work:
        payment = await work.session.get(Payment, world.payment)
        assert payment is not None
        payment.created_at = payment.due_at = work.now - timedelta(minutes=2)
    tools = Tools(database.work(SYSTEM), database.read(SYSTEM), None, ACTIVITY_KEPT, database.snapshot(SYSTEM))  # type: ignore[arg-type]
    assert await sweep(tools, {}) is not None
    jobs, _ = await follows(database)
    body = {"payment_id": world.payment}
    assert jobs == {
        "payment.drive": body,
        "payment.deadline": body,
        "licences.end": {},
        "tidy": {},
        "uploads.discard": {},
        "uploads.erase": {},
        "uploads.clear": {},
    }
