"""Scenes that the tests of the API share: a twin on the market, a listing, a bid, an offer."""

from datetime import UTC, datetime, timedelta
from typing import Any

from core.actor import SYSTEM, Actor
from payments import store as money
from tests.schema.conftest import Api

TODAY = datetime.now(UTC).date()
RIGHTS = {
    "media": ["SOCIAL_PAID", "ECOMMERCE"],
    "territories": ["DE", "AT"],
    "industry": "APPAREL",
    "startsOn": str(TODAY + timedelta(days=30)),
    "endsOn": str(TODAY + timedelta(days=59)),
}
TWIN = "... on TwinUpdated { twin { id status } }"


async def on_the_market(api: Api, ada: Actor) -> str:
    """Ada's twin with a policy and rates, LISTED. Its id."""
    input = {"handle": "ada-one", "name": "Ada One", "tags": ["freckles"], "heightCm": 178, "shoeSizeEu": "39.5"}
    made = await api.do(ada, "createTwin", input, "... on TwinCreated { twin { id } }")
    twin_id: str = made["twin"]["id"]
    policy = {"twinId": twin_id, "media": ["SOCIAL_PAID", "ECOMMERCE"], "territories": ["EUROPE"]}
    await api.do(ada, "setConsentPolicy", policy, TWIN)
    rates = {
        "twinId": twin_id,
        "currency": "EUR",
        "rates": [{"medium": "SOCIAL_PAID", "per30Days": "600"}, {"medium": "ECOMMERCE", "per30Days": "400.50"}],
        "floor": "100",
    }
    set_rates = await api.do(ada, "setRates", rates, "... on RatesSet { rateCard { version floor { amount } } }")
    assert set_rates["rateCard"] == {"version": 1, "floor": {"amount": "100.00"}}
    listed = await api.do(ada, "setTwinStatus", {"twinId": twin_id, "status": "LISTED"}, TWIN)
    assert listed["twin"]["status"] == "LISTED"
    return twin_id


async def with_a_card(api: Api, lumen: Actor) -> None:
    async with api.database.work(SYSTEM)() as work:
        payer = await money.ensure_payer(work, min(lumen.brand_ids))
        payer.payment_method_id = "pm_1"


async def opened(api: Api, ada: Actor, twin_id: str, format: str) -> str:
    closes_at = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    input = {
        "twinId": twin_id,
        "rights": RIGHTS,
        "format": format,
        "startingPrice": {"amount": "1000", "currency": "EUR"},
        "reserve": {"amount": "1500", "currency": "EUR"},
        "closesAt": closes_at,
    }
    made = await api.do(ada, "createListing", input, "... on ListingCreated { listing { id status } }")
    assert made["listing"]["status"] == "OPEN"
    listing_id: str = made["listing"]["id"]
    return listing_id


async def bid(api: Api, brand: Actor, listing_id: str, amount: str, maximum: str | None = None) -> Any:
    input = {
        "listingId": listing_id,
        "amount": {"amount": amount, "currency": "EUR"},
        "maximum": maximum and {"amount": maximum, "currency": "EUR"},
        "intendedUse": "Pictures in our online shop.",
    }
    return await api.do(
        brand, "placeBid", input, "... on BidPlaced { bid { id leading maximum { amount } amount { amount } } }"
    )


async def offered(api: Api, brand: Actor, twin_id: str, **changes: Any) -> Any:
    input = {
        "twinId": twin_id,
        "rights": RIGHTS,
        "amount": {"amount": "2100", "currency": "EUR"},
        "intendedUse": "Pictures in our online shop.",
    }
    return await api.do(brand, "makeOffer", input | changes, "... on BidPlaced { bid { id status amount { amount } } }")


async def own_party(api: Api, actor: Actor) -> str:
    """The id of the caller's only party."""
    party_id: str = (await api.ask(actor, "{ viewer { parties { id } } }"))["viewer"]["parties"][0]["id"]
    return party_id
