"""The territory tree: which country lies where, what it is called, and its number in the database. Pure data.

The countries are those of ISO 3166-1. Regions follow the United Nations' M49, except where the trade speaks otherwise:
Cyprus is in EUROPE; western Asia without the Caucasus, and Iran, are the MIDDLE_EAST; Mexico, the Caribbean and all to
the south are LATIN_AMERICA; Antarctica is counted to OCEANIA, so that the seven regions together are the world.

Numbers are permanent: a country's number is its block's `first` plus its place in the block. A new country is appended
to its block, no country is ever moved or removed, and no number is used again. Neighbours have adjacent numbers, so
that few ranges hold a region; a new country lies in no range that was sold before it was there.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Block:
    """A region: its own countries are numbered from `first`; it may hold other regions besides."""

    code: str
    name: str
    parent: str | None
    first: int = 0
    countries: Mapping[str, str] = field(default_factory=dict)


# fmt: off
BLOCKS: tuple[Block, ...] = (
    Block("WORLD", "World", None),
    Block("EUROPE", "Europe", "WORLD", 1500, {
        "BG": "Bulgaria", "HR": "Croatia", "CY": "Cyprus", "CZ": "Czechia", "EE": "Estonia", "FR": "France",
        "GR": "Greece", "HU": "Hungary", "IT": "Italy", "LV": "Latvia", "LT": "Lithuania", "MT": "Malta",
        "PL": "Poland", "PT": "Portugal", "RO": "Romania", "SK": "Slovakia", "SI": "Slovenia", "ES": "Spain",
        "LI": "Liechtenstein", "AD": "Andorra", "AL": "Albania", "AX": "Åland Islands", "BA": "Bosnia and Herzegovina",
        "BY": "Belarus", "FO": "Faroe Islands", "GI": "Gibraltar", "MC": "Monaco", "MD": "Moldova", "ME": "Montenegro",
        "MK": "North Macedonia", "RS": "Serbia", "RU": "Russia", "SJ": "Svalbard and Jan Mayen", "SM": "San Marino",
        "UA": "Ukraine", "VA": "Vatican City",
    }),
    Block("NORDICS", "Nordic countries", "EUROPE", 1100, {
        "DK": "Denmark", "FI": "Finland", "SE": "Sweden", "IS": "Iceland", "NO": "Norway",
    }),
    Block("DACH", "DACH countries", "EUROPE", 1200, {"DE": "Germany", "AT": "Austria", "CH": "Switzerland"}),
    Block("BENELUX", "Benelux", "EUROPE", 1300, {"BE": "Belgium", "NL": "Netherlands", "LU": "Luxembourg"}),
    Block("BRITISH_ISLES", "British Isles", "EUROPE", 1400, {
        "IE": "Ireland", "GB": "United Kingdom", "IM": "Isle of Man", "JE": "Jersey", "GG": "Guernsey",
    }),
    Block("NORTH_AMERICA", "North America", "WORLD", 2000, {
        "US": "United States", "CA": "Canada", "BM": "Bermuda", "GL": "Greenland", "PM": "Saint Pierre and Miquelon",
    }),
    Block("LATIN_AMERICA", "Latin America and the Caribbean", "WORLD", 3000, {
        "AR": "Argentina", "BO": "Bolivia", "BR": "Brazil", "CL": "Chile", "CO": "Colombia", "EC": "Ecuador",
        "FK": "Falkland Islands", "GF": "French Guiana", "GY": "Guyana", "PE": "Peru", "PY": "Paraguay",
        "SR": "Suriname", "UY": "Uruguay", "VE": "Venezuela", "BV": "Bouvet Island",
        "GS": "South Georgia and the South Sandwich Islands", "BZ": "Belize", "CR": "Costa Rica", "GT": "Guatemala",
        "HN": "Honduras", "MX": "Mexico", "NI": "Nicaragua", "PA": "Panama", "SV": "El Salvador",
        "AG": "Antigua and Barbuda", "AI": "Anguilla", "AW": "Aruba", "BB": "Barbados", "BL": "Saint Barthélemy",
        "BQ": "Caribbean Netherlands", "BS": "Bahamas", "CU": "Cuba", "CW": "Curaçao", "DM": "Dominica",
        "DO": "Dominican Republic", "GD": "Grenada", "GP": "Guadeloupe", "HT": "Haiti", "JM": "Jamaica",
        "KN": "Saint Kitts and Nevis", "KY": "Cayman Islands", "LC": "Saint Lucia", "MF": "Saint Martin",
        "MQ": "Martinique", "MS": "Montserrat", "PR": "Puerto Rico", "SX": "Sint Maarten",
        "TC": "Turks and Caicos Islands", "TT": "Trinidad and Tobago", "VC": "Saint Vincent and the Grenadines",
        "VG": "British Virgin Islands", "VI": "United States Virgin Islands",
    }),
    Block("ASIA", "Asia", "WORLD", 4400, {
        "AM": "Armenia", "AZ": "Azerbaijan", "GE": "Georgia", "KG": "Kyrgyzstan", "KZ": "Kazakhstan",
        "TJ": "Tajikistan", "TM": "Turkmenistan", "UZ": "Uzbekistan",
    }),
    Block("EAST_ASIA", "East Asia", "ASIA", 4100, {
        "CN": "China", "HK": "Hong Kong", "JP": "Japan", "KP": "North Korea", "KR": "South Korea", "MN": "Mongolia",
        "MO": "Macao", "TW": "Taiwan",
    }),
    Block("SOUTH_ASIA", "South Asia", "ASIA", 4200, {
        "AF": "Afghanistan", "BD": "Bangladesh", "BT": "Bhutan", "IN": "India", "LK": "Sri Lanka", "MV": "Maldives",
        "NP": "Nepal", "PK": "Pakistan",
    }),
    Block("SOUTHEAST_ASIA", "Southeast Asia", "ASIA", 4300, {
        "BN": "Brunei", "ID": "Indonesia", "KH": "Cambodia", "LA": "Laos", "MM": "Myanmar", "MY": "Malaysia",
        "PH": "Philippines", "SG": "Singapore", "TH": "Thailand", "TL": "Timor-Leste", "VN": "Vietnam",
    }),
    Block("MIDDLE_EAST", "Middle East", "WORLD", 5000, {
        "AE": "United Arab Emirates", "BH": "Bahrain", "IL": "Israel", "IQ": "Iraq", "IR": "Iran", "JO": "Jordan",
        "KW": "Kuwait", "LB": "Lebanon", "OM": "Oman", "PS": "Palestine", "QA": "Qatar", "SA": "Saudi Arabia",
        "SY": "Syria", "TR": "Türkiye", "YE": "Yemen",
    }),
    Block("AFRICA", "Africa", "WORLD", 6000, {
        "AO": "Angola", "BF": "Burkina Faso", "BI": "Burundi", "BJ": "Benin", "BW": "Botswana",
        "CD": "Democratic Republic of the Congo", "CF": "Central African Republic", "CG": "Republic of the Congo",
        "CI": "Côte d’Ivoire", "CM": "Cameroon", "CV": "Cabo Verde", "DJ": "Djibouti", "DZ": "Algeria", "EG": "Egypt",
        "EH": "Western Sahara", "ER": "Eritrea", "ET": "Ethiopia", "GA": "Gabon", "GH": "Ghana", "GM": "Gambia",
        "GN": "Guinea", "GQ": "Equatorial Guinea", "GW": "Guinea-Bissau", "IO": "British Indian Ocean Territory",
        "KE": "Kenya", "KM": "Comoros", "LR": "Liberia", "LS": "Lesotho", "LY": "Libya", "MA": "Morocco",
        "MG": "Madagascar", "ML": "Mali", "MR": "Mauritania", "MU": "Mauritius", "MW": "Malawi", "MZ": "Mozambique",
        "NA": "Namibia", "NE": "Niger", "NG": "Nigeria", "RE": "Réunion", "RW": "Rwanda", "SC": "Seychelles",
        "SD": "Sudan", "SH": "Saint Helena, Ascension and Tristan da Cunha", "SL": "Sierra Leone", "SN": "Senegal",
        "SO": "Somalia", "SS": "South Sudan", "ST": "São Tomé and Príncipe", "SZ": "Eswatini", "TD": "Chad",
        "TF": "French Southern Territories", "TG": "Togo", "TN": "Tunisia", "TZ": "Tanzania", "UG": "Uganda",
        "YT": "Mayotte", "ZA": "South Africa", "ZM": "Zambia", "ZW": "Zimbabwe",
    }),
    Block("OCEANIA", "Oceania", "WORLD", 7000, {
        "AU": "Australia", "NZ": "New Zealand", "AQ": "Antarctica", "AS": "American Samoa",
        "CC": "Cocos (Keeling) Islands", "CK": "Cook Islands", "CX": "Christmas Island", "FJ": "Fiji",
        "FM": "Micronesia", "GU": "Guam", "HM": "Heard Island and McDonald Islands", "KI": "Kiribati",
        "MH": "Marshall Islands", "MP": "Northern Mariana Islands", "NC": "New Caledonia", "NF": "Norfolk Island",
        "NR": "Nauru", "NU": "Niue", "PF": "French Polynesia", "PG": "Papua New Guinea", "PN": "Pitcairn",
        "PW": "Palau", "SB": "Solomon Islands", "TK": "Tokelau", "TO": "Tonga", "TV": "Tuvalu",
        "UM": "United States Minor Outlying Islands", "VU": "Vanuatu", "WF": "Wallis and Futuna", "WS": "Samoa",
    }),
)
# fmt: on

_EU = "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK"  # the member states since 2020

_NUMBERED = [(number, code) for block in BLOCKS for number, code in enumerate(block.countries, start=block.first)]

NUMBERS: Mapping[str, int] = MappingProxyType({code: number for number, code in sorted(_NUMBERED)})
"""Every country's permanent number."""

