"""What was once released is promised: the schema may grow, and nothing that a client relies on goes away."""

from pathlib import Path

import pytest
import strawberry
from graphql import build_schema
from graphql.utilities import find_breaking_changes

import schema as room

RELEASED = Path(room.__file__).with_name("released.graphql").read_text()
"""The schema of the last release. A release with a new major version may replace it, any other only add to it."""


def broken(before: str, after: str) -> list[str]:
    old, new = (build_schema(text, assume_valid=True) for text in (before, after))
    return [change.description for change in find_breaking_changes(old, new)]


def test_nothing_that_was_released_is_broken(schema: strawberry.Schema) -> None:
    assert broken(RELEASED, str(schema)) == []


@pytest.mark.parametrize(
    ("was", "becomes"),
    [
        ("  certificate: String\n", ""),
        ("  decideBy: DateTime!\n", "  decideBy: DateTime\n"),
        ("  decideBy: DateTime!\n", "  decideBy: String!\n"),
        ("  REJECTED\n", ""),
        ("verifyLicence(certificate: String!)", "verifyLicence(certificate: String!, again: Int!)"),
        ("verifyLicence(certificate: String!)", "verifyLicence(jws: String!)"),
        ("input DecideAssetInput {\n", "input DecideAssetInput {\n  again: Int!\n"),
        ("union DecideAssetResult = AssetDecided | ", "union DecideAssetResult = "),
        ("type Asset implements Node ", "type Asset "),
    ],
)
def test_what_would_break_a_client_is_noticed(was: str, becomes: str) -> None:
    assert was in RELEASED
    assert broken(RELEASED, RELEASED.replace(was, becomes, 1)) != []


def test_what_only_grows_is_free() -> None:
    grown = RELEASED.replace("  certificate: String\n", "  certificate(kind: String): String\n  another: Int\n", 1)
    assert broken(RELEASED, grown) == []
