"""Compiled completion by itself, on a small schema: what it makes is what graphql-core makes, and it knows when to stop."""

import asyncio
from collections import Counter
from collections.abc import Awaitable
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum, StrEnum
from typing import Any, cast

import orjson
import pytest
import strawberry
from graphql import parse
from strawberry.execution import optimized_is_awaitable
from strawberry.schema.config import StrawberryConfig
from strawberry.types import Info

from schema.scalars import SCALARS
from server.graphql.completion import Compiled, CompiledExecutor


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


class Size(Enum):
    SMALL = 1
    LARGE = 2


strawberry.enum(Colour)
strawberry.enum(Size)

ASKED: Counter[str] = Counter()


@strawberry.interface
class Named:
    name: str


@strawberry.type
class Leaf:
    weight: Decimal
    size: Size | None = None


@strawberry.type
class Apple(Named):
    colour: Colour
    leaves: list[Leaf]
    leaf: Leaf | None = None
    notes: list[str | None] | None = None
    grid: list[list[int]] = strawberry.field(default_factory=list)
    fault: strawberry.Private[str] = ""

    @strawberry.field
    def loud(self, times: int = 1) -> str:
        ASKED["loud"] += 1
        return self.name.upper() * times

    @strawberry.field
    async def slow(self) -> Leaf:
        ASKED["slow"] += 1
        await asyncio.sleep(0)
        if self.fault == "slow":
            raise ValueError("too slow")
        return Leaf(weight=Decimal("1.50"))

    @strawberry.field
    async def maybe(self) -> "Apple | None":
        await asyncio.sleep(0)
        return None if self.fault != "deep" else Apple(name=cast(str, None), colour=Colour.RED, leaves=[])

    @strawberry.field
    def soon(self) -> str:
        future: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        future.get_loop().call_soon(future.set_result, "came")
        return cast(str, future)

    @strawberry.field
    def whose(self, info: Info) -> str:
        if self.fault == "whose":
            raise PermissionError(f"not for {info.context}")
        return str(info.context)


@strawberry.type
class Pear(Named):
    long: bool = True


@strawberry.type
class Query:
    @strawberry.field
    async def apples(self, info: Info, fault: str = "") -> list[Apple]:
        ASKED["apples"] += 1
        leaf = Leaf(weight=Decimal("0.10"), size=Size.LARGE)
        good = [
            Apple(name=f"apple {n}", colour=Colour.BLUE, leaves=[leaf] * n, leaf=leaf, grid=[[n]]) for n in range(3)
        ]
        return [*good, *_faulty(fault)]

    @strawberry.field
    def things(self) -> list[Named]:
        return [Pear(name="pear"), Apple(name="apple", colour=Colour.RED, leaves=[], notes=["a", None])]

    @strawberry.field
    def either(self, pear: bool) -> "Apple | Pear | None":
        return Pear(name="pear") if pear else Apple(name="apple", colour=Colour.RED, leaves=[])

    @strawberry.field
    def nothing(self) -> Apple | None:
        return None

    @strawberry.field(metadata={"counts": True})
    def counted(self, fault: str = "") -> Apple:
        ASKED["counted"] += 1
        return Apple(name="x", colour=Colour.RED, leaves=[], fault=fault)


@strawberry.type
class Mutation:
    @strawberry.mutation
    async def pick(self, fault: str = "") -> Apple | None:
        ASKED["pick"] += 1
        return Apple(name="picked", colour=Colour.RED, leaves=[], fault=fault)


def _faulty(fault: str) -> list[Any]:
    made = Apple(name="bad", colour=Colour.RED, leaves=[], fault=fault)
    match fault:
        case "null":
            made.name = cast(str, None)
        case "kind":
            made.colour = cast(Colour, "green")
        case "number":
            made.grid = [[2**40]]
        case "list":
            made.leaves = cast(list[Leaf], 7)
        case "item":
            return [None]
        case "error":
            return [RuntimeError("an item that is an error")]
        case "other":
            return [Pear(name="pear")]
        case "missing":
            del made.name
    return [made] if fault else []


SCHEMA = strawberry.Schema(Query, Mutation, types=[Apple, Pear], config=StrawberryConfig(scalar_map=SCALARS))


@dataclass
class Made:
    data: bytes
    errors: list[Any]
    gave_up: bool
    used: bool


async def made(text: str, compiled: Compiled | None, **variables: Any) -> Made:
    document = parse(text)
    built: Any = CompiledExecutor.build(
        SCHEMA._schema,
        document if compiled is None else DOCUMENTS[id(compiled)],
        context_value="caller",
        raw_variable_values=variables,
        is_awaitable=optimized_is_awaitable,
        operation_extensions={},
        compiled=compiled,
    )
    result = built.execute_operation()
    done = await result if isinstance(result, Awaitable) else result
    errors = [error.formatted for error in done.errors or ()]
    used = compiled is not None and any(compiled._written.values())
    return Made(orjson.dumps(done.data), errors, built.gave_up, used)


