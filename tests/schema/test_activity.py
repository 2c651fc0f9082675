"""Subscriptions: what came since, then what comes, and only to whom it may be told."""

from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any, cast

import pytest

from core.actor import SYSTEM, Actor
from core.store import append_activity
from market.rights import Industry
from market.states import PartyKind
from tests.schema.conftest import Api
from tests.schema.scenes import bid, on_the_market, opened, own_party, with_a_card

LISTING = """subscription ($id: ID!, $after: String) { listingActivity(listingId: $id, after: $after) {
    cursor at kind listing { bidCount bids { totalCount } } } }"""
PAYOUTS = """subscription ($id: ID!, $after: String) { payoutActivity(partyId: $id, after: $after) {
    cursor kind amount { amount currency } share { id } payout { id } } }"""


async def take(stream: AsyncIterator[Any], number: int, field: str) -> list[Any]:
    """The first so many events."""
    async with aclosing(cast(Any, stream)) as events:
        return [(await anext(events))[field] for _ in range(number)]


async def test_bids_are_told_and_can_be_resumed(api: Api, ada: Actor, lumen: Actor) -> None:
    listing_id = await opened(api, ada, await on_the_market(api, ada), "OPEN")
    await with_a_card(api, lumen)
    stream = api.follow(ada, LISTING, id=listing_id)
    first = cast(Any, anext(stream))
    await bid(api, lumen, listing_id, "1000")
    placed = (await first)["listingActivity"]
    assert (placed["kind"], placed["listing"]) == ("BID_PLACED", {"bidCount": 1, "bids": {"totalCount": 1}})
    await cast(Any, stream).aclose()

    await bid(api, lumen, listing_id, "1000", "3000")
    again = api.follow(ada, LISTING, id=listing_id, after=placed["cursor"])
    assert [event["kind"] for event in await take(again, 2, "listingActivity")] == ["BID_PLACED", "RESERVE_MET"]


async def test_a_sealed_bid_is_told_to_its_brand_alone(api: Api, ada: Actor, lumen: Actor) -> None:
    listing_id = await opened(api, ada, await on_the_market(api, ada), "SEALED")
    rival = await api.party(PartyKind.BRAND, "rival", industry=Industry.BEAUTY)
    begin = {actor.name: await beginning(api, actor, listing_id) for actor in (ada, lumen, rival)}
    await with_a_card(api, lumen)
    await bid(api, lumen, listing_id, "2000")
    await api.do(ada, "withdrawListing", {"listingId": listing_id})
    told = {}
    for actor, number in ((ada, 1), (rival, 1), (lumen, 2)):
        stream = api.follow(actor, LISTING, id=listing_id, after=begin[actor.name])
        told[actor.name] = [event["kind"] for event in await take(stream, number, "listingActivity")]
    assert list(told.values()) == [["WITHDRAWN"], ["WITHDRAWN"], ["BID_PLACED", "WITHDRAWN"]]


async def beginning(api: Api, actor: Actor, listing_id: str) -> str:
    """A cursor of the caller's, of an event that everybody is told."""
    stream = api.follow(actor, LISTING, id=listing_id)
    first = cast(Any, anext(stream))
    _, number = api.context(actor).seal.open_id(listing_id)
    async with api.database.work(SYSTEM)() as work:
        await append_activity(work, topic=f"listing:{number}", kind="OPENED", body={"listing_id": number})
    cursor: str = (await first)["listingActivity"]["cursor"]
    await cast(Any, stream).aclose()
    return cursor


async def test_money_is_told_to_members_alone(api: Api, ada: Actor, lumen: Actor) -> None:
    party_id = await own_party(api, ada)
    refused = await anext(aiter(await api.schema.subscribe(PAYOUTS, {"id": party_id}, api.context(lumen))))  # type: ignore[arg-type]
    assert [(error.extensions or {})["code"] for error in refused.errors or []] == ["FORBIDDEN"]
    stream = api.follow(ada, PAYOUTS, id=party_id)
    first = cast(Any, anext(stream))
    body = {"amount_minor": 850_00, "currency": "EUR"}
    async with api.database.work(SYSTEM)() as work:
        await append_activity(work, topic=f"payout:{min(ada.model_ids)}", kind="SHARE_EARNED", body=body)
    event = (await first)["payoutActivity"]
    assert (event["kind"], event["amount"]) == ("SHARE_EARNED", {"amount": "850.00", "currency": "EUR"})
    await cast(Any, stream).aclose()


@pytest.mark.parametrize("cursor", ["nonsense", "another's"])
async def test_a_cursor_is_good_for_its_stream_and_its_caller_alone(
    api: Api, ada: Actor, lumen: Actor, cursor: str
) -> None:
    listing_id = await opened(api, ada, await on_the_market(api, ada), "OPEN")
    after = cursor if cursor == "nonsense" else await beginning(api, ada, listing_id)
    source = await api.schema.subscribe(LISTING, {"id": listing_id, "after": after}, api.context(lumen))
    result = await anext(aiter(source))  # type: ignore[arg-type]
    assert [(error.extensions or {})["code"] for error in result.errors or []] == ["BAD_USER_INPUT"]
