"""What makes something is done once: the same key and input answer the first answer, from however many at once."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from core.actor import SYSTEM, Actor
from market.rights import Industry
from market.states import PartyKind
from payments import store as money
from payments.states import PaymentStatus
from tests.schema.conftest import SEAL, Api
from tests.schema.scenes import RIGHTS, offered, on_the_market, opened, with_a_card
from tests.schema.test_refunds import OPERATOR, Sale

EUROS = {"amount": "2100", "currency": "EUR"}
USE = "Pictures in our online shop."
CALLERS = 100


class Scene:
    """What each mutation that takes a key is sent, by whom, and what would be another input."""

    def __init__(self, api: Api, ada: Actor, lumen: Actor, rival: Actor) -> None:
        self.api, self.ada, self.lumen, self.rival = api, ada, lumen, rival

    async def twin(self) -> tuple[Actor, dict[str, Any], dict[str, Any], str]:
        return (
            self.ada,
            {"handle": "one", "name": "One"},
            {"handle": "two"},
            "... on TwinCreated { twin { id handle } }",
        )

    async def listing(self) -> tuple[Actor, dict[str, Any], dict[str, Any], str]:
        input = {
            "twinId": await on_the_market(self.api, self.ada),
            "rights": RIGHTS,
            "format": "OPEN",
            "startingPrice": EUROS,
            "closesAt": (datetime.now(UTC) + timedelta(hours=1)).isoformat(),
        }
        return self.ada, input, {"format": "SEALED"}, "... on ListingCreated { listing { id closesAt } }"

    async def bid(self) -> tuple[Actor, dict[str, Any], dict[str, Any], str]:
        listing_id = await opened(self.api, self.ada, await on_the_market(self.api, self.ada), "OPEN")
        input = {"listingId": listing_id, "amount": EUROS, "intendedUse": USE}
        return self.lumen, input, {"maximum": EUROS}, "... on BidPlaced { bid { id amount { amount } } }"

    async def offer(self) -> tuple[Actor, dict[str, Any], dict[str, Any], str]:
        input = {"twinId": await on_the_market(self.api, self.ada), "rights": RIGHTS, "amount": EUROS}
        return self.lumen, input | {"intendedUse": USE}, {"intendedUse": f"{USE}!"}, "... on BidPlaced { bid { id } }"

    async def acceptance(self) -> tuple[Actor, dict[str, Any], dict[str, Any], str]:
        made = await offered(self.api, self.lumen, await on_the_market(self.api, self.ada))
        asked = "query ($id: ID!) { node(id: $id) { ... on Bid { consentDocument { digest } } } }"
        seen = (await self.api.ask(self.ada, asked, id=made["bid"]["id"]))["node"]
        input = {"bidId": made["bid"]["id"], "consentDigest": seen["consentDocument"]["digest"]}
        fields = "... on BidAccepted { licence { id number } }"
        return self.ada, input | {"signature": "Ada Lindqvist"}, {"signature": "ADA LINDQVIST"}, fields

    async def payment(self) -> tuple[Actor, dict[str, Any], dict[str, Any], str]:
        ada, input, _, fields = await self.acceptance()
        licence_id = (await self.api.do(ada, "acceptBid", input, fields))["licence"]["id"]
        async with self.api.database.work(SYSTEM)() as work:
            (payment,) = (await money.payments_by_id(work, [1])).values()
            payment.status = PaymentStatus.FAILED
        fields = "... on PaymentRetried { payment { id status } }"
        return self.lumen, {"licenceId": licence_id}, {"licenceId": SEAL.id("Licence", 77)}, fields

    async def refund(self) -> tuple[Actor, dict[str, Any], dict[str, Any], str]:
        sale = Sale(self.api, self.ada, self.lumen)
        await sale.make()
        input = {"licenceId": sale.licence, "reason": "The campaign was cancelled."}
        return OPERATOR, input, {"reason": "Another reason."}, "... on LicenceRefunded { payment { id status } }"

    async def asset(self) -> tuple[Actor, dict[str, Any], dict[str, Any], str]:
        sale = Sale(self.api, self.ada, self.lumen)
        await sale.make()
        input = {"licenceId": sale.licence, "title": "One", "medium": "ECOMMERCE", "url": "https://x.example/y"}
        return (
            self.lumen,
            input | {"sha256": "ab" * 32},
            {"title": "Two"},
            "... on AssetSubmitted { asset { id title } }",
        )


Play = Callable[[Scene], Awaitable[tuple[Actor, dict[str, Any], dict[str, Any], str]]]

MUTATIONS: dict[str, tuple[Play, str]] = {
    "createTwin": (Scene.twin, "twin"),
    "createListing": (Scene.listing, "listing"),
    "placeBid": (Scene.bid, "bid"),
    "makeOffer": (Scene.offer, "bid"),
    "acceptBid": (Scene.acceptance, "licence"),
    "retryPayment": (Scene.payment, "payment"),
    "refundLicence": (Scene.refund, "refund"),
    "submitAsset": (Scene.asset, "asset"),
}
"""By name: the scene before it, and the table in which it makes at most one row."""


@pytest.fixture
async def scene(api: Api, ada: Actor, lumen: Actor) -> Scene:
    rival = await api.party(PartyKind.BRAND, "rival", industry=Industry.BEAUTY)
    for brand in (lumen, rival):
        await with_a_card(api, brand)
    return Scene(api, ada, lumen, rival)


async def count(api: Api, table: str) -> int:
    async with api.database.read(SYSTEM)() as read:
        return int((await read.session.execute(sa.text(f"select count(*) from {table}"))).scalar_one())


def test_every_mutation_that_takes_a_key_is_played_here(api: Api) -> None:
    root = api.schema._schema.mutation_type
    assert root is not None
    inputs = {name: field.args["input"].type.of_type for name, field in root.fields.items() if "input" in field.args}
    assert {name for name, kind in inputs.items() if "idempotencyKey" in kind.fields} == MUTATIONS.keys()


@pytest.mark.parametrize("name", MUTATIONS)
async def test_a_hundred_callers_at_once_make_one_thing(scene: Scene, name: str) -> None:
    play, table = MUTATIONS[name]
    caller, input, other, fields = await play(scene)
    api, keyed = scene.api, input | {"idempotencyKey": "once"}
    before, facts = await count(api, table), await count(api, "activity")
    told = await asyncio.gather(*(api.do(caller, name, keyed, fields) for _ in range(CALLERS)))
    assert {str(each) for each in told} == {str(told[0])}
    assert "code" not in told[0], told[0]
    assert await count(api, table) - before == (name != "retryPayment")
    happened = await count(api, "activity")
    assert happened - facts <= 3  # what follows from it followed once
    assert await api.do(caller, name, keyed, fields) == told[0]
    assert await count(api, "activity") == happened
    conflict = await api.do(caller, name, keyed | other, fields)
    assert (conflict["__typename"], conflict["code"]) == ("IdempotencyConflict", "IDEMPOTENCY_CONFLICT")
    assert conflict["path"] == ["idempotencyKey"]


async def test_another_mutation_with_the_same_key_is_another_input(scene: Scene) -> None:
    ada, input, _, fields = await scene.twin()
    await scene.api.do(ada, "createTwin", input | {"idempotencyKey": "once"}, fields)
    ada, listing, _, fields = await scene.listing()
    told = await scene.api.do(ada, "createListing", listing | {"idempotencyKey": "once"}, fields)
    assert told["__typename"] == "IdempotencyConflict"


async def test_another_caller_has_keys_of_its_own(scene: Scene) -> None:
    lumen, input, _, fields = await scene.offer()
    keyed = input | {"idempotencyKey": "once"}
    first, second = [await scene.api.do(each, "makeOffer", keyed, fields) for each in (lumen, scene.rival)]
    assert first["bid"]["id"] != second["bid"]["id"]
    assert await count(scene.api, "bid") == 2


async def test_a_refused_attempt_keeps_nothing(scene: Scene) -> None:
    lumen, input, _, fields = await scene.offer()
    low = input | {"idempotencyKey": "once", "amount": {"amount": "1", "currency": "EUR"}}
    for _ in range(2):
        assert (await scene.api.do(lumen, "makeOffer", low, fields))["__typename"] == "BidTooLow"
    made = await scene.api.do(lumen, "makeOffer", input | {"idempotencyKey": "once"}, fields)
    assert made["__typename"] == "BidPlaced"
    assert (await scene.api.do(lumen, "makeOffer", low, fields))["__typename"] == "IdempotencyConflict"


async def test_of_many_refused_at_once_none_keeps_anything(scene: Scene) -> None:
    """The first to come is refused, those that waited try themselves and are refused too."""
    lumen, input, _, fields = await scene.offer()
    low = input | {"idempotencyKey": "once", "amount": {"amount": "1", "currency": "EUR"}}
    told = await asyncio.gather(*(scene.api.do(lumen, "makeOffer", low, fields) for _ in range(20)))
    assert {each["__typename"] for each in told} == {"BidTooLow"}
    assert await count(scene.api, "answer") == 0


@pytest.mark.parametrize("key", ["", "k" * 256])
async def test_what_a_key_may_be(scene: Scene, key: str) -> None:
    ada, input, _, fields = await scene.twin()
    told = await scene.api.do(ada, "createTwin", input | {"idempotencyKey": key}, fields)
    assert (told["__typename"], told["path"]) == ("InvalidInput", ["idempotencyKey"])
