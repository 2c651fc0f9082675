"""Disclosure: what must be shown with a picture, by territory, from a table of rules with their sources. Pure.

A rule stands here only with a text that says whom it binds, since when, and for which pictures. Left out on purpose: South
Korea's AI Basic Act (in force 22 January 2026), whose article 31 binds whoever offers an AI system there; a brand that uses
its output is a user and owes no label. Its label, where the tool has set one, must simply stay.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from market import territories
from market.rights import Medium
from market.states import Making

IPTC = "http://cv.iptc.org/newscodes/digitalsourcetype/"
"""IPTC's vocabulary of digital source types: the URI of a term is this and the term."""

SOURCE_TYPES = {
    Making.GENERATED: "trainedAlgorithmicMedia",
    Making.COMPOSITE: "compositeWithTrainedAlgorithmicMedia",
}

PUBLIC = frozenset(Medium) - {Medium.INTERNAL}
ADVERTISING = PUBLIC - {Medium.PRINT_EDITORIAL}
ONLINE = frozenset(
    {
        Medium.SOCIAL_ORGANIC, Medium.SOCIAL_PAID, Medium.ECOMMERCE, Medium.BRAND_WEBSITE, Medium.EMAIL,
        Medium.DIGITAL_DISPLAY, Medium.ONLINE_VIDEO,
    }
)  # fmt: skip
SOCIAL = frozenset({Medium.SOCIAL_ORGANIC, Medium.SOCIAL_PAID, Medium.ONLINE_VIDEO})


@dataclass(frozen=True, slots=True)
class Rule:
    """`recognisable` is the kind of picture that it is for: of somebody who can be recognised, of somebody who cannot, or
    (None) of either. `says` begins with the law, `source` is where it can be read: in its own text or on the page of the
    authority that made it, unless it `is_secondary`, a copy or a report by somebody else."""

    territories: frozenset[str]
    since: date
    media: frozenset[Medium]
    label: str
    says: str
    source: str
    recognisable: bool | None = None
    is_secondary: bool = False

    def applies(self, picture: "Picture", until: date) -> bool:
        return (
            self.since <= until
            and picture.medium in self.media
            and self.recognisable in (None, picture.is_recognisable)
        )


@dataclass(frozen=True, slots=True)
class Picture:
    """What decides which rules apply to a picture or film."""

    medium: Medium
    making: Making
    is_recognisable: bool


@dataclass(frozen=True, slots=True)
class Disclosure:
    """What must be shown with a picture in one territory, why, and how the file must say that it was made by a machine."""

    territory: str
    label: str
    rule: str
    digital_source_type: str


SECONDARY = "Not the law's own publication, but a copy or a report of it: "
AI_MADE = "This content was generated or altered with artificial intelligence."
"""Of pictures and films alike."""

