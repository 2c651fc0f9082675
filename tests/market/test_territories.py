from itertools import combinations, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from market import territories
from market.territories import COUNTRIES, NAMED_SETS, NUMBERS, TREE, expand, from_ranges, shortest, to_ranges

_ISO_3166 = """
AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ CA CC
CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA GB GD
GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH
KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW
MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC
SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY
UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW
"""

ISO_3166 = _ISO_3166.split()

NAMES = (*NAMED_SETS, *TREE, *COUNTRIES)

names = st.lists(st.sampled_from((*NAMED_SETS, *TREE, *COUNTRIES[:60])), max_size=8)


def test_every_country_of_iso_3166_is_in_exactly_one_place() -> None:
    assert len(ISO_3166) == 249
    assert sorted(COUNTRIES) == ISO_3166
    placed = [child for inside in TREE.values() for child in inside]
    assert len(placed) == len(set(placed))
    assert set(placed) == {*TREE, *COUNTRIES} - {"WORLD"}
    assert expand(["WORLD"]) == frozenset(ISO_3166)


def test_the_tree_is_the_one_that_the_api_promises() -> None:
    regions = {region: [child for child in inside if child in TREE] for region, inside in TREE.items()}
    assert {region: inside for region, inside in regions.items() if inside} == {
        "WORLD": ["EUROPE", "NORTH_AMERICA", "LATIN_AMERICA", "ASIA", "MIDDLE_EAST", "AFRICA", "OCEANIA"],
        "EUROPE": ["NORDICS", "DACH", "BENELUX", "BRITISH_ISLES"],
        "ASIA": ["EAST_ASIA", "SOUTH_ASIA", "SOUTHEAST_ASIA"],
    }


@pytest.mark.parametrize(
    ("code", "place", "number"),
    [
        ("DK", "NORDICS", 1100),
        ("NO", "NORDICS", 1104),
        ("DE", "DACH", 1200),
        ("LU", "BENELUX", 1302),
        ("GB", "BRITISH_ISLES", 1401),
        ("FR", "EUROPE", 1505),
        ("VA", "EUROPE", 1535),
        ("US", "NORTH_AMERICA", 2000),
        ("MX", "LATIN_AMERICA", 3020),
        ("VI", "LATIN_AMERICA", 3051),
        ("JP", "EAST_ASIA", 4102),
        ("IN", "SOUTH_ASIA", 4203),
        ("VN", "SOUTHEAST_ASIA", 4310),
        ("UZ", "ASIA", 4407),
        ("YE", "MIDDLE_EAST", 5014),
        ("TF", "AFRICA", 6051),
        ("ZW", "AFRICA", 6059),
        ("AQ", "OCEANIA", 7002),
        ("WS", "OCEANIA", 7029),
    ],
)
def test_places_and_numbers_are_permanent(code: str, place: str, number: int) -> None:
    """A number that changes here changes what was sold."""
    assert (territories.parent(code), NUMBERS[code]) == (place, number)


def test_numbers_are_unique_and_in_the_order_of_the_tree() -> None:
    assert len(set(NUMBERS.values())) == len(COUNTRIES)
    assert list(NUMBERS.values()) == sorted(NUMBERS.values())
    assert to_ranges(expand(["NORDICS"])) == [(1100, 1105)]
    assert len(to_ranges(COUNTRIES)) == 14


@pytest.mark.parametrize("region", [region for region in TREE if region != "WORLD"])
def test_every_region_has_room_for_countries_to_come(region: str) -> None:
    last = max(NUMBERS[code] for code in expand([region]))
    assert not set(range(last + 1, last + 20)) & set(NUMBERS.values())


@pytest.mark.parametrize(
    ("written", "countries"),
    [
        (["NORDICS"], "DK FI IS NO SE"),
        (["DACH"], "AT CH DE"),
        (["BENELUX"], "BE LU NL"),
        (["BRITISH_ISLES"], "GB GG IE IM JE"),
        (["DE", "DACH", "DE"], "AT CH DE"),
        (["EU"], "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK"),
        ([], ""),
    ],
)
def test_names_are_read_as_countries(written: list[str], countries: str) -> None:
    assert expand(written) == frozenset(countries.split())


