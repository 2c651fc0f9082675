"""Everything that one caller can learn: every field of every type, asked of every id that there may be."""

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any, TypeAlias

from graphql import (
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    get_named_type,
    is_leaf_type,
)

from core.actor import Actor
from tests.schema.conftest import SEAL, Api
from tests.schema.scenes import RIGHTS

Path: TypeAlias = tuple[str, ...]
"""From a type down to a leaf, as it is written in a document."""

Answers: TypeAlias = dict[str, str]
"""What was answered, byte by byte, by what was asked."""

NUMBERS = range(1, 7)
"""Of the rows of each table, there or not: a caller may have come by any id."""

_RIGHTS = ", ".join(f"{name}: {json.dumps(value)}" for name, value in RIGHTS.items() if name != "industry").replace(
    '"SOCIAL_PAID", "ECOMMERCE"', "SOCIAL_PAID, ECOMMERCE"
)
ARGUMENTS = {
    "rights": f"{{{_RIGHTS}, industry: APPAREL, exclusivity: TOTAL}}",
    "from": json.dumps(str(date(2020, 1, 1))),
    "to": json.dumps(str(date(2040, 1, 1))),
    "year": "2026",
    "number": '"TM-2026-000001"',
    "handle": '"ada-one"',
    "certificate": '"x"',
}


async def crawl(api: Api, actor: Actor) -> Answers:
    """Every root field, and every field of whatever has an id, to the fields of its neighbours."""
    schema = api.schema._schema
    answers: Answers = {}
    assert schema.query_type is not None
    for name, field in schema.query_type.fields.items():
        if name not in ("node", "nodes"):
            await _ask(api, actor, answers, (written(name, field.args),), leaves(schema, field.type, 1))
    for kind in nodes(schema):
        for number in NUMBERS:
            entry = f'node(id: "{SEAL.id(kind, number)}")'
            if await _is_there(api, actor, answers, entry):
                for name, field in fields(schema, kind).items():
                    top = (entry, f"... on {kind}", written(name, field.args))
                    await _ask(api, actor, answers, top, leaves(schema, field.type, 1))
    return answers


def nodes(schema: GraphQLSchema) -> list[str]:
    """The types that have an id."""
    node = schema.type_map["Node"]
    assert isinstance(node, GraphQLInterfaceType)
    return sorted(kind.name for kind in schema.get_possible_types(node))


def fields(schema: GraphQLSchema, kind: str) -> Mapping[str, Any]:
    found = schema.type_map[kind]
    assert isinstance(found, GraphQLObjectType)
    return found.fields


def leaves(schema: GraphQLSchema, kind: Any, depth: int) -> Iterator[Path]:
    """Every leaf from a type down, through at most `depth` things that have ids."""
    named = get_named_type(kind)
    if is_leaf_type(named):
        yield ()
    elif isinstance(named, GraphQLInterfaceType | GraphQLUnionType):
        for possible in schema.get_possible_types(named):
            for path in leaves(schema, possible, depth):
                yield (f"... on {possible.name}", *path)
    elif depth or named.name not in nodes(schema):
        under = depth - (named.name in nodes(schema))
        for name, field in named.fields.items():
            for path in leaves(schema, field.type, under):
                yield (written(name, field.args), *path)


def document(paths: Iterable[Path]) -> str:
    tree: dict[str, Any] = {}
    for path in paths:
        branch = tree
        for segment in path:
            branch = branch.setdefault(segment, {})
    return _rendered(tree)


def _rendered(tree: Mapping[str, Any]) -> str:
    return f"{{ {' '.join(name + (_rendered(branch) if branch else '') for name, branch in tree.items())} }}"


def written(name: str, arguments: Iterable[str]) -> str:
    """A field with its arguments."""
    given = [f"{each}: {ARGUMENTS[each]}" for each in arguments if each in ARGUMENTS]
    return f"{name}({', '.join(given)})" if given else name


async def _is_there(api: Api, actor: Actor, answers: Answers, entry: str) -> bool:
    answers[entry], _ = await _told(api, actor, f"{{ {entry} {{ __typename id }} }}")
    return "__typename" in answers[entry]


async def _ask(api: Api, actor: Actor, answers: Answers, top: Path, below: Iterable[Path]) -> None:
    """All leaves at once; then again without those that are forbidden, because they hide the others. Which of them is
    told first is chance: what counts is all that were told, and the answer that is left."""
    paths = [(*top, *path) for path in below]
    depth, refused = len(_names(top)), set[Path]()
    while paths:
        asked = document(paths)
        told, faults = await _told(api, actor, asked)
        hiding = {fault for fault in faults if len(fault) > depth}
        left = [path for path in paths if not any(_names(path)[: len(fault)] == fault for fault in hiding)]
        if len(left) == len(paths):
            answers[asked] = told
            break
        refused |= {(*fault, faults[fault]) for fault in hiding}
        paths = left
    answers[f"{top} refuses {json.dumps(sorted(refused))}"] = ""


def _names(path: Path) -> tuple[str, ...]:
    """As an answer's errors name it."""
    return tuple(segment.split("(")[0] for segment in path if not segment.startswith("..."))


async def _told(api: Api, actor: Actor, asked: str) -> tuple[str, dict[Path, str]]:
    """The answer as text, errors with it, and what is said where of what is wrong."""
    result = await api.execute(asked, {}, api.context(actor))
    errors = [[(error.extensions or {}).get("code"), error.message, error.path] for error in result.errors or []]
    told = json.dumps([result.data, errors], default=str)
    assert "Syntax Error" not in told, asked
    assert "Cannot query" not in told, asked
    faults = {
        tuple(str(part) for part in error.path or () if not isinstance(part, int)): error.message
        for error in result.errors or []
    }
    return told, faults