RULES: tuple[Rule, ...] = (
    Rule(
        territories=territories.NAMED_SETS["EU"],
        since=date(2026, 8, 2),
        media=PUBLIC,
        recognisable=True,
        label=AI_MADE,
        says=(
            "EU AI Act, article 50(4), applies from 2 August 2026: who uses AI to make a picture of an existing person that"
            " would falsely appear authentic (a deep fake, article 3(60)) discloses clearly, at the first exposure at the"
            " latest, that it was artificially generated or manipulated; an evidently artistic work in a way that does not"
            " hamper it."
        ),
        source="https://eur-lex.europa.eu/eli/reg/2024/1689/oj",
    ),
    Rule(
        territories=territories.NAMED_SETS["EU"],
        since=date(2026, 8, 2),
        media=PUBLIC,
        recognisable=False,
        label=AI_MADE,
        says=(
            "The model's consent: every picture made with the twin is labelled in the European Economic Area. (Article 50(4)"
            " of the EU AI Act asks it of what resembles existing persons, objects, places or events.)"
        ),
        source="https://eur-lex.europa.eu/eli/reg/2024/1689/oj",
    ),
    Rule(
        territories=territories.NAMED_SETS["EEA"] - territories.NAMED_SETS["EU"],
        since=date(2026, 8, 2),
        media=PUBLIC,
        label=AI_MADE,
        says=(
            "The model's consent: every picture made with the twin is labelled in the European Economic Area, as article"
            " 50(4) of the EU AI Act asks in the EU. In Iceland, Liechtenstein and Norway the Act itself waits to be taken"
            " into the EEA Agreement."
        ),
        source="https://www.efta.int/eea-lex/32024r1689",
    ),
    Rule(
        territories=frozenset({"US"}),
        since=date(2026, 6, 9),
        media=ADVERTISING,
        recognisable=False,
        label="This advertisement shows a synthetic performer made with artificial intelligence.",
        says=(
            "New York General Business Law, section 396-b (S.8420-A), in force from 9 June 2026: who makes an advertisement"
            " and knows that a synthetic performer is in it, one who is not recognisable as any real person, discloses that"
            " conspicuously. Advertisements for films, series, games and the like are exempt where the work itself shows it."
        ),
        source="https://www.nysenate.gov/legislation/bills/2025/S8420/amendment/A",
    ),
    Rule(
        territories=frozenset({"CN"}),
        since=date(2025, 9, 1),
        media=ONLINE,
        label="人工智能生成 (AI-generated)",
        says=(
            "China, Measures for Labelling AI-Generated Synthetic Content, in force from 1 September 2025 (GB 45438-2025):"
            " who publishes it online declares it and uses the label that the platform offers; labels, visible or in the"
            " file's metadata, must not be maliciously removed, altered or hidden."
        ),
        source="https://www.cac.gov.cn/2025-03/14/c_1743654684782215.htm",
    ),
    Rule(
        territories=frozenset({"IN"}),
        since=date(2026, 2, 20),
        media=SOCIAL,
        label="Synthetically generated",
        says=(
            "India, Information Technology (Intermediary Guidelines and Digital Media Ethics Code) Amendment Rules, 2026"
            " (G.S.R. 120(E)), in force from 20 February 2026: they bind platforms. A significant social media intermediary"
            " asks whoever publishes there to declare what is synthetically generated, and shows it with a prominent label."
        ),
        source="https://gazettetracker.com/g/CG-DL-E-10022026-269993",
        is_secondary=True,
    ),
    Rule(
        territories=frozenset({"VN"}),
        since=date(2026, 3, 1),
        media=PUBLIC,
        recognisable=True,
        label="Nội dung do trí tuệ nhân tạo tạo ra (AI-generated)",
        says=(
            "Vietnam, Law on Artificial Intelligence 134/2025/QH15, article 11, in force from 1 March 2026 (in detail Decree"
            " 142/2026/ND-CP, since May): what simulates the appearance of a real person so that it may be taken for authentic"
            " is labelled clearly, before or as it is seen; an artistic work in a way that does not hamper it."
        ),
        source="https://vietnamlawmagazine.vn/mandatory-labels-required-for-ai-generated-content-79501.html",
        is_secondary=True,
    ),
)


def disclosures(picture: Picture, countries: frozenset[str], until: date) -> tuple[Disclosure, ...]:
    """What must be shown with the picture where it may be used, by the rules in force on the last day of that. Territories
    are the fewest names for the countries that a rule covers."""
    found = (rule for rule in RULES if rule.applies(picture, until) and rule.territories & countries)
    return tuple(told for rule in found for told in _told(rule, picture, countries))


def _told(rule: Rule, picture: Picture, countries: frozenset[str]) -> Iterable[Disclosure]:
    for territory in territories.shortest(rule.territories & countries):
        told = f"{rule.says} {SECONDARY if rule.is_secondary else ''}{rule.source}"
        yield Disclosure(territory, rule.label, told, SOURCE_TYPES[picture.making])


def source_uri(making: Making) -> str:
    return IPTC + SOURCE_TYPES[making]
