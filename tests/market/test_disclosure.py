"""What must be shown where: the table of rules, case by case."""

from datetime import date

import pytest

from market import territories
from market.disclosure import ADVERTISING, ONLINE, PUBLIC, RULES, SOCIAL, Picture, disclosures, source_uri
from market.rights import Medium
from market.states import Making

LONG = date(2030, 1, 1)


def told(*places: str, medium: Medium = Medium.SOCIAL_PAID, recognisable: bool = True, until: date = LONG) -> list[str]:
    picture = Picture(medium, Making.GENERATED, recognisable)
    return [each.territory for each in disclosures(picture, territories.expand(places), until)]


@pytest.mark.parametrize(
    ("places", "recognisable", "medium", "expected"),
    [
        (["SE"], True, Medium.SOCIAL_PAID, ["SE"]),
        (["SE"], False, Medium.SOCIAL_PAID, ["SE"]),
        (["SE"], True, Medium.OUT_OF_HOME, ["SE"]),
        (["SE"], True, Medium.INTERNAL, []),
        (["EU"], True, Medium.CINEMA, ["EU"]),
        (["EEA"], True, Medium.CINEMA, ["EU", "IS", "LI", "NO"]),
        (["NO"], True, Medium.TELEVISION, ["NO"]),
        (["GB", "CH"], True, Medium.SOCIAL_PAID, []),
        (["US"], True, Medium.SOCIAL_PAID, []),
        (["US"], False, Medium.SOCIAL_PAID, ["US"]),
        (["US"], False, Medium.PRINT_EDITORIAL, []),
        (["CN"], True, Medium.ECOMMERCE, ["CN"]),
        (["CN"], False, Medium.ECOMMERCE, ["CN"]),
        (["CN"], True, Medium.OUT_OF_HOME, []),
        (["HK", "TW", "MO"], True, Medium.ECOMMERCE, []),
        (["IN"], True, Medium.SOCIAL_ORGANIC, ["IN"]),
        (["IN"], True, Medium.TELEVISION, []),
        (["VN"], True, Medium.TELEVISION, ["VN"]),
        (["VN"], False, Medium.TELEVISION, []),
        (["KR"], True, Medium.SOCIAL_PAID, []),
        (["SE", "NO", "US", "CN"], False, Medium.ONLINE_VIDEO, ["SE", "NO", "US", "CN"]),
    ],
)
def test_where_something_must_be_shown(
    places: list[str], recognisable: bool, medium: Medium, expected: list[str]
) -> None:
    assert sorted(told(*places, medium=medium, recognisable=recognisable)) == sorted(expected)


@pytest.mark.parametrize(
    ("place", "recognisable", "since"),
    [
        ("DE", True, date(2026, 8, 2)),
        ("US", False, date(2026, 6, 9)),
        ("CN", True, date(2025, 9, 1)),
        ("IN", True, date(2026, 2, 20)),
        ("VN", True, date(2026, 3, 1)),
    ],
)
def test_a_rule_begins_on_its_day(place: str, recognisable: bool, since: date) -> None:
    assert told(place, recognisable=recognisable, until=since) == [place]
    assert told(place, recognisable=recognisable, until=date.fromordinal(since.toordinal() - 1)) == []


def test_only_a_recognisable_person_is_a_deep_fake() -> None:
    picture = Picture(Medium.CINEMA, Making.GENERATED, True)
    (known,) = disclosures(picture, frozenset({"FR"}), LONG)
    (unknown,) = disclosures(Picture(Medium.CINEMA, Making.GENERATED, False), frozenset({"FR"}), LONG)
    assert known.rule.startswith("EU AI Act, article 50(4)")
    assert unknown.rule.startswith("The model's consent")


def test_how_it_was_made_is_told_in_iptcs_words() -> None:
    for making, term in (
        (Making.GENERATED, "trainedAlgorithmicMedia"),
        (Making.COMPOSITE, "compositeWithTrainedAlgorithmicMedia"),
    ):
        (one,) = disclosures(Picture(Medium.CINEMA, making, True), frozenset({"FR"}), LONG)
        assert one.digital_source_type == term
        assert source_uri(making) == f"http://cv.iptc.org/newscodes/digitalsourcetype/{term}"


def test_every_rule_has_a_source_a_day_and_a_place() -> None:
    for rule in RULES:
        assert rule.source.startswith("https://")
        assert rule.territories <= territories.expand(["WORLD"])
        assert rule.territories
        assert rule.media <= PUBLIC
        assert 2024 < rule.since.year < 2030
    reported = [rule for rule in RULES if rule.is_secondary]
    assert [sorted(rule.territories) for rule in reported] == [["IN"], ["VN"]]
    (told_so,) = disclosures(Picture(Medium.SOCIAL_PAID, Making.GENERATED, True), frozenset({"VN"}), LONG)
    assert "a copy or a report of it: https://vietnamlawmagazine.vn/" in told_so.rule
    assert ONLINE < ADVERTISING
    assert SOCIAL < ONLINE


def test_no_picture_gets_two_labels_in_one_country() -> None:
    for medium in Medium:
        for recognisable in (True, False):
            places = told("WORLD", medium=medium, recognisable=recognisable)
            assert len(places) == len(set(places))
