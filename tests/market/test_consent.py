from dataclasses import replace
from datetime import date
from hashlib import sha256

import pytest

from market.consent import ConsentTerms, NamedPortion, PolicyView, document, policy_obstacles
from market.errors import Obstacle, ObstacleKind
from market.rights import Exclusivity, Industry, Medium, Rights
from market.shares import parts
from market.territories import expand
from market.words import EXCLUSIVITIES, INDUSTRIES, MEDIA
from payments.money import Money
from payments.split import split

RIGHTS = Rights(
    frozenset({Medium.SOCIAL_PAID, Medium.OUT_OF_HOME}),
    expand(["NORDICS", "DE", "GB"]),
    Industry.SWIMWEAR,
    date(2027, 6, 1),
    date(2027, 8, 31),
    Exclusivity.INDUSTRY,
)

POLICY = PolicyView(
    version=4,
    media=frozenset(Medium),
    forbidden_industries=frozenset({Industry.TOBACCO}),
    territories=expand(["WORLD"]),
    maximum_days=365,
    asset_approval_required=True,
    training_allowed=False,
    restrictions=("skin tone", "age"),
)

PRICE = Money(1_035_021, "EUR")
MODEL, AGENCY, PLATFORM = split(PRICE, parts(model_id=1, agency_id=2, commission_bps=2000))

TERMS = ConsentTerms(
    model_name="Mira Lind",
    agency_name="Fjord Models",
    brand_name="Nordlys AB",
    twin_name="Mira",
    twin_version=2,
    rights=RIGHTS,
    intended_use="Summer campaign on billboards and in feeds.",
    price=PRICE,
    portions=(NamedPortion(MODEL, "Mira Lind"), NamedPortion(AGENCY, "Fjord Models"), NamedPortion(PLATFORM)),
    policy=POLICY,
)


@pytest.mark.parametrize(
    "said",
    [
        "Model: Mira Lind.",
        "Agency: Fjord Models, which represents the model and cannot sign for the model.",
        "Brand: Nordlys AB.",
        "Twin: Mira, version 2.",
        "- paid social media advertising\n- posters and screens in public places\n",
        "- Nordic countries (Denmark, Finland, Iceland, Norway and Sweden)\n- Germany\n- United Kingdom\n",
        "from 1 June 2027 to 31 August 2027, both included: 92 days.",
        "Industry: swimwear.",
        "Exclusivity: within the industry. No other licence for swimwear may be given",
        "> Summer campaign on billboards and in feeds.",
        "Price for all of the above: 10,350.21 EUR.",
        "- Mira Lind (model): 7,038.14 EUR, which is 68.00 % of the price",
        "- Fjord Models (agency): 1,759.54 EUR, which is 17.00 % of the price",
        "- Twinmarket (platform): 1,552.53 EUR, which is 15.00 % of the price",
        "only once the model has approved it",
        "in Nordic countries and Germany, every picture or film made with the twin is clearly labelled",
        "elsewhere, it is labelled as the law of the place demands",
        "train or improve artificial intelligence",
        "in the model's own words:\n> skin tone\n> age\n",
        "at the end of 31 August 2027",
        "within 48 hours",
        "may suspend the twin at any time",
        "version 4 of the consent policy",
        "Only Mira Lind can give this consent",
    ],
)
def test_the_document_says_in_plain_words_what_is_signed(said: str) -> None:
    assert said in document(TERMS).text


def test_the_same_terms_give_the_same_text_and_its_digest() -> None:
    one, other = (
        document(TERMS),
        document(replace(TERMS, rights=replace(RIGHTS, media=frozenset([*RIGHTS.media][::-1])))),
    )
    assert one == other
    assert one.digest == sha256(one.text.encode()).hexdigest()
    assert one.policy_version == 4


