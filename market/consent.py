"""Consent: whether a model's policy allows some rights to be asked for, and the text signed for a licence. Pure.

The text is the whole consent to one licence, apart from any mandate: parties, twin, scope, purpose, rate of pay,
duration, as the New York Fashion Workers Act asks. The same terms always give the same text, and so the same digest.
"""

import unicodedata
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from hashlib import sha256

from market import territories, words
from market.errors import ConsentDocument, Obstacle, ObstacleKind
from market.rights import Exclusivity, Industry, Medium, Rights
from payments.money import Money
from payments.split import Portion

PLATFORM_NAME = "Twinmarket"

_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Characters that turn the direction of writing, so that a text could read otherwise than it is stored."""


@dataclass(frozen=True, slots=True)
class PolicyView:
    """One version of a consent policy, with territories as countries."""

    version: int
    media: frozenset[Medium]
    forbidden_industries: frozenset[Industry]
    territories: frozenset[str]
    maximum_days: int
    asset_approval_required: bool
    training_allowed: bool
    restrictions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NamedPortion:
    """A portion of the price and who gets it. The platform's own needs no name."""

    portion: Portion
    name: str | None = None


@dataclass(frozen=True, slots=True)
class ConsentTerms:
    """All that the text of one consent tells."""

    model_name: str
    agency_name: str | None
    brand_name: str
    twin_name: str
    twin_version: int
    rights: Rights
    intended_use: str
    price: Money
    portions: tuple[NamedPortion, ...]
    policy: PolicyView


def policy_obstacles(policy: PolicyView, rights: Rights) -> tuple[Obstacle, ...]:
    """Everything about `rights` to which the model does not consent. Empty when she may be asked."""
    obstacles: list[Obstacle] = []
    if media := rights.media - policy.media:
        obstacles.append(_refused(f"The model does not consent to {words.media(media)}.", media=media))
    if rights.industry in policy.forbidden_industries:
        industry = words.INDUSTRIES[rights.industry]
        obstacles.append(_refused(f"The model does not consent to work for this industry: {industry}."))
    if places := rights.territories - policy.territories:
        obstacles.append(_refused(f"The model does not consent to use in {words.places(places)}.", territories=places))
    if rights.days > policy.maximum_days:
        longest = f"The model consents to at most {words.days(policy.maximum_days)} at a time, not {rights.days}."
        too_late = rights.starts_on + timedelta(days=policy.maximum_days)
        obstacles.append(Obstacle(ObstacleKind.CONSENT, longest, starts_on=too_late, ends_on=rights.ends_on))
    return tuple(obstacles)


def _refused(
    message: str, *, media: frozenset[Medium] = frozenset(), territories: frozenset[str] = frozenset()
) -> Obstacle:
    return Obstacle(ObstacleKind.CONSENT, message, media=media, territories=territories)


def document(terms: ConsentTerms) -> ConsentDocument:
    """The exact text that the model signs."""
    sections = [
        ("Who", _who(terms)),
        ("Which twin", [f"Twin: {_line(terms.twin_name)}, version {terms.twin_version}.", *_owner(terms)]),
        ("What the brand may do", _scope(terms.rights)),
        ("What for, in the brand's own words", _quoted(terms.intended_use)),
        ("What is paid", _pay(terms)),
        ("What the brand must do", _duties(terms)),
        ("What the brand must not do", _limits(terms)),
        ("How this consent ends", _end(terms)),
        ("What signing means", _signing(terms)),
    ]
    numbered = (f"{n}. {title}\n" + "\n".join(lines) for n, (title, lines) in enumerate(sections, start=1))
    text = "\n\n".join(["CONSENT TO THE USE OF A DIGITAL TWIN", *numbered]) + "\n"
    return ConsentDocument(text, sha256(text.encode()).hexdigest(), terms.policy.version)


def _who(terms: ConsentTerms) -> list[str]:
    lines = [f"Model: {_line(terms.model_name)}.", f"Brand: {_line(terms.brand_name)}."]
    if terms.agency_name is None:
        return [*lines, "Agency: none takes part in this licence."]
    return [*lines, f"Agency: {_line(terms.agency_name)}, which represents the model and cannot sign for the model."]


def _owner(terms: ConsentTerms) -> list[str]:
    return [f"{_line(terms.model_name)} owns the twin and keeps it: the brand gets leave to use it, and nothing more."]


