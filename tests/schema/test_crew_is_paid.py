"""A contributor is held, paid and refunded through the same machinery as everybody, and follows her own money live."""

import asyncio
from typing import Any

from core.actor import SYSTEM, Actor
from payments import payees
from payments import store as money
from payments.gateway import AccountState
from tests.schema.conftest import Api
from tests.schema.scenes import RIGHTS, offered
from tests.schema.test_contributors import invited
from tests.schema.test_refunds import SIGN, Sale

PAYEE = """query ($id: ID!) { node(id: $id) { ... on Contributor { payee { status
    shares { nodes { status amount { amount } reversed { amount } } } balances { transferred { amount } pending { amount } } } } } }"""
ACTIVITY = (
    "subscription ($id: ID!) { payoutActivity(partyId: $id) { kind amount { amount } share { role licenceNumber } } }"
)
REPORT = """query ($id: ID!, $year: Int!) { node(id: $id) { ... on Brand { crewReport(year: $year) {
    lines { craft people licences earned { amount } sent { amount } }
    totals { paid { amount } earned { amount } licences licencesWithCrew } } } } }"""


class CrewSale(Sale):
    """The sale, and a second one with a photographer in it."""

    async def make_with_crew(self) -> tuple[str, Actor]:
        """The contributor's id, and who acts for it."""
        await self.make()
        contribution, mira = await invited(self.api, self.ada, self.twin)
        await self.api.do(mira, "respondToContribution", {"contributionId": contribution["id"], "accept": True})
        elsewhere = RIGHTS | {"territories": ["SE"]}
        bid = (await offered(self.api, self.lumen, self.twin, rights=elsewhere))["bid"]["id"]
        digest = (await self.api.ask(self.ada, SIGN, id=bid))["node"]["consentDocument"]["digest"]
        signed = {"bidId": bid, "consentDigest": digest, "signature": "Ada Lindqvist"}
        accepted = await self.api.do(self.ada, "acceptBid", signed, "... on BidAccepted { licence { id } }")
        self.licence = accepted["licence"]["id"]
        await self.work()
        return contribution["contributor"]["id"], mira

    async def onboard(self, payee_id: int) -> None:
        open_work = self.api.database.work(SYSTEM)
        await payees.start_onboarding(
            open_work,
            self.gateway,
            payee_id=payee_id,
            name="Mira Holm",
            email="mira@crew.example",
            country="DK",
            is_company=False,
            return_url="https://a.example",
            refresh_url="https://a.example",
        )
        async with open_work() as work:
            account_id = (await money.ensure_payee(work, payee_id)).account_id
        assert account_id is not None
        self.gateway.set_account(account_id, AccountState.ACTIVE)
        await payees.refresh(open_work, self.gateway, payee_id)
        await self.work()


async def own(sale: CrewSale, mira: Actor, contributor_id: str) -> Any:
    return (await sale.api.ask(mira, PAYEE, id=contributor_id))["node"]["payee"]


async def test_she_is_held_then_paid_then_bears_her_part_of_a_refund(api: Api, ada: Actor, lumen: Actor) -> None:
    sale = CrewSale(api, ada, lumen)
    contributor_id, mira = await sale.make_with_crew()
    (payee_id,) = mira.contributor_ids
    held = {"status": "HELD", "amount": {"amount": "105.00"}, "reversed": {"amount": "0.00"}}
    assert (await own(sale, mira, contributor_id))["shares"]["nodes"] == [held]
    await sale.onboard(payee_id)
    paid = await own(sale, mira, contributor_id)
    assert paid["shares"]["nodes"] == [held | {"status": "TRANSFERRED"}]
    assert paid["balances"] == [{"transferred": {"amount": "105.00"}, "pending": {"amount": "0.00"}}]
    await sale.books_agree()

    brand_id = (await api.ask(lumen, "{ viewer { parties { id } } }"))["viewer"]["parties"][0]["id"]
    async with api.database.read(SYSTEM)() as read:
        year = read.now.year
    report = (await api.ask(lumen, REPORT, id=brand_id, year=year))["node"]["crewReport"]
    euros = {
        name: {"amount": amount} for name, amount in (("paid", "4200.00"), ("earned", "105.00"), ("sent", "105.00"))
    }
    assert report == {
        "lines": [
            {"craft": "photographer", "people": 1, "licences": 1, "earned": euros["earned"], "sent": euros["sent"]}
        ],
        "totals": [{"paid": euros["paid"], "earned": euros["earned"], "licences": 2, "licencesWithCrew": 1}],
    }

    await sale.refund(amount={"amount": "1050.00", "currency": "EUR"})
    await sale.work()
    half = (await own(sale, mira, contributor_id))["shares"]["nodes"]
    assert half == [held | {"status": "PARTIALLY_REVERSED", "reversed": {"amount": "52.50"}}]
    await sale.books_agree()
    told = [kind for topic, kind in await sale.told() if topic == f"payout:{payee_id}"]
    assert told == ["SHARE_EARNED", "SHARE_HELD", "SHARE_TRANSFERRED", "SHARE_REVERSED"]


async def test_she_follows_her_own_money_and_nobody_else_does(api: Api, ada: Actor, lumen: Actor) -> None:
    sale = CrewSale(api, ada, lumen)
    contributor_id, mira = await sale.make_with_crew()
    stream = api.follow(mira, ACTIVITY, id=contributor_id)
    waiting = anext(stream)  # type: ignore[arg-type]
    (payee_id,) = mira.contributor_ids
    first = asyncio.ensure_future(waiting)
    await asyncio.sleep(0.2)
    await sale.onboard(payee_id)
    event = (await asyncio.wait_for(first, 30))["payoutActivity"]
    assert (event["kind"], event["amount"], event["share"]["role"]) == (
        "SHARE_TRANSFERRED",
        {"amount": "105.00"},
        "CONTRIBUTOR",
    )
    await stream.aclose()  # type: ignore[attr-defined]
    for stranger in (ada, lumen):
        refused = await api.schema.subscribe(ACTIVITY, {"id": contributor_id}, api.context(stranger))
        result = refused if hasattr(refused, "errors") else await anext(refused)  # type: ignore[arg-type]
        assert (result.errors[0].extensions or {})["code"] == "FORBIDDEN"
