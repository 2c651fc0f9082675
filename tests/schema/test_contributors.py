"""The crew of a capture through the API: invited, paid, seeing its own and nothing else."""

from typing import Any

import pytest

from core.actor import SYSTEM, Actor, Scope
from market import people
from tests.schema.conftest import SEAL, Api
from tests.schema.scenes import RIGHTS, offered, on_the_market, with_a_card

INVITED = "... on ContributorInvited { invitation contribution { id status basisPoints twinVersion contributor { id name } } }"


async def invited(api: Api, ada: Actor, twin_id: str) -> tuple[Any, Actor]:
    """Mira's part, and Mira."""
    input = {"twinId": twin_id, "craft": "photographer", "basisPoints": 500}
    mira, email = {"name": "Mira Holm", "country": "DK"}, "mira@crew.example"
    told = await api.do(ada, "inviteContributor", input | mira, INVITED)
    contribution, letter = told["contribution"], told["invitation"]
    async with api.database.work(SYSTEM)() as work:
        person = await people.join(work, secret=letter, person_id=None, email=email, name="Mira", password_hash="x")
    party = SEAL.open_id(contribution["contributor"]["id"])[1]
    actor = Actor(
        caller=f"person:{person.id}",
        name=email,
        person_id=person.id,
        scopes=frozenset(Scope),
        contributor_ids=frozenset({party}),
    )
    return contribution, actor


@pytest.fixture
async def twin_id(api: Api, ada: Actor, lumen: Actor) -> str:
    await with_a_card(api, lumen)
    return await on_the_market(api, ada)


async def signed(api: Api, ada: Actor, lumen: Actor, twin_id: str) -> Any:
    offer = (await offered(api, lumen, twin_id))["bid"]["id"]
    asked = "query ($id: ID!) { node(id: $id) { ... on Bid { consentDocument { digest } } } }"
    digest = (await api.ask(ada, asked, id=offer))["node"]["consentDocument"]["digest"]
    fields = """... on BidAccepted { licence { id number twinVersion contributions { craft basisPoints contributor { name } }
        payment { id shares { id role amount { amount } } } } }"""
    acceptance = {"bidId": offer, "consentDigest": digest, "signature": "Ada Lindqvist"}
    return (await api.do(ada, "acceptBid", acceptance, fields))["licence"]


async def test_she_gives_her_photographer_a_part_of_each_licence(
    api: Api, ada: Actor, lumen: Actor, twin_id: str
) -> None:
    contribution, mira = await invited(api, ada, twin_id)
    answer = {"contributionId": contribution["id"], "accept": True}
    fields = "... on ContributionAnswered { contribution { status twin { handle } } }"
    answered = await api.do(mira, "respondToContribution", answer, fields)
    assert answered["contribution"] == {"status": "ACCEPTED", "twin": {"handle": "ada-one"}}
    quote = """query ($id: ID!, $rights: RightsInput!) { node(id: $id) { ... on Twin { contributions { craft status }
        quote(rights: $rights) { price { amount } shares { role amount { amount } party { name } } } } } }"""
    told = (await api.ask(lumen, quote, id=twin_id, rights=RIGHTS))["node"]
    assert told["contributions"] == [{"craft": "photographer", "status": "ACCEPTED"}]
    assert [share["role"] for share in told["quote"]["shares"]] == ["MODEL", "CONTRIBUTOR", "PLATFORM"]
    assert told["quote"]["shares"][1]["party"] == {"name": "Mira Holm"}

    licence = await signed(api, ada, lumen, twin_id)
    assert (licence["twinVersion"], licence["contributions"]) == (
        1,
        [{"craft": "photographer", "basisPoints": 500, "contributor": {"name": "Mira Holm"}}],
    )
    shares = {share["role"]: share["amount"]["amount"] for share in licence["payment"]["shares"]}
    assert shares == {"MODEL": "1680.00", "CONTRIBUTOR": "105.00", "PLATFORM": "315.00"}


async def test_a_contributor_sees_its_own_share_and_not_the_licence(
    api: Api, ada: Actor, lumen: Actor, twin_id: str
) -> None:
    contribution, mira = await invited(api, ada, twin_id)
    await api.do(mira, "respondToContribution", {"contributionId": contribution["id"], "accept": True})
    licence = await signed(api, ada, lumen, twin_id)
    party = contribution["contributor"]["id"]
    own = """query ($id: ID!) { node(id: $id) { ... on Contributor { contributions { status }
        payee { status shares { nodes { id role licenceNumber amount { amount } } }
                earnings(from: "2020-01-01", to: "2040-01-01") { month } balances { currency } } } } }"""
    seen = (await api.ask(mira, own, id=party))["node"]
    (share,) = seen["payee"]["shares"]["nodes"]
    assert (share["role"], share["licenceNumber"], share["amount"]["amount"]) == (
        "CONTRIBUTOR",
        licence["number"],
        "105.00",
    )
    by_id = "query ($id: ID!) { node(id: $id) { id ... on Share { amount { amount } } } }"
    assert (await api.ask(mira, by_id, id=share["id"]))["node"]["id"] == share["id"]
    for hidden in (licence["id"], licence["payment"]["id"], licence["payment"]["shares"][0]["id"]):
        assert (await api.ask(mira, "query ($id: ID!) { node(id: $id) { id } }", id=hidden))["node"] is None
    deeper = "query ($id: ID!) { node(id: $id) { ... on Share { payment { amount { amount } } } } }"
    assert (await api.errors(mira, deeper, id=share["id"]))[0][0] == "FORBIDDEN"
    for stranger in (ada, lumen):
        assert (await api.ask(stranger, own, id=party))["node"]["payee"] is None
    tries = {
        "acceptBid": {"bidId": SEAL.id("Bid", 1), "consentDigest": "0" * 64, "signature": "Ada Lindqvist"},
        "declineBid": {"bidId": SEAL.id("Bid", 1)},
        "setTwinStatus": {"twinId": twin_id, "status": "RETIRED"},
        "inviteContributor": {"twinId": twin_id, "craft": "x", "basisPoints": 1, "contributorId": party},
        "retryPayment": {"licenceId": licence["id"]},
        "refundLicence": {"licenceId": licence["id"], "reason": "mine"},
    }
    for mutation, input in tries.items():
        told = await api.do(mira, mutation, input)
        assert told["code"] in ("NOT_FOUND", "NOT_ALLOWED", "ONLY_THE_MODEL"), (mutation, told)


async def test_the_model_or_the_contributor_ends_it_for_licences_to_come(
    api: Api, ada: Actor, lumen: Actor, twin_id: str
) -> None:
    contribution, mira = await invited(api, ada, twin_id)
    await api.do(mira, "respondToContribution", {"contributionId": contribution["id"], "accept": True})
    refused = await api.do(lumen, "endContribution", {"contributionId": contribution["id"]})
    assert (refused["__typename"], refused["code"]) == ("NotAllowed", "NOT_FOUND")
    ended = await api.do(
        ada,
        "endContribution",
        {"contributionId": contribution["id"]},
        "... on ContributionEnded { contribution { status } }",
    )
    assert ended["contribution"]["status"] == "ENDED"
    assert [share["role"] for share in (await signed(api, ada, lumen, twin_id))["payment"]["shares"]] == [
        "MODEL",
        "PLATFORM",
    ]
    again = await api.do(mira, "endContribution", {"contributionId": contribution["id"]})
    assert again["__typename"] == "WrongState"
