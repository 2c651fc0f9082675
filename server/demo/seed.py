"""Filling the market: parties by the operator's hand, everything else through the public API, by the same door as everybody."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any

import httpx

from core.actor import SYSTEM, Scope
from core.errors import NotFound
from core.seal import Seal
from market import parties, store
from market.rights import Industry, Medium
from market.states import PartyKind
from server.auth import hash_password
from server.database import Database
from server.demo import documents
from server.demo.cast import AGENCIES, BRANDS, MODELS, TWINS, ModelPart, TwinPart
from server.demo.client import Client
from server.demo.show import Failed

PASSWORD = "twinmarket-demo"  # noqa: S105 - a demo's own, on this machine alone
NOT_YET_PAYABLE = "noor-haddad"
"""She has not told Stripe who she is, so her first share is held."""

AT_ONCE = 8


@dataclass(frozen=True, slots=True)
class Account:
    """One row of var/demo.json."""

    kind: str
    handle: str
    name: str
    id: str
    email: str
    password: str
    apiKey: str


async def is_filled(database: Database) -> bool:
    """Whether a demo has been here before."""
    async with database.read(SYSTEM)() as read:
        try:
            await store.parties.by_handle(read, AGENCIES[0].handle)
        except NotFound:
            return False
    return True


async def create_parties(database: Database, seal: Seal, kept: Iterable[Account]) -> list[Account]:
    """Every party with a person and an API key. Those in `kept` keep the keys that they have."""
    known = {account.handle: account for account in kept}
    password_hash = await hash_password(PASSWORD)
    cast: list[tuple[PartyKind, str, str, str, Industry | None]] = [
        *((PartyKind.AGENCY, part.handle, part.name, part.country, None) for part in AGENCIES),
        *((PartyKind.MODEL, part.handle, part.name, part.country, None) for part in MODELS),
        *((PartyKind.BRAND, part.handle, part.name, part.country, part.industry) for part in BRANDS),
    ]
    accounts = [known.get(row[1]) or await _create_party(database, seal, password_hash, *row) for row in cast]
    return [*accounts, known.get("operator") or await _create_operator(database, seal, password_hash)]


async def _create_party(
    database: Database,
    seal: Seal,
    password_hash: str,
    kind: PartyKind,
    handle: str,
    name: str,
    country: str,
    industry: Industry | None,
) -> Account:
    email = f"{handle}@example.com"
    async with database.work(SYSTEM)() as work:
        try:
            party = await store.parties.by_handle(work, handle)
        except NotFound:
            party = await parties.create(work, kind=kind, handle=handle, name=name, country=country, industry=industry)
            person_name = name if kind is PartyKind.MODEL else f"{name}, front desk"
            await parties.add_member(
                work, party_id=_id(party.id), email=email, person_name=person_name, password_hash=password_hash
            )
        _, key = await parties.create_api_key(work, party_id=party.id, name="demo", scopes=list(Scope))
    return Account(kind, handle, name, seal.id(kind.title(), _id(party.id)), email, PASSWORD, key)


async def _create_operator(database: Database, seal: Seal, password_hash: str) -> Account:
    email = "operator@example.com"
    async with database.work(SYSTEM)() as work:
        person = await parties.create_operator(
            work, email=email, name="Twinmarket operator", password_hash=password_hash
        )
        key = await parties.create_operator_key(work, person_id=_id(person.id), name="demo", scopes=list(Scope))
    return Account("OPERATOR", "operator", person.name, seal.id("Person", _id(person.id)), email, PASSWORD, key)


class Seeding:
    """Twins, mandates, payment methods and payee accounts, each made only where it is not there yet."""

    def __init__(self, url: str, accounts: Iterable[Account], http: httpx.AsyncClient) -> None:
        self.accounts = {account.handle: account for account in accounts}
        self.url = url
        self.http = http
        self._gate = asyncio.Semaphore(AT_ONCE)

    def client(self, handle: str) -> Client:
        return Client(self.url, self.accounts[handle].apiKey, self.http)

    async def fill(self) -> None:
        payees = [part.handle for part in (*AGENCIES, *MODELS) if part.handle != NOT_YET_PAYABLE]
        await self._each(self.onboard, payees)
        await self._each(self.save_card, [part.handle for part in BRANDS])
        await self._each(self._mandate, [part for part in MODELS if part.agency])
        await self._each(self._twin, TWINS)

    async def _each(self, do: Callable[[Any], Awaitable[None]], parts: Iterable[Any]) -> None:
        async def one(part: Any) -> None:
            async with self._gate:
                await do(part)

        await asyncio.gather(*(one(part) for part in parts))

    async def onboard(self, handle: str) -> None:
        """Tell Stripe who the payee is, and wait until it may be paid."""
        client, account = self.client(handle), self.accounts[handle]
        ready = (await client.ask(documents.MONEY_READY, id=account.id))["node"]["payee"]
        if ready is None or ready["status"] != "READY":
            started = await client.do(documents.START_PAYEE_ONBOARDING, partyId=account.id, returnUrl=self.url)
            await self._fill_in(started)
            await self._until(client, account.id, lambda node: node["payee"] and node["payee"]["status"] == "READY")

    async def save_card(self, handle: str) -> None:
        """Save a test card at Stripe, and wait until the brand can pay."""
        client, account = self.client(handle), self.accounts[handle]
        if not (await client.ask(documents.MONEY_READY, id=account.id))["node"]["canPay"]:
            await self._fill_in(await client.do(documents.START_PAYMENT_SETUP, returnUrl=self.url))
            await self._until(client, account.id, lambda node: node["canPay"])

    async def _fill_in(self, started: dict[str, Any]) -> None:
        """Complete the page that Stripe would show."""
        if "url" not in started:
            raise Failed(f"{started['__typename']}: {started['message']}")
        answer = await self.http.post(started["url"], data={"card": "ok"})
        if answer.is_error:
            raise Failed(f"the payment service's page answered {answer.status_code}")

    async def _until(self, client: Client, id: str, holds: Callable[[dict[str, Any]], Any]) -> None:
        for _ in range(300):
            if holds((await client.ask(documents.MONEY_READY, id=id))["node"]):
                return
            await asyncio.sleep(0.1)
        raise Failed("the payment service's news did not arrive within 30 seconds")

    async def _mandate(self, part: ModelPart) -> None:
        model = self.client(part.handle)
        found = await model.ask(documents.FIND_MODEL, id=self.accounts[part.handle].id)
        if found["node"]["mandate"] is None:
            await self.sign_mandate(part)

    async def sign_mandate(self, part: ModelPart, *, years: int = 2) -> dict[str, Any]:
        """The agency proposes, the model accepts; answer the mandate."""
        today = date.today()  # noqa: DTZ011 - a calendar day
        proposed = await self.client(str(part.agency)).do(
            documents.PROPOSE_MANDATE,
            modelId=self.accounts[part.handle].id,
            commissionBasisPoints=part.commission,
            startsOn=today.isoformat(),
            endsOn=(today + timedelta(days=365 * years)).isoformat(),
        )
        mandate = dict(expect(proposed, "MandateProposed")["mandate"])
        answered = await self.client(part.handle).do(documents.RESPOND_TO_MANDATE, mandateId=mandate["id"], accept=True)
        expect(answered, "MandateAnswered")
        return mandate

    async def _twin(self, part: TwinPart) -> None:
        client = self.client(part.model)
        found = (await client.ask(documents.FIND_TWIN, handle=part.handle))["twin"]
        if found is None:
            model = next(each for each in MODELS if each.handle == part.model)
            created = await client.do(
                documents.CREATE_TWIN,
                handle=part.handle,
                name=part.name,
                description=part.description,
                heightCm=part.height,
                hairColour=part.hair,
                eyeColour=part.eyes,
                tags=list(part.tags),
                previewUrls=[self.portrait(model, part.handle, part.hair)],
            )
            found = expect(created, "TwinCreated")["twin"]
        if found["status"] == "DRAFT":
            expect(await client.do(documents.SET_CONSENT_POLICY, twinId=found["id"], **policy()), "TwinUpdated")
            expect(
                await client.do(documents.SET_RATES, twinId=found["id"], **rates(part.rate, part.currency)), "RatesSet"
            )
            expect(await client.do(documents.SET_TWIN_STATUS, twinId=found["id"], status="LISTED"), "TwinUpdated")

    def portrait(self, model: ModelPart, twin: str, hair: str) -> str:
        """Where a placeholder picture of `twin` is: nobody of the cast is real."""
        look = f"hair={hair}&skin={model.skin}&cut={model.cut}"
        return f"{self.url.removesuffix('/graphql')}/portraits/{model.handle}/{twin}.svg?{look}"


def expect(answer: dict[str, Any], typename: str) -> dict[str, Any]:
    if answer["__typename"] != typename:
        raise Failed(f"expected {typename}, got {answer['__typename']}: {answer.get('message', '')}")
    return answer


def policy() -> dict[str, Any]:
    """What the demo's models allow: everything but a few industries, for at most a year."""
    return {
        "media": [medium.value for medium in Medium],
        "forbiddenIndustries": ["TOBACCO", "GAMBLING", "POLITICS", "ADULT"],
        "territories": ["WORLD"],
        "maximumDays": 365,
        "restrictions": ["Do not change skin tone, age or body shape."],
    }


def rates(paid_social: int, currency: str) -> dict[str, Any]:
    """A rate card around the price of paid social media."""
    per_cent = {
        "SOCIAL_ORGANIC": 60,
        "SOCIAL_PAID": 100,
        "ECOMMERCE": 120,
        "BRAND_WEBSITE": 90,
        "EMAIL": 40,
        "DIGITAL_DISPLAY": 110,
    }
    per_cent |= {"ONLINE_VIDEO": 150, "LOOKBOOK": 70, "PRINT_ADVERTISING": 220, "OUT_OF_HOME": 300, "IN_STORE": 130}
    return {
        "currency": currency,
        "rates": [
            {"medium": medium, "per30Days": f"{paid_social * share // 100}.00"} for medium, share in per_cent.items()
        ],
        "floor": f"{paid_social}.00",
    }


def as_row(account: Account) -> dict[str, str]:
    return asdict(account)


def _id(number: int | None) -> int:
    if number is None:
        raise Failed("a row without a number")
    return number