COUNTRIES: tuple[str, ...] = tuple(NUMBERS)
"""Every country (ISO 3166-1 alpha-2), in the order of the tree."""

TREE: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        block.code: (*(child.code for child in BLOCKS if child.parent == block.code), *block.countries)
        for block in BLOCKS
    }
)
"""What lies directly in each region: its sub-regions, then its countries."""

_REGIONS_OF_SETS = {"EMEA": ("EUROPE", "MIDDLE_EAST", "AFRICA"), "APAC": ("ASIA", "OCEANIA")}

SETS_AS_WRITTEN: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"EU": tuple(_EU.split()), "EEA": (*_EU.split(), "IS", "LI", "NO"), **_REGIONS_OF_SETS}
)

SET_NAMES: Mapping[str, str] = MappingProxyType(
    {
        "EU": "European Union",
        "EEA": "European Economic Area",
        "EMEA": "Europe, the Middle East and Africa",
        "APAC": "Asia-Pacific",
    }
)


def _members(code: str) -> frozenset[str]:
    inside = TREE.get(code) or SETS_AS_WRITTEN.get(code)
    return frozenset({code}) if inside is None else frozenset().union(*map(_members, inside))


MEMBERS: Mapping[str, frozenset[str]] = MappingProxyType(
    {code: _members(code) for code in (*TREE, *SETS_AS_WRITTEN, *COUNTRIES)}
)
"""The countries of every region, set and country."""

NAMED_SETS: Mapping[str, frozenset[str]] = MappingProxyType({code: MEMBERS[code] for code in SETS_AS_WRITTEN})
"""Names for sets of countries which are no places of the tree."""

PARENTS: Mapping[str, str] = MappingProxyType({child: region for region, inside in TREE.items() for child in inside})

NAMES: Mapping[str, str] = MappingProxyType(
    {block.code: block.name for block in BLOCKS}
    | {code: name for block in BLOCKS for code, name in block.countries.items()}
    | dict(SET_NAMES)
)
