"""Input values as graphql-core would coerce them: variables and the literals of a document, by functions made once.

They know what is right. For what is wrong they answer `Undefined`, and graphql-core itself says what is wrong with it.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias, cast

from graphql import (
    ConstListValueNode,
    ConstObjectValueNode,
    GraphQLArgument,
    GraphQLError,
    GraphQLField,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLSchema,
    ListValueNode,
    NullValueNode,
    ObjectValueNode,
    Undefined,
    ValueNode,
    VariableDefinitionNode,
    VariableNode,
    is_leaf_type,
    is_required_argument,
    is_required_input_field,
)
from graphql.execution.collect_fields import FieldDetails
from graphql.execution.get_variable_signature import GraphQLVariableSignature, get_variable_signature
from graphql.execution.values import VariableValues, VariableValueSource
from graphql.utilities.coerce_input_value import coerce_default_value, coerce_input_literal

Read: TypeAlias = Callable[[Any], Any]
"""Of a value as JSON has it the one that resolvers are handed, or Undefined."""

Literal: TypeAlias = Callable[[Mapping[str, Any]], Any]
"""Of the coerced variables the value of a literal, or Undefined."""

_COMPOSED = (ListValueNode, ObjectValueNode, ConstListValueNode, ConstObjectValueNode)


class Unread(Exception):
    """graphql-core has to coerce this itself."""


class Variables:
    """The variables of one operation. Raises Unread for types that hold themselves: how deep those go must be counted."""

    def __init__(self, schema: GraphQLSchema, definitions: Sequence[VariableDefinitionNode]) -> None:
        self._each: list[tuple[GraphQLVariableSignature, Read, bool]] = []
        for each in definitions:
            signature = get_variable_signature(schema, each)
            if isinstance(signature, GraphQLError):
                raise Unread
            self._each.append((signature, _reader(signature.type, ()), isinstance(signature.type, GraphQLNonNull)))

    def __call__(self, given: Mapping[str, Any]) -> VariableValues | None:
        """None when something is wrong with them."""
        sources, coerced = dict[str, VariableValueSource](), dict[str, Any]()
        for signature, read, is_required in self._each:
            name = signature.name
            value = given.get(name, Undefined)
            sources[name] = VariableValueSource(signature, value)
            if value is not Undefined:
                value = read(value)
                if value is Undefined:
                    return None
                coerced[name] = value
            elif signature.default is not None:
                coerced[name] = coerce_default_value(signature)
            elif is_required:
                return None
        return VariableValues(sources, coerced)


def _reader(kind: Any, within: tuple[GraphQLInputObjectType, ...]) -> Read:
    if isinstance(kind, GraphQLNonNull):
        some = _reader(kind.of_type, within)
        return lambda value: Undefined if value is None else some(value)
    if isinstance(kind, GraphQLList):
        return _list(_reader(kind.of_type, within))
    if isinstance(kind, GraphQLInputObjectType):
        return _object(kind, within)
    coerce = kind.coerce_input_value

    def leaf(value: Any) -> Any:
        try:
            return value if value is None else coerce(value)
        except Exception:
            return Undefined

    return leaf


def _list(item: Read) -> Read:
    def some(value: Any) -> Any:
        if value is None:
            return None
        many = value if value.__class__ is list else [value]  # one may come without a list around it
        made = [item(each) for each in many]
        return Undefined if Undefined in made else made

    return some


def _object(kind: GraphQLInputObjectType, within: tuple[GraphQLInputObjectType, ...]) -> Read:
    if kind.is_one_of or kind in within:
        raise Unread
    fields = [
        (name, _own(name, each), _reader(each.type, (*within, kind)), is_required_input_field(each), _default(each))
        for name, each in kind.fields.items()
    ]
    outwards = kind.out_type

    def some(value: Any) -> Any:
        if value is None:
            return None
        if value.__class__ is not dict:
            return Undefined
        made, known = {}, 0
        for name, own, read, is_required, default in fields:
            if name in value:
                known += 1
                each = read(value[name])
                if each is Undefined:
                    return Undefined
                made[own] = each
            elif is_required:
                return Undefined
            elif default is not None:
                made[own] = default()
        return outwards(made) if known == len(value) else Undefined

    return some


def _own(name: str, field: Any) -> str:
    return cast(str, field.out_name or name)


def _default(field: GraphQLInputField | GraphQLArgument) -> Callable[[], Any] | None:
    if field.default is None and field.default_value is Undefined:
        return None
    return lambda: coerce_default_value(field)


# ------------------------------------------------------------------ what stands in the document


class Literals:
    """The arguments of one field as its document gives them. Raises Unread."""

    def __init__(self, field: GraphQLField, details: FieldDetails) -> None:
        if details.fragment_variable_values is not None:
            raise Unread
        written = {each.name.value: each.value for each in details.node.arguments or ()}
        self._each: list[tuple[str, str | None, Literal, Callable[[], Any] | None]] = []
        for name, argument in field.args.items():
            value, default = written.get(name), _default(argument)
            if value is None:
                if is_required_argument(argument):
                    raise Unread
                if default is None:
                    continue
                value_of: Literal = _never
                variable: str | None = ""
            else:
                value_of = _literal(value, argument.type)
                variable = _optional(value, is_required=is_required_argument(argument))
            self._each.append((_own(name, argument), variable, value_of, default))

    def __call__(self, variables: Mapping[str, Any]) -> dict[str, Any] | None:
        """By their names in GraphQL; None when something is wrong with them."""
        made = {}
        for own, variable, value_of, default in self._each:
            if variable is None or variable in variables:
                made[own] = value = value_of(variables)
                if value is Undefined:
                    return None
            elif default is not None:
                made[own] = default()
        return made


def _never(_: Mapping[str, Any]) -> Any:
    raise AssertionError


def _optional(value: ValueNode, *, is_required: bool) -> str | None:
    """The variable without which there is nothing, as if it had not been written."""
    return value.name.value if isinstance(value, VariableNode) and not is_required else None


def _literal(value: ValueNode, kind: Any) -> Literal:
    if isinstance(value, VariableNode):
        name, may_be_null = value.name.value, not isinstance(kind, GraphQLNonNull)

        def variable(variables: Mapping[str, Any]) -> Any:
            found = variables.get(name, Undefined)
            return Undefined if found is None and not may_be_null else found

        return variable
    inner = kind.of_type if isinstance(kind, GraphQLNonNull) else kind
    if isinstance(inner, GraphQLInputObjectType) and isinstance(value, ObjectValueNode):
        return _literal_object(value, inner)
    if is_leaf_type(inner) and not isinstance(value, (*_COMPOSED, NullValueNode)):
        found = coerce_input_literal(value, inner)
        if isinstance(found, list | dict):  # of a scalar of its own: each request gets another
            raise Unread
        return lambda _: found
    raise Unread


def _literal_object(value: ObjectValueNode, kind: GraphQLInputObjectType) -> Literal:
    if kind.is_one_of:
        raise Unread
    written = {each.name.value: each.value for each in value.fields}
    if not kind.fields.keys() >= written.keys():
        raise Unread
    fields = []
    for name, field in kind.fields.items():
        of, is_required = written.get(name), is_required_input_field(field)
        if of is not None:
            fields.append(
                (_own(name, field), _optional(of, is_required=is_required), _literal(of, field.type), _default(field))
            )
        elif is_required:
            raise Unread
        elif (default := _default(field)) is not None:
            fields.append((_own(name, field), "", _never, default))
    outwards = kind.out_type

    def some(variables: Mapping[str, Any]) -> Any:
        made = {}
        for own, variable, value_of, default in fields:
            if variable is None or variable in variables:
                each = value_of(variables)
                if each is Undefined:
                    return Undefined
                made[own] = each
            elif default is not None:
                made[own] = default()
        return outwards(made)

    return some
