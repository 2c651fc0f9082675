"""The operator refunds a licence, in part and wholly, and all whose money it is hear of it."""

from typing import Any

import pytest

from core.actor import SYSTEM, Actor, Scope
from core.store import activity_since
from market.states import PartyKind
from payments import reconciliation
from payments import store as money
from server.jobs import JOBS
from server.worker import Worker
from tests.fakes.gateway import FakeGateway
from tests.schema.conftest import Api
from tests.schema.scenes import offered, on_the_market, with_a_card

OPERATOR = Actor(caller="person:999", name="Operator", person_id=999, scopes=frozenset(Scope), is_operator=True)
REFUNDED = """... on LicenceRefunded { payment { status amount { amount } refunded { amount }
    shares { role status reversed { amount } } licence { status } } } ... on WrongState { state }"""
SIGN = """query ($id: ID!) { node(id: $id) { ... on Bid { consentDocument { digest } } } }"""
LICENCE = "query ($id: ID!) { node(id: $id) { ... on Licence { status payment { status refunded { amount } } } } }"


class Sale:
    """A licence for 2,100 EUR that Lumen has paid, with the processor that was paid."""

    def __init__(self, api: Api, ada: Actor, lumen: Actor) -> None:
        self.api, self.ada, self.lumen = api, ada, lumen
        self.gateway = FakeGateway(cards={"pm_1": "good"})
        self.licence = self.twin = ""

    async def make(self) -> None:
        self.twin = await on_the_market(self.api, self.ada)
        await with_a_card(self.api, self.lumen)
        async with self.api.database.work(SYSTEM)() as work:
            (await money.ensure_payer(work, min(self.lumen.brand_ids))).customer_id = "cus_1"
        bid = (await offered(self.api, self.lumen, self.twin))["bid"]["id"]
        digest = (await self.api.ask(self.ada, SIGN, id=bid))["node"]["consentDocument"]["digest"]
        signed = {"bidId": bid, "consentDigest": digest, "signature": "Ada Lindqvist"}
        accepted = await self.api.do(self.ada, "acceptBid", signed, "... on BidAccepted { licence { id } }")
        self.licence = accepted["licence"]["id"]
        await self.work()

    async def work(self) -> None:
        await Worker(self.api.database, self.gateway, JOBS).drain()

    async def refund(self, actor: Actor = OPERATOR, **input: Any) -> Any:
        given = {"licenceId": self.licence, "reason": "The campaign was cancelled."} | input
        return await self.api.do(actor, "refundLicence", given, REFUNDED)

    async def told(self) -> list[tuple[str, str]]:
        async with self.api.database.read(SYSTEM)() as read:
            rows = await activity_since(read, after=(0, -1))
        return [(row.topic, row.kind) for row in rows]

    async def books_agree(self) -> None:
        async with self.api.database.read(SYSTEM)() as read:
            assert await reconciliation.compare(read, self.gateway.books()) == []


@pytest.fixture
async def sale(api: Api, ada: Actor, lumen: Actor) -> Sale:
    sale = Sale(api, ada, lumen)
    await sale.make()
    return sale


def euros(amount: str, currency: str = "EUR") -> dict[str, str]:
    return {"amount": amount, "currency": currency}


async def test_a_part_is_refunded_and_the_licence_goes_on(sale: Sale) -> None:
    for _ in range(2):  # the same key asks once
        asked = await sale.refund(amount=euros("600.00"), idempotencyKey="part")
        assert asked["payment"]["licence"]["status"] == "ACTIVE"
        await sale.work()
    found = (await sale.api.ask(sale.lumen, LICENCE, id=sale.licence))["node"]
    assert found == {"status": "ACTIVE", "payment": {"status": "PARTIALLY_REFUNDED", "refunded": {"amount": "600.00"}}}
    model, brand = min(sale.ada.model_ids), min(sale.lumen.brand_ids)
    told = await sale.told()
    assert told.count((f"licence:{brand}", "REFUNDED")) == told.count((f"licence:{model}", "REFUNDED")) == 1
    assert told.count((f"payout:{model}", "SHARE_REVERSED")) == 1
    assert (f"licence:{brand}", "TERMINATED") not in told
    await sale.books_agree()


async def test_all_is_refunded_and_the_rights_are_free(sale: Sale) -> None:
    await sale.refund(amount=euros("600.00"))
    await sale.work()
    await sale.refund()
    await sale.work()
    found = (await sale.api.ask(sale.lumen, LICENCE, id=sale.licence))["node"]
    assert found == {"status": "TERMINATED", "payment": {"status": "REFUNDED", "refunded": {"amount": "2100.00"}}}
    assert (f"licence:{min(sale.ada.model_ids)}", "TERMINATED") in await sale.told()
    again = await sale.refund()
    assert (again["__typename"], again["state"]) == ("WrongState", "REFUNDED")
    await sale.books_agree()


async def test_nobody_but_the_operator_refunds(sale: Sale) -> None:
    for somebody in (sale.ada, sale.lumen):
        assert (await sale.refund(somebody))["code"] == "ONLY_THE_OPERATOR"
    stranger = await sale.api.party(PartyKind.AGENCY, "stranger")
    assert (await sale.refund(stranger))["code"] == "NOT_FOUND"


@pytest.mark.parametrize(
    ("input", "path"),
    [
        ({"amount": euros("2100.01")}, ["amount"]),
        ({"amount": euros("0")}, ["amount"]),
        ({"amount": euros("-5")}, ["amount"]),
        ({"amount": euros("1.005")}, ["amount"]),
        ({"amount": euros("5", "USD")}, ["amount", "currency"]),
        ({"amount": euros("5", "XXX")}, ["amount", "currency"]),
        ({"reason": "  "}, ["reason"]),
        ({"reason": "x" * 501}, ["reason"]),
        ({"licenceId": "nowhere"}, ["licenceId"]),
    ],
)
async def test_what_cannot_be_refunded_says_what_would_be_right(
    sale: Sale, input: dict[str, Any], path: list[str]
) -> None:
    refused = await sale.refund(**input)
    assert (refused["__typename"], refused["path"]) == ("InvalidInput", path)


async def test_another_input_with_the_same_key_is_a_conflict(sale: Sale) -> None:
    await sale.refund(amount=euros("600.00"), idempotencyKey="part")
    again = await sale.refund(amount=euros("601.00"), idempotencyKey="part")
    assert again["__typename"] == "IdempotencyConflict"
