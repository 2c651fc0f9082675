"""The schema as a whole: that it is the one that is committed, and that nobody nameless gets in."""

import strawberry
from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    get_named_type,
    is_leaf_type,
    is_required_argument,
    is_required_input_field,
)

from core.actor import ANONYMOUS
from resolvers.nodes import FINDERS
from server.graphql.schema import PRINTED, printed
from tests.schema.conftest import Api

OPEN_TO_ALL = ("viewer", "verifyLicence")
WORDS = {"Date": '"2030-01-01"', "DateTime": '"2030-01-01T00:00:00Z"', "Int": "1", "Boolean": "true"}


def test_the_committed_schema_is_this_one() -> None:
    assert PRINTED.read_text() == printed(), "Run `python -m server.graphql.schema`."


def test_every_node_can_be_found_by_its_id(schema: strawberry.Schema) -> None:
    kinds = schema._schema.type_map.values()
    nodes = {kind.name for kind in kinds if isinstance(kind, GraphQLObjectType) and "Node" in str(kind.interfaces)}
    assert nodes == FINDERS.keys()


def test_every_mutation_can_say_that_it_is_not_allowed(schema: strawberry.Schema) -> None:
    """That is how refusals find the fields that they may answer."""
    assert schema._schema.mutation_type is not None
    for field in schema._schema.mutation_type.fields.values():
        assert "NotAllowed" in [member.name for member in get_named_type(field.type).types]  # type: ignore[attr-defined]


async def test_nobody_nameless_gets_in(api: Api) -> None:
    for operation, root in (("query", api.schema._schema.query_type), ("mutation", api.schema._schema.mutation_type)):
        assert root is not None
        for name, field in root.fields.items():
            if name not in OPEN_TO_ALL:
                document = f"{operation} {{ {name}{_arguments(field.args)} {{ __typename }} }}"
                assert [code for code, _ in await api.errors(ANONYMOUS, document)] == ["UNAUTHENTICATED"], name


async def test_nobody_nameless_is_told_anything(api: Api) -> None:
    root = api.schema._schema.subscription_type
    assert root is not None
    for name, field in root.fields.items():
        document = f"subscription {{ {name}{_arguments(field.args)} {{ cursor }} }}"
        result = await anext(aiter(await api.schema.subscribe(document, {}, api.context(ANONYMOUS))))  # type: ignore[arg-type]
        assert [(error.extensions or {})["code"] for error in result.errors or []] == ["UNAUTHENTICATED"], name


async def test_a_nameless_caller_is_no_viewer(api: Api) -> None:
    assert await api.ask(ANONYMOUS, "{ viewer { name } }") == {"viewer": None}


def _arguments(arguments: dict[str, GraphQLArgument]) -> str:
    needed = [f"{name}: {_some(each.type)}" for name, each in arguments.items() if is_required_argument(each)]
    return f"({', '.join(needed)})" if needed else ""


def _some(kind: object) -> str:
    """Some value of an input type, as it is written in a document."""
    if isinstance(kind, GraphQLNonNull):
        return _some(kind.of_type)
    if isinstance(kind, GraphQLList):
        return f"[{_some(kind.of_type)}]"
    if isinstance(kind, GraphQLInputObjectType):
        needed = (f"{name}: {_some(each.type)}" for name, each in kind.fields.items() if is_required_input_field(each))
        return f"{{{', '.join(needed)}}}"
    if isinstance(kind, GraphQLEnumType):
        return next(iter(kind.values))
    assert is_leaf_type(kind)  # type: ignore[arg-type]
    return WORDS.get(str(kind), '"1"')
