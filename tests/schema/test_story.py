"""A story through the API: Ada lists her twin, Lumen finds what it costs, offers, and Ada signs."""

from decimal import Decimal

from core.actor import Actor
from market.rights import Industry
from market.states import PartyKind
from tests.schema.conftest import Api
from tests.schema.scenes import RIGHTS, on_the_market, with_a_card

SEARCH = """query ($filter: TwinFilter, $orderBy: TwinOrder! = NEWEST, $rights: RightsInput!, $first: Int, $after: String) {
  twins(filter: $filter, orderBy: $orderBy, first: $first, after: $after) {
    totalCount facets { field values { value count } } pageInfo { hasNextPage endCursor }
    edges { cursor node {
      id handle shoeSizeEu model { name handle payee { status } } agency { name }
      consentPolicy { version territories maximumDays } rateCard { currency rates { medium per30Days { amount } } }
      availability(rights: $rights) { available obstacles { kind from until territories } alternatives { territories } }
      quote(rights: $rights) { price { amount currency } lines { description amount { amount } }
        shares { role basisPoints amount { amount } party { name } } } } } } }"""


async def test_a_brand_finds_a_twin_and_what_it_costs(api: Api, ada: Actor, lumen: Actor) -> None:
    await on_the_market(api, ada)
    found = (await api.ask(lumen, SEARCH, filter={"availableFor": RIGHTS, "search": "ada"}, rights=RIGHTS))["twins"]
    assert found["totalCount"] == 1
    assert found["facets"][0] == {"field": "tags", "values": [{"value": "freckles", "count": 1}]}
    twin = found["edges"][0]["node"]
    assert twin["model"] == {"name": "Ada Lindqvist", "handle": "ada-lindqvist", "payee": None}
    assert (twin["handle"], twin["shoeSizeEu"], twin["agency"]) == ("ada-one", "39.5", None)
    assert twin["consentPolicy"] == {"version": 1, "territories": ["EUROPE"], "maximumDays": 365}
    assert twin["availability"] == {"available": True, "obstacles": [], "alternatives": []}
    quote = twin["quote"]
    assert quote["price"] == {"amount": "2001.00", "currency": "EUR"}
    assert sum(Decimal(line["amount"]["amount"]) for line in quote["lines"]) == Decimal("2001.00")
    assert quote["shares"] == [
        {"role": "MODEL", "basisPoints": 8500, "amount": {"amount": "1700.85"}, "party": {"name": "Ada Lindqvist"}},
        {"role": "PLATFORM", "basisPoints": 1500, "amount": {"amount": "300.15"}, "party": None},
    ]


async def test_what_the_model_forbids_has_no_quote(api: Api, ada: Actor, lumen: Actor) -> None:
    await on_the_market(api, ada)
    asked = RIGHTS | {"territories": ["EU", "BR"]}
    twin = (await api.ask(lumen, SEARCH, rights=asked))["twins"]["edges"][0]["node"]
    assert twin["quote"] is None
    assert twin["availability"] == {
        "available": False,
        "obstacles": [{"kind": "CONSENT", "from": None, "until": None, "territories": ["BR"]}],
        "alternatives": [{"territories": ["EU"]}],
    }


async def test_the_model_signs_and_the_licence_is_there(api: Api, ada: Actor, lumen: Actor) -> None:
    twin_id = await on_the_market(api, ada)
    await with_a_card(api, lumen)
    offer = {
        "twinId": twin_id,
        "rights": RIGHTS,
        "amount": {"amount": "2100", "currency": "EUR"},
        "intendedUse": "Pictures in our online shop.",
    }
    made = await api.do(lumen, "makeOffer", offer, "... on BidPlaced { bid { id } }")
    asked = """query ($id: ID!) { node(id: $id) { ... on Bid { status brand { name } twin { handle } listing { id }
        conflictsWith { id } consentDocument { text digest policyVersion } licence { id } } } }"""
    seen = (await api.ask(ada, asked, id=made["bid"]["id"]))["node"]
    assert (seen["status"], seen["brand"]["name"], seen["twin"]["handle"]) == ("PENDING", "Lumen", "ada-one")
    assert (seen["listing"], seen["conflictsWith"], seen["licence"]) == (None, [], None)
    assert "Pictures in our online shop." in seen["consentDocument"]["text"]
    assert {code for code, _ in await api.errors(lumen, asked, id=made["bid"]["id"])} == {"FORBIDDEN"}

    acceptance = {"bidId": made["bid"]["id"], "consentDigest": "0" * 64, "signature": "Ada Lindqvist"}
    fields = """... on ConsentOutdated { current { digest } } ... on BidAccepted { licence { number status price { amount }
        brand { name } consent { signedBy document { digest } } payment { status amount { amount } nextActionUrl
        shares { role amount { amount } status party { name } payment { licence { number } } } } } }"""
    outdated = await api.do(ada, "acceptBid", acceptance, fields)
    assert outdated["current"]["digest"] == seen["consentDocument"]["digest"]
    acceptance["consentDigest"] = seen["consentDocument"]["digest"]
    licence = (await api.do(ada, "acceptBid", acceptance | {"idempotencyKey": "sign"}, fields))["licence"]
    assert (licence["status"], licence["price"]) == ("AWAITING_PAYMENT", {"amount": "2100.00"})
    assert licence["consent"] == {"signedBy": "Ada Lindqvist", "document": {"digest": acceptance["consentDigest"]}}
    assert licence["payment"]["status"] == "PROCESSING"
    assert [share["amount"]["amount"] for share in licence["payment"]["shares"]] == ["1785.00", "315.00"]
    assert licence["payment"]["shares"][0]["payment"]["licence"]["number"] == licence["number"]
    by_number = (
        "query ($number: String!) { licence(number: $number) { brand { licences { totalCount nodes { number } } } } }"
    )
    found = await api.ask(lumen, by_number, number=licence["number"])
    assert found["licence"]["brand"]["licences"]["nodes"] == [{"number": licence["number"]}]
    stranger = await api.party(PartyKind.BRAND, "stranger", industry=Industry.BEAUTY)
    assert await api.ask(stranger, by_number, number=licence["number"]) == {"licence": None}
