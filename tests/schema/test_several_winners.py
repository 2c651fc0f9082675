"""Three rivals want the same twin and all win; a fourth is told exactly what is left, and can have it."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from core.actor import Actor
from market.rights import Industry
from market.states import PartyKind
from tests.schema.conftest import Api
from tests.schema.scenes import TODAY, TWIN, with_a_card

USE = "Pictures in our online shop and in our posts."
YEAR = TODAY.year + 1
ASKED = """query ($handle: String!, $rights: RightsInput!) { twin(handle: $handle) { availability(rights: $rights) {
    available obstacles { kind message media territories from until }
    alternatives { media territories industry startsOn endsOn exclusivity } } } }"""


def rights(places: list[str], first: date, last: date, exclusivity: str = "NON_EXCLUSIVE") -> dict[str, Any]:
    return {
        "media": ["SOCIAL_PAID", "ECOMMERCE"],
        "territories": places,
        "industry": "APPAREL",
        "startsOn": str(first),
        "endsOn": str(last),
        "exclusivity": exclusivity,
    }


SPRING = date(YEAR, 3, 1), date(YEAR, 5, 31)
SUMMER = date(YEAR, 6, 1), date(YEAR, 8, 31)
WON = {
    "lumen": rights(["DACH"], *SPRING, "INDUSTRY"),
    "norrsken": rights(["EUROPE"], *SUMMER),
    "kumo": rights(["JP"], date(YEAR, 3, 1), date(YEAR, 8, 31), "TOTAL"),
}
WISH = rights(["EUROPE", "JP"], date(YEAR, 4, 1), date(YEAR, 6, 30))
"""It overlaps all three, but clashes only with what is held exclusively: DACH in spring, and Japan."""


async def apparel(api: Api, handle: str) -> Actor:
    brand = await api.party(PartyKind.BRAND, handle, industry=Industry.APPAREL)
    await with_a_card(api, brand)
    return brand


async def everywhere(api: Api, ada: Actor) -> str:
    made = await api.do(ada, "createTwin", {"handle": "ada-one", "name": "Ada"}, "... on TwinCreated { twin { id } }")
    twin_id: str = made["twin"]["id"]
    media = ["SOCIAL_PAID", "ECOMMERCE"]
    await api.do(ada, "setConsentPolicy", {"twinId": twin_id, "media": media, "territories": ["WORLD"]}, TWIN)
    rates = [{"medium": medium, "per30Days": "100"} for medium in media]
    await api.do(ada, "setRates", {"twinId": twin_id, "currency": "EUR", "rates": rates})
    await api.do(ada, "setTwinStatus", {"twinId": twin_id, "status": "LISTED"}, TWIN)
    return twin_id


async def offer(api: Api, brand: Actor, twin_id: str, wanted: dict[str, Any], amount: str) -> Any:
    input = {"twinId": twin_id, "rights": wanted, "amount": {"amount": amount, "currency": "EUR"}, "intendedUse": USE}
    fields = """... on BidPlaced { bid { id status } } ... on RightsUnavailable {
        availability { obstacles { kind message territories from until } alternatives { territories } } }"""
    return await api.do(brand, "makeOffer", input, fields)


async def sign(api: Api, ada: Actor, bid_id: str) -> Any:
    asked = "query ($id: ID!) { node(id: $id) { ... on Bid { conflictsWith { id } consentDocument { digest } } } }"
    seen = (await api.ask(ada, asked, id=bid_id))["node"]
    assert seen["conflictsWith"] == []
    signed = {"bidId": bid_id, "consentDigest": seen["consentDocument"]["digest"], "signature": "Ada Lindqvist"}
    return await api.do(ada, "acceptBid", signed, "... on BidAccepted { licence { status rights { territories } } }")


async def test_three_rivals_win_the_same_twin_and_the_fourth_is_told_what_is_free(api: Api, ada: Actor) -> None:
    twin_id = await everywhere(api, ada)
    made = {
        name: await offer(api, await apparel(api, name), twin_id, wanted, amount)
        for (name, wanted), amount in zip(WON.items(), ("7321", "8642", "9753"), strict=True)
    }
    for each in made.values():
        assert (await sign(api, ada, each["bid"]["id"]))["licence"]["status"] == "AWAITING_PAYMENT"

    fourth = await apparel(api, "vinterdag")
    found = (await api.ask(fourth, ASKED, handle="ada-one", rights=WISH))["twin"]["availability"]
    assert found["available"] is False
    assert [(each["kind"], each["territories"], each["from"], each["until"]) for each in found["obstacles"]] == [
        ("EXCLUSIVELY_LICENSED", ["DACH"], f"{YEAR}-04-01", f"{YEAR}-05-31"),
        ("EXCLUSIVELY_LICENSED", ["JP"], f"{YEAR}-04-01", f"{YEAR}-06-30"),
    ]
    told = str(found) + str(await offer(api, fourth, twin_id, WISH, "5000"))
    assert "RightsUnavailable" in told
    for secret in ("lumen", "norrsken", "kumo", "vinterdag", "7321", "8642", "9753", "online shop and"):
        assert secret not in told.lower()

    nearest = found["alternatives"][0]
    assert (nearest["startsOn"], nearest["endsOn"]) == (WISH["startsOn"], WISH["endsOn"])
    free = (await api.ask(fourth, ASKED, handle="ada-one", rights=nearest))["twin"]["availability"]
    assert free == {"available": True, "obstacles": [], "alternatives": []}
    assert not {"DE", "AT", "CH", "DACH", "EUROPE", "JP"} & set(nearest["territories"])
    assert 1 < len(found["alternatives"]) <= 5
    for each in found["alternatives"]:
        assert each != WISH
        again = (await api.ask(fourth, ASKED, handle="ada-one", rights=each))["twin"]["availability"]
        assert again["available"], each
        placed = await offer(api, fourth, twin_id, each, "5000")
        assert placed["__typename"] == "BidPlaced", each
    first = await offer(api, fourth, twin_id, nearest, "6000")
    assert (await sign(api, ada, first["bid"]["id"]))["__typename"] == "BidAccepted"


async def test_together_the_three_are_the_best_outcome(api: Api, ada: Actor) -> None:
    """Beside a fourth that would pay more than any one of them, but not than all."""
    twin_id = await everywhere(api, ada)
    made = [
        await offer(api, await apparel(api, name), twin_id, wanted, amount)
        for (name, wanted), amount in zip(WON.items(), ("3000", "2000", "4000"), strict=True)
    ]
    whole = rights(["WORLD"], date(YEAR, 3, 1), date(YEAR, 8, 31), "TOTAL")
    await offer(api, await apparel(api, "vinterdag"), twin_id, whole, "8500")
    listing = {
        "twinId": twin_id,
        "rights": rights(["US"], *SUMMER),
        "format": "OPEN",
        "startingPrice": {"amount": "100", "currency": "EUR"},
        "closesAt": (datetime.now(UTC) + timedelta(hours=1)).isoformat(),
    }
    opened = await api.do(
        ada, "createListing", listing, "... on ListingCreated { listing { bestOutcome { id } bestOutcomeProven } }"
    )
    assert opened["listing"]["bestOutcomeProven"] is True
    best = {each["id"] for each in opened["listing"]["bestOutcome"]}
    assert best == {each["bid"]["id"] for each in made}
