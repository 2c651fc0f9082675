"""Arguments as resolvers take them: what Strawberry would make of GraphQL's values, by functions made once for each field."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import MISSING
from typing import Any, TypeAlias

import strawberry
from graphql import GraphQLInputObjectType
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.types.arguments import StrawberryArgument, _is_leaf_type, _is_optional_leaf_type
from strawberry.types.base import StrawberryList, StrawberryMaybe, StrawberryOptional, get_object_definition
from strawberry.types.enum import StrawberryEnumDefinition, has_enum_definition
from strawberry.types.lazy_type import LazyType
from strawberry.types.unset import UNSET

Make: TypeAlias = Callable[[Any], Any]
"""Of a value of GraphQL the one that the resolver takes."""


class Unusual(Exception):
    """Strawberry itself has to convert this."""


class Made:
    """How an input type is made of GraphQL's value, in Strawberry's own words: its `from_input`."""

    __slots__ = ("make",)

    def __init__(self, make: Make) -> None:
        self.make = make

    def __call__(self, kind: type, value: Any, context: Any) -> Any:
        return self.make(value)


def make_inputs_quickly(schema: strawberry.Schema) -> None:
    """Every input type is made by a function made once for it. Strawberry asks each time again what its fields are, what
    they are called and of which kind they are; mutations, whose arguments it reads itself, have little else."""
    reader = Reader([], schema.schema_converter)
    for kind in schema._schema.type_map.values():
        if isinstance(kind, GraphQLInputObjectType):
            definition = kind.extensions[GraphQLCoreConverter.DEFINITION_BACKREF]
            with suppress(Unusual):
                definition.from_input = Made(reader.of_object(definition.origin))


class Reader:
    """Reads the arguments of one field. `converter` is the Strawberry schema's. Raises Unusual."""

    def __init__(self, arguments: list[StrawberryArgument], converter: Any) -> None:
        self._converter = converter
        names = converter.config.name_converter
        self._made: list[tuple[str, str, Make | None]] = [
            (names.from_argument(each), each.python_name, self._of(each.type)) for each in arguments
        ]

    def __call__(self, given: dict[str, Any]) -> dict[str, Any]:
        return {
            own: given[name] if make is None else make(given[name]) for name, own, make in self._made if name in given
        }

    def _of(self, kind: Any) -> Make | None:
        """None where a value is taken as it is."""
        if isinstance(kind, StrawberryMaybe):
            raise Unusual
        if isinstance(kind, StrawberryOptional):
            return self._of(kind.of_type)
        if isinstance(kind, StrawberryList):
            return self._list(kind.of_type)
        if isinstance(kind, LazyType):
            return self._of(kind.resolve_type())
        if isinstance(kind, StrawberryEnumDefinition) or has_enum_definition(kind):
            return None
        if _is_leaf_type(kind, self._converter.scalar_registry):
            return None
        return self.of_object(kind)

    def _list(self, kind: Any) -> Make:
        scalars = self._converter.scalar_registry
        if _is_leaf_type(kind, scalars) or _is_optional_leaf_type(kind, scalars):
            return lambda value: value if value is None or value is UNSET else list(value)
        make = self._of(kind)
        return lambda value: (
            value if value is None or value is UNSET else [each if make is None else make(each) for each in value]
        )

    def of_object(self, kind: Any) -> Make:
        definition = get_object_definition(kind)
        if definition is None or not definition.is_input:
            raise Unusual
        if isinstance(definition.from_input, Made):
            return definition.from_input.make
        if definition.from_input is not None:
            raise Unusual
        names = self._converter.config.name_converter
        fields = [
            (names.from_field(each), each.python_name, self._of(each.resolve_type(type_definition=definition)))
            for each in definition.fields
        ]
        missing = {
            each.python_name: None
            for each in definition.fields
            if each.default_value is MISSING and each.default_factory is MISSING
        }

        def make_object(value: Any) -> Any:
            if value is None or value is UNSET:
                return value
            told = missing | {
                own: value[name] if make is None else make(value[name]) for name, own, make in fields if name in value
            }
            return kind(**told)

        return make_object
