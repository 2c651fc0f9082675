"""Nobody is promised what could not reach whose it is: bids and acceptances are refused in words that say where it could."""

from typing import Any

import pytest

from core.actor import SYSTEM, Actor
from market import store
from tests.schema.conftest import Api
from tests.schema.scenes import bid, offered, on_the_market, opened, with_a_card

WHERE = "It can in the EEA, the United Kingdom, Switzerland, the United States and Canada."
SIGN = """query ($id: ID!) { node(id: $id) { ... on Bid { status consentDocument { digest } } } }"""


async def move(api: Api, party_id: int, country: str) -> None:
    async with api.database.work(SYSTEM)() as work:
        (await store.parties.find(work, party_id)).country = country


def unpayable(refused: Any, name: str, country: str) -> bool:
    assert refused["code"] == "COUNTRY_NOT_PAYABLE"
    return bool(
        refused["message"] == f"{name} is in {country}, where the payment service cannot pay anybody yet. {WHERE}"
    )


@pytest.mark.parametrize("way", ["bid", "offer"])
async def test_a_bid_for_whom_nobody_can_pay_is_refused(api: Api, ada: Actor, lumen: Actor, way: str) -> None:
    twin = await on_the_market(api, ada)
    listing = await opened(api, ada, twin, "SEALED")
    await with_a_card(api, lumen)
    await move(api, min(ada.model_ids), "IS")
    refused = await (bid(api, lumen, listing, "1600") if way == "bid" else offered(api, lumen, twin))
    assert unpayable(refused, "Ada Lindqvist", "IS")
    await move(api, min(ada.model_ids), "NO")
    taken = await (bid(api, lumen, listing, "1600") if way == "bid" else offered(api, lumen, twin))
    assert taken["__typename"] == "BidPlaced"


async def test_an_acceptance_that_could_not_be_paid_out_is_refused(api: Api, ada: Actor, lumen: Actor) -> None:
    twin = await on_the_market(api, ada)
    await with_a_card(api, lumen)
    placed = (await offered(api, lumen, twin))["bid"]["id"]
    digest = (await api.ask(ada, SIGN, id=placed))["node"]["consentDocument"]["digest"]
    signed = {"bidId": placed, "consentDigest": digest, "signature": "Ada Lindqvist"}
    await move(api, min(ada.model_ids), "IS")
    refused = await api.do(ada, "acceptBid", signed, "... on BidAccepted { licence { id } }")
    assert unpayable(refused, "Ada Lindqvist", "IS")
    assert (await api.ask(ada, SIGN, id=placed))["node"]["status"] == "PENDING"
    await move(api, min(ada.model_ids), "SE")
    accepted = await api.do(ada, "acceptBid", signed, "... on BidAccepted { licence { status } }")
    assert accepted["licence"] == {"status": "AWAITING_PAYMENT"}


async def test_a_price_in_a_currency_that_cannot_be_charged_is_refused(api: Api, ada: Actor, lumen: Actor) -> None:
    twin = await on_the_market(api, ada)
    await with_a_card(api, lumen)
    for currency, code in (("SEK", "INVALID_INPUT"), ("EUR", None)):
        answer = await offered(api, lumen, twin, amount={"amount": "2100", "currency": currency})
        assert answer.get("code") == code, answer
        if code is not None:
            assert "EUR" in answer["message"]
