"""The licence document: all that a licence is, in words that a lawyer can file. Pure but for `gather`, which reads."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from core.seal import Broken, Seal
from core.work import Read
from market import certificates, disclosure, store, territories, words
from market.consent import PLATFORM_NAME, PolicyView
from market.disclosure import Picture
from market.rights import Medium, Rights
from market.states import LicenceStatus, Making
from market.store.rights import rights_of
from market.tables import Bid, Consent, Licence, Party, Twin
from payments import store as payments
from payments.money import Money
from payments.tables import Share

Row = tuple[str, str]

STANDS = {
    LicenceStatus.AWAITING_PAYMENT: "not paid: nothing may be used under it yet",
    LicenceStatus.ACTIVE: "active",
    LicenceStatus.SUSPENDED: "paused: nothing may be used under it now",
    LicenceStatus.ENDED: "over: its days have ended",
    LicenceStatus.LAPSED: "lapsed: it was never paid",
    LicenceStatus.TERMINATED: "terminated",
}


@dataclass(frozen=True, slots=True)
class Section:
    title: str
    rows: tuple[Row, ...] = ()
    points: tuple[str, ...] = ()
    exact: str = ""
    """A text that must be printed as it stands, letter by letter."""


@dataclass(frozen=True, slots=True)
class Document:
    """`digest` is the SHA-256 of all that is said in it, but not of when that was printed and how the licence stands then."""

    number: str
    title: str
    standing: str
    sections: tuple[Section, ...]
    digest: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "digest", hashlib.sha256("\n".join(self._said()).encode()).hexdigest())

    def _said(self) -> Iterator[str]:
        yield f"{self.number}\n{self.title}"
        for section in self.sections:
            yield section.title
            yield from (f"{name}\t{value}" for name, value in section.rows)
            yield from section.points
            yield section.exact


@dataclass(frozen=True, slots=True)
class Terms:
    """What a document is written from."""

    licence: Licence
    twin: Twin
    bid: Bid
    consent: Consent
    policy: PolicyView
    parties: dict[int, Party]
    shares: tuple[Share, ...]
    status_url: str
    verify_url: str

    @property
    def rights(self) -> Rights:
        return rights_of(self.licence)


async def gather(read: Read, licence_id: int, *, seal: Seal, url: str) -> Terms | None:
    """None where the caller may not see the licence."""
    licence = (await store.licences.by_ids(read, [licence_id])).get(licence_id)
    if licence is None:
        return None
    twins = await store.twins.by_ids(read, [licence.twin_id])
    version = (licence.twin_id, licence.policy_version)
    payment = (await payments.payments_by_reference(read, [licence_id])).get(licence_id)
    shares = (await payments.shares_of(read, [payment.id or 0])) if payment is not None else {}
    kept = tuple(share for each in shares.values() for share in each)
    ids = {licence.model_id, licence.brand_id, licence.agency_id, *(share.payee_id for share in kept)}
    return Terms(
        licence=licence,
        twin=twins[licence.twin_id],
        bid=await store.bids.visible(read, licence.bid_id),
        consent=(await store.licences.consents(read, [licence_id]))[licence_id],
        policy=(await store.twins.policies_at(read, [version]))[version],
        parties=dict(await store.parties.by_ids(read, {number for number in ids if number is not None})),
        shares=kept,
        status_url=certificates.status_url(licence, seal, url),
        verify_url=f"{url}/graphql",
    )


def document(terms: Terms, status: LicenceStatus, at: datetime) -> Document:
    """The same terms always say the same."""
    licence = terms.licence
    return Document(
        number=licence.number or "",
        title="Licence to use a digital twin",
        standing=f"On {_moment(at)} the licence is {STANDS[status]}.",
        sections=(
            Section("Parties", tuple(_parties(terms))),
            Section("What is licensed", tuple(_object(terms))),
            Section("Rights", tuple(_rights(terms.rights))),
            Section("Intended use, in the brand's words", points=tuple(terms.bid.intended_use.splitlines())),
            Section("Price, and everybody's part of it", tuple(_price(terms))),
            Section("Duties and restrictions", points=tuple(_duties(terms.policy))),
            Section("Disclosures known for these media and territories", tuple(_disclosures(terms.rights))),
            Section("How it begins and ends", tuple(_dates(terms))),
            Section("Consent", tuple(_consent(terms.consent)), exact=terms.consent.text),
            Section("How to check this document", points=tuple(_proof(terms))),
        ),
    )


def _parties(terms: Terms) -> Iterator[Row]:
    licence = terms.licence
    yield "Model, who licenses", _party(terms.parties[licence.model_id])
    yield "Brand, which is licensed", _party(terms.parties[licence.brand_id])
    if licence.agency_id is not None:
        yield "Agency of the model", f"{_party(terms.parties[licence.agency_id])}. It cannot sign for the model."
    yield "Marketplace", PLATFORM_NAME


def _party(party: Party) -> str:
    return f"{party.name} ({territories.name(party.country)})"


def _object(terms: Terms) -> Iterator[Row]:
    model = terms.parties[terms.licence.model_id].name
    yield "Digital twin", f"{terms.twin.name} ({terms.twin.handle}), version {terms.licence.twin_version}"
    yield "Owner", f"{model} owns the twin and keeps it. The brand gets leave to use it, and nothing more."


def _rights(rights: Rights) -> Iterator[Row]:
    yield "Media", words.media(rights.media)
    yield "Territories", "; ".join(words.every_country(code) for code in territories.shortest(rights.territories))
    yield "Days", f"{words.period(rights.starts_on, rights.ends_on)}, both included: {words.days(rights.days)}"
    yield "Industry", words.INDUSTRIES[rights.industry]
    yield "Exclusivity", words.EXCLUSIVITIES[rights.exclusivity]


def _price(terms: Terms) -> Iterator[Row]:
    licence = terms.licence
    yield "Price", str(Money(licence.price_minor, licence.currency))
    for share in sorted(terms.shares, key=lambda share: share.position):
        payee = terms.parties[share.payee_id].name if share.payee_id is not None else PLATFORM_NAME
        percent = Decimal(share.basis_points).scaleb(-2)
        amount = share.agreed
        yield f"{payee}, {share.role.lower()}", f"{amount}, which is {percent:.2f} % of the price"


def _duties(policy: PolicyView) -> Iterator[str]:
    yield "Nothing is used before the whole price is paid."
    if policy.asset_approval_required:
        yield "Every picture or film is shown to the model before it is published, and published only once approved."
    else:
        yield "The model does not ask to approve each picture or film before it is published."
    yield "The twin is used in no other media or territories, on no other days and for no other purpose than said here."
    yield "Neither the twin nor this permission is handed on to anyone else."
    if policy.training_allowed:
        yield "Artificial intelligence may be trained with what is made of the twin."
    else:
        yield "No artificial intelligence is trained or improved with the twin or with what is made of it."
    for restriction in policy.restrictions:
        yield f"Forbidden by the model, in her own words: {restriction}"
    yield "Every file says in its metadata that it was made with a digital twin (IPTC digital source type)."


def _disclosures(rights: Rights) -> Iterator[Row]:
    told: dict[tuple[str, str, str], None] = {}
    for medium in sorted(rights.media, key=lambda medium: medium.number):
        told.update(dict.fromkeys(_of_medium(rights, medium)))
    for territory, label, rule in told:
        yield territories.name(territory), f"“{label}” {rule}"
    if not told:
        yield "None", "No law of these territories is known here that asks for a label. That may change."


def _of_medium(rights: Rights, medium: Medium) -> Iterable[tuple[str, str, str]]:
    for recognisable in (True, False):
        picture = Picture(medium, Making.GENERATED, recognisable)
        for each in disclosure.disclosures(picture, rights.territories, rights.ends_on):
            yield each.territory, each.label, each.rule


def _dates(terms: Terms) -> Iterator[Row]:
    licence, rights = terms.licence, terms.rights
    yield "Signed", _moment(terms.consent.signed_at)
    yield "Paid", _moment(licence.activated_at) if licence.activated_at is not None else "not yet"
    yield "Ends by itself", f"at the end of {words.day(rights.ends_on)}. It is never renewed without a new consent."
    yield "Paused", "while the model suspends the twin, or the payment is disputed: every use pauses at once."
    yield "Terminated", "when the price is refunded, or for a breach of what is written here."


def _consent(consent: Consent) -> Iterator[Row]:
    yield "Signed by", consent.signed_by
    yield "Signature", consent.signature
    yield "Signed at", _moment(consent.signed_at)
    yield "Consent policy", f"version {consent.policy_version}"
    yield "SHA-256 of the text", consent.digest


def _proof(terms: Terms) -> Iterator[str]:
    yield f"How the licence stands at any moment: {terms.status_url}"
    yield (
        f"The licence's certificate, a signed statement, is verified by anyone with verifyLicence at {terms.verify_url}, or"
        " with the public keys at /.well-known/jwks.json of the same address."
    )
    yield "The text of the consent above is printed letter by letter; its SHA-256 is the digest that was signed."


def _moment(at: datetime) -> str:
    return f"{words.day(at.date())}, {at:%H:%M:%S} UTC"


# ------------------------------------------------------------------ links

DOCUMENT = "licence document"
LINK_SECONDS = 900


@dataclass(frozen=True, slots=True)
class Link:
    """`kind` is HTML or PDF; `until` in seconds of the epoch."""

    licence_id: int
    kind: str
    until: int


def address(licence_id: int, kind: str, seal: Seal, url: str, now: datetime) -> str:
    content = f"{licence_id}:{kind}:{int(now.timestamp()) + LINK_SECONDS}"
    return f"{url}/documents/{seal.close(DOCUMENT, content.encode())}"


def linked(token: str, seal: Seal) -> Link | None:
    try:
        number, kind, until = seal.open(DOCUMENT, token).decode().split(":")
    except Broken:
        return None
    return Link(int(number), kind, int(until))
