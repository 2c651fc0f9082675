"""Rivals learn nothing: whatever a rival or a stranger can ask is answered the same whether others bid or not."""

import asyncio
import logging
from datetime import timedelta
from typing import Any

import pytest

from core.actor import Actor
from market.rights import Industry
from market.states import PartyKind
from tests import factories
from tests.schema.conftest import SEAL, Api
from tests.schema.crawl import Answers, crawl, fields, nodes
from tests.schema.scenes import RIGHTS, bid, on_the_market, opened, with_a_card

SECRETS = ("7321", "8642", "moonlit harbour", "Pictures in our online shop")
"""What the others offered, and for what."""

USE = "A film at the moonlit harbour for our spring campaign."
SEES = "subscription ($id: ID!) { listingActivity(listingId: $id) { kind cursor listing { bidCount } } }"


async def place(api: Api, brand: Actor, listing_id: str, amount: str) -> dict[str, Any]:
    input = {
        "listingId": listing_id,
        "amount": {"amount": amount, "currency": "EUR"},
        "intendedUse": USE,
    }
    placed: dict[str, Any] = await api.do(brand, "placeBid", input, "... on BidPlaced { bid { id } }")
    return placed


def no_secret(answers: Answers, *names: str) -> None:
    for asked, told in answers.items():
        assert not [secret for secret in (*SECRETS, *names) if secret in told], (asked, told)


async def attempts(api: Api, actor: Actor, listing_id: str, twin_id: str, own: str) -> Answers:
    """What mutations answer that are refused."""
    euros = {"amount": "900", "currency": "EUR"}
    stolen = [SEAL.id("Bid", number) for number in range(1, 6) if SEAL.id("Bid", number) != own]
    licence = SEAL.id("Licence", 1)
    tries: list[tuple[str, dict[str, Any]]] = [
        ("placeBid", {"listingId": listing_id, "amount": euros, "intendedUse": USE}),
        ("placeBid", {"listingId": listing_id, "amount": euros | {"currency": "USD"}, "intendedUse": USE}),
        ("makeOffer", {"twinId": twin_id, "rights": RIGHTS, "amount": euros | {"amount": "1"}, "intendedUse": USE}),
        (
            "makeOffer",
            {"twinId": twin_id, "rights": RIGHTS | {"territories": ["US"]}, "amount": euros, "intendedUse": USE},
        ),
        ("withdrawListing", {"listingId": listing_id}),
        ("retryPayment", {"licenceId": licence}),
    ]
    for bid_id in stolen:
        tries += [(verb, {"bidId": bid_id}) for verb in ("acceptCounter", "withdrawBid", "declineBid")]
        tries.append(("counterBid", {"bidId": bid_id, "amount": euros}))
        tries.append(("acceptBid", {"bidId": bid_id, "consentDigest": "0" * 64, "signature": "Ada Lindqvist"}))
    more = """... on BidTooLow { minimum { amount } } ... on WrongState { state } ... on RightsUnavailable {
        availability { available obstacles { kind message media territories from until }
        alternatives { media territories startsOn endsOn industry exclusivity } } }"""
    answers: Answers = {}
    for verb, input in tries:
        kinds = {member.name for member in _members(api, verb)}
        known = " ".join(part for part in _parts(more) if part.split()[2] in kinds)
        answers[f"{verb} {input}"] = str(await api.do(actor, verb, input, known))
    return answers


def _members(api: Api, verb: str) -> Any:
    union = api.schema._schema.mutation_type.fields[verb].type.of_type  # type: ignore[union-attr]
    return union.types


def _parts(more: str) -> list[str]:
    return [f"... on {part.strip()}" for part in more.split("... on ") if part.strip()]


