"""What a selection asks for beside its twins comes in the statement that finds them: nothing of the answer differs for it."""

from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
import sqlalchemy as sa

from core.store import CLOCK_NOW
from market.store.companions import ALONE
from server import database
from tests import factories
from tests.schema.conftest import Api

TWIN = """name model { name mandate { commissionBasisPoints agency { name } } } agency { name }
    consentPolicy { version media } rateCard { currency floor { amount } rates { medium per30Days { amount } } }"""
PAGE = f"{{ twins(orderBy: NAME) {{ edges {{ cursor node {{ id {TWIN} }} }} pageInfo {{ endCursor }} }} }}"
SELECTIONS = {
    "a page": PAGE,
    "its nodes": f"{{ twins {{ nodes {{ {TWIN} }} }} }}",
    "by fragments": f"""{{ twins {{ ...Found }} }}
        fragment Found on TwinConnection {{ nodes {{ ... on Twin {{ ...Seen }} }} }} fragment Seen on Twin {{ {TWIN} }}""",
    "by other names": "{ found: twins { all: nodes { house: agency { called: name } asks: rateCard { floor { amount } } } } }",
    "in two parts": "{ twins { nodes { agency { name } } } twins { nodes { model { name } rateCard { currency } } } }",
    "one": f'{{ twin(handle: "ada") {{ {TWIN} }} }}',
    "with its listings": """{ twin(handle: "ada") { name
        listings(first: 2) { nodes { id status startingPrice { amount } } pageInfo { hasNextPage endCursor } } } }""",
    "each with its listings": """{ twins { nodes { name
        listings { edges { cursor node { id rights { territories media startsOn } } } } } } }""",
    "by fragments with listings": """{ twins { nodes { ...Offered } } }
        fragment Offered on Twin { offers: listings(first: 1) { nodes { id closesAt } pageInfo { hasNextPage } } }""",
    "nobody": f'{{ twin(handle: "nobody") {{ {TWIN} }} }}',
}
LEFT_OUT = "query ($no: Boolean!) { twins { nodes { name agency @include(if: $no) { name } rateCard @skip(if: true) { currency } } } }"


@pytest.fixture
async def stage(api: Api) -> factories.Player:
    """One twin whose model an agency represents, one of a model alone, one without rates that only its model sees."""
    ada, nordlys = await factories.model(api.database), await factories.agency(api.database)
    await factories.mandate(api.database, nordlys, ada, commission_bps=1700)
    offered = await factories.listed_twin(api.database, ada, handle="ada")
    for place in ("SE", "JP", "DE"):
        await factories.listing(api.database, offered, wanted=factories.rights(places=[place]))
    await factories.listing(
        api.database, offered, wanted=factories.rights(places=["US"]), opens_in=timedelta(minutes=5)
    )
    other = await factories.listed_twin(api.database, await factories.model(api.database, "Cy"), name="Cy")
    await factories.listing(api.database, other)
    await factories.twin(api.database, ada, name="Ada to come", handle="ada-to-come")
    return ada