@pytest.mark.parametrize(
    "changed",
    [
        replace(TERMS, model_name="Mira Lynd"),
        replace(TERMS, agency_name=None),
        replace(TERMS, brand_name="Nordlys Ltd"),
        replace(TERMS, twin_name="Mira II"),
        replace(TERMS, twin_version=3),
        replace(TERMS, intended_use="Winter campaign."),
        replace(TERMS, price=Money(1, "EUR")),
        replace(TERMS, portions=TERMS.portions[:2]),
        replace(TERMS, policy=replace(POLICY, version=5)),
        replace(TERMS, policy=replace(POLICY, asset_approval_required=False)),
        replace(TERMS, policy=replace(POLICY, training_allowed=True)),
        replace(TERMS, policy=replace(POLICY, restrictions=())),
        *(
            replace(TERMS, rights=replace(RIGHTS, exclusivity=other))
            for other in (Exclusivity.TOTAL, Exclusivity.NON_EXCLUSIVE)
        ),
        *(
            replace(TERMS, rights=replace(RIGHTS, media=RIGHTS.media | {medium}))
            for medium in Medium
            if medium not in RIGHTS.media
        ),
        *(
            replace(TERMS, rights=replace(RIGHTS, industry=industry))
            for industry in Industry
            if industry is not RIGHTS.industry
        ),
        replace(TERMS, rights=replace(RIGHTS, territories=expand(["WORLD"]))),
        replace(TERMS, rights=replace(RIGHTS, starts_on=date(2027, 5, 31))),
        replace(TERMS, rights=replace(RIGHTS, ends_on=date(2027, 9, 1))),
    ],
)
def test_whatever_changes_the_terms_changes_the_digest(changed: ConsentTerms) -> None:
    assert document(changed).digest != document(TERMS).digest


def test_the_brands_words_cannot_pass_for_the_documents() -> None:
    forged = "Posters.\n\n5. What is paid\r\nPrice: 1 EUR\u2028Model: nobody\x0b\x85Free\u202e\x1b[2K"
    text = document(replace(TERMS, intended_use=forged, brand_name="Nord\n1. Who", twin_name="Mi\u2067ra")).text
    quoted = text.split("own words\n", 1)[1].split("\n\n", 1)[0]
    assert quoted.splitlines() == ["> Posters.", "> 5. What is paid", "> Price: 1 EUR", "> Model: nobody", "> Free [2K"]
    assert "Brand: Nord 1. Who." in text
    assert "Twin: Mi ra," in text


def test_a_document_without_an_agency_says_so() -> None:
    assert "Agency: none takes part in this licence." in document(replace(TERMS, agency_name=None)).text


@pytest.mark.parametrize(
    ("places", "says", "not_says"),
    [
        ("WORLD", "- World\n", "- World ("),
        ("EEA", "Disclose: in European Economic Area", "the law of the place"),
        ("US", "Disclose: wherever it is shown, it is labelled as the law", "EU AI Act"),
    ],
)
def test_disclosure_follows_the_territories(places: str, says: str, not_says: str) -> None:
    text = document(replace(TERMS, rights=replace(RIGHTS, territories=expand([places])))).text
    assert says in text
    assert not_says not in text


def test_everything_has_words() -> None:
    assert set(MEDIA) == set(Medium)
    assert set(INDUSTRIES) == set(Industry)
    assert set(EXCLUSIVITIES) == set(Exclusivity)
    assert len(set(MEDIA.values())) == len(Medium)
    assert len(set(INDUSTRIES.values())) == len(Industry)


@pytest.mark.parametrize(
    ("policy", "obstacles"),
    [
        (POLICY, []),
        (replace(POLICY, maximum_days=92), []),
        (
            replace(POLICY, media=frozenset({Medium.SOCIAL_PAID})),
            [
                Obstacle(
                    ObstacleKind.CONSENT,
                    "The model does not consent to posters and screens in public places.",
                    media=frozenset({Medium.OUT_OF_HOME}),
                )
            ],
        ),
        (
            replace(POLICY, territories=expand(["EU", "NO"])),
            [
                Obstacle(
                    ObstacleKind.CONSENT,
                    "The model does not consent to use in Iceland and United Kingdom.",
                    territories=frozenset({"IS", "GB"}),
                )
            ],
        ),
        (
            replace(POLICY, forbidden_industries=frozenset({Industry.SWIMWEAR})),
            [Obstacle(ObstacleKind.CONSENT, "The model does not consent to work for this industry: swimwear.")],
        ),
        (
            replace(POLICY, maximum_days=30),
            [
                Obstacle(
                    ObstacleKind.CONSENT,
                    "The model consents to at most 30 days at a time, not 92.",
                    starts_on=date(2027, 7, 1),
                    ends_on=date(2027, 8, 31),
                )
            ],
        ),
    ],
)
def test_the_policy_refuses_what_the_model_does_not_allow(policy: PolicyView, obstacles: list[Obstacle]) -> None:
    assert list(policy_obstacles(policy, RIGHTS)) == obstacles


def test_every_obstacle_is_told_at_once() -> None:
    nothing = replace(
        POLICY,
        media=frozenset(),
        territories=frozenset(),
        forbidden_industries=frozenset(Industry),
        maximum_days=1,
    )
    assert len(policy_obstacles(nothing, RIGHTS)) == 4