DOCUMENTS: dict[int, Any] = {}


def compiled(text: str) -> Compiled:
    document = parse(text)
    found = Compiled(document, SCHEMA.schema_converter, worth_it=1, caution=0)
    DOCUMENTS[id(found)] = document
    return found


ALL = """
  query ($fault: String! = "", $with: Boolean! = true, $times: Int = 2) {
    apples(fault: $fault) {
      __typename n: name colour loud(times: $times) once: loud soon whose grid notes
      leaves { weight size } leaf { weight ...Sized @include(if: $with) }
      slow { weight } maybe { name maybe { name } }
    }
  }
  fragment Sized on Leaf { size }
"""
ABSTRACT = """{
  things { __typename name ... on Apple { colour notes slow { weight } } ... on Pear { long } ...X }
  a: either(pear: true) { __typename ... on Pear { name } } b: either(pear: false) { ... on Apple { soon } }
  nothing { name }
} fragment X on Named { again: name }"""


@pytest.mark.parametrize("text", [ALL, ABSTRACT, "{ counted { name slow { size } } }"])
async def test_it_makes_what_graphql_core_makes(text: str) -> None:
    usual, quick = await made(text, None), compiled(text)
    for _ in range(3):
        again = await made(text, quick)
        assert (again.data, again.errors) == (usual.data, [])
        assert again.used
        assert quick.given_up == 0


async def test_what_variables_leave_out_is_left_out() -> None:
    quick = compiled(ALL)
    for given in (True, False, True):
        usual = await made(ALL, None, **{"with": given})
        assert (await made(ALL, quick, **{"with": given})).data == usual.data
        assert (b'"size":2' in usual.data or b'"size":"LARGE"' in usual.data) is True
    assert quick.given_up == 0


@pytest.mark.parametrize(
    "fault", ["null", "kind", "number", "list", "item", "error", "other", "missing", "slow", "whose", "deep"]
)
async def test_whatever_is_unusual_is_given_up(fault: str) -> None:
    usual, quick = await made(ALL, None, fault=fault), compiled(ALL)
    assert usual.errors
    for _ in range(3):
        first = await made(ALL, quick, fault=fault)
        assert first.gave_up
        assert first.used
    assert quick.given_up == 3
    fine = await made(ALL, quick)
    assert not fine.gave_up
    assert fine.data == (await made(ALL, None)).data


async def test_what_a_mutation_did_is_completed_on_the_spot_and_not_done_again() -> None:
    text = "mutation ($fault: String!) { pick(fault: $fault) { name whose } again: pick { name } }"
    usual, quick = await made(text, None, fault="whose"), compiled(text)
    ASKED.clear()
    found = await made(text, quick, fault="whose")
    assert ASKED["pick"] == 2
    assert (found.data, found.errors, found.gave_up) == (usual.data, usual.errors, False)
    assert quick.given_up == 1


async def test_a_field_that_counts_who_asks_is_asked_once() -> None:
    text = '{ counted(fault: "whose") { name whose } }'
    usual, quick = await made(text, None), compiled(text)
    ASKED.clear()
    found = await made(text, quick)
    assert ASKED["counted"] == 1
    assert (found.data, found.errors, found.gave_up) == (usual.data, usual.errors, False)


async def test_who_is_refused_is_answered_as_usual_for_a_while() -> None:
    text = '{ apples(fault: "whose") { whose } }'
    document = parse(text)
    careful = Compiled(document, SCHEMA.schema_converter, worth_it=1, caution=2)
    DOCUMENTS[id(careful)] = document
    assert [(await made(text, careful)).gave_up for _ in range(4)] == [True, False, False, True]


async def test_a_document_that_comes_once_is_not_written_down() -> None:
    text = "{ things { name } }"
    document = parse(text)
    usual = Compiled(document, SCHEMA.schema_converter)
    DOCUMENTS[id(usual)] = document
    assert [(await made(text, usual)).used for _ in range(3)] == [False, True, True]


async def test_what_was_begun_beside_a_fault_is_ended() -> None:
    """Nothing runs on, and nothing is left unawaited (a warning is an error here)."""
    text = "query ($fault: String!) { apples(fault: $fault) { slow { weight } s: slow { weight } soon whose maybe { name } } }"
    for fault in ("whose", "slow", "deep"):
        quick = compiled(text)
        before = len(asyncio.all_tasks())
        assert (await made(text, quick, fault=fault)).gave_up
        await asyncio.sleep(0)
        assert len(asyncio.all_tasks()) == before
