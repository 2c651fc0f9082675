"""A model with a paid licence is erased: what proves the sale verifies exactly as it did before."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from core.actor import SYSTEM, Actor
from market import licences
from payments import ledger
from server import auditing
from tests import factories
from tests.schema.conftest import Api
from tests.schema.test_crew_is_paid import CrewSale
from tests.schema.test_product_rules import own_party

NAMES = ("lindqvist", "ada one", "ada-one", "freckles", "canaryword")
SEEN = """query ($id: ID!) { node(id: $id) { ... on Licence { status price { amount } consent { signedBy erasedAt }
    payment { status shares { role amount { amount } status } } } } }"""

WORDS = """query ($id: ID!) { node(id: $id) { ... on Model {
    twins { nodes { id consentPolicy { restrictions } } } } } }"""


async def verdict(api: Api, anchor: tuple[int, str] | None = None) -> auditing.Verdict:
    """What `twinmarket audit verify` asks."""
    async with api.database.snapshot(SYSTEM)() as read:
        return await auditing.verify(read, anchor=anchor)


async def faults(api: Api) -> list[str]:
    """What `twinmarket ledger verify` asks."""
    async with api.database.snapshot(SYSTEM)() as read:
        return list(await ledger.verify(read))


async def audited(api: Api) -> str:
    async with api.database.reads.connect() as connection:
        rows = await connection.execute(sa.text("select to_jsonb(a)::text from audit a"))
        return "\n".join(rows.scalars()).lower()


@pytest.fixture
async def sale(api: Api, ada: Actor, lumen: Actor) -> CrewSale:
    """Over, paid, and everybody has what they earned: made by the verbs alone."""
    sale = CrewSale(api, ada, lumen)
    await sale.make()
    await sale.onboard(min(ada.model_ids))
    await factories.move_clock(api.database, timedelta(days=120))
    async with api.database.work(SYSTEM)() as work:
        await licences.end_due(work)
    await sale.work()
    return sale


async def test_audit_and_ledger_verify_as_before(api: Api, sale: CrewSale) -> None:
    before = await verdict(api)
    assert (before.fault, await faults(api)) == (None, [])
    assert before.rows > 5
    seen = (await api.ask(sale.lumen, SEEN, id=sale.licence))["node"]
    assert seen["status"] == "ENDED"
    assert seen["payment"]["shares"][0]["status"] == "TRANSFERRED"

    erasure = {"modelId": await own_party(api, sale.ada), "signature": "Ada Lindqvist"}
    told = await api.do(sale.ada, "eraseModel", erasure, "... on ModelErased { model { name } }")
    assert told == {"__typename": "ModelErased", "model": {"name": "[erased]"}}
    await sale.work()

    after = await verdict(api, anchor=(before.rows, before.head))
    assert (after.fault, await faults(api)) == (None, [])
    assert after.rows > before.rows
    await sale.books_agree()
    text = await audited(api)
    assert "modelerased" in text
    assert [name for name in NAMES if name in text] == []
    kept = (await api.ask(sale.lumen, SEEN, id=sale.licence))["node"]
    assert kept["consent"]["signedBy"] == "[erased]"
    assert kept["consent"]["erasedAt"] is not None
    assert kept | {"consent": None} == seen | {"consent": None}


async def test_her_words_are_not_remembered_from_an_answer_before(api: Api, ada: Actor, sale: CrewSale) -> None:
    model = await own_party(api, ada)

    async def restrictions() -> list[list[str]]:
        twins = (await api.ask(ada, WORDS, id=model))["node"]["twins"]["nodes"]
        return [twin["consentPolicy"]["restrictions"] for twin in twins]

    [twin] = (await api.ask(ada, WORDS, id=model))["node"]["twins"]["nodes"]
    policy = {"twinId": twin["id"], "media": ["SOCIAL_PAID"], "territories": ["SE"], "restrictions": ["Canaryword."]}
    await api.do(ada, "setConsentPolicy", policy)
    assert [await restrictions() for _ in range(3)] == [[["Canaryword."]]] * 3
    erased = await api.do(ada, "eraseModel", {"modelId": model, "signature": "Ada Lindqvist"})
    assert erased["__typename"] == "ModelErased"
    assert await restrictions() == [["[erased]"]]


async def test_they_verify_as_before_when_one_of_the_crew_is_erased(api: Api, ada: Actor, lumen: Actor) -> None:
    sale = CrewSale(api, ada, lumen)
    contributor_id, mira = await sale.make_with_crew()
    await sale.onboard(min(ada.model_ids))
    await sale.onboard(min(mira.contributor_ids))
    before = await verdict(api)
    assert (before.fault, await faults(api)) == (None, [])
    assert before.rows > 5

    erasure = {"contributorId": contributor_id, "signature": "Mira Holm"}
    told = await api.do(mira, "eraseContributor", erasure, "... on ContributorErased { contributor { name } }")
    assert told == {"__typename": "ContributorErased", "contributor": {"name": "[erased]"}}
    await sale.work()

    after = await verdict(api, anchor=(before.rows, before.head))
    assert (after.fault, await faults(api)) == (None, [])
    assert after.rows > before.rows
    await sale.books_agree()
    text = await audited(api)
    assert "contributorerased" in text
    assert "mira" not in text


async def test_the_check_is_one_that_can_fail(api: Api, sale: CrewSale) -> None:
    before = await verdict(api)
    async with api.database.writes.begin() as connection:
        await connection.execute(sa.text("set local session_replication_role = replica"))
        await connection.execute(sa.text("update audit set kind = 'Nothing' where id = (select min(id) from audit)"))
        await connection.execute(sa.text("update share set amount_minor = amount_minor + 1"))
    assert (await verdict(api, anchor=(before.rows, before.head))).fault is not None
    assert await faults(api) != []
