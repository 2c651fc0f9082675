"""Documents that mean harm are refused or answered, each within a fraction of a second of one core."""

import time
from typing import cast

import pytest
from graphql import DocumentNode, OperationType, parse

from core.actor import ANONYMOUS
from core.seal import Seal
from payments.gateway import Gateway
from schema.context import Context
from server.database import Database
from server.graphql.context import Contexts
from server.graphql.engine import Answer, Engine, Prepared, Rejected
from server.graphql.limits import excesses
from server.graphql.negotiation import Parameters
from server.graphql.schema import build_schema
from tests.server.hostile import chain, circle, hostile, times

SECONDS = 0.05


@pytest.fixture
def contexts(database: Database) -> Contexts:
    seal, nothing = Seal("a secret of at least sixteen characters"), cast(Gateway, None)
    return Contexts(database, nothing, seal, None, None, "http://localhost", lambda read: None)  # type: ignore[arg-type,return-value]


async def answered(engine: Engine, contexts: Contexts, parameters: Parameters) -> Answer | None:
    """None when it was refused."""
    context: Context = contexts.of(ANONYMOUS, "hostile")
    engine.documents.forget()
    try:
        prepared: Prepared = engine.prepare(parameters)
    except Rejected:
        return None
    if prepared.kind is OperationType.SUBSCRIPTION:
        answer = await engine.subscribe(prepared, context)
        assert isinstance(answer, Answer)
        return answer
    return await engine.execute(prepared, context)


async def test_no_document_costs_more_than_a_moment(contexts: Contexts) -> None:
    engine = Engine(build_schema(), contexts.fresh)
    await answered(engine, contexts, Parameters("{ viewer { name } }"))
    seen, slow = 0, []
    for name, document, variables in hostile():
        seen += 1
        spent = []
        while not spent or (spent[-1] >= SECONDS and len(spent) < 12):  # the machine may be busy with other things
            began = time.process_time()
            answer = await answered(engine, contexts, Parameters(document, variables))
            spent.append(time.process_time() - began)
            assert answer is None or not any(
                error["extensions"]["code"] in ("INTERNAL", "UNAVAILABLE") for error in answer.errors or []
            ), name
        if min(spent) >= SECONDS:
            slow.append(f"{name}: {min(spent) * 1000:.0f} ms")
    assert slow == []
    assert seen >= 600


@pytest.mark.parametrize(
    "family",
    [
        lambda n: chain(n, "> >"),
        lambda n: chain(n, "> > > > >"),
        lambda n: circle(n, 7),
        lambda n: f"{{ {times(n, 'a#: viewer { name }')} }}",
    ],
    ids=["doubling", "fivefold", "circles", "aliases"],
)
def test_measuring_takes_as_long_as_the_text(family: object) -> None:
    few, many = measured(family(24)), measured(family(96))  # type: ignore[operator]
    assert many < few * 4 * 2.5


def measured(text: str) -> float:
    """Seconds of one measure, the best of many."""
    document: DocumentNode = parse(text)
    best = 1.0
    for _ in range(20):
        began = time.process_time()
        for _ in range(5):
            excesses(document)
        best = min(best, (time.process_time() - began) / 5)
    return best
