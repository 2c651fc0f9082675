"""People, twins, listings and bids for tests, made by the market's own verbs.

ada = await factories.listed_twin(database, name="Ada")
lumen = await factories.brand(database, name="Lumen")
bid = await factories.offer(database, lumen, ada, amount=1200)
licence = await factories.accept(database, bid, ada)
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

import sqlalchemy as sa

from core.actor import SYSTEM, Actor, Scope
from market import bids, contributions, licences, listings, mandates, parties, people, store, territories, twins
from market.rights import Exclusivity, Industry, Medium, Rights
from market.states import ListingFormat, PartyKind, TwinStatus
from market.tables import Asset, Bid, Contribution, Licence, Listing, Mandate
from market.twins import TwinDetails
from payments import payers
from payments import store as payments
from payments.money import Money
from payments.tables import Payer
from server.database import Database
from tests.fakes.gateway import Card, FakeGateway

USE = "Pictures for the summer campaign in our own channels."

_numbers = count(1)


@dataclass
class Player:
    """A party, and the person who acts for it."""

    id: int
    handle: str
    name: str
    email: str
    actor: Actor


@dataclass
class ListedTwin:
    id: int
    handle: str
    name: str
    model: Player


def euros(amount: int | str | Decimal) -> Money:
    return Money.of(Decimal(amount), "EUR")


def today() -> date:
    return datetime.now(UTC).date()


def rights(
    *,
    media: Collection[Medium] = (Medium.SOCIAL_PAID,),
    places: Collection[str] = ("SE", "NO"),
    industry: Industry = Industry.APPAREL,
    start: int = 30,
    days: int = 30,
    exclusivity: Exclusivity = Exclusivity.NON_EXCLUSIVE,
) -> Rights:
    """Rights that begin `start` days from today."""
    first = today() + timedelta(days=start)
    return Rights(
        media=frozenset(media),
        territories=territories.expand(places),
        industry=industry,
        starts_on=first,
        ends_on=first + timedelta(days=days - 1),
        exclusivity=exclusivity,
    )


EXCLUSIVE = Exclusivity.TOTAL

# ------------------------------------------------------------------ parties


async def model(database: Database, name: str = "Ada Lindqvist", **how: Any) -> Player:
    return await _party(database, PartyKind.MODEL, name, **how)


async def agency(database: Database, name: str = "Nordlys Models", **how: Any) -> Player:
    return await _party(database, PartyKind.AGENCY, name, **how)


async def brand(
    database: Database,
    name: str = "Lumen",
    *,
    industry: Industry = Industry.APPAREL,
    can_pay: bool = True,
    gateway: FakeGateway | None = None,
    card: Card = "good",
    **how: Any,
) -> Player:
    """A brand with a payment method on file; saved at `gateway`, where there is one, so that it can be charged."""
    player = await _party(database, PartyKind.BRAND, name, industry=industry, **how)
    if can_pay and gateway is None:
        async with database.work(SYSTEM)() as work:
            work.session.add(Payer(id=player.id, customer_id=f"cus_{player.id}", payment_method_id=f"pm_{player.id}"))
    elif can_pay and gateway is not None:
        await save_card(database, player, gateway, card)
    return player


async def save_card(database: Database, player: Player, gateway: FakeGateway, card: Card = "good") -> None:
    open_work = database.work(SYSTEM)
    await payers.start_setup(
        open_work, gateway, payer_id=player.id, name=player.name, return_url="https://brand.example"
    )
    async with database.read(SYSTEM)() as read:
        payer = await payments.payer(read, player.id)
    assert payer is not None
    assert payer.customer_id is not None
    gateway.save_method(payer.customer_id, card)
    await payers.refresh(open_work, gateway, player.id)


async def operator(database: Database, name: str = "Olga Operator") -> Actor:
    async with database.work(SYSTEM)() as work:
        email = f"operator-{next(_numbers)}@example.com"
        person = await parties.create_operator(work, email=email, name=name, password_hash=None)
    return Actor(
        caller=f"person:{person.id}", name=email, person_id=person.id, scopes=frozenset(Scope), is_operator=True
    )


async def _party(
    database: Database,
    kind: PartyKind,
    name: str,
    *,
    handle: str | None = None,
    country: str = "SE",
    industry: Industry | None = None,
) -> Player:
    handle = handle or handle_of(name)
    email = f"{handle}@example.com"
    async with database.work(SYSTEM)() as work:
        party = await parties.create(work, kind=kind, handle=handle, name=name, country=country, industry=industry)
        assert party.id is not None
        person = await parties.add_member(work, party_id=party.id, email=email, person_name=name, password_hash=None)
    role = {PartyKind.MODEL: "model_ids", PartyKind.AGENCY: "agency_ids", PartyKind.BRAND: "brand_ids"}[kind]
    actor = Actor(caller=f"person:{person.id}", name=email, person_id=person.id, scopes=frozenset(Scope))
    return Player(party.id, handle, name, email, replace(actor, **{role: frozenset({party.id})}))  # type: ignore[arg-type]


async def contributor(
    database: Database,
    twin: "ListedTwin",
    name: str = "Mira Holm",
    *,
    craft: str = "photographer",
    share_bps: int = 500,
    accepts: bool = True,
) -> Player:
    """Of the crew of the twin's present version: invited, and accepted."""
    email = f"{handle_of(name)}@example.com"
    async with database.work(twin.model.actor)() as work:
        invited, secret = await contributions.invite(
            work,
            twin_id=twin.id,
            craft=craft,
            share_bps=share_bps,
            contributor_id=None,
            name=name,
            country="SE",
        )
        assert secret is not None
        person = await people.join(work, secret=secret, person_id=None, email=email, name=name, password_hash="x")
        handle = (await store.parties.find(work, invited.party_id)).handle
    actor = Actor(
        caller=f"person:{person.id}",
        name=email,
        person_id=person.id,
        scopes=frozenset(Scope),
        contributor_ids=frozenset({invited.party_id}),
    )
    if accepts:
        async with database.work(actor)() as work:
            await contributions.respond(work, contribution_id=number(invited), accept=True)
    return Player(invited.party_id, handle, name, email, actor)


