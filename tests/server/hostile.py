"""Documents that mean harm: each family grows with a number."""

from collections.abc import Callable, Iterator
from typing import Any

from graphql import get_introspection_query

Hostile = tuple[str, str, dict[str, Any]]
"""Its name, the document, its variables."""

SIZES = (3, 12, 19, 40, 75, 99, 150, 240, 400, 650)

RIGHTS = '{media: [%s], territories: ["DE"], industry: APPAREL, startsOn: "2028-01-01", endsOn: "2028-01-02"}'


def times(count: int, piece: str) -> str:
    """`piece` that often, each with its own number for `#`."""
    return " ".join(piece.replace("#", str(number)) for number in range(count))


def nested(count: int, opening: str, inside: str, closing: str = "}") -> str:
    return opening * count + inside + closing * count


def chain(count: int, spread: str, last: str = "{ viewer { name } }") -> str:
    """Fragments, each of which spreads the next (`>`)."""
    links = (f"fragment F{n} on Query {{ {spread.replace('>', f'...F{n + 1}')} }}" for n in range(count))
    return f"{{ ...F0 }} {' '.join(links)} fragment F{count} on Query {last}"


def circle(count: int, stride: int) -> str:
    links = (f"fragment F{n} on Query {{ ...F{(n + 1) % count} ...F{n * stride % count} }}" for n in range(count))
    return f"{{ ...F0 }} {' '.join(links)}"


DOCUMENTS: dict[str, Callable[[int], str]] = {
    "doubling fragments": lambda n: chain(n, "> >"),
    "fivefold fragments": lambda n: chain(n, "> > > > >"),
    "doubling fragments with aliases": lambda n: chain(n, "a: viewer { name } > >"),
    "a chain of fragments": lambda n: chain(n, ">"),
    "fragments that overlap": lambda n: chain(n, "viewer { name } >"),
    "unused fragments": lambda n: "{ viewer { name } } " + times(n, "fragment F# on Query { viewer { name } }"),
    "fragments of unknown types": lambda n: "{ viewer { name } } " + times(n, "fragment F# on T# { a }"),
    "a fragment named like a type": lambda n: "{ ...__schema } " + times(n, "fragment __schema on Query { a# }"),
    "a circle": lambda n: circle(n, 1),
    "circles": lambda n: circle(n, 7),
    "everybody spreads everybody": lambda n: (
        "{ ...F0 } " + times(min(n, 40), f"fragment F# on Query {{ {times(min(n, 40), '...F#')} }}")
    ),
    "spreads of nobody": lambda n: f"{{ {times(n, '...Nobody#')} }}",
    "aliases": lambda n: f"{{ {times(n, 'a#: viewer { name }')} }}",
    "aliases within": lambda n: f"{{ viewer {{ {times(n, 'a#: name')} }} }}",
    "one alias for all": lambda n: f"{{ viewer {{ {times(n, 'a: name')} a: __typename }} }}",
    "repeated fields": lambda n: f"{{ viewer {{ {times(n, 'name')} }} }}",
    "repeated branches": lambda n: f"{{ {times(n, 'viewer { parties { id } }')} }}",
    "repeated branches of branches": lambda n: (
        f"{{ twins {{ {times(n, 'nodes { model { name twins { totalCount } } }')} }} }}"
    ),
    "fields in conflict": lambda n: f"{{ viewer {{ {times(n, 'a: name a: __typename')} }} }}",
    "arguments in conflict": lambda n: f"{{ {times(n, 'twins(first: #) { totalCount }')} }}",
    "unknown fields": lambda n: f"{{ {times(n, 'nothing#')} }}",
    "nearly known fields": lambda n: f"{{ viewer {{ {times(n, 'nam#')} }} }}",
    "names without end": lambda n: f"{{ {'viewer' * n * 15} }}",
    "unknown arguments": lambda n: f"{{ twins({times(n, 'x#: 1')}) {{ totalCount }} }}",
    "one argument again and again": lambda n: f"{{ twins({times(n, 'first: 1')}) {{ totalCount }} }}",
    "directives": lambda n: f"{{ viewer {{ name {times(n, '@include(if: true)')} }} }}",
    "unknown directives": lambda n: f"{{ viewer {{ name {times(n, '@d#')} }} }}",
    "directives on spreads": lambda n: f"{{ {times(n, '... on Query @skip(if: false) { viewer { name } }')} }}",
    "inline fragments": lambda n: f"{{ {nested(n, '... on Query { viewer { name } ', '')} }}",
    "inline fragments side by side": lambda n: f"{{ {times(n, '... on Query { viewer { name } }')} }}",
    "nameless inline fragments": lambda n: f"{{ viewer {{ {nested(n, '... { ', 'name')} }} }}",
    "every member of an interface": lambda n: (
        f'{{ node(id: "x") {{ {times(n, "... on Twin { id } ... on Bid { id }")} }} }}'
    ),
    "members that are none": lambda n: f'{{ node(id: "x") {{ {times(n, "... on Money { amount }")} }} }}',
    "depth": lambda n: f"{{ twins {{ nodes {{ {nested(n, 'model { twins { nodes { ', 'id', '}}}')} }} }} }}",
    "pages of pages": lambda n: f"{{ {nested(min(n, 9), 'twins(first: 100) { nodes { model { ', 'name', '}}}')} }}",
    "introspection": lambda n: f"{{ __schema {{ types {{ {nested(n, 'fields { type { ', 'name', '}}')} }} }} }}",
    "introspection again and again": lambda n: f"{{ {times(n, 'a#: __schema { types { fields { name } } }')} }}",
    "introspection of types": lambda n: "{" + times(n, 'a#: __type(name: "Twin") { fields { type { name } } }') + "}",
    "the whole schema twice": lambda n: get_introspection_query().replace("{", "{ a: __schema { types { name } }", 1),
    "lists of lists": lambda n: f"{{ twins(filter: {{tags: {'[' * n}{']' * n}}}) {{ totalCount }} }}",
    "objects of objects": lambda n: f"{{ twins(filter: {nested(n, '{a: ', '1')}) {{ totalCount }} }}",
    "long lists": lambda n: f"query ($r: RightsInput = {RIGHTS % times(n * 2, 'SOCIAL_PAID')}) {{ viewer {{ name }} }}",
    "unknown keys": lambda n: f"{{ twins(filter: {{{times(n, 'k#: 1')}}}) {{ totalCount }} }}",
    "huge strings": lambda n: f'{{ twin(handle: "{"x" * n * 145}") {{ id }} }}',
    "huge escapes": lambda n: '{ twin(handle: "' + r"\u0041" * n * 24 + '") { id } }',
    "huge blocks": lambda n: '{ twin(handle: """' + "\n x" * n * 48 + '""") { id } }',
    "huge numbers": lambda n: f"{{ twins(first: {'9' * n * 145}) {{ totalCount }} }}",
    "huge exponents": lambda n: f"{{ twins(first: 1e{'9' * n * 10}) {{ totalCount }} }}",
    "commas": lambda n: "," * n * 150 + "{ viewer { name } }",
    "comments": lambda n: "#\n" * n * 70 + "{ viewer { name } }",
    "variables": lambda n: f"query ({times(n, '$v#: Int')}) {{ viewer {{ name }} }}",
    "variables that are used": lambda n: (
        f"query ({times(n, '$v#: Int')}) {{ {times(n, 'a#: twins(first: $v#) { totalCount }')} }}"
    ),
    "one variable again and again": lambda n: f"query ({times(n, '$v: Int')}) {{ viewer {{ name }} }}",
    "operations": lambda n: times(n, "query Q# { viewer { name } }"),
    "operations of one name": lambda n: times(n, "query Q { viewer { name } }"),
    "operations that share": lambda n: (
        times(n, "query Q# { ...F }") + " fragment F on Query {" + times(19, "viewer { name }") + "}"
    ),
    "subscriptions of much": lambda n: f"subscription {{ {times(n, 'a#: licenceActivity(partyId: 1) { at }')} }}",
    "mutations of much": lambda n: f"mutation {{ {times(n, 'a#: createTwin(input: {}) { __typename }')} }}",
    "types of one's own": lambda n: times(n, "type T# { a: Int }"),
    "brackets": lambda n: "{" * n * 10,
    "no sense": lambda n: "!$&()...:=@[]{|}" * n,
}

