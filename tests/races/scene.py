"""One twin with everything that can happen to her at once, a way back to the beginning, and a look at the end."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from core.actor import Actor
from core.tables import Table
from core.work import Work
from market import bids, contributions, erasing, licences, mandates, twins
from market.rights import Medium
from market.states import TwinStatus
from market.tables import Bid, Listing
from server.database import Database, open_work
from server.waiting import Turns
from tests import factories
from tests.factories import ListedTwin, Player, euros, number, rights
from tests.fakes.clock import advance_clock, stop_clock
from tests.races.scheduler import Act

OFFER_STANDS = timedelta(hours=1)
PAST_THE_OFFER = timedelta(hours=2)
PAST_THE_CLOSE = timedelta(seconds=100)
"""The listing closes in a minute; a bid before that moves the close to two minutes from now."""


@dataclass
class Scene:
    """Ada and her agency; an offer and a rival one that conflicts; an OPEN listing that conflicts with both."""

    database: Database
    ada: ListedTwin
    agency: Player
    brands: dict[str, Player]
    listing: Listing
    bids: dict[str, Bid]
    digests: dict[str, str]
    mandate_id: int
    crew: tuple[Player, Player]
    """Who has a part, and who was asked."""

    async def restore(self) -> None:
        async with self.database.writes.begin() as connection:
            await connection.execute(sa.text("call restore()"))

    async def look(self) -> str:
        async with self.database.reads.connect() as connection:
            return str((await connection.execute(sa.text(LOOK))).scalar_one())


async def set_scene(database: Database) -> Scene:
    await stop_clock(database.writes)
    ada = await factories.listed_twin(database)
    agency = await factories.agency(database)
    mandate = await factories.mandate(database, agency, ada.model)
    brands = {name: await factories.brand(database, name) for name in ("Lumen", "Tindra", "Vero", "Ostra", "Kelp")}
    exclusive = rights(exclusivity=factories.EXCLUSIVE)
    listing = await factories.listing(
        database, ada, wanted=exclusive, closes_in=timedelta(seconds=90), soft_close_seconds=120
    )
    crew = [
        await factories.contributor(database, ada, name, accepts=accepts)
        for name, accepts in (("Mira", True), ("Sol", False))
    ]
    made = {
        "second": await factories.bid(database, brands["Tindra"], listing, 200),
        "leading": await factories.bid(database, brands["Lumen"], listing, 300, 600),
    }
    await advance_clock(database.writes, timedelta(seconds=60))
    async with database.work(agency.actor)() as work:
        until = work.now + OFFER_STANDS
    for bid, brand in (("offer", "Vero"), ("rival", "Ostra")):
        made[bid] = await factories.offer(database, brands[brand], ada, exclusive, expires_at=until)
    digests = {name: await factories.digest(database, bid, ada) for name, bid in made.items()}
    await keep_the_beginning(database.writes)
    return Scene(database, ada, agency, brands, listing, made, digests, number(mandate), (crew[0], crew[1]))


async def keep_the_beginning(engine: AsyncEngine) -> None:
    """Copies of all tables, and a procedure that puts them back, past the triggers that guard evidence."""
    tables = [*(table.name for table in Table.metadata.sorted_tables), "stopped_clock"]
    back = "".join(
        f"delete from {table}; insert into {table} overriding system value select * from kept.{table};"
        if table != "stopped_clock"
        else f"delete from {table}; insert into {table} select * from kept.{table};"
        for table in tables
    )
    restore = (
        "create procedure restore() language plpgsql as"
        f" $$ begin set local session_replication_role = replica; {back} end $$"
    )
    async with engine.begin() as connection:
        copies = (f"create table kept.{table} as table {table}" for table in tables)
        for command in ("create schema kept", *copies, restore):
            await connection.execute(sa.text(command))


LOOK = """
select jsonb_pretty(jsonb_build_object(
  'twin', (select jsonb_agg(jsonb_build_array(status, version, policy_version)) from twin),
  'contributions', (select jsonb_agg(jsonb_build_array(twin_version, party_id, status) order by id) from contribution),
  'mandate', (select jsonb_agg(status) from mandate),
  'listing', (select jsonb_agg(jsonb_build_array(outcome, b.brand_id, current_minor, reserve_met, bid_count, closes_at))
                from listing l left join bid b on b.id = leading_bid_id),
  'bids', (select jsonb_agg(jsonb_build_array(brand_id, status, amount_minor, maximum_minor, counter_minor,
                                              expires_at <= clock()) order by brand_id) from bid),
  'licences', (select jsonb_agg(jsonb_build_array(brand_id, bid_id, status, price_minor, agency_id, policy_version,
                                                   twin_version)
                                order by bid_id) from licence),
  'shares', (select jsonb_agg(jsonb_build_array(l.bid_id, p.status, role, payee_id, s.amount_minor)
                              order by l.bid_id, position)
               from share s join payment p on p.id = s.payment_id join licence l on l.id = p.reference),
  'jobs', (select jsonb_agg(kind order by kind) from job),
  'activity', (select jsonb_agg(jsonb_build_array(topic, kind) order by topic, kind) from activity)))
