"""Bad input gets a clear, typed error that says what would be right, and nothing is written."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from core.actor import SYSTEM
from core.tables import Table
from server.demo import documents
from server.demo.client import Rejected
from server.demo.seed import expect
from tests.fakes.town import Town

NEXT_YEAR = datetime.now(UTC).year + 1
RIGHTS: dict[str, Any] = {
    "media": ["SOCIAL_PAID"],
    "territories": ["SE"],
    "industry": "APPAREL",
    "startsOn": f"{NEXT_YEAR}-02-01",
    "endsOn": f"{NEXT_YEAR}-02-28",
    "exclusivity": "NON_EXCLUSIVE",
}
EUROS = {"amount": "900.00", "currency": "EUR"}
USE = "Stills for paid social posts."
NOWHERE = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
SETTLED = {
    "job",
    "answer",
    "bucket",
    "stripe_event",
    "activity",
    "api_key",
    "payout",
    "entry",
    "account",
    "sign_in",
    "audit_seal",
}
"""Tables that the worker may write to meanwhile, for another story's payout."""
OF_OTHERS = {"audit": f"where actor <> '{SYSTEM.caller}'"}
"""Of a table to which it writes what it did itself, the rest."""


async def rows(town: Town) -> dict[str, int]:
    async with town.database.reads.connect() as connection:
        names = sorted(set(Table.metadata.tables) - SETTLED)
        counted = [sa.text(f'select count(*) from "{name}" {OF_OTHERS.get(name, "")}') for name in names]
        counts = [(await connection.execute(each)).scalar_one() for each in counted]
    return dict(zip(names, counts, strict=True))


@pytest.fixture
async def nothing_written(town: Town) -> AsyncIterator[None]:
    before = await rows(town)
    yield
    assert await rows(town) == before


@dataclass(frozen=True, slots=True)
class Closed:
    twin: str
    listing: str


@pytest.fixture(scope="module")
async def closed(town: Town) -> Closed:
    """A listing that has closed without a bid."""
    lena = town.client("lena-vogt")
    twin = (await lena.ask(documents.FIND_TWIN, handle="lena"))["twin"]["id"]
    made = await lena.do(
        documents.CREATE_LISTING, twinId=twin, rights=RIGHTS, format="OPEN", startingPrice=EUROS, softCloseSeconds=0,
        closesAt=(datetime.now(UTC) + timedelta(days=1)).isoformat(),
    )  # fmt: skip
    listing = expect(made, "ListingCreated")["listing"]["id"]
    async with town.database.writes.begin() as connection:
        newest = sa.text(
            "update listing set opens_at = clock() - interval '2 hours', closes_at = clock() - interval '1 hour'"
            " where id = (select max(id) from listing)"
        )
        await connection.execute(newest)
    return Closed(twin, listing)


OFFER: dict[str, Any] = {"rights": RIGHTS, "amount": EUROS, "intendedUse": USE}

BAD_OFFERS: list[tuple[str, dict[str, Any], str, list[str]]] = [
    ("unknown twin", {"twinId": NOWHERE}, "InvalidInput", ["twinId"]),
    ("garbled twin", {"twinId": "17 or 1=1"}, "InvalidInput", ["twinId"]),
    ("past date", {"rights": RIGHTS | {"startsOn": "2020-01-01"}}, "InvalidInput", ["rights", "startsOn"]),
    ("ends first", {"rights": RIGHTS | {"endsOn": f"{NEXT_YEAR}-01-01"}}, "InvalidInput", ["rights", "endsOn"]),
    ("unknown territory", {"rights": RIGHTS | {"territories": ["XQ"]}}, "InvalidInput", ["rights", "territories"]),
    ("no territory", {"rights": RIGHTS | {"territories": []}}, "InvalidInput", ["rights", "territories"]),
    ("no medium", {"rights": RIGHTS | {"media": []}}, "InvalidInput", ["rights", "media"]),
    ("other currency", {"amount": {"amount": "900.00", "currency": "SEK"}}, "InvalidInput", ["amount", "currency"]),
    ("no currency", {"amount": {"amount": "900.00", "currency": "EURO"}}, "InvalidInput", ["amount", "currency"]),
    ("yen with decimals", {"amount": {"amount": "900.50", "currency": "JPY"}}, "InvalidInput", ["amount", "amount"]),
    ("too many decimals", {"amount": {"amount": "900.001", "currency": "EUR"}}, "InvalidInput", ["amount", "amount"]),
    ("negative", {"amount": {"amount": "-900.00", "currency": "EUR"}}, "InvalidInput", ["amount", "amount"]),
    ("too much", {"amount": {"amount": "1000000.00", "currency": "EUR"}}, "InvalidInput", ["amount", "amount"]),
    ("long text", {"intendedUse": "x" * 10_000}, "InvalidInput", ["intendedUse"]),
    ("no text", {"intendedUse": ""}, "InvalidInput", ["intendedUse"]),
    ("expired", {"expiresAt": "2020-01-01T00:00:00Z"}, "InvalidInput", ["expiresAt"]),
    ("somebody else's brand", {"brandId": "linden-lowe"}, "NotAllowed", ["brandId"]),
    ("under the floor", {"amount": {"amount": "1.00", "currency": "EUR"}}, "BidTooLow", ["amount"]),
]


@pytest.mark.parametrize(
    ("changes", "kind", "path"), [case[1:] for case in BAD_OFFERS], ids=[case[0] for case in BAD_OFFERS]
)
async def test_a_bad_offer_is_refused_with_its_reason(
    town: Town, closed: Closed, nothing_written: None, changes: dict[str, Any], kind: str, path: list[str]
) -> None:
    offer = {"twinId": closed.twin, **OFFER, **changes}
    if "brandId" in changes:
        offer["brandId"] = town.id(changes["brandId"])
    answer = await town.client("havsand").do(documents.MAKE_OFFER, **offer)
    assert answer["__typename"] == kind, answer
    assert answer["path"] is not None
    assert answer["path"][: len(path)] == path or path[: len(answer["path"])] == answer["path"], answer
    assert answer["message"].endswith((".", "?"))


async def test_a_closed_listing_takes_no_bid(town: Town, closed: Closed, nothing_written: None) -> None:
    answer = await town.client("havsand").do(
        documents.PLACE_BID, listingId=closed.listing, amount=EUROS, intendedUse=USE
    )
    assert answer["__typename"] == "WrongState"
    assert "closed" in answer["message"].lower()


async def test_a_brand_cannot_close_a_listing(town: Town, closed: Closed, nothing_written: None) -> None:
    answer = await town.client("havsand").do(
        "mutation WithdrawListing($input: WithdrawListingInput!) {"
        " withdrawListing(input: $input) { __typename ... on UserError { code message path } } }",
        listingId=closed.listing,
    )
    assert answer["__typename"] == "NotAllowed"


async def test_nobody_without_credentials_learns_anything(town: Town, closed: Closed, nothing_written: None) -> None:
    nobody = replace(town.client("havsand"), key=None)
    assert (await nobody.ask(documents.VIEWER))["viewer"] is None
    with pytest.raises(Rejected) as rejected:
        await nobody.ask(documents.FIND_TWIN, handle="lena")
    assert rejected.value.codes == ["UNAUTHENTICATED"]
    with pytest.raises(Rejected) as rejected:
        await nobody.do(documents.MAKE_OFFER, twinId=closed.twin, **OFFER)
    assert rejected.value.codes == ["UNAUTHENTICATED"]