@pytest.fixture
def asked(api: Api, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Every question that goes to the database, but for what time it is and what the log's reader asks now and then."""
    statements: list[str] = []
    send = database._sent

    def note(statement: str) -> None:
        if statement != CLOCK_NOW and "FROM activity" not in statement and "pg_current_snapshot" not in statement:
            statements.append(statement)

    async def sent(driver: Any, invalidate: Any, ask: partial[Any]) -> Any:
        note(ask.args[0])
        return await send(driver, invalidate, ask)

    def heard(_: Any, __: Any, statement: str, *___: Any) -> None:
        note(statement)

    monkeypatch.setattr(database, "_sent", sent)
    engine = api.database.reads.sync_engine
    sa.event.listen(engine, "before_cursor_execute", heard)
    yield statements
    sa.event.remove(engine, "before_cursor_execute", heard)


@pytest.mark.parametrize("document", SELECTIONS.values(), ids=SELECTIONS)
async def test_one_statement_answers_what_several_did(
    api: Api, stage: factories.Player, asked: list[str], monkeypatch: pytest.MonkeyPatch, document: str
) -> None:
    told = await api.ask(stage.actor, document)
    assert len(asked) == 1
    monkeypatch.setattr("resolvers.twins.asked_beside", lambda _: ALONE)
    asked.clear()
    assert await api.ask(stage.actor, document) == told
    assert len(asked) > 1 or "nobody" in document


async def test_what_is_told_of_each_is_its_own(api: Api, stage: factories.Player) -> None:
    edges = (await api.ask(stage.actor, PAGE))["twins"]["edges"]
    assert [(each["node"]["name"], each["node"]["agency"]) for each in edges] == [
        ("Ada", {"name": "Nordlys Models"}),
        ("Cy", None),
    ]
    mandate = {"commissionBasisPoints": 1700, "agency": {"name": "Nordlys Models"}}
    assert [each["node"]["model"]["mandate"] for each in edges] == [mandate, None]
    coming = (await api.ask(stage.actor, f'{{ twin(handle: "ada-to-come") {{ {TWIN} }} }}'))["twin"]
    assert (coming["rateCard"], coming["consentPolicy"]) == (None, {"version": 0, "media": []})


async def test_a_models_own_page_brings_them_too(api: Api, stage: factories.Player, asked: list[str]) -> None:
    document = f'{{ model(handle: "{stage.handle}") {{ twins {{ nodes {{ {TWIN} }} }} }} }}'
    twins = (await api.ask(stage.actor, document))["model"]["twins"]["nodes"]
    assert {each["name"] for each in twins} == {"Ada", "Ada to come"}
    assert len(asked) == 2  # the model, and her twins with all of it


LISTED = """query ($first: Int, $status: [ListingStatus!], $after: String) {
    twins(orderBy: NAME) { nodes { name
        listings(first: $first, status: $status, after: $after) { nodes { id status } pageInfo { endCursor } } } } }"""


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({}, [4, 1]),
        ({"first": None, "status": None, "after": None}, [4, 1]),
        ({"first": 3, "status": ["SCHEDULED", "OPEN"]}, [3, 1]),
        ({"first": 5, "status": ["SCHEDULED"]}, [1, 0]),
        ({"first": 0}, [0, 0]),
        ({"status": []}, [0, 0]),
    ],
)
async def test_listings_come_with_their_twins_as_variables_ask_for_them(
    api: Api, stage: factories.Player, asked: list[str], given: dict[str, object], found: list[int]
) -> None:
    told = (await api.ask(stage.actor, LISTED, **given))["twins"]["nodes"]
    assert [len(each["listings"]["nodes"]) for each in told] == found
    assert len(asked) == 1


async def test_what_is_asked_otherwise_is_asked_of_each_twin(
    api: Api, stage: factories.Player, asked: list[str]
) -> None:
    cursor = (await api.ask(stage.actor, LISTED, first=1))["twins"]["nodes"][0]["listings"]["pageInfo"]["endCursor"]
    asked.clear()
    ada, _ = (await api.ask(stage.actor, LISTED, first=1, after=cursor))["twins"]["nodes"]
    assert [each["status"] for each in ada["listings"]["nodes"]] == ["OPEN"]
    assert len(asked) == 3
    twice = "{ twins(orderBy: NAME) { nodes { some: listings(first: 1) { nodes { id } } listings { nodes { id } } } } }"
    ada, _ = (await api.ask(stage.actor, twice))["twins"]["nodes"]
    assert [len(ada["some"]["nodes"]), len(ada["listings"]["nodes"])] == [1, 4]


async def test_an_impossible_number_of_them_is_refused_as_ever(api: Api, stage: factories.Player) -> None:
    ((code, message), *_) = await api.errors(stage.actor, LISTED, first=101)
    assert code == "BAD_USER_INPUT"
    assert "must be from 0 to 100" in message


@pytest.mark.parametrize("shown", [True, False])
async def test_a_directive_still_decides_what_is_shown(api: Api, stage: factories.Player, shown: bool) -> None:
    nodes = (await api.ask(stage.actor, LEFT_OUT, no=shown))["twins"]["nodes"]
    assert {tuple(each) for each in nodes} == {("name", "agency") if shown else ("name",)}
