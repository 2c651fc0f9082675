"""The shape of an API key."""

import pytest

from market import api_keys


def test_a_key_is_told_by_its_shape_and_checksum() -> None:
    prefix, key = api_keys.new()
    assert key.startswith(f"{prefix}_")
    assert api_keys.is_one(key)
    assert api_keys.is_one(key.rpartition("_")[0])  # as keys were made before


@pytest.mark.parametrize("place", range(0, 64, 3))
def test_one_wrong_letter_is_seen(place: int) -> None:
    _, key = api_keys.new()
    wrong = "0" if key[place] != "0" else "1"
    assert not api_keys.is_one(key[:place] + wrong + key[place + 1 :])


@pytest.mark.parametrize("text", ["", "tm_", "sk_live_x", "tm_" + "a" * 300])
def test_what_is_no_key(text: str) -> None:
    assert not api_keys.is_one(text)
