"""Rivals on one listing: what they may learn, what happens when a message comes twice, and two hands at once."""

import asyncio
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest

from server.demo import documents
from server.demo.seed import expect
from tests.fakes.town import Town
from tests.stories.test_refusals import NEXT_YEAR, RIGHTS, USE

EVERYTHING = """
query Everything($id: ID!) {
  node(id: $id) {
    ... on Listing {
      id status format bidCount reserveMet closesAt
      currentPrice { amount } minimumBid { amount } startingPrice { amount }
      bids(first: 50) {
        totalCount pageInfo { hasNextPage startCursor }
        nodes { id amount { amount } intendedUse brand { handle name } }
      }
      twin { listings(first: 50) { nodes { id bidCount currentPrice { amount } } } }
    }
  }
}"""


def euros(amount: str) -> dict[str, str]:
    return {"amount": amount, "currency": "EUR"}


async def a_listing(town: Town, format: str, month: int) -> str:
    """Tom's, open for a day."""
    tom = town.client("tom-hartley")
    twin = (await tom.ask(documents.FIND_TWIN, handle="tom"))["twin"]["id"]
    days = {"startsOn": f"{NEXT_YEAR}-{month:02}-01", "endsOn": f"{NEXT_YEAR}-{month:02}-20"}
    made = await tom.do(
        documents.CREATE_LISTING, twinId=twin, rights=RIGHTS | days, format=format, startingPrice=euros("500.00"),
        closesAt=(datetime.now(UTC) + timedelta(days=1)).isoformat(),
    )  # fmt: skip
    return str(expect(made, "ListingCreated")["listing"]["id"])


async def bid(town: Town, brand: str, listing: str, amount: str, **more: Any) -> dict[str, Any]:
    client = town.client(brand)
    return await client.do(documents.PLACE_BID, listingId=listing, amount=euros(amount), intendedUse=USE, **more)


async def test_a_sealed_listing_looks_the_same_to_a_rival_before_and_after_others_bid(town: Town) -> None:
    listing = await a_listing(town, "SEALED", 4)
    rival = town.client("kumo-beauty")
    before = await rival.ask(EVERYTHING, id=listing)
    first = expect(await bid(town, "havsand", listing, "700.00"), "BidPlaced")["bid"]["id"]
    expect(await bid(town, "linden-lowe", listing, "900.00"), "BidPlaced")
    assert await rival.ask(EVERYTHING, id=listing) == before
    assert (await rival.ask("query Bid($id: ID!) { node(id: $id) { id } }", id=first))["node"] is None
    seller = (await town.client("tom-hartley").ask(EVERYTHING, id=listing))["node"]
    assert seller["bids"]["nodes"] == []
    own = (await town.client("havsand").ask(EVERYTHING, id=listing))["node"]
    assert (own["bidCount"], [each["amount"]["amount"] for each in own["bids"]["nodes"]]) == (1, ["700.00"])


async def test_a_new_sealed_bid_replaces_the_brands_own(town: Town) -> None:
    listing = await a_listing(town, "SEALED", 5)
    first = expect(await bid(town, "havsand", listing, "700.00"), "BidPlaced")["bid"]
    expect(await bid(town, "havsand", listing, "650.00"), "BidPlaced")
    own = (await town.client("havsand").ask(EVERYTHING, id=listing))["node"]["bids"]["nodes"]
    assert [each["amount"]["amount"] for each in own] == ["650.00"]
    assert first["status"] == "PENDING"


async def test_the_minimum_is_told_and_a_secret_maximum_is_not(town: Town) -> None:
    listing = await a_listing(town, "OPEN", 6)
    placed = expect(await bid(town, "havsand", listing, "500.00", maximum=euros("1100.00")), "BidPlaced")["bid"]
    assert (placed["amount"]["amount"], placed["maximum"]["amount"], placed["leading"]) == ("500.00", "1100.00", True)
    low = await bid(town, "linden-lowe", listing, "510.00")
    assert low["__typename"] == "BidTooLow"
    assert Decimal(low["minimum"]["amount"]) >= 525
    outbid = expect(await bid(town, "linden-lowe", listing, "1000.00"), "BidPlaced")["bid"]
    assert outbid["leading"] is False
    seen = (await town.client("linden-lowe").ask(EVERYTHING, id=listing))["node"]
    assert {each["brand"]["handle"] for each in seen["bids"]["nodes"]} == {"linden-lowe"}
    assert Decimal(seen["currentPrice"]["amount"]) <= 1100
    shown = await town.client("linden-lowe").ask(
        "query Secret($id: ID!) { node(id: $id) { ... on Bid { maximum { amount } } } }", id=placed["id"]
    )
    assert shown["node"] is None


@pytest.mark.parametrize("callers", [2, 100])
async def test_the_same_key_answers_the_same_bid_however_many_ask_at_once(town: Town, callers: int) -> None:
    listing = await a_listing(town, "SEALED", 7 if callers == 2 else 8)
    key = uuid4().hex
    answers = await asyncio.gather(
        *(bid(town, "havsand", listing, "700.00", idempotencyKey=key) for _ in range(callers))
    )
    assert {expect(answer, "BidPlaced")["bid"]["id"] for answer in answers} == {answers[0]["bid"]["id"]}
    other = await bid(town, "havsand", listing, "800.00", idempotencyKey=key)
    assert other["__typename"] == "IdempotencyConflict"
    assert other["path"] == ["idempotencyKey"]