def handle_of(name: str) -> str:
    """A handle that nobody has yet."""
    return f"{re.sub('[^a-z0-9]+', '-', name.lower()).strip('-')}-{next(_numbers)}"


async def mandate(
    database: Database,
    agency: Player,
    model: Player,
    *,
    commission_bps: int = 2000,
    places: Collection[str] = ("WORLD",),
    days: int = 365,
) -> Mandate:
    """Proposed and accepted. The agency's actor represents the model from now on."""
    async with database.work(agency.actor)() as work:
        proposed = await mandates.propose(
            work,
            agency_id=None,
            model_id=model.id,
            commission_bps=commission_bps,
            territories=territories.expand(places),
            starts_on=work.today,
            ends_on=work.today + timedelta(days=days - 1),
        )
        assert proposed.id is not None
    async with database.work(model.actor)() as work:
        active = await mandates.respond(work, mandate_id=proposed.id, accept=True)
    agency.actor = replace(agency.actor, represented_ids=agency.actor.represented_ids | {model.id})
    return active


# ------------------------------------------------------------------ twins


async def twin(
    database: Database, model: Player | None = None, *, name: str = "Ada", handle: str | None = None, **details: Any
) -> ListedTwin:
    """A DRAFT."""
    owner = model or await globals()["model"](database, f"{name} Lindqvist")
    async with database.work(owner.actor)() as work:
        made = await twins.create(
            work, model_id=None, handle=handle or handle_of(name), details=TwinDetails(name=name, **details)
        )
        assert made.id is not None
    return ListedTwin(made.id, made.handle, made.name, owner)


async def listed_twin(
    database: Database,
    model: Player | None = None,
    *,
    name: str = "Ada",
    policy: Mapping[str, Any] | None = None,
    rates: Mapping[str, Any] | None = None,
    **details: Any,
) -> ListedTwin:
    """On the market, consenting to everything for a year, at 100 EUR a medium, country and thirty days."""
    made = await twin(database, model, name=name, **details)
    await set_policy(database, made, **(policy or {}))
    await set_rates(database, made, **(rates or {}))
    await set_status(database, made, TwinStatus.LISTED)
    return made


async def set_policy(database: Database, twin: ListedTwin, **changes: Any) -> None:
    everything: dict[str, Any] = {
        "media": list(Medium),
        "forbidden_industries": [],
        "territories": frozenset(territories.COUNTRIES),
        "maximum_days": 365,
        "asset_approval_required": True,
        "training_allowed": False,
        "restrictions": [],
    }
    async with database.work(twin.model.actor)() as work:
        await twins.set_consent_policy(work, twin_id=twin.id, **(everything | changes))


