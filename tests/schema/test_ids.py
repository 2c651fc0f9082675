"""Ids say nothing, and open nothing but what they were made for."""

import pytest

from core.seal import Seal
from schema.ids import opened
from tests.schema.conftest import SEAL


def test_an_id_opens_to_its_kind_and_number() -> None:
    assert opened(SEAL, SEAL.id("Twin", 7)) == ("Twin", 7)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nonsense",
        "VHdpbjo3",  # Twin:7, as others write it
        "ä",
        "\x00",
        "A" * 100_000,
        SEAL.close("cursor:twins:NEWEST", b"[7]"),
        Seal("the secret of another deployment").id("Twin", 7),
    ],
)
def test_nothing_else_opens(text: str) -> None:
    assert opened(SEAL, text) is None