"""

# ------------------------------------------------------------------ what can happen


def acts(scene: Scene) -> dict[str, Act]:
    """Everything that can happen, by a name that says it."""
    model, agency = scene.ada.model.actor, scene.agency.actor
    brands, twin_id = scene.brands, scene.ada.id

    def accept(name: str) -> Act:
        signed: dict[str, Any] = {"consent_digest": scene.digests[name], "signature": scene.ada.model.name}
        return on(model, lambda work: licences.accept(work, bid_id=number(scene.bids[name]), **signed))

    def withdraw(name: str, brand: str) -> Act:
        return on(brands[brand].actor, lambda work: bids.withdraw(work, bid_id=number(scene.bids[name])))

    def decline(name: str) -> Act:
        return on(agency, lambda work: bids.decline(work, bid_id=number(scene.bids[name]), reason=None))

    def outbid(work: Work) -> Awaitable[Any]:
        ours: dict[str, Any] = {"amount": euros(700), "maximum": euros(900), "intended_use": factories.USE}
        return bids.place(work, brand_id=None, listing_id=number(scene.listing), **ours)

    def counter(work: Work) -> Awaitable[Any]:
        return bids.counter(work, bid_id=number(scene.bids["offer"]), amount=euros(2000), message=None)

    def suspend(work: Work) -> Awaitable[Any]:
        return twins.set_status(work, twin_id=twin_id, status=TwinStatus.SUSPENDED, reason=None)

    return {
        "accept the offer": accept("offer"),
        "accept a rival offer": accept("rival"),
        "withdraw the offer": withdraw("offer", "Vero"),
        "decline the offer": decline("offer"),
        "counter the offer": on(agency, counter),
        "the offer expires": lambda engine: advance_clock(engine, PAST_THE_OFFER),
        "accept the leading bid": accept("leading"),
        "decline the leading bid": decline("leading"),
        "withdraw the second bid": withdraw("second", "Tindra"),
        "outbid the leader": on(brands["Kelp"].actor, outbid),
        "the listing closes": lambda engine: advance_clock(engine, PAST_THE_CLOSE),
        "suspend the twin": on(model, suspend),
        "change the policy": on(model, lambda work: forbid(work, twin_id)),
        "end the mandate": on(agency, lambda work: mandates.end(work, mandate_id=scene.mandate_id)),
    }


def consent_changes(scene: Scene) -> dict[str, Act]:
    """What the model and her crew can change of a consent, beside what is above."""
    model, twin_id = scene.ada.model.actor, scene.ada.id
    mira, sol = scene.crew

    def status(to: TwinStatus) -> Act:
        return on(model, lambda work: twins.set_status(work, twin_id=twin_id, status=to, reason=None))

    def capture(work: Work) -> Awaitable[Any]:
        return twins.capture(work, twin_id=twin_id, keep_policy=True, keep_rates=True, keep_contributors=False)

    return {
        "pause": status(TwinStatus.PAUSED),
        "suspend": status(TwinStatus.SUSPENDED),
        "resume": status(TwinStatus.LISTED),
        "retire": status(TwinStatus.RETIRED),
        "capture": on(model, capture),
        "a part is accepted": on(sol.actor, lambda work: contributions.respond(work, contribution_id=2, accept=True)),
        "a part is given up": on(mira.actor, lambda work: contributions.end(work, contribution_id=1)),
        "one of the crew is erased": on(
            mira.actor,
            lambda work: erasing.erase_contributor(work, contributor_id=mira.id, confirmation="Mira"),
        ),
        "erase": on(
            model, lambda work: erasing.erase(work, model_id=scene.ada.model.id, confirmation=scene.ada.model.name)
        ),
        "the model ends a part": on(model, lambda work: contributions.end(work, contribution_id=1)),
    }


def on(actor: Actor, verb: Callable[[Work], Awaitable[Any]]) -> Act:
    """The verb as one unit of work of the actor's."""

    async def act(engine: AsyncEngine) -> None:
        async with open_work(engine, Turns(1), actor) as work:
            await verb(work)

    return act


async def forbid(work: Work, twin_id: int) -> None:
    """From now on everything but what the offers and the listing ask for."""
    await twins.set_consent_policy(
        work,
        twin_id=twin_id,
        media=[Medium.PRINT_EDITORIAL],
        forbidden_industries=[],
        territories=frozenset({"SE", "NO"}),
        maximum_days=365,
        asset_approval_required=True,
        training_allowed=False,
        restrictions=[],
    )