def test_sets_are_what_they_are_in_the_trade() -> None:
    assert expand(["EEA"]) - expand(["EU"]) == {"IS", "LI", "NO"}
    assert expand(["EMEA"]) == expand(["EUROPE", "MIDDLE_EAST", "AFRICA"])
    assert expand(["APAC"]) == expand(["ASIA", "OCEANIA"])
    assert expand(["EMEA", "APAC", "NORTH_AMERICA", "LATIN_AMERICA"]) == expand(["WORLD"])


@pytest.mark.parametrize(
    ("word", "hint"),
    [
        ("UK", "Did you mean GB?"),
        ("de", "Did you mean DE?"),
        ("Germany", "Did you mean DE?"),
        ("NORDIC", "Did you mean NORDICS?"),
        ("british isles", "Did you mean BRITISH_ISLES?"),
        ("ZZ", "Use an ISO 3166-1 country such as DE"),
        ("", "Use an ISO 3166-1 country such as DE"),
    ],
)
def test_an_unknown_word_is_answered_with_what_would_be_right(word: str, hint: str) -> None:
    with pytest.raises(ValueError, match="is not a territory") as refused:
        expand(["SE", word])
    assert repr(word) in str(refused.value)
    assert hint in str(refused.value)


@pytest.mark.parametrize(
    ("written", "shortly"),
    [
        (["WORLD"], "WORLD"),
        (["EU"], "EU"),
        (["EEA", "CH", "GB"], "EEA CH GB"),
        (["EU", "CH"], "EU CH"),
        (["EU", "NO", "IS"], "EU NORDICS"),
        (["EU", "NO", "IS", "LI"], "EEA"),
        (["EMEA", "US"], "EMEA US"),
        (["EMEA", "APAC"], "EMEA APAC"),
        (["SE", "NO", "DK", "FI", "IS"], "NORDICS"),
        (["SE", "NO", "DK", "FI"], "DK FI SE NO"),
        (["EUROPE", "EU"], "EUROPE"),
        (["AQ"], "AQ"),
        ([], ""),
    ],
)
def test_countries_are_written_with_the_fewest_names(written: list[str], shortly: str) -> None:
    assert shortest(expand(written)) == tuple(shortly.split())


@given(names)
def test_names_survive_being_read_and_written(written: list[str]) -> None:
    countries = expand(written)
    assert expand(shortest(countries)) == countries
    assert len(shortest(countries)) <= len(set(written))
    assert shortest(expand(shortest(countries))) == shortest(countries)


@settings(max_examples=60, deadline=None)
@given(st.sets(st.sampled_from(["EU", "EEA", "NORDICS", "DACH", "BENELUX", "IE", "IS", "LI", "NO", "CH", "FR"])))
def test_no_shorter_list_means_the_same(written: set[str]) -> None:
    """By trying every list that is one shorter."""
    countries = expand(written)
    short = shortest(countries)
    usable = [code for code in NAMES if expand([code]) <= countries]
    worthwhile = [code for code in usable if not any(expand([code]) < expand([other]) for other in usable)]
    for fewer in combinations(worthwhile, max(len(short) - 1, 0)):
        assert not short or expand(fewer) != countries


@given(st.sets(st.sampled_from(COUNTRIES)))
def test_countries_survive_the_database(countries: set[str]) -> None:
    ranges = to_ranges(countries)
    assert from_ranges(ranges) == countries
    assert all(low < high for low, high in ranges)
    assert all(before[1] < after[0] for before, after in pairwise(ranges))


@given(st.sets(st.sampled_from(COUNTRIES)), st.sets(st.sampled_from(COUNTRIES)))
def test_ranges_meet_exactly_when_countries_do(some: set[str], others: set[str]) -> None:
    meet = any(a[0] < b[1] and b[0] < a[1] for a in to_ranges(some) for b in to_ranges(others))
    assert meet is not some.isdisjoint(others)


def test_a_number_without_a_country_means_nothing() -> None:
    assert from_ranges([(1105, 1199), (0, 10)]) == frozenset()


def test_everything_has_a_name_and_a_place() -> None:
    assert all(territories.name(code) for code in NAMES)
    assert len({territories.name(code) for code in NAMES}) == len(NAMES)
    assert [territories.name(code) for code in ("CI", "TR", "EEA")] == [
        "Côte d’Ivoire",
        "Türkiye",
        "European Economic Area",
    ]
    assert [territories.parent(code) for code in ("WORLD", "EU", "DACH")] == [None, None, "EUROPE"]
