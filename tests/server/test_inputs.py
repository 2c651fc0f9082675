"""Input values that are read by functions made once are what graphql-core makes of them, or are left to it."""

from collections.abc import Callable
from typing import Any

import pytest
from graphql import (
    FieldNode,
    GraphQLError,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLSchema,
    OperationDefinitionNode,
    build_schema,
    get_variable_values,
    is_enum_type,
    is_input_type,
    parse,
)
from graphql.execution.collect_fields import FieldDetails
from graphql.execution.values import VariableValues, get_argument_values
from hypothesis import given, settings
from hypothesis import strategies as st

from server.graphql.completion.inputs import Literals, Unread, Variables
from server.graphql.schema import build_schema as build_ours

OURS = build_ours()._schema
INPUTS = sorted(name for name, kind in OURS.type_map.items() if is_input_type(kind) and not name.startswith("__"))
JUNK = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**40), 2**40),
    st.floats(allow_nan=False),
    st.text(max_size=4),
    st.just([]),
    st.just({}),
    st.just({"unknown": 1}),
)
TEXTS = st.sampled_from(["", "EUR", "12.50", "2026-03-01", "2026-03-01T10:00:00Z", "DACH", "tm", "SE"])


def values_of(kind: Any, depth: int = 0) -> st.SearchStrategy[Any]:
    """Mostly what the type takes; now and then what it does not."""
    if isinstance(kind, GraphQLNonNull):
        return st.one_of(*[values_of(kind.of_type, depth)] * 9, JUNK)
    if isinstance(kind, GraphQLList):
        return st.one_of(st.lists(values_of(kind.of_type, depth), max_size=3), values_of(kind.of_type, depth), JUNK)
    if isinstance(kind, GraphQLInputObjectType):
        return _objects(kind, depth)
    if is_enum_type(kind):
        return st.one_of(st.sampled_from(sorted(kind.values)), st.none(), JUNK)
    return st.one_of(TEXTS, st.integers(-5, 200), st.booleans(), JUNK)


def _objects(kind: GraphQLInputObjectType, depth: int) -> st.SearchStrategy[Any]:
    fields = {name: values_of(each.type, depth + 1) for name, each in kind.fields.items()}
    needed = {name for name, each in kind.fields.items() if isinstance(each.type, GraphQLNonNull)}
    whole = st.fixed_dictionaries(
        {name: fields[name] for name in sorted(needed)},
        optional={name: each for name, each in fields.items() if name not in needed},
    )
    some = st.fixed_dictionaries({}, optional=fields)
    return st.one_of(*[whole] * 6, some, JUNK)


def operation(schema: GraphQLSchema, text: str) -> OperationDefinitionNode:
    found = parse(text).definitions[0]
    assert isinstance(found, OperationDefinitionNode)
    return found


def core(schema: GraphQLSchema, asked: OperationDefinitionNode, told: dict[str, Any]) -> VariableValues | None:
    made = get_variable_values(schema, asked.variable_definitions or (), told)
    return made if isinstance(made, VariableValues) else None


def plain(values: VariableValues | None) -> object:
    """Types that were made twice are not equal; their names are."""
    if values is None:
        return None
    sources = {name: (str(each.signature.type), each.value) for name, each in values.sources.items()}
    return list(values.coerced.items()), sources


@pytest.mark.parametrize("name", INPUTS)
def test_variables_of_every_type_are_what_graphql_core_makes_of_them(name: str) -> None:
    asked = operation(OURS, f"query ($may: {name}, $must: {name}!, $many: [{name}!]) {{ __typename }}")
    kind = OURS.type_map[name]
    ours = Variables(OURS, asked.variable_definitions or ())

    @settings(max_examples=40, deadline=None, database=None)
    @given(
        st.fixed_dictionaries(
            {},
            optional={
                "may": values_of(kind),
                "must": values_of(GraphQLNonNull(kind)),  # type: ignore[type-var]
                "many": values_of(GraphQLList(GraphQLNonNull(kind))),  # type: ignore[type-var]
            },
        )
    )
    def same(told: dict[str, Any]) -> None:
        assert plain(ours(told)) == plain(core(OURS, asked, told))

    same()


