"""How large an operation may be; and that measuring it costs next to nothing."""

import time

import pytest
from graphql import parse

from server.graphql.engine import Engine, Rejected
from server.graphql.limits import LIMITS, MAXIMUM_OPERATIONS, Measure, excesses
from server.graphql.negotiation import Parameters


def words(document: str, variables: dict[str, object] | None = None) -> str:
    return " ".join(error.message for error in excesses(parse(document), variables))


def doubling(levels: int) -> str:
    """Each fragment spreads the next one twice: two to the power of `levels` fields, in a few hundred letters."""
    spreads = " ".join(f"fragment F{n} on Query {{ ...F{n + 1} ...F{n + 1} }}" for n in range(levels))
    return f"{{ ...F0 }} {spreads} fragment F{levels} on Query {{ a: hello }}"


@pytest.mark.parametrize("levels", [20, 60])
def test_fragments_that_double_cost_no_more_than_their_text(levels: int) -> None:
    document = parse(doubling(levels))
    spent = []
    for _ in range(3):
        began = time.process_time()
        assert excesses(document)
        spent.append(time.process_time() - began)
    assert min(spent) < 0.05


def test_what_is_spread_is_counted_each_time() -> None:
    size = Measure(document := parse(doubling(10))).of(document.definitions[0].selection_set)  # type: ignore[attr-defined]
    assert (size.fields, size.aliases, size.root_fields) == (1024, 1024, 1024)


@pytest.mark.parametrize(
    ("document", "word"),
    [
        ("{ nest " + "{ inner " * LIMITS.depth + "{ depth }" + "}" * LIMITS.depth + "}", "deep"),
        ("{ " + " ".join(f"a{n}: hello" for n in range(LIMITS.aliases + 1)) + " }", "aliases"),
        ("{ " + "hello " * (LIMITS.root_fields + 1) + " }", "root"),
        ("{ hello " + "@include(if: true) " * (LIMITS.directives + 1) + "}", "directives"),
        ("{ nest { " + "depth " * (LIMITS.repeats + 1) + "} }", "the same name"),
        ("{ nest { " + "depth: inner { depth } " * (LIMITS.repeats + 1) + "} }", "the same name"),
        ("{ hello(" + " ".join(f"a{n}: 1" for n in range(LIMITS.keys + 1)) + ") }", "arguments"),
        ("{ hello(in: [{ " + " ".join(f"a{n}: 1" for n in range(LIMITS.keys + 1)) + " }]) }", "keys"),
        (" ".join(f"query Q{n} {{ hello }}" for n in range(MAXIMUM_OPERATIONS + 1)), "operations"),
        (
            "{ twins(first: 100) { nodes { listings(first: 100) { nodes { bids(last: 100) { nodes { id } } } } } } }",
            "rows",
        ),
    ],
)
def test_each_limit_is_named(document: str, word: str) -> None:
    assert word in words(document)


def test_page_sizes_in_variables_count() -> None:
    document = "query ($n: Int) { a(first: $n) { nodes { b(first: $n) { nodes { c(first: $n) { nodes { id } } } } } } }"
    assert "rows" in words(document, {"n": 100})
    assert words(document, {"n": 10}) == ""


def test_a_page_of_twins_with_their_listings_is_no_excess() -> None:
    assert words("{ twins(first: 100) { nodes { id listings { nodes { id bids { nodes { id } } } } } } }") != ""
    assert (
        words(
            "{ twins(first: 50) { edges { node { id listings(first: 5) { nodes { id bids { nodes { id } } } } } } } }"
        )
        == ""
    )


def test_fragments_in_a_circle_end() -> None:
    document = parse("{ ...A } fragment A on Query { hello ...B } fragment B on Query { ...A ...B }")
    assert excesses(document) == []


async def test_circles_excesses_and_depths_are_refused_at_the_edge(small_schema: object) -> None:
    engine = Engine(small_schema, lambda context: context)  # type: ignore[arg-type]
    deep = "{ nest " + "{ inner " * 600 + "{ depth }" + "}" * 600 + "}"
    circle = "{ ...A } fragment A on Query { hello ...A }"
    overlap = "{ nest { " + "inner { depth } " * 400 + "} }"
    for document in (doubling(20), deep, circle, overlap, "{ hello " * 2_000, "{ a" + "(" * 5_000):
        assert min(_seconds_to_refuse(engine, document) for _ in range(3)) < 0.5


def _seconds_to_refuse(engine: Engine, document: str) -> float:
    """Of this process's own time; the least of several counts, for a collection of garbage may come between."""
    began = time.process_time()
    with pytest.raises(Rejected):
        engine.prepare(Parameters(document))
    return time.process_time() - began