VARIABLES: dict[str, tuple[str, Callable[[int], Any]]] = {
    "a list of everything": ("[Medium!]", lambda n: ["SOCIAL_PAID"] * n * 9),
    "a list of nothing": ("[Medium!]", lambda n: ["NOTHING"] * n * 12),
    "a list of lists": ("[Medium!]", lambda n: nest(n)),
    "a huge string": ("[Medium!]", lambda n: "x" * n * 145),
    "unknown keys": ("TwinFilter", lambda n: {f"k{number}": number for number in range(n * 10)}),
    "huge tags": ("TwinFilter", lambda n: {"tags": ["x"] * n * 30}),
    "wrong tags": ("TwinFilter", lambda n: {"tags": [1] * n * 40}),
    "a huge number": ("Int", lambda n: 10 ** (n * 10)),
    "deep objects": ("TwinFilter", lambda n: {"tags": {"a": nest(n)}}),
}


def nest(count: int) -> Any:
    value: Any = 1
    for _ in range(min(count, 900)):
        value = [value]
    return value


def hostile() -> Iterator[Hostile]:
    for name, make in DOCUMENTS.items():
        for size in SIZES:
            yield f"{name}, {size}", make(size), {}
    for name, (kind, value) in VARIABLES.items():
        document = f"query ($v: {kind}) {{ viewer {{ name }} }}"
        for size in SIZES:
            yield f"variables: {name}, {size}", document, {"v": value(size)}
    for size in SIZES:
        yield f"variables without use, {size}", "{ viewer { name } }", {f"v{n}": n for n in range(size * 10)}
