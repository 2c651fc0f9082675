"""Random documents over the whole schema: valid, of any shape, and about things that are there."""

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    get_named_type,
    is_leaf_type,
)

from tests.schema.crawl import ARGUMENTS

VARIABLES = {"$yes": "Boolean! = true", "$no": "Boolean! = false", "$small": "Int = 2"}
DIRECTIVES = ("@include(if: $yes)", "@skip(if: $no)", "@include(if: $no)", "@skip(if: false)", "@include(if: true)")
CHOICES = {
    "first": ("0", "1", "3", "$small", "100"),
    "last": ("1", "2"),
    "orderBy": ("NEWEST", "NAME"),
}
FEW = 0.25
"""Of the arguments that may be left out, so many are given."""


@dataclass
class Author:
    """Writes one document. `ids`: of things that are there, by kind."""

    schema: GraphQLSchema
    dice: random.Random
    ids: Mapping[str, str]
    fields_left: int = 60
    _fragments: dict[str, str] = field(default_factory=dict)
    _aliases: int = 0

    def document(self) -> str:
        query = self.schema.query_type
        assert query is not None
        roots = " ".join(self._root(query) for _ in range(self.dice.choice((1, 1, 1, 2, 3))))
        body = "\n".join([f"{{ {roots} }}", *self._fragments.values()])
        declared = [f"{name}: {kind}" for name, kind in VARIABLES.items() if name in body]
        return f"query ({', '.join(declared)}) {body}" if declared else body

    def variables(self) -> dict[str, Any]:
        given = {
            "yes": self.dice.random() < 0.8,
            "no": self.dice.random() < 0.3,
            "small": self.dice.randint(0, 4),
        }
        return {name: value for name, value in given.items() if self.dice.random() < 0.8}

    def _root(self, query: GraphQLObjectType) -> str:
        """Mostly something by its id: from there all of the schema is near."""
        if self.dice.random() < 0.7:
            kind = self.dice.choice(sorted(self.ids))
            below = self._selections(self.schema.type_map[kind], 4)
            more = (
                f"... on Node {{ {self._selections(self.schema.type_map['Node'], 1)} }}"
                if self.dice.random() < 0.2
                else ""
            )
            return f'{self._alias()}: node(id: "{self.ids[kind]}") {{ __typename {more} ... on {kind} {{ {below} }} }}'
        return self._field(*self.dice.choice(sorted(query.fields.items())), depth=4, always_named=True) or "__typename"

    def _selections(self, kind: Any, depth: int) -> str:
        """What is asked of a type: at least its name."""
        if isinstance(kind, GraphQLUnionType | GraphQLInterfaceType):
            return self._of_abstract(kind, depth)
        names = sorted(kind.fields.items())
        chosen = self.dice.sample(names, min(len(names), self.dice.randint(1, 7)))
        written = [text for name, each in chosen if (text := self._field(name, each, depth=depth - 1))]
        written = [self._wrapped(kind, text) for text in written]
        return " ".join(written) or "__typename"

    def _of_abstract(self, kind: GraphQLUnionType | GraphQLInterfaceType, depth: int) -> str:
        possible = self.dice.sample(list(self.schema.get_possible_types(kind)), 2)
        parts = [f"... on {each.name} {{ {self._selections(each, depth - 1)} }}" for each in possible]
        if isinstance(kind, GraphQLInterfaceType):
            parts += [text for name, each in kind.fields.items() if (text := self._field(name, each, depth=depth - 1))]
        return " ".join(["__typename", *parts])

    def _wrapped(self, kind: GraphQLObjectType, text: str) -> str:
        """The same, perhaps within a fragment, perhaps if a variable says so."""
        directive = self.dice.choice(DIRECTIVES) if self.dice.random() < 0.3 else ""
        match self.dice.randint(0, 9):
            case 0:
                return f"... {directive} {{ {text} }}"
            case 1:
                return f"... on {kind.name} {directive} {{ {text} }}"
            case 2:
                name = f"F{len(self._fragments)}"
                self._fragments[name] = f"fragment {name} on {kind.name} {{ {text} }}"
                return f"...{name} {directive}"
            case _:
                return text

    def _field(self, name: str, each: GraphQLField, *, depth: int, always_named: bool = False) -> str:
        """ "" where it would be too much, or needs what nobody here knows."""
        named = get_named_type(each.type)
        given = self._arguments(each)
        if given is None or self.fields_left <= 0 or (depth <= 0 and not is_leaf_type(named)):
            return ""
        self.fields_left -= 1
        below = "" if is_leaf_type(named) else f" {{ {self._selections(named, depth)} }}"
        alias = f"{self._alias()}: " if given or below or always_named or self.dice.random() < 0.2 else ""
        directive = f" {self.dice.choice(DIRECTIVES)}" if self.dice.random() < 0.1 else ""
        return f"{alias}{name}{given}{directive}{below}"

    def _arguments(self, each: GraphQLField) -> str | None:
        given = []
        for name, argument in each.args.items():
            needed = isinstance(argument.type, GraphQLNonNull)
            if name == "last" and any(part.startswith("first") for part in given):
                continue
            value = self._value(name)
            if value is None and needed:
                return None
            if value is not None and (needed or self.dice.random() < FEW):
                given.append(f"{name}: {value}")
        return f"({', '.join(given)})" if given else ""

    def _value(self, name: str) -> str | None:
        if name == "id":
            return f'"{self.dice.choice(sorted(self.ids.values()))}"'
        if name == "ids":
            return (
                f"[{', '.join(f'{chr(34)}{each}{chr(34)}' for each in self.dice.sample(sorted(self.ids.values()), 3))}]"
            )
        return self.dice.choice(CHOICES[name]) if name in CHOICES else ARGUMENTS.get(name)

    def _alias(self) -> str:
        self._aliases += 1
        return f"a{self._aliases}"
