"""Writes the functions: for each selection of an object type, one that makes the answer's object of a value."""

from collections.abc import Callable
from enum import EnumType
from typing import Any

import orjson
from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLScalarType,
    GraphQLUnionType,
    Undefined,
    get_named_type,
)
from graphql.execution.collect_fields import FieldDetailsList, collect_fields
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.types.field import StrawberryField

from schema.relations import DERIVED, RELATED, SEALED, Here, Lasting
from server.graphql.completion.arguments import Reader, Unusual
from server.graphql.completion.inputs import Literals, Unread
from server.graphql.completion.running import Asked, Bail, Completer, Completion, admit

DEFINITION = GraphQLCoreConverter.DEFINITION_BACKREF

EXACT = {
    "String": "{0}.__class__ is not str",
    "ID": "{0}.__class__ is not str",
    "Boolean": "{0} is not True and {0} is not False",
    "Int": "{0}.__class__ is not int or not -2147483648 <= {0} <= 2147483647",
}
"""When a value of a built-in scalar is not what it will be in the answer, and its type has to be asked."""


class Unfit(Exception):
    """This selection is not one that can be written down."""


class Writer:
    """Writes the functions of one value's selection. `executor` is one of that document, with the variables that decide
    what is included."""

    def __init__(self, executor: Any, converter: Any) -> None:
        self.executor = executor
        self.converter = converter
        self.names: dict[str, Any] = {"Bail": Bail, "admit": admit, "Here": Here, "as_bytes": _as_bytes}
        self._written: dict[tuple[object, ...], str] = {}
        self._asking: set[str] = set()
        """Functions of which something below is asked of a resolver: what they make is another each time."""
        self._asks = False
        self._kept: list[FieldDetailsList] = []  # what is remembered by its identity has to stay

    def completer(self, kind: GraphQLOutputType, details: FieldDetailsList) -> Completer:
        """Of a value of this type, with the selections below it. Raises Unfit."""
        return self._with(self.executor, lambda: self._value(kind, details))

    def operation(self, kind: GraphQLObjectType) -> Completer:
        """Of the root's value, all that the operation asks of it. Raises Unfit."""
        executor = self.executor
        collected = collect_fields(
            executor.schema, executor.fragments, executor.variable_values, kind, executor.operation
        )
        if collected.new_defer_usages:
            raise Unfit
        grouped = collected.grouped_field_set

        def write() -> list[str]:
            return [*self._entries(kind, grouped), "return r"]

        return self._with(
            executor, lambda: self._function(("operation", kind.name), next(iter(grouped.values()), []), "v", write)
        )

    def member(self, kind: GraphQLObjectType, details: FieldDetailsList, executor: Any) -> Completer:
        """Of a value of an abstract type that turned out to be of this one. Raises Unfit."""
        return self._with(executor, lambda: self._object(kind, details))

    def _with(self, executor: Any, write: Callable[[], str]) -> Completer:
        """An executor holds a whole request: it is not kept any longer than something is written."""
        self.executor = executor
        try:
            found: Completer = self.names[write()]
        finally:
            self.executor = None
        return found

    def _value(self, kind: GraphQLOutputType, details: FieldDetailsList) -> str:
        """The name of a function of a value."""
        inner = kind.of_type if isinstance(kind, GraphQLNonNull) else kind
        if isinstance(kind, GraphQLNonNull) and isinstance(inner, GraphQLObjectType):
            return self._object(inner, details)

        def write() -> list[str]:
            return [*self._completed(kind, details, "v"), "return v"]

        return self._function(("value", str(kind), *map(id, details)), details, "v", write)

    def _completed(self, kind: GraphQLOutputType, details: FieldDetailsList, v: str) -> list[str]:
        """Lines that make of the variable `v` what stands for it in the answer."""
        if isinstance(kind, GraphQLNonNull):
            return self._certain(kind.of_type, details, v)
        return [f"if {v} is not None:", *_indented(self._certain(kind, details, v))]

    def _certain(self, kind: Any, details: FieldDetailsList, v: str) -> list[str]:
        """The same of a value that is not null, or Bail."""
        if isinstance(kind, GraphQLScalarType) and kind.name in EXACT:
            return [f"if {EXACT[kind.name].format(v)}:", f"    {v} = {self._leaf(kind)}({v})"]
        if isinstance(kind, GraphQLScalarType):
            return [f"{v} = {self._leaf(kind)}({v})"]
        if isinstance(kind, GraphQLEnumType):
            members, leaf = self._enum(kind), self._leaf(kind)
            return [f"{v} = {members[1]}[{v}] if {v}.__class__ is {members[0]} else {leaf}({v})"]
        if isinstance(kind, GraphQLList):
            return [
                f"if {v}.__class__ is not list and {v}.__class__ is not tuple:",
                "    raise Bail",
                f"{v} = [{self._item(kind.of_type, details)} for each in {v}]",
            ]
        if isinstance(kind, GraphQLObjectType):
            return [f"{v} = {self._object(kind, details)}({v}, x)"]
        if isinstance(kind, GraphQLInterfaceType | GraphQLUnionType):
            learn, self._asks = Members(self, kind, details), True
            known, learner = self._named(learn.known, "known"), self._named(learn, "learn")
            return [f"{v} = ({known}.get({v}.__class__) or {learner}({v}, x))({v}, x)"]
        raise Unfit

    def _item(self, kind: GraphQLOutputType, details: FieldDetailsList) -> str:
        """What stands for `each` of a list. There may be many: what is one as it is costs no call."""
        inner = kind.of_type if isinstance(kind, GraphQLNonNull) else None
        if isinstance(inner, GraphQLScalarType) and inner.name in EXACT:
            return f"{self._leaf(inner)}(each) if {EXACT[inner.name].format('each')} else each"
        return f"{self._value(kind, details)}(each, x)"

    # -------------------------------------------------------------- objects

    def _object(self, kind: GraphQLObjectType, details: FieldDetailsList) -> str:
        """The name of the function for one selection of an object type."""

        def write() -> list[str]:
            definition = kind.extensions.get(DEFINITION)
            if definition is None or definition.is_type_of is not None:
                raise Unfit
            known, is_type_of = self._named(set(), "known"), self._named(kind.is_type_of, "is_type_of")
            collected = self.executor.collect_subfields(kind, details)
            if collected.new_defer_usages:
                raise Unfit
            made = self._entries(kind, collected.grouped_field_set)
            remembered, remember = self._remembering(definition.origin)
            return [
                f"if v.__class__ not in {known}:",
                f"    admit({known}, v, {is_type_of})",
                *remembered,
                *made,
                *remember,
                "return r",
            ]

        return self._function(("object", kind.name, *(id(each.node) for each in details)), details, "v", write)

    def _entries(self, kind: GraphQLObjectType, grouped: Any) -> list[str]:
        """Lines that make the answer's object `r` of `v`."""
        plain, entries, asking = [], [], list[str]()
        for place, (key, fields) in enumerate(grouped.items()):
            before, entry, after = self._field(kind, key, fields, f"v{place}")
            plain += before
            entries.append(f"{key!r}: {entry}")
            asking += after
        self._asks = self._asks or bool(asking)
        return [*plain, f"r = {{{', '.join(entries)}}}", *asking]

    def _remembering(self, origin: type) -> tuple[list[str], list[str]]:
        """What lasts is completed once for a selection in which nothing is asked of a resolver, and kept as it is sent."""
        if self._asks or not issubclass(origin, Lasting):
            return [], []
        selection = self._named(object(), "selection")
        return [f"if v.told[0] is {selection}:", "    return v.told[1]"], [
            "r = as_bytes(r)",
            f"v.told = {selection}, r",
        ]

    def _field(
        self, kind: GraphQLObjectType, key: str, fields: FieldDetailsList, v: str
    ) -> tuple[list[str], str, list[str]]:
        """Lines before the answer's object is made, what stands in it, and lines after that. Whatever is asked of a
        resolver is asked last: nothing that was begun may be left behind by a Bail."""
        name = fields[0].node.name.value
        if name == "__typename":
            return [], repr(kind.name), []
        field = self.executor.schema.get_field(kind, name)
        strawberry = field.extensions.get(DEFINITION) if field is not None else None
        if not isinstance(strawberry, StrawberryField):
            raise Unfit
        if strawberry.is_basic_field and not field.args and self.converter.config.default_resolver is getattr:
            return [f"{v} = v.{strawberry.python_name}", *self._completed(field.type, fields, v)], v, []
        if (make := strawberry.metadata.get(DERIVED)) is not None:
            return [f"{v} = {self._named(make, 'make')}(v)", *self._completed(field.type, fields, v)], v, []
        if (make := strawberry.metadata.get(SEALED)) is not None:
            self._asks = True  # by the seal of this answer
            return [f"{v} = {self._named(make, 'make')}(v, x.seal)", *self._completed(field.type, fields, v)], v, []
        if (load := strawberry.metadata.get(RELATED)) is not None:
            return [], "None", self._loaded(v, self._named(load, "load"), key, self._value(field.type, fields))
        asked = Asked(kind, key, field, fields, strawberry, self._reader(strawberry), _literals(field, fields))
        call, complete = self._call(asked), self._value(field.type, fields)
        if strawberry.is_async:
            return [], "None", [f"x.waiting.append(({call}, r, {key!r}, {complete}))"]
        leaf = _exact_leaf(field)
        placed = f"x.place({v}, r, {key!r}, {complete})"
        if leaf is None:
            return [], "None", [f"{v} = {call}", placed]
        quick = [f"if {leaf.format(v)}:", f"    {placed}", "else:", f"    r[{key!r}] = {v}"]
        return [], "None", [f"{v} = {call}", *quick]

    def _loaded(self, v: str, load: str, key: str, complete: str) -> list[str]:
        """What a loader has already need not be waited for."""
        return [
            f"{v} = {load}(v, x.load)",
            f"if {v}.__class__ is Here:",
            f"    r[{key!r}] = {complete}({v}.value, x)",
            "else:",
            f"    x.place({v}, r, {key!r}, {complete})",
        ]

    def _reader(self, field: StrawberryField) -> Reader | None:
        """None where Strawberry has to read the arguments."""
        if field.extensions:
            return None
        try:
            return Reader(field.arguments, self.converter)
        except Unusual:
            return None

    def _call(self, asked: Asked) -> str:
        """The resolver, asked for the field of `v`. What Strawberry wraps around it, an extension or a handler of
        exceptions, stays around it."""
        own, resolver = self._named(asked, "asked"), asked.strawberry.base_resolver
        if (
            resolver is None
            or asked.strawberry.extensions
            or isinstance(get_named_type(asked.field.type), GraphQLUnionType)
        ):
            given = f", **x.given[{own}]" if asked.field.args else ""
            return f"{self._named(asked.field.resolve, 'resolve')}(v, x.raw[{own}]{given})"
        handed = ["v"] if resolver.self_parameter is not None else []
        for parameter in (resolver.root_parameter, resolver.parent_parameter):
            handed += [f"{parameter.name}=v"] if parameter is not None else []
        handed += [f"{resolver.info_parameter.name}=x.infos[{own}]"] if resolver.info_parameter is not None else []
        handed += [f"**x.arguments[{own}]"] if asked.field.args else []
        return f"{self._named(resolver.wrapped_func, 'ask')}({', '.join(handed)})"

    # -------------------------------------------------------------- leaves

    def _leaf(self, kind: GraphQLScalarType | GraphQLEnumType) -> str:
        written, known = kind.coerce_output_value, set[type]()

        def leaf(value: Any) -> Any:
            if value.__class__ not in known:
                admit(known, value)
            answer = written(value)
            if answer is None or answer is Undefined:
                raise Bail
            return answer

        return self._shared(("leaf", kind.name), leaf)

    def _enum(self, kind: GraphQLEnumType) -> tuple[str, str]:
        """The names of Python's class, and of the table from its members to what they are called."""
        members = getattr(kind, "wrapped_cls", None)
        if not isinstance(members, EnumType):
            raise Unfit
        names = {each: kind.coerce_output_value(each) for each in list[Any](members)}
        return self._shared(("enum", kind.name), members), self._shared(("names", kind.name), names)

    # -------------------------------------------------------------- names

    def _function(
        self, key: tuple[object, ...], details: FieldDetailsList, v: str, write: Callable[[], list[str]]
    ) -> str:
        name = self._written.get(key)
        if name is None:
            name = self._written[key] = f"f{len(self._written)}"
            self._kept.append(details)
            beside, self._asks = self._asks, False
            source = "\n".join([f"def {name}({v}, x):", *_indented(write())])
            exec(compile(source, f"<completion of {key[1]}>", "exec"), self.names)  # noqa: S102 - all of it is written here
            if self._asks:
                self._asking.add(name)
            self._asks = self._asks or beside
        self._asks = self._asks or name in self._asking
        return name

    def _shared(self, key: tuple[object, ...], thing: Any) -> str:
        name = self._written.get(key)
        if name is None:
            name = self._written[key] = self._named(thing, str(key[0]))
        return name

    def _named(self, thing: Any, hint: str) -> str:
        name = f"{hint}_{len(self.names)}"
        self.names[name] = thing
        return name


