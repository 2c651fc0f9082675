"""Subscriptions: what came since, then what comes, and only to whom it may be told."""

from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any, cast

import orjson
import pytest

from core.actor import SYSTEM, Actor
from core.store import append_activity
from market.rights import Industry
from market.states import PartyKind
from tests.schema.conftest import SEAL, Api
from tests.schema.scenes import bid, on_the_market, opened, own_party, with_a_card

LISTING = """subscription ($id: ID!, $after: String) { listingActivity(listingId: $id, after: $after) {
    cursor at kind listing { bidCount bids { totalCount } } } }"""
PAYOUTS = """subscription ($id: ID!, $after: String) { payoutActivity(partyId: $id, after: $after) {
    cursor kind amount { amount currency } share { id } payout { id } } }"""


def beginning(actor: Actor, topic: str) -> str:
    """The caller's cursor before everything that was ever told of a topic."""
    return SEAL.close(f"activity:{topic}:{actor.caller}", orjson.dumps((0, -1)))


async def take(stream: AsyncIterator[Any], number: int, field: str) -> list[Any]:
    """The first so many events."""
    async with aclosing(cast(Any, stream)) as events:
        return [(await anext(events))[field] for _ in range(number)]


async def refused(api: Api, actor: Actor, document: str, **variables: Any) -> list[str]:
    """The codes of a subscription's errors."""
    source = await api.schema.subscribe(document, variables, api.context(actor))
    result = await anext(aiter(source))  # type: ignore[arg-type]
    return [(error.extensions or {})["code"] for error in result.errors or []]


async def test_bids_are_told_and_can_be_resumed(api: Api, ada: Actor, lumen: Actor) -> None:
    listing_id = await opened(api, ada, await on_the_market(api, ada), "OPEN")
    await with_a_card(api, lumen)
    topic = f"listing:{SEAL.open_id(listing_id)[1]}"
    async with aclosing(cast(Any, api.follow(ada, LISTING, id=listing_id, after=beginning(ada, topic)))) as events:
        await bid(api, lumen, listing_id, "1000")
        first = (await anext(events))["listingActivity"]
        assert (first["kind"], first["listing"]) == ("BID_PLACED", {"bidCount": 1, "bids": {"totalCount": 1}})
        await bid(api, lumen, listing_id, "1000", "3000")
        live = (await anext(events))["listingActivity"]
        assert live["kind"] == "BID_PLACED"
    again = api.follow(ada, LISTING, id=listing_id, after=first["cursor"])
    second, third = await take(again, 2, "listingActivity")
    assert (second["cursor"], third["kind"]) == (live["cursor"], "RESERVE_MET")


async def test_a_sealed_bid_is_told_to_its_brand_alone(api: Api, ada: Actor, lumen: Actor) -> None:
    listing_id = await opened(api, ada, await on_the_market(api, ada), "SEALED")
    topic = f"listing:{SEAL.open_id(listing_id)[1]}"
    rival = await api.party(PartyKind.BRAND, "rival", industry=Industry.BEAUTY)
    await with_a_card(api, lumen)
    await bid(api, lumen, listing_id, "2000")
    await api.do(ada, "withdrawListing", {"listingId": listing_id})
    for actor, kinds in ((ada, ["WITHDRAWN"]), (rival, ["WITHDRAWN"]), (lumen, ["BID_PLACED", "WITHDRAWN"])):
        stream = api.follow(actor, LISTING, id=listing_id, after=beginning(actor, topic))
        told = await take(stream, len(kinds), "listingActivity")
        assert [event["kind"] for event in told] == kinds


async def test_money_is_told_to_members_alone(api: Api, ada: Actor, lumen: Actor) -> None:
    party_id, topic = await own_party(api, ada), f"payout:{min(ada.model_ids)}"
    assert await refused(api, lumen, PAYOUTS, id=party_id) == ["FORBIDDEN"]
    body = {"amount_minor": 850_00, "currency": "EUR"}
    async with api.database.work(SYSTEM)() as work:
        await append_activity(work, topic=topic, kind="SHARE_EARNED", body=body)
    [event] = await take(api.follow(ada, PAYOUTS, id=party_id, after=beginning(ada, topic)), 1, "payoutActivity")
    assert (event["kind"], event["amount"]) == ("SHARE_EARNED", {"amount": "850.00", "currency": "EUR"})
    assert (event["share"], event["payout"]) == (None, None)


@pytest.mark.parametrize("after", ["nonsense", "another caller's", "another topic's"])
async def test_a_cursor_is_good_for_its_stream_and_its_caller_alone(
    api: Api, ada: Actor, lumen: Actor, after: str
) -> None:
    listing_id = await opened(api, ada, await on_the_market(api, ada), "OPEN")
    topic = f"listing:{SEAL.open_id(listing_id)[1]}"
    cursors = {"another caller's": beginning(ada, topic), "another topic's": beginning(lumen, "listing:9")}
    assert await refused(api, lumen, LISTING, id=listing_id, after=cursors.get(after, after)) == ["BAD_USER_INPUT"]
