"""An agency watches its money through cuts, a killed server and a killed worker: nothing lost, doubled or reordered."""

from collections import Counter
from decimal import Decimal
from typing import Any

import pytest

from server.demo import documents
from server.demo.books import expected_shares
from server.demo.client import Client, Rejected
from server.demo.seed import expect
from tests.fakes.town import Town
from tests.stories.test_refusals import NEXT_YEAR, RIGHTS, USE

WITHIN = 30


async def sold(town: Town, price: str, day: int, name: str = "Maya Okafor") -> None:
    """Havsand licenses Maya, or whoever is named, who signs."""
    brand, model = town.client("havsand"), town.client(name.lower().replace(" ", "-"))
    twin = (await brand.ask(documents.FIND_TWIN, handle=name.split()[0].lower()))["twin"]["id"]
    days = {"startsOn": f"{NEXT_YEAR}-03-{day:02}", "endsOn": f"{NEXT_YEAR}-03-{day:02}"}
    euros = {"amount": price, "currency": "EUR"}
    made = await brand.do(documents.MAKE_OFFER, twinId=twin, rights=RIGHTS | days, amount=euros, intendedUse=USE)
    bid = expect(made, "BidPlaced")["bid"]["id"]
    document = (await model.ask(documents.READ_CONSENT, id=bid))["node"]["consentDocument"]
    signed = await model.do(documents.ACCEPT_BID, bidId=bid, consentDigest=document["digest"], signature=name)
    expect(signed, "BidAccepted")


async def follow(client: Client, party: str, after: str | None, until: Decimal) -> list[dict[str, Any]]:
    """Events after the cursor, until payouts amount to `until`."""
    events: list[dict[str, Any]] = []
    async with client.stream(documents.PAYOUT_ACTIVITY, partyId=party, after=after) as stream:
        while sum((Decimal(e["amount"]["amount"]) for e in events if e["kind"] == "PAYOUT_PAID"), Decimal(0)) < until:
            events.append(await stream.next(within=WITHIN))
    return events


def so_far(events: list[dict[str, Any]], kind: str) -> Decimal:
    return sum((Decimal(event["amount"]["amount"]) for event in events if event["kind"] == kind), Decimal(0))


def said(event: dict[str, Any]) -> tuple[Any, ...]:
    """What an event told when it happened; the share that it points at goes on changing."""
    return event["cursor"], event["kind"], event["at"], event["amount"]["amount"]


async def test_nothing_is_lost_when_the_line_is_cut_and_the_server_and_the_worker_die(town: Town) -> None:
    agency, party = town.client("kestrel"), town.id("kestrel")
    events: list[dict[str, Any]] = []
    async with agency.stream(documents.PAYOUT_ACTIVITY, partyId=party) as stream:
        await sold(town, "1000.00", 1)
        events.append(await stream.next(within=WITHIN))
    await town.restart("worker")
    await sold(town, "2000.01", 2)
    await town.restart("serve")
    parts = [expected_shares(Decimal(price), 1600) for price in ("1000.00", "2000.01")]
    whole = sum((part["MODEL"] + part["AGENCY"] for part in parts), Decimal(0))
    events += await follow(agency, party, events[-1]["cursor"], whole)

    by_kind: Counter[str] = Counter()
    for event in events:
        by_kind[event["kind"]] += int(Decimal(event["amount"]["amount"]) * 100)
    kinds = ("SHARE_EARNED", "SHARE_TRANSFERRED", "PAYOUT_CREATED", "PAYOUT_PAID")
    assert by_kind == {kind: int(whole * 100) for kind in kinds}
    cursors = [event["cursor"] for event in events]
    assert len(set(cursors)) == len(cursors)
    for first, then in (("SHARE_EARNED", "SHARE_TRANSFERRED"), ("PAYOUT_CREATED", "PAYOUT_PAID")):
        assert all(so_far(events[:end], then) <= so_far(events[:end], first) for end in range(len(events)))
    again = await follow(agency, party, events[0]["cursor"], whole)
    assert [said(event) for event in again] == [said(event) for event in events[1:]]


async def test_a_cursor_of_another_caller_is_an_error(town: Town) -> None:
    maya = town.client("maya-okafor")
    async with town.client("kestrel").stream(documents.PAYOUT_ACTIVITY, partyId=town.id("kestrel")) as stream:
        await sold(town, "500.00", 3)
        cursor = (await stream.next(within=WITHIN))["cursor"]
    with pytest.raises(Rejected) as rejected:
        await follow(maya, town.id("maya-okafor"), cursor, Decimal(1))
    assert rejected.value.codes == ["BAD_USER_INPUT"]


@pytest.mark.parametrize("stranger", ["havsand", "nordlys", "ada-lindqvist"])
async def test_nobody_else_may_watch(town: Town, stranger: str) -> None:
    with pytest.raises(Rejected) as rejected:
        await follow(town.client(stranger), town.id("kestrel"), None, Decimal(1))
    assert rejected.value.codes in (["FORBIDDEN"], ["NOT_FOUND"])