class Members:
    """The object types that values of an abstract type have turned out to be, by Python's class of the value."""

    def __init__(
        self, writer: Writer, kind: GraphQLInterfaceType | GraphQLUnionType, details: FieldDetailsList
    ) -> None:
        definition = kind.extensions.get(DEFINITION)
        if getattr(definition, "resolve_type", None) is not None:
            raise Unfit
        self.known: dict[type, Completer] = {}
        self.writer = writer
        self.kind = kind
        self.details = details

    def __call__(self, value: Any, completion: Completion) -> Completer:
        """A value of one of Strawberry's own classes is of that type, as it would find out. Raises Bail."""
        admit(set(), value)
        definition = value.__class__.__dict__.get("__strawberry_definition__")
        if definition is None or definition.is_graphql_generic:
            raise Bail
        kind = completion.executor.schema.get_type(definition.name)
        possible = completion.executor.schema.get_possible_types(self.kind)
        if kind not in possible or kind.extensions[DEFINITION].origin is not value.__class__:
            raise Bail
        self.known[value.__class__] = found = self.writer.member(kind, self.details, completion.executor)
        return found


def _literals(field: GraphQLField, fields: FieldDetailsList) -> Literals | None:
    """None where graphql-core has to read them."""
    try:
        return Literals(field, fields[0])
    except Unread:
        return None


def _as_bytes(answer: dict[str, Any]) -> orjson.Fragment:
    """Something of an answer, as it is sent."""
    return orjson.Fragment(orjson.dumps(answer, default=str))


def _exact_leaf(field: GraphQLField) -> str | None:
    kind = field.type.of_type if isinstance(field.type, GraphQLNonNull) else field.type
    return EXACT.get(kind.name) if isinstance(kind, GraphQLScalarType) else None


def _indented(lines: list[str]) -> list[str]:
    return [f"    {line}" for line in lines]
