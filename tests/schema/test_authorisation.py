"""Who sees which field: a table of everybody and everything, as wide as the schema."""

import logging
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from graphql import get_named_type, is_leaf_type

from core.actor import ANONYMOUS, SYSTEM, Actor, Scope
from market import licences, mandates, parties, territories
from market.rights import Industry
from market.states import PartyKind
from tests.schema.conftest import SEAL, Api
from tests.schema.crawl import fields, written
from tests.schema.scenes import RIGHTS, bid, offered, on_the_market, opened, own_party, with_a_card
from tests.schema.traces import accepted, invited, invited_again, needs_the_brand, payout, taken_down, told_at
from tests.schema.who_sees import TABLE, WHO


@pytest.fixture
async def everybody(api: Api, ada: Actor, lumen: Actor) -> dict[str, Actor]:
    agency = await api.party(PartyKind.AGENCY, "nordlys")
    async with api.database.work(agency)() as work:
        mandate = await mandates.propose(
            work,
            agency_id=None,
            model_id=min(ada.model_ids),
            commission_bps=2000,
            territories=territories.expand(["WORLD"]),
            starts_on=work.today,
            ends_on=work.today + timedelta(days=300),
        )
        mandate_id = mandate.id or 0
    async with api.database.work(ada)() as work:
        await mandates.respond(work, mandate_id=mandate_id, accept=True)
    async with api.database.work(SYSTEM)() as work:
        person = await parties.create_operator(work, email="olga@example.test", name="Olga", password_hash=None)
    return {
        "model": ada,
        "agency": replace(agency, represented_ids=ada.model_ids),
        "other agency": await api.party(PartyKind.AGENCY, "sudlicht"),
        "brand": lumen,
        "rival": await api.party(PartyKind.BRAND, "rival", industry=Industry.APPAREL),
        "operator": Actor(
            caller=f"person:{person.id}", name="Olga", person_id=person.id, scopes=frozenset(Scope), is_operator=True
        ),
        "anonymous": ANONYMOUS,
    }


@pytest.fixture
async def things(api: Api, everybody: dict[str, Actor]) -> dict[str, str]:
    """One of each type, by its id: Lumen leads a listing, holds a licence, and has a key; Ada waits for a payout, and
    Mira of her crew has a part in the licence."""
    ada, lumen = everybody["model"], everybody["brand"]
    twin_id = await on_the_market(api, ada)
    crew = await invited(api, ada, twin_id, "Mira Holm")
    everybody["contributor"] = await accepted(api, crew)
    for brand in (lumen, everybody["rival"]):
        await with_a_card(api, brand)
    listing_id = await opened(api, ada, twin_id, "OPEN")
    placed = await bid(api, lumen, listing_id, "1600", "3000")
    signed = await offered(api, lumen, twin_id, rights=RIGHTS | {"territories": ["SE"]})
    asked = "query ($id: ID!) { node(id: $id) { ... on Bid { consentDocument { digest } } } }"
    digest = (await api.ask(ada, asked, id=signed["bid"]["id"]))["node"]["consentDocument"]["digest"]
    acceptance = {"bidId": signed["bid"]["id"], "consentDigest": digest, "signature": "Ada Lindqvist"}
    fields = "... on BidAccepted { licence { id payment { id shares { id } } } }"
    licence = (await api.do(ada, "acceptBid", acceptance, fields))["licence"]
    await needs_the_brand(api)
    crew = await invited_again(api, ada, crew)
    made = await api.do(
        lumen, "createApiKey", {"name": "app", "scopes": ["READ"]}, "... on ApiKeyCreated { apiKey { id } }"
    )
    return {
        "Twin": twin_id,
        "Listing": listing_id,
        "Bid": placed["bid"]["id"],
        "Licence": licence["id"],
        "Asset": await shown(api, lumen, licence["id"]),
        "Payment": licence["payment"]["id"],
        "Share": licence["payment"]["shares"][0]["id"],
        "Mandate": SEAL.id("Mandate", 1),
        "ApiKey": made["apiKey"]["id"],
        "Payout": await payout(api, min(ada.model_ids)),
        "Model": await own_party(api, ada),
        "Agency": await own_party(api, everybody["agency"]),
        "Brand": await own_party(api, lumen),
        "Contributor": crew["contributor"]["id"],
        "Contribution": crew["id"],
        "WebhookEndpoint": await told_at(api, lumen),
        "Takedown": await taken_down(api, licence["id"]),
    }


async def shown(api: Api, brand: Actor, licence_id: str) -> str:
    """A picture that waits for the model, under a licence that is paid."""
    async with api.database.work(SYSTEM)() as work:
        await licences.activate(work, licence_id=SEAL.open_id(licence_id)[1])
    input = {"licenceId": licence_id, "title": "One", "medium": "ECOMMERCE", "url": "https://x.example/y"}
    fields = "... on AssetSubmitted { asset { id } }"
    told = await api.do(brand, "submitAsset", input | {"sha256": "ab" * 32}, fields)
    asset_id: str = told["asset"]["id"]
    return asset_id


async def seen(api: Api, actor: Actor, top: str, id: str, kind: str, name: str) -> str:
    """The letter of what one caller sees of one field."""
    field = fields(api.schema._schema, kind)[name]
    named = get_named_type(field.type)
    below = "" if is_leaf_type(named) else " { nodes { __typename } }" if is_connection(named) else " { __typename }"
    asked = written(name, field.args) + below
    document = f"query ($id: ID!) {{ node(id: $id) {{ ... on {top} {{ {asked} }} }} }}"
    if top != kind:
        document = f"query ($id: ID!) {{ node(id: $id) {{ ... on {top} {{ {kind.lower()} {{ {asked} }} }} }} }}"
    result = await api.execute(document, {"id": id}, api.context(actor))
    if result.errors:
        (error,) = result.errors
        return {"UNAUTHENTICATED": "U", "FORBIDDEN": "F"}[(error.extensions or {})["code"]]
    assert result.data is not None
    told = result.data["node"]
    if told is not None and top != kind:
        told = told[kind.lower()]
    if told is None:
        return "-"
    value = told[name]
    if value is None:
        return "0"
    return "E" if value in ([], {"nodes": []}) else "S"


def is_connection(kind: Any) -> bool:
    return str(kind).endswith("Connection")


@pytest.mark.parametrize("kind", TABLE)
async def test_everybody_sees_what_the_table_says(
    api: Api, everybody: dict[str, Actor], things: dict[str, str], kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL, "strawberry.execution")
    top = "Model" if kind == "Payee" else kind
    found = {
        name: "".join([await seen(api, everybody[who], top, things[top], kind, name) for who in WHO])
        for name in fields(api.schema._schema, kind)
    }
    assert found == TABLE[kind], WHO