def test_a_right_value_of_the_deepest_input_is_read() -> None:
    """The others compare; this sees that it is not all left to graphql-core."""
    asked = operation(OURS, "query ($rights: RightsInput!) { __typename }")
    rights = {
        "media": ["ECOMMERCE"],
        "territories": ["DACH"],
        "industry": "APPAREL",
        "startsOn": "2026-03-01",
        "endsOn": "2026-05-31",
        "exclusivity": "NON_EXCLUSIVE",
    }
    made = Variables(OURS, asked.variable_definitions or ())({"rights": rights})
    assert made is not None
    assert plain(made) == plain(core(OURS, asked, {"rights": rights}))
    assert made.coerced["rights"]["territories"] == ["DACH"]


SMALL = build_schema("""
    scalar Anything
    enum Size { SMALL LARGE }
    input Inner { name: String! = "n", sizes: [Size!] = [SMALL], count: Int, must: Int! }
    input Outer { inner: Inner, other: Inner!, size: Size = LARGE, any: Anything }
    input Tree { leaf: Int, trees: [Tree!] }
    input One @oneOf { a: Int, b: String }
    type Query {
      ask(outer: Outer, must: Int!, size: Size! = SMALL, count: Int = 7, list: [Int!], word: String, id: ID): Int
      grow(tree: Tree): Int
      choose(one: One): Int
    }
""")
VARIABLES = "$outer: Outer, $inner: Inner, $must: Int, $sure: Int!, $size: Size, $sized: Size = LARGE, $count: Int, $word: String"


@pytest.mark.parametrize(
    "arguments",
    [
        "must: 1",
        "must: $sure, outer: $outer, count: $count",
        "must: $sure, size: $sized, word: $word",
        "must: 1, outer: { other: { must: 2 } }",
        "must: 1, outer: { other: { must: $sure, count: $count, name: $word }, inner: $inner }",
        "must: 1, outer: { other: { must: $must }, size: $size }",
        'must: 1, size: LARGE, word: "w", id: 5, count: -1',
    ],
)
@pytest.mark.parametrize(
    "told",
    [
        {"sure": 1},
        {"sure": 1, "must": None, "size": None, "count": None, "word": None, "outer": None, "inner": None},
        {"sure": 2, "must": 3, "size": "SMALL", "sized": "SMALL", "count": 0, "word": ""},
        {"sure": 2, "must": 3, "outer": {"other": {"must": 1}}, "inner": {"must": 4, "sizes": "LARGE"}},
    ],
)
def test_arguments_are_what_graphql_core_makes_of_them(arguments: str, told: dict[str, Any]) -> None:
    asked = operation(SMALL, f"query ({VARIABLES}) {{ ask({arguments}) }}")
    variables = core(SMALL, asked, told)
    assert variables is not None
    assert plain(Variables(SMALL, asked.variable_definitions or ())(told)) == plain(variables)
    field, node = _asked(asked)
    assert Literals(field, FieldDetails(node, None))(variables.coerced) == _or_none(
        lambda: get_argument_values(field, node, variables)
    )


@pytest.mark.parametrize(
    "text",
    [
        "{ ask(must: 1, list: [1, 2]) }",
        "{ ask(must: null) }",
        "{ ask }",
        "{ ask(must: 1, outer: { any: [1], other: { must: 1 } }) }",
        "{ choose(one: { a: 1 }) }",
    ],
)
def test_what_is_seldom_or_wrong_is_left_to_graphql_core(text: str) -> None:
    field, node = _asked(operation(SMALL, text))
    with pytest.raises(Unread):
        Literals(field, FieldDetails(node, None))


@pytest.mark.parametrize("kind", ["Tree", "One"])
def test_types_that_hold_themselves_or_are_a_choice_are_left_to_graphql_core(kind: str) -> None:
    with pytest.raises(Unread):
        Variables(SMALL, operation(SMALL, f"query ($it: {kind}) {{ __typename }}").variable_definitions or ())


def _asked(asked: OperationDefinitionNode) -> tuple[Any, FieldNode]:
    node = asked.selection_set.selections[0]
    assert isinstance(node, FieldNode)
    assert SMALL.query_type is not None
    return SMALL.query_type.fields[node.name.value], node


def _or_none(make: Callable[[], Any]) -> Any:
    try:
        return make()
    except GraphQLError:
        return None