def _scope(rights: Rights) -> list[str]:
    industry = words.INDUSTRIES[rights.industry]
    return [
        "Media:",
        *(f"- {words.MEDIA[medium]}" for medium in Medium if medium in rights.media),
        "Territories:",
        *(f"- {words.every_country(code)}" for code in territories.shortest(rights.territories)),
        f"Days: {words.period(rights.starts_on, rights.ends_on)}, both included: {words.days(rights.days)}.",
        f"Industry: {industry}.",
        f"Exclusivity: {_exclusivity(rights.exclusivity, industry)}",
    ]


def _exclusivity(exclusivity: Exclusivity, industry: str) -> str:
    where = "in these media and territories and on these days"
    match exclusivity:
        case Exclusivity.NON_EXCLUSIVE:
            return "none. The model may license the twin to anyone else at the same time, rivals of the brand included."
        case Exclusivity.INDUSTRY:
            return f"within the industry. No other licence for {industry} may be given {where}."
        case Exclusivity.TOTAL:
            return f"total. No other licence at all may be given {where}."


def _pay(terms: ConsentTerms) -> list[str]:
    return [
        f"Price for all of the above: {terms.price}. It is divided as follows:",
        *(_share(terms, named) for named in terms.portions),
    ]


def _share(terms: ConsentTerms, named: NamedPortion) -> str:
    portion = named.portion
    name = _line(named.name) if named.name is not None else PLATFORM_NAME
    percent = Decimal(portion.basis_points).scaleb(-2)
    return f"- {name} ({portion.role.lower()}): {portion.amount}, which is {percent:.2f} % of the price"


def _duties(terms: ConsentTerms) -> list[str]:
    lines = ["Pay first: nothing may be used before the whole price is paid."]
    if terms.policy.asset_approval_required:
        lines.append(
            "Ask first: every picture or film made with the twin is shown to the model before it is published, and is"
            " published only once the model has approved it. Silence until the deadline means no."
        )
    else:
        lines.append("Approval: the model does not ask to approve each picture or film before it is published.")
    if labelled := terms.rights.territories & territories.NAMED_SETS["EEA"]:
        lines.append(
            f"Disclose: in {words.places(labelled)}, every picture or film made with the twin is clearly labelled as"
            " generated or altered by artificial intelligence (EU AI Act, article 50, from 2 August 2026)."
        )
    if terms.rights.territories - territories.NAMED_SETS["EEA"]:
        elsewhere = "elsewhere" if labelled else "wherever it is shown"
        lines.append(f"Disclose: {elsewhere}, it is labelled as the law of the place demands.")
    lines.append("Mark: the file says in its metadata that it was made with a digital twin (IPTC digital source type).")
    return lines


def _limits(terms: ConsentTerms) -> list[str]:
    lines = [
        "- use the twin in other media or territories, on other days or for another purpose than said above",
        "- hand the twin or this permission on to anyone else",
    ]
    if not terms.policy.training_allowed:
        lines.append("- train or improve artificial intelligence with the twin or with what is made of it")
    if terms.policy.restrictions:
        lines.append("- alter the twin in any way that the model forbids, in the model's own words:")
        lines += _quoted("\n".join(terms.policy.restrictions))
    if terms.policy.training_allowed:
        lines.append("The model allows artificial intelligence to be trained with what is made of the twin.")
    return lines


def _end(terms: ConsentTerms) -> list[str]:
    return [
        f"By itself: at the end of {words.day(terms.rights.ends_on)}. It is never renewed without a new consent.",
        "If it is not paid: when the price is not there within 48 hours of the signature, the consent lapses, and"
        " nobody owes anybody anything.",
        "By the model, who may suspend the twin at any time: every use pauses at once, until the model resumes it.",
        "By a breach: the licence can be terminated when the brand breaks what is written here.",
        "Taking the twin off the market stops new licences. One that is paid runs to its last day.",
    ]


def _signing(terms: ConsentTerms) -> list[str]:
    return [
        f"Only {_line(terms.model_name)} can give this consent, for this one licence, by signing this text by name."
        " It stands apart from any agreement with an agency.",
        f"It was checked against version {terms.policy.version} of the consent policy of the twin.",
    ]


def _quoted(text: str) -> list[str]:
    """Every line is marked, so that nobody's words can pass for the document's own."""
    return [f"> {line}" for line in map(_line, text.splitlines()) if line] or ["> (nothing was said)"]


def _line(text: str) -> str:
    """On one line, with nothing in it that a reader cannot see."""
    visible = "".join(" " if _unseen(character) else character for character in text)
    return " ".join(visible.split())


def _unseen(character: str) -> bool:
    return character in _BIDI or unicodedata.category(character) in ("Cc", "Zl", "Zp")
