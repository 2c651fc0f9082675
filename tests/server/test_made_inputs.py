"""Input types are made by functions written once, and come out as Strawberry itself would make them."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from graphql import GraphQLEnumType, GraphQLInputObjectType, GraphQLList, GraphQLNonNull
from strawberry.types.arguments import convert_argument

from server.graphql.completion.arguments import Made
from server.graphql.completion.writing import DEFINITION
from server.graphql.schema import build_schema

SCHEMA = build_schema()
INPUTS = {name: kind for name, kind in SCHEMA._schema.type_map.items() if isinstance(kind, GraphQLInputObjectType)}
SCALARS: dict[str, Any] = {
    "Int": 7, "Boolean": True, "Date": date(2026, 6, 1), "DateTime": datetime(2026, 6, 1, tzinfo=UTC),
}  # fmt: skip


def value_of(kind: Any, *, nulls: bool, only_required: bool) -> Any:
    """As graphql-core hands it over, once it has read what was sent."""
    if isinstance(kind, GraphQLNonNull):
        return _value(kind.of_type, nulls=nulls, only_required=only_required)
    return None if nulls else _value(kind, nulls=nulls, only_required=only_required)


def _value(kind: Any, **how: bool) -> Any:
    if isinstance(kind, GraphQLList):
        return [value_of(kind.of_type, **how)] * 2
    if isinstance(kind, GraphQLEnumType):
        return next(iter(kind.values.values())).value
    if isinstance(kind, GraphQLInputObjectType):
        needed = (
            (name, each.type)
            for name, each in kind.fields.items()
            if isinstance(each.type, GraphQLNonNull) or not how["only_required"]
        )
        return {name: value_of(each, **how) for name, each in needed}
    return SCALARS.get(kind.name, "a word")


@pytest.mark.parametrize("name", INPUTS)
def test_they_are_made_as_by_strawberry(name: str) -> None:
    kind = INPUTS[name]
    definition = kind.extensions[DEFINITION]
    made = definition.from_input
    assert isinstance(made, Made)
    for how in ({"nulls": False}, {"nulls": True}, {"nulls": False, "only_required": True}):
        value = _value(kind, **{"only_required": False, **how})
        quickly = _converted(definition, value)
        for each in INPUTS.values():
            each.extensions[DEFINITION].from_input, each.extensions["kept"] = (
                None,
                each.extensions[DEFINITION].from_input,
            )
        try:
            usual = _converted(definition, value)
        finally:
            for each in INPUTS.values():
                each.extensions[DEFINITION].from_input = each.extensions.pop("kept")
        assert quickly == usual
        assert type(quickly) is type(usual)


def _converted(definition: Any, value: Any) -> Any:
    converter = SCHEMA.schema_converter
    return convert_argument(value, definition.origin, converter.scalar_registry, converter.config)