async def set_rates(database: Database, twin: ListedTwin, **changes: Any) -> None:
    plain: dict[str, Any] = {
        "currency": "EUR",
        "rates": {medium: Decimal(100) for medium in Medium},
        "factors": {},
        "industry_exclusivity": Decimal("1.5"),
        "total_exclusivity": Decimal(3),
        "floor": Decimal(50),
    }
    async with database.work(twin.model.actor)() as work:
        await twins.set_rates(work, twin_id=twin.id, **(plain | changes))


async def set_status(database: Database, twin: ListedTwin, status: TwinStatus) -> None:
    async with database.work(twin.model.actor)() as work:
        await twins.set_status(work, twin_id=twin.id, status=status, reason=None)


# ------------------------------------------------------------------ listings, bids, licences


async def listing(
    database: Database,
    twin: ListedTwin,
    *,
    wanted: Rights | None = None,
    format: ListingFormat = ListingFormat.OPEN,
    starting: Money | None = None,
    reserve: Money | None = None,
    opens_in: timedelta | None = None,
    closes_in: timedelta = timedelta(hours=1),
    soft_close_seconds: int = 120,
    actor: Actor | None = None,
) -> Listing:
    async with database.work(actor or twin.model.actor)() as work:
        return await listings.create(
            work,
            twin_id=twin.id,
            rights=wanted or rights(exclusivity=EXCLUSIVE),
            format=format,
            starting=starting or euros(100),
            reserve=reserve,
            opens_at=work.now + opens_in if opens_in is not None else None,
            closes_at=work.now + closes_in,
            soft_close_seconds=soft_close_seconds,
        )


async def bid(
    database: Database, brand: Player, listing: Listing, amount: Money | int, maximum: Money | int | None = None
) -> Bid:
    async with database.work(brand.actor)() as work:
        return await bids.place(
            work,
            brand_id=None,
            listing_id=number(listing),
            amount=_money(amount),
            maximum=_money(maximum) if maximum is not None else None,
            intended_use=USE,
        )


async def offer(
    database: Database,
    brand: Player,
    twin: ListedTwin,
    wanted: Rights | None = None,
    amount: Money | int = 1000,
    expires_at: datetime | None = None,
    intended_use: str = USE,
) -> Bid:
    async with database.work(brand.actor)() as work:
        return await bids.offer(
            work,
            brand_id=None,
            twin_id=twin.id,
            rights=wanted or rights(),
            amount=_money(amount),
            intended_use=intended_use,
            expires_at=expires_at,
        )


async def digest(database: Database, bid: Bid, twin: ListedTwin) -> str:
    """Of the text that the model would sign now."""
    async with database.read(twin.model.actor)() as read:
        found = await store.bids.visible(read, number(bid))
        return (await licences.consent_document(read, found)).digest


async def accept(database: Database, bid: Bid, twin: ListedTwin) -> Licence:
    """The model reads and signs."""
    consent_digest = await digest(database, bid, twin)
    async with database.work(twin.model.actor)() as work:
        return await licences.accept(work, bid_id=number(bid), consent_digest=consent_digest, signature=twin.model.name)


async def licence(
    database: Database, brand: Player, twin: ListedTwin, wanted: Rights | None = None, amount: Money | int = 1000
) -> Licence:
    """Offered, accepted, and paid as far as the market knows."""
    accepted = await accept(database, await offer(database, brand, twin, wanted, amount), twin)
    async with database.work(SYSTEM)() as work:
        return await licences.activate(work, licence_id=number(accepted))


def number(row: Bid | Listing | Licence | Mandate | Contribution | Asset) -> int:
    assert row.id is not None
    return row.id


def _money(amount: Money | int) -> Money:
    return amount if isinstance(amount, Money) else euros(amount)


async def move_clock(database: Database, offset: timedelta) -> None:
    """The database's clock shows so much later than the world's from now on."""
    async with database.writes.begin() as connection:
        name = (await connection.execute(sa.text("select current_database()"))).scalar_one()
        seconds = f"{int(offset.total_seconds())} seconds"
        await connection.execute(sa.text(f"alter database {name} set twinmarket.clock_offset = '{seconds}'"))
    await database.close()  # a connection learns of it when it is made