async def test_on_a_sealed_listing_nothing_changes_for_anybody_when_others_bid(
    api: Api, ada: Actor, lumen: Actor, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL, "strawberry.execution")  # a thousand refusals are expected
    rival = await api.party(PartyKind.BRAND, "rival", industry=Industry.APPAREL)
    third = await api.party(PartyKind.BRAND, "third", industry=Industry.APPAREL)
    stranger = await api.party(PartyKind.BRAND, "stranger", industry=Industry.BEAUTY)
    agency = await api.party(PartyKind.AGENCY, "agency")
    twin_id = await on_the_market(api, ada)
    for brand in (lumen, rival, third):
        await with_a_card(api, brand)
    listing_id = await opened(api, ada, twin_id, "SEALED")
    own = (await bid(api, rival, listing_id, "1234.56"))["bid"]["id"]
    watchers = [rival, stranger, agency, ada]
    before = [await crawl(api, each) for each in watchers]
    refused = [await attempts(api, each, listing_id, twin_id, own) for each in watchers[:3]]
    assert any("1234.56" in told for told in before[0].values())
    assert _is_whole(api, before)

    streams = [api.follow(each, SEES, id=listing_id) for each in watchers]
    heard = [asyncio.create_task(anext(stream)) for stream in streams]
    await asyncio.sleep(0.1)
    first = (await place(api, lumen, listing_id, "7321"))["bid"]["id"]
    await place(api, lumen, listing_id, "8642.11")
    assert (await place(api, third, listing_id, "7321.99"))["__typename"] == "BidPlaced"
    await api.do(lumen, "withdrawBid", {"bidId": first})
    await place(api, lumen, listing_id, "8642.13")
    await asyncio.sleep(0.6)
    assert [task.done() for task in heard] == [False] * 4
    for task in heard:
        task.cancel()
    await asyncio.gather(*heard, return_exceptions=True)

    for each, known, told in zip(watchers, before, [await crawl(api, each) for each in watchers], strict=True):
        assert told == known, each.name
    for each, known in zip(watchers[:3], refused, strict=True):
        told = await attempts(api, each, listing_id, twin_id, own)
        assert told == known, each.name
        no_secret(told, "Lumen", "Third")
    no_secret({asked: told for asked, told in before[1].items() if "Brand" not in asked}, "Lumen", "Third")

    await factories.move_clock(api.database, timedelta(hours=2))
    await _award(api, ada)
    for each in watchers[:3]:
        after = await crawl(api, each)
        own_use = {asked: told.replace("Pictures in our online shop", "") for asked, told in after.items()}
        no_secret({asked: told for asked, told in own_use.items() if "Brand" not in asked}, "Lumen", "Third")
        no_secret(own_use)
        told = await attempts(api, each, listing_id, twin_id, own)
        no_secret(told, "Lumen", "Third")
    taken = {
        "twinId": twin_id,
        "rights": RIGHTS | {"exclusivity": "TOTAL"},
        "amount": {"amount": "9000", "currency": "EUR"},
    }
    sorry = await api.do(
        rival,
        "makeOffer",
        taken | {"intendedUse": USE},
        "... on RightsUnavailable { availability { obstacles { kind message from until } alternatives { startsOn } } }",
    )
    assert sorry["__typename"] == "RightsUnavailable"
    no_secret({"sorry": str(sorry)}, "Lumen", "Third")


async def _award(api: Api, ada: Actor) -> None:
    """Ada signs the highest bid."""
    seen = await api.ask(
        ada, "{ listings { nodes { bids { nodes { id brand { name } consentDocument { digest } } } } } }"
    )
    (won,) = [node for node in seen["listings"]["nodes"][0]["bids"]["nodes"] if node["brand"]["name"] == "Third"]
    signed = {"bidId": won["id"], "consentDigest": won["consentDocument"]["digest"], "signature": "Ada Lindqvist"}
    assert (await api.do(ada, "acceptBid", signed))["__typename"] == "BidAccepted"


def _is_whole(api: Api, crawled: list[Answers]) -> bool:
    """Twins, listings, bids and parties were there, and asked for everything."""
    schema = api.schema._schema
    asked = "\n".join(question for answers in crawled for question in answers)
    reached = [kind for kind in nodes(schema) if f"... on {kind}{{" in asked or f"... on {kind} " in asked]
    assert {"Twin", "Listing", "Bid", "Brand", "Model"} <= set(reached)
    assert all(name in asked for kind in ("Twin", "Listing", "Bid") for name in fields(schema, kind))
    return True
