"""The licence document: what it says, to whom, and that every name prints."""

import hashlib
import html as markup
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Route

from core.actor import SYSTEM, Actor
from core.seal import Seal
from market import certificates, documents, store
from market.documents import Document
from market.rights import Medium
from market.tables import Licence
from server.database import Database
from server.documents import pdf, web
from server.documents.links import Documents
from server.envelope import Envelope
from tests import factories
from tests.factories import number, rights

SEAL = Seal("a secret of at least sixteen characters")
URL = "https://market.example"
AT = datetime(2030, 1, 2, 3, 4, 5, tzinfo=UTC)
NAMES = ["Zoë Łukaszewicz-Ødegård", "Ελένη Παπαδοπούλου", "Дарья Щербакова", "李小龍", "さくら 山田", "김민수", "نور الهدى",
         "נועה לוי", "प्रिया शर्मा", "ณัฐพล ใจดี", "ሰላም ታደሰ", "გიორგი", "Արամ", "தமிழ்", "Nguyễn Thị Ánh"]  # fmt: skip
HOSTILE = '<script>alert("1")</script> & #panic("x") \\u{1F600} $x$ *b* _i_ `c` @a'


class Deal:
    def __init__(self, database: Database) -> None:
        self.database = database
        self.licence: Licence

    async def make(self, model_name: str = "Ada Lindqvist", brand_name: str = "Lumen") -> "Deal":
        self.model = await factories.model(self.database, model_name, handle="a-model")
        restrictions = ["No change of skin tone.", HOSTILE]
        self.ada = await factories.listed_twin(self.database, self.model, policy={"restrictions": restrictions})
        self.agency = await factories.agency(self.database)
        await factories.mandate(self.database, self.agency, self.model)
        self.lumen = await factories.brand(self.database, brand_name, handle="a-brand")
        wanted = rights(start=0, media=(Medium.SOCIAL_PAID, Medium.OUT_OF_HOME), places=("SE", "NO", "US"))
        self.licence = await factories.licence(self.database, self.lumen, self.ada, wanted, amount=1000)
        return self

    async def document(self, actor: Actor = SYSTEM, at: datetime = AT) -> Document | None:
        async with self.database.read(actor)() as read:
            terms = await documents.gather(read, number(self.licence), seal=SEAL, url=URL)
            return documents.document(terms, certificates.status_today(terms.licence, read), at) if terms else None


@pytest.fixture
async def deal(database: Database) -> Deal:
    return await Deal(database).make()


def words(document: Document) -> str:
    return markup.unescape(web.page(document))


async def test_it_says_all_that_was_agreed(deal: Deal) -> None:
    document = await deal.document()
    assert document is not None
    said = words(document)
    async with deal.database.read(SYSTEM)() as read:
        consent = (await store.licences.consents(read, [number(deal.licence)]))[number(deal.licence)]
    assert consent.text in said
    assert hashlib.sha256(consent.text.encode()).hexdigest() == consent.digest
    for each in (
        deal.licence.number, "Ada Lindqvist (Sweden)", "Lumen (Sweden)", "Nordlys Models (Sweden)", "version 1",
        "paid social media advertising and posters and screens in public places", "Norway", "Sweden", "United States",
        "not exclusive", "1,000.00 EUR", "150.00 EUR, which is 15.00 % of the price", "170.00 EUR", "680.00 EUR",
        factories.USE, "No change of skin tone.", HOSTILE, "EU AI Act, article 50(4)", "section 396-b", consent.digest,
        "Signature", "version 1", "shown to the model before it is published", "No artificial intelligence is trained",
        f"{URL}/certificates/", "never renewed", document.digest,
    ):  # fmt: skip
        assert each is not None
        assert each in said, each


async def test_who_may_not_see_the_licence_has_no_document(deal: Deal) -> None:
    rival = await factories.brand(deal.database, "Tindra")
    seen = [
        await deal.document(actor) for actor in (rival.actor, deal.lumen.actor, deal.model.actor, deal.agency.actor)
    ]
    assert [each is not None for each in seen] == [False, True, True, True]
    assert len({each.digest for each in seen if each is not None}) == 1


async def test_its_digest_is_of_what_it_says_and_not_of_when_it_was_printed(deal: Deal) -> None:
    first, later = await deal.document(), await deal.document(at=AT + timedelta(days=3))
    assert first is not None
    assert later is not None
    assert (first.digest, first.standing != later.standing) == (later.digest, True)
    assert await pdf.pages(first, AT) == await pdf.pages(first, AT)


async def test_nothing_that_a_party_wrote_becomes_markup(deal: Deal) -> None:
    document = await deal.document()
    assert document is not None
    page = web.page(document)
    assert "<script" not in page
    assert markup.escape(HOSTILE) in page
    assert (await pdf.pages(document, AT)).startswith(b"%PDF-")


@pytest.mark.parametrize("name", NAMES)
def test_every_name_has_its_letters(name: str) -> None:
    assert pdf.unprintable(name) == ""
    assert pdf.spelled(name) == name


def test_what_no_font_can_print_is_printed_as_its_number() -> None:
    assert pdf.spelled("བ Ada \u200b\u0378") == "[U+0F56] Ada \u200b[U+0378]"


async def test_a_whole_document_prints_in_every_script(database: Database) -> None:
    document = await (await Deal(database).make(" ".join(NAMES[:7]), " ".join(NAMES[7:14]))).document()
    assert document is not None
    made = await pdf.pages(document, AT)
    assert made.startswith(b"%PDF-")
    assert len(made) > 60_000  # the glyphs of fourteen scripts are in it


async def test_links_end_and_are_made_for_one_document(deal: Deal) -> None:
    app = Starlette(routes=[Route("/documents/{token}", Documents(deal.database, SEAL, URL).get)])
    transport = httpx.ASGITransport(app=Envelope(app, URL))
    now = datetime.now(UTC)
    async with httpx.AsyncClient(transport=transport, base_url=URL) as http:
        page = await http.get(documents.address(number(deal.licence), "HTML", SEAL, URL, now))
        assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
        assert "default-src 'none'" in page.headers["content-security-policy"]
        printed = await http.get(documents.address(number(deal.licence), "PDF", SEAL, URL, now))
        assert printed.content.startswith(b"%PDF-")
        assert printed.headers["content-type"] == "application/pdf"
        old = documents.address(number(deal.licence), "PDF", SEAL, URL, now - timedelta(minutes=16))
        for address in (old, f"{URL}/documents/x", f"{URL}/documents/{SEAL.id('Licence', 1)}",
                        documents.address(999, "PDF", SEAL, URL, now)):  # fmt: skip
            assert (await http.get(address)).status_code == 404
