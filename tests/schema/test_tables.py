"""That the tables of who sees and who may have a line for everything in the schema. Needs no database, so `make check` asks it."""

import strawberry
from graphql import GraphQLObjectType, get_named_type

from tests.schema.crawl import fields
from tests.schema.who_may import MAY, SCOPES
from tests.schema.who_sees import NOT_ASKED, TABLE, WHO


def test_every_field_is_in_the_table(schema: strawberry.Schema) -> None:
    """A new field says there who sees it, or this fails."""
    for kind, expected in TABLE.items():
        assert expected.keys() == fields(schema._schema, kind).keys(), kind
        assert {len(letters) for letters in expected.values()} == {len(WHO)}, kind


def test_every_mutation_is_in_the_table(schema: strawberry.Schema) -> None:
    """A new mutation says there who may, and with which scope, or this fails."""
    assert schema._schema.mutation_type is not None
    assert MAY.keys() == schema._schema.mutation_type.fields.keys()
    assert {name for name, letters in MAY.items() if "A" in letters} == SCOPES.keys()


def test_every_type_is_in_a_table_or_shows_what_its_parent_shows(schema: strawberry.Schema) -> None:
    """A new type says who sees it, or this fails."""
    kinds = schema._schema.type_map.items()
    types = {name for name, kind in kinds if isinstance(kind, GraphQLObjectType) and not name.startswith("__")}
    roots = {"Query", "Mutation", "Subscription"}
    pages = {name for name in types if name.endswith(("Connection", "Edge"))} | {"PageInfo"}
    assert schema._schema.mutation_type is not None
    unions = [get_named_type(field.type) for field in schema._schema.mutation_type.fields.values()]
    answers = {member.name for union in unions for member in getattr(union, "types", ())}
    assert types - roots - pages - answers - set(TABLE) == NOT_ASKED
